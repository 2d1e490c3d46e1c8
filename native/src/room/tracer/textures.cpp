// SPDX-License-Identifier: AGPL-3.0-or-later
// Procedural patterns. Each is a short function of (u, v) in metres; fine detail fades where a pixel is wider than it.
#include "textures.h"
#include "random.h"

namespace lumiverb::tracer {
namespace {

float cell (int x, int y, std::uint32_t seed) noexcept
{
    return toUnit (
        hash32 (static_cast<std::uint32_t> (x) * 0x8da6b343U ^ static_cast<std::uint32_t> (y) * 0xd8163841U ^ seed * 0xcb1ab31fU));
}

/// Smooth value noise, 0..1.
float noise (float x, float y, std::uint32_t seed) noexcept
{
    const float fx = std::floor (x), fy = std::floor (y);
    const int i = static_cast<int> (fx), j = static_cast<int> (fy);
    float a = x - fx, b = y - fy;
    a = a * a * (3 - 2 * a);
    b = b * b * (3 - 2 * b);
    const float low = cell (i, j, seed) * (1 - a) + cell (i + 1, j, seed) * a;
    const float high = cell (i, j + 1, seed) * (1 - a) + cell (i + 1, j + 1, seed) * a;
    return low * (1 - b) + high * b;
}

/// Sum of octaves, about 0..1 with mean 0.5.
float fractal (float x, float y, std::uint32_t seed, int octaves) noexcept
{
    float sum = 0, weight = 0.5f, total = 0;
    for (int i = 0; i < octaves; ++i)
    {
        sum += weight * noise (x, y, seed + static_cast<std::uint32_t> (i));
        total += weight;
        x = x * 2.03f + 17.1f;
        y = y * 2.03f - 9.7f;
        weight *= 0.5f;
    }
    return sum / total;
}

struct Spot
{
    const Texture& t;
    float u, v, footprint;
    Vec3 view;
    float x, y;                                      ///< in elements
    int column, row;
    float fx, fy;                                    ///< inside the element, 0..1
    Rgb colour, colour2, joint;

    Spot (const Texture& texture, float uu, float vv, float width, Vec3 direction) noexcept
        : t (texture)
        , u (uu)
        , v (vv)
        , footprint (width)
        , view (direction)
        , colour (texture.colour)
        , colour2 (texture.colour2)
        , joint (texture.joint)
    {
        locate (u / t.size_m[0], v / t.size_m[1]);
    }
    void locate (float xx, float yy) noexcept
    {
        x = xx;
        y = yy;
        column = static_cast<int> (std::floor (x));
        row = static_cast<int> (std::floor (y));
        fx = x - std::floor (x);
        fy = y - std::floor (y);
    }
    /// 1 where a detail of `size` metres is resolved, 0 where pixels are wider.
    float detail (float size) const noexcept { return clamp01 (1.6f - footprint / size); }
    float random (std::uint32_t stream) const noexcept { return cell (column, row, t.seed * 31 + stream); }
    /// Distance in metres to the nearest element edge along u and along v.
    float edgeU() const noexcept { return std::min (fx, 1 - fx) * t.size_m[0]; }
    float edgeV() const noexcept { return std::min (fy, 1 - fy) * t.size_m[1]; }
    /// A line of `width` metres that never gets thinner than most of a pixel: joints stay visible from afar.
    float line (float distance, float width) const noexcept
    {
        const float half = 0.5f * std::max (width, 0.7f * footprint), soft = 0.25f * half + 0.3f * footprint;
        return (1 - smoothStep (half - soft, half + soft, distance)) * std::min (1.0f, 0.45f + width / (footprint + 1e-6f));
    }
    /// Slope of a rounded edge of `width` metres, sign pointing away from the element's middle.
    static float bevel (float f, float size, float width) noexcept
    {
        const float d = std::min (f, 1 - f) * size;
        return d < width ? (f < 0.5f ? -1.0f : 1.0f) * (1 - d / width) : 0.0f;
    }
};

TextureSample plaster (Spot& s)
{
    TextureSample r;
    const float cloud = fractal (s.u * 1.1f, s.v * 1.1f, s.t.seed + 11, 3);
    const float fine = s.detail (0.012f);
    r.albedo = mix (s.colour, s.colour2, 0.6f * smoothStep (0.3f, 0.75f, cloud)) * (0.91f + 0.18f * cloud);
    if (fine > 0)
    {
        r.tilt_u = (noise (s.u * 85, s.v * 85, s.t.seed + 3) - 0.5f) * 0.16f * fine;
        r.tilt_v = (noise (s.u * 85, s.v * 85, s.t.seed + 4) - 0.5f) * 0.16f * fine;
    }
    return r;
}

TextureSample brick (Spot& s)
{
    const bool stone = s.t.size_m[1] > 0.15f;        // big elements are rough-hewn blocks
    const float wobble = stone ? 0.012f : 0.003f;
    const float wu = (fractal (s.u * 9, s.v * 9, s.t.seed + 21, 2) - 0.5f) * wobble,
                wv = (fractal (s.u * 9, s.v * 9, s.t.seed + 22, 2) - 0.5f) * wobble;
    const float y = (s.v + wv) / s.t.size_m[1];
    const int row = static_cast<int> (std::floor (y));
    const float shift = stone ? cell (row, 0, s.t.seed + 5) : 0.5f * static_cast<float> (row & 1);
    s.locate ((s.u + wu) / s.t.size_m[0] + shift, y);
    const float mortar = s.line (std::min (s.edgeU(), s.edgeV()), stone ? 0.014f : 0.011f);
    const float grain = fractal (s.u * 24, s.v * 24, s.t.seed + 5, 3);
    TextureSample r;
    const Rgb block = mix (s.colour, s.colour2, s.random (7)) * (0.82f + 0.30f * s.random (8)) * (0.75f + 0.5f * grain);
    r.albedo = mix (block, s.joint * (0.85f + 0.3f * grain), mortar);
    const float fine = s.detail (0.03f), width = stone ? 0.03f : 0.008f;
    r.tilt_u = fine * ((grain - 0.5f) * 0.7f + 0.7f * Spot::bevel (s.fx, s.t.size_m[0], width));
    r.tilt_v = fine * ((noise (s.u * 24, s.v * 24, s.t.seed + 9) - 0.5f) * 0.5f + 0.7f * Spot::bevel (s.fy, s.t.size_m[1], width));
    return r;
}

TextureSample tiles (Spot& s)
{
    const float grout = s.line (std::min (s.edgeU(), s.edgeV()), std::min (0.005f, 0.04f * s.t.size_m[0]));
    const float cloud = fractal (s.u * 5, s.v * 5, s.t.seed + 8, 2);
    TextureSample r;
    const Rgb tile = mix (s.colour, s.colour2, s.random (3)) * (0.93f + 0.07f * s.random (4) + 0.06f * cloud);
    r.albedo = mix (tile, s.joint, grout);
    r.gloss = 1 - grout;
    const float fine = s.detail (0.02f);
    r.tilt_u = fine * (0.25f * Spot::bevel (s.fx, s.t.size_m[0], 0.006f) + 0.012f * (s.random (5) - 0.5f));
    r.tilt_v = fine * (0.25f * Spot::bevel (s.fy, s.t.size_m[1], 0.006f) + 0.012f * (s.random (6) - 0.5f));
    return r;
}

/// Long streaks along one axis.
float woodGrain (float along, float across, float offset, std::uint32_t seed) noexcept
{
    const float bend = 1.5f * noise (along * 0.9f, across * 3 + offset, seed + 40);
    const float rings = fractal (along * 1.1f + offset, across * 26 + bend * 2.5f + offset * 3, seed, 3);
    return rings;
}

TextureSample planks (Spot& s)
{
    s.locate (s.x + 3.7f * cell (s.row, 0, s.t.seed + 5), s.y);
    const float tone = s.random (6), grain = woodGrain (s.u, s.v, 50 * tone, s.t.seed);
    const float gap = std::max (s.line (s.edgeV(), 0.003f), s.line (s.edgeU(), 0.002f));
    TextureSample r;
    r.albedo = mix (s.colour, s.colour2, tone) * (0.68f + 0.64f * grain);
    r.albedo = mix (r.albedo, s.colour * 0.25f, 0.8f * gap);
    r.gloss = 1 - 0.8f * gap;
    r.tilt_v = s.detail (0.02f) * ((grain - 0.5f) * 0.10f + 0.2f * Spot::bevel (s.fy, s.t.size_m[1], 0.005f));
    return r;
}

TextureSample woodPanel (Spot& s)
{
    const float tone = cell (s.column, 1, s.t.seed + 4), grain = woodGrain (s.v, s.u, 30 * tone, s.t.seed);
    const float gap = s.line (s.edgeU(), 0.006f);
    TextureSample r;
    r.albedo = mix (s.colour, s.colour2, 0.25f + 0.75f * grain) * (0.88f + 0.24f * tone);
    r.albedo = mix (r.albedo, s.colour * 0.2f, 0.85f * gap);
    r.gloss = 1 - gap;
    r.tilt_u = s.detail (0.03f) * ((grain - 0.5f) * 0.08f + 0.5f * Spot::bevel (s.fx, s.t.size_m[0], 0.012f));
    return r;
}

TextureSample carpet (Spot& s)
{
    const float fine = s.detail (0.02f), wear = fractal (s.u * 2.5f, s.v * 2.5f, s.t.seed + 2, 3);
    const float tuft = fine > 0 ? mix (Rgb (0.5f, 0, 0), Rgb (noise (s.u * 150, s.v * 150, s.t.seed + 1), 0, 0), fine).r : 0.5f;
    // Woven pattern: diamonds whose lines use the second colour, so that a carpet is not read as paint.
    const float a = std::abs (std::fmod (std::abs (s.x + s.y), 1.0f) - 0.5f),
                b = std::abs (std::fmod (std::abs (s.x - s.y + 512), 1.0f) - 0.5f);
    const float weave = 1 - smoothStep (0.04f, 0.09f, std::min (a, b));
    TextureSample r;
    r.albedo = mix (s.colour, s.colour2, clamp01 (0.55f * weave + 0.45f * wear)) * (0.72f + 0.56f * tuft);
    r.tilt_u = fine * (noise (s.u * 130, s.v * 130, s.t.seed + 8) - 0.5f) * 1.3f;
    r.tilt_v = fine * (noise (s.u * 130, s.v * 130, s.t.seed + 9) - 0.5f) * 1.3f;
    return r;
}

TextureSample concrete (Spot& s)
{
    const float cloud = fractal (s.u * 1.5f, s.v * 1.5f, s.t.seed + 21, 5), speckle = fractal (s.u * 16, s.v * 16, s.t.seed + 23, 2);
    TextureSample r;
    r.albedo = mix (s.colour, s.colour2, smoothStep (0.25f, 0.75f, cloud)) * (0.85f + 0.3f * speckle);
    const float formwork = s.line (std::min (s.edgeU(), s.edgeV()), 0.008f);
    const float hx = (s.fx < 0.5f ? s.fx - 0.2f : 0.8f - s.fx) * s.t.size_m[0],
                hy = (s.fy < 0.5f ? s.fy - 0.25f : 0.75f - s.fy) * s.t.size_m[1];
    const float hole = s.t.size_m[0] > 0.5f ? 1 - smoothStep (0.014f, 0.02f + s.footprint, std::hypot (hx, hy)) : 0.0f;
    const float stain = smoothStep (0.6f, 0.8f, fractal (s.u * 3, s.v * 0.35f, s.t.seed + 29, 3)) * 0.25f;
    r.albedo = r.albedo * (1 - 0.35f * formwork) * (1 - 0.6f * hole) * (1 - stain);
    r.tilt_u = s.detail (0.05f) * ((speckle - 0.5f) * 0.15f + 0.3f * Spot::bevel (s.fx, s.t.size_m[0], 0.006f));
    r.tilt_v = s.detail (0.05f) * 0.3f * Spot::bevel (s.fy, s.t.size_m[1], 0.006f);
    return r;
}

TextureSample acousticTile (Spot& s)
{
    TextureSample r;
    // T-bar grid of 24 mm with a shadow groove beside it; the tile is full of fissures and pinholes.
    const float edge = std::min (s.edgeU(), s.edgeV());
    const float bar = s.line (edge, 0.030f), groove = s.line (std::abs (edge - 0.020f), 0.007f);
    const float worm = std::abs (fractal (s.u * 26 + 4 * s.random (1), s.v * 11 + 4 * s.random (2), s.t.seed + 5, 2) - 0.5f);
    const float patch = smoothStep (0.42f, 0.55f, noise (s.u * 30, s.v * 30, s.t.seed + 6));
    const float fissure = (1 - smoothStep (0.015f, 0.04f, worm)) * patch * s.detail (0.05f);
    const int hx = static_cast<int> (std::floor (s.u / 0.012f)), hy = static_cast<int> (std::floor (s.v / 0.012f));
    const float px = (s.u / 0.012f - std::floor (s.u / 0.012f)) - 0.2f - 0.6f * cell (hx, hy, s.t.seed + 7);
    const float py = (s.v / 0.012f - std::floor (s.v / 0.012f)) - 0.2f - 0.6f * cell (hx, hy, s.t.seed + 8);
    const float pinhole = (px * px + py * py < 0.035f ? 1.0f : 0.0f) * s.detail (0.012f);
    const float speckle = 0.9f + 0.2f * fractal (s.u * 14, s.v * 14, s.t.seed + 9, 3);
    r.albedo = s.colour * speckle * (1 - 0.72f * std::max (fissure, 0.8f * pinhole));
    r.albedo = mix (r.albedo, s.colour2 * 0.25f, 0.75f * groove);
    r.albedo = mix (r.albedo, s.joint, bar);
    r.tilt_u = 0.5f * s.detail (0.05f) * fissure;
    return r;
}

TextureSample foam (Spot& s)
{
    const float dx = s.fx - 0.5f, dy = s.fy - 0.5f, sharp = s.detail (s.t.size_m[0] * 0.7f);
    TextureSample r;
    // Pyramids: four slopes, dark valleys, light tips.
    if (std::abs (dx) > std::abs (dy))
        r.tilt_u = (dx > 0 ? -1.1f : 1.1f) * sharp;
    else
        r.tilt_v = (dy > 0 ? -1.1f : 1.1f) * sharp;
    const float height = 1 - 2 * std::max (std::abs (dx), std::abs (dy));
    const float face = std::abs (dx) > std::abs (dy) ? (dx > 0 ? 0.78f : 1.12f) : (dy > 0 ? 1.3f : 0.7f);
    const bool other = ((static_cast<int> (std::floor (s.x / 4)) + static_cast<int> (std::floor (s.y / 4))) & 1) != 0;
    r.albedo = (other ? s.colour2 : s.colour) * (0.28f + 1.25f * height) * face;
    return r;
}

TextureSample curtain (Spot& s)
{
    const float sway = 0.45f * fractal (s.v * 0.5f + 3, s.u * 0.6f, s.t.seed + 3, 2) + 0.5f * noise (s.x * 0.35f, 0, s.t.seed + 5);
    const float phase = 2 * pi * (s.x + sway), fold = std::sin (phase);
    const float weave = 0.94f + 0.12f * noise (s.u * 180, s.v * 180, s.t.seed + 7) * s.detail (0.015f);
    const float sharp = s.detail (s.t.size_m[0] * 0.8f);
    TextureSample r;
    r.albedo = mix (s.colour, s.colour2, 0.5f - 0.5f * fold) * (0.70f + 0.38f * fold * (0.4f + 0.6f * sharp)) * weave;
    r.tilt_u = -std::cos (phase) * 1.0f * sharp;
    return r;
}

TextureSample books (Spot& s)
{
    // size_m: width of one book, height of one shelf.
    const float shelf = s.line (s.edgeV(), 0.028f);
    s.locate (s.x + 3 * cell (s.row, 3, s.t.seed + 1), s.y);
    // Two books of uneven width share two cells.
    const int two = s.column >> 1;
    const float split = 0.7f + 0.6f * cell (two, s.row, s.t.seed + 14), inTwo = s.x - 2.0f * static_cast<float> (two);
    const bool second = inTwo > split;
    const int id = 2 * two + (second ? 1 : 0);
    const float width = second ? 2 - split : split, f = (inTwo - (second ? split : 0.0f)) / width;
    const float kind = cell (id, s.row, s.t.seed + 2), height = 0.60f + 0.32f * cell (id, s.row, s.t.seed + 9);
    TextureSample r;
    r.gloss = 0.3f;
    if (kind < 0.07f || s.fy > height)
        r.albedo = s.joint * 0.16f;                  // gaps: the dark back of the case
    else
    {
        const Rgb palette[6] { { 0.42f, 0.07f, 0.06f }, { 0.06f, 0.14f, 0.32f }, { 0.07f, 0.22f, 0.11f },
                               { 0.60f, 0.50f, 0.33f }, { 0.10f, 0.09f, 0.09f }, { 0.55f, 0.27f, 0.06f } };
        r.albedo = palette[static_cast<int> (cell (id, s.row, s.t.seed + 11) * 5.99f)] * (0.6f + 0.9f * cell (id, s.row, s.t.seed + 12));
        const float band = std::abs (s.fy / height - 0.78f), label = std::abs (s.fy / height - 0.4f);
        if (band < 0.03f || (label < 0.11f && cell (id, s.row, s.t.seed + 15) > 0.5f && f > 0.25f && f < 0.75f))
            r.albedo = mix (r.albedo, { 0.75f, 0.65f, 0.42f }, 0.75f);
        r.tilt_u = (f - 0.5f) * 1.1f;
        r.albedo = r.albedo * (f < 0.07f || f > 0.93f ? 0.35f : 1.0f);
    }
    r.albedo = mix (r.albedo, s.joint, shelf);
    return r;
}

/// What lies behind a window: sky over hills, trees and houses, as a far panorama.
Rgb outsideView (Vec3 d, std::uint32_t seed) noexcept
{
    const float level = std::sqrt (std::max (1e-6f, d.x * d.x + d.y * d.y)), azimuth = std::atan2 (d.y, d.x) * 6, height = d.z / level;
    const float trees = 0.05f + 0.16f * fractal (azimuth * 1.3f, 2.5f, seed + 71, 4);
    const int block = static_cast<int> (std::floor (azimuth * 0.8f));
    const float houses = cell (block, 5, seed + 72) > 0.55f ? 0.04f + 0.20f * cell (block, 6, seed + 72) : -1.0f;
    if (height > std::max (trees, houses))
        return mix (Rgb { 1.12f, 1.10f, 1.06f }, Rgb { 0.55f, 0.78f, 1.2f }, clamp01 (height * 1.6f))
               * (0.94f + 0.22f * smoothStep (0.45f, 0.75f, fractal (azimuth * 0.9f, height * 6, seed + 77, 4)));
    if (height < -0.06f)
        return mix (Rgb { 0.24f, 0.30f, 0.13f }, Rgb { 0.36f, 0.36f, 0.34f }, noise (azimuth * 2, height * 5, seed + 74)) * 0.9f;
    if (houses > trees && height < houses)
    {
        const float wx = azimuth * 5 - std::floor (azimuth * 5), wy = height * 30 - std::floor (height * 30);
        const bool pane = wx > 0.3f && wx < 0.7f && wy > 0.3f && wy < 0.75f;
        return Rgb { 0.62f, 0.50f, 0.42f } * (0.6f + 0.6f * cell (block, 7, seed + 72)) * (pane ? 0.45f : 1.0f);
    }
    return Rgb { 0.16f, 0.27f, 0.10f } * (0.5f + 1.1f * noise (azimuth * 12, height * 40, seed + 73));
}

TextureSample window (Spot& s)
{
    // size_m: one pane with its share of the frame.
    TextureSample r;
    const float frame = s.line (std::min (s.edgeU(), s.edgeV()), std::min (0.11f, 0.16f * s.t.size_m[0]));
    const Rgb seen = outsideView (s.view, s.t.seed) * 0.85f;
    r.glow = seen * (1 - frame);
    r.albedo = mix (s.colour * 0.12f, s.joint, frame);
    r.gloss = frame > 0.5f ? 0.3f : 1.0f;
    r.tilt_u = 0.6f * frame * Spot::bevel (s.fx, s.t.size_m[0], 0.06f);
    r.tilt_v = 0.6f * frame * Spot::bevel (s.fy, s.t.size_m[1], 0.06f);
    return r;
}

TextureSample marble (Spot& s)
{
    const std::uint32_t slab = s.t.seed + 13 * static_cast<std::uint32_t> (s.column + 64) + 57 * static_cast<std::uint32_t> (s.row + 64);
    const float warp = 1.8f * fractal (s.u * 2.2f, s.v * 2.2f, slab + 1, 4);
    const float vein = std::abs (2 * fractal (s.u * 1.6f + warp, s.v * 1.3f + 0.7f * warp, slab + 7, 4) - 1);
    const float cloud = fractal (s.u * 3, s.v * 3, slab + 17, 3), seam = s.line (std::min (s.edgeU(), s.edgeV()), 0.004f);
    TextureSample r;
    r.albedo = mix (s.colour2, s.colour, std::pow (clamp01 (vein * 2.6f), 0.45f)) * (0.9f + 0.16f * cloud);
    r.albedo = mix (r.albedo, s.joint, 0.7f * seam);
    r.gloss = 1 - seam;
    return r;
}

TextureSample fabric (Spot& s)
{
    const float fine = s.detail (0.02f), thread = 0.5f + (noise (s.u * 190, s.v * 190, s.t.seed + 2) - 0.5f) * fine;
    const float cloud = fractal (s.u * 5, s.v * 5, s.t.seed + 4, 3);
    // Quilted seams at the element size give cushions and panels a scale.
    const float seam = s.line (std::min (s.edgeU(), s.edgeV()), 0.006f);
    TextureSample r;
    r.albedo = mix (s.colour, s.colour2, cloud) * (0.78f + 0.44f * thread) * (1 - 0.5f * seam);
    r.tilt_u = fine * (thread - 0.5f) * 0.9f + 0.35f * s.detail (0.1f) * Spot::bevel (s.fx, s.t.size_m[0], 0.03f);
    r.tilt_v = fine * (noise (s.u * 190, s.v * 190, s.t.seed + 3) - 0.5f) * 0.9f
               + 0.35f * s.detail (0.1f) * Spot::bevel (s.fy, s.t.size_m[1], 0.03f);
    return r;
}

TextureSample slats (Spot& s)
{
    // A slat is two thirds of an element; the gap shows the dark felt behind it.
    const float tone = cell (s.column, 0, s.t.seed + 3), grain = woodGrain (s.v, s.u, 9 * tone, s.t.seed);
    const float soft = 0.04f + 0.5f * s.footprint / s.t.size_m[0];
    const float gap = 1 - smoothStep (0.17f - soft, 0.17f + soft, std::min (s.fx, 1 - s.fx));
    TextureSample r;
    r.albedo = mix (s.colour, s.colour2, tone) * (0.78f + 0.44f * grain) * (0.85f + 0.3f * smoothStep (0.15f, 0.8f, s.fx));
    r.albedo = mix (r.albedo, s.joint * 0.25f, gap);
    r.gloss = 1 - gap;
    r.tilt_u = s.detail (s.t.size_m[0]) * 0.8f * Spot::bevel (s.fx, 1.0f, 0.28f) * (1 - gap);
    return r;
}

TextureSample perforated (Spot& s)
{
    // size_m: hole pitch. Panels of 24 holes are set apart by a joint.
    const float soft = 0.04f + 0.6f * s.footprint / s.t.size_m[0];
    const float d = std::hypot (s.fx - 0.5f, s.fy - 0.5f);
    const float hole = (1 - smoothStep (0.27f - soft, 0.27f + soft, d)) * clamp01 (1.2f - 0.5f * s.footprint / s.t.size_m[0]);
    const float px = std::abs (s.x / 24 - std::round (s.x / 24)) * 24 * s.t.size_m[0],
                py = std::abs (s.y / 24 - std::round (s.y / 24)) * 24 * s.t.size_m[1];
    TextureSample r;
    r.albedo = s.colour * (0.96f + 0.08f * fractal (s.u, s.v, s.t.seed, 2)) * (1 - 0.88f * hole);
    r.albedo = mix (r.albedo, s.joint, s.line (std::min (px, py), 0.008f));
    return r;
}

TextureSample grass (Spot& s)
{
    const float patch = fractal (s.u * 0.6f, s.v * 0.6f, s.t.seed + 2, 4), blade = fractal (s.u * 45, s.v * 14, s.t.seed + 5, 2);
    const float fine = s.detail (0.08f), tuft = fractal (s.u * 5, s.v * 5, s.t.seed + 6, 3);
    TextureSample r;
    r.albedo = mix (s.colour, s.colour2, smoothStep (0.3f, 0.7f, patch)) * (0.62f + 0.5f * tuft + (blade - 0.5f) * 0.6f * fine);
    r.tilt_u = (blade - 0.5f) * 1.4f * fine;
    r.tilt_v = (tuft - 0.5f) * 0.8f;
    return r;
}

TextureSample foliage (Spot& s)
{
    // Leaf clumps with dark gaps; size_m is the size of a leaf.
    const float cx = s.x + 0.8f * fractal (s.x * 0.7f, s.y * 0.7f, s.t.seed + 1, 2),
                cy = s.y + 0.8f * fractal (s.x * 0.7f + 9, s.y * 0.7f, s.t.seed + 2, 2);
    s.locate (cx, cy);
    const float leaf = std::hypot (s.fx - 0.3f - 0.4f * s.random (3), s.fy - 0.3f - 0.4f * s.random (4));
    const float gap = smoothStep (0.38f, 0.62f, leaf), clump = fractal (s.u * 4, s.v * 4, s.t.seed + 9, 3);
    TextureSample r;
    r.albedo = mix (s.colour, s.colour2, s.random (5)) * (0.55f + 0.9f * clump) * (1 - 0.75f * gap);
    r.tilt_u = (s.random (6) - 0.5f) * 1.6f;
    r.tilt_v = (s.random (7) - 0.5f) * 1.6f;
    return r;
}

TextureSample asphalt (Spot& s)
{
    const float grit = 0.5f + (noise (s.u * 140, s.v * 140, s.t.seed + 2) - 0.5f) * s.detail (0.015f),
                patch = fractal (s.u * 0.8f, s.v * 0.8f, s.t.seed + 4, 4);
    const float crack =
        1 - smoothStep (0.006f, 0.014f + 0.3f * s.footprint, std::abs (fractal (s.u * 0.7f, s.v * 0.7f, s.t.seed + 8, 4) - 0.5f));
    TextureSample r;
    r.albedo = mix (s.colour, s.colour2, patch) * (0.55f + 0.9f * grit) * (1 - 0.45f * crack);
    r.tilt_u = (grit - 0.5f) * 0.9f * s.detail (0.015f);
    return r;
}

TextureSample skyPattern (Spot& s)
{
    TextureSample r;
    const float cloud = smoothStep (0.45f, 0.75f, fractal (s.x * 3, s.y * 5, s.t.seed + 1, 5));
    r.albedo = mix (mix (s.colour, s.colour2, clamp01 (s.y)), { 0.92f, 0.92f, 0.93f }, 0.8f * cloud);
    r.glow = mix ({ 0.85f, 0.95f, 1.1f }, { 1.15f, 1.15f, 1.15f }, cloud);
    return r;
}

TextureSample poster (Spot& s)
{
    // One picture per element: frame, then an abstract landscape or blocks of colour.
    const float edge = std::min (s.edgeU(), s.edgeV()), small = std::min (s.t.size_m[0], s.t.size_m[1]);
    TextureSample r;
    r.gloss = 0.5f;
    if (edge < 0.04f * small)
    {
        r.albedo = s.joint;
        return r;
    }
    if (edge < 0.11f * small)
    {
        r.albedo = { 0.82f, 0.80f, 0.76f };
        return r;
    }
    const auto seed = s.t.seed + static_cast<std::uint32_t> (s.column * 7 + s.row * 13 + 991);
    if ((seed & 1U) != 0)
    {
        const float ridge = 0.35f + 0.3f * fractal (s.fx * 3, 0.5f, seed, 4), ridge2 = 0.25f + 0.2f * fractal (s.fx * 5, 4.5f, seed, 3);
        r.albedo = s.fy > ridge    ? mix (s.colour, { 0.85f, 0.83f, 0.8f }, s.fy)
                   : s.fy > ridge2 ? s.colour2
                                   : mix (s.colour2, s.colour * 0.4f, 0.7f);
    }
    else
    {
        const int bx = static_cast<int> (s.fx * (2 + static_cast<float> (seed % 3))),
                  by = static_cast<int> (s.fy * (2 + static_cast<float> ((seed >> 3) % 4)));
        const float k = cell (bx, by, seed);
        r.albedo = k < 0.35f  ? s.colour
                   : k < 0.6f ? s.colour2
                   : k < 0.8f ? Rgb { 0.8f, 0.78f, 0.72f }
                              : mix (s.colour, s.colour2, 0.5f) * 0.5f;
    }
    return r;
}

TextureSample screen (Spot& s)
{
    // size_m: the whole screen. Dark bezel; content is blocks of text-like lines where the material shines.
    TextureSample r;
    if (std::min (s.edgeU(), s.edgeV()) < 0.02f)
    {
        r.albedo = s.joint * 0.3f;
        r.glow = {};
        return r;
    }
    const int line = static_cast<int> (std::floor (s.fy * 18));
    const bool text = s.fy > 0.15f && s.fy < 0.75f && s.fx > 0.1f && s.fx < 0.25f + 0.6f * cell (line, 3, s.t.seed) && (line & 1) != 0;
    const bool title = s.fy > 0.82f && s.fy < 0.9f && s.fx > 0.1f && s.fx < 0.6f;
    r.albedo = s.colour;
    r.glow = mix (Rgb { 0.9f, 0.95f, 1.1f }, Rgb { 0.25f, 0.35f, 0.55f }, text || title ? 0.9f : 0.1f * s.fy);
    return r;
}

/// Short planks laid at right angles to each other: size_m is one plank (length, width).
TextureSample herringbone (Spot& s)
{
    // Diagonal stairs: in squares of one width, plank direction and start follow from the diagonal that a square lies on.
    const float width = s.t.size_m[1], ratio = std::max (2.0f, std::round (s.t.size_m[0] / width));
    const float a = (s.u + s.v) * 0.70711f / width, b = (s.v - s.u) * 0.70711f / width;
    const float cx = std::floor (a), cy = std::floor (b), period = 2 * ratio;
    float phase = cx - cy;
    phase -= period * std::floor (phase / period);
    const bool lying = phase < ratio;
    const float along = lying ? phase + (a - cx) : phase - ratio + 1 - (b - cy), across = lying ? b - cy : a - cx;
    const int row = static_cast<int> (lying ? cy : cx), column = static_cast<int> (lying ? cx - phase : cy + phase - ratio);
    const float tone = cell (column, row, s.t.seed + (lying ? 3U : 4U)),
                grain = woodGrain (along * width, across * width, 50 * tone, s.t.seed);
    const float gap = s.line (std::min (std::min (across, 1 - across), std::min (along, ratio - along)) * width, 0.003f);
    TextureSample r;
    r.albedo = mix (s.colour, s.colour2, tone) * (0.74f + 0.52f * grain);
    r.albedo = mix (r.albedo, s.colour * 0.25f, 0.8f * gap);
    r.gloss = 1 - 0.8f * gap;
    return r;
}

/// Regular hexagons; size_m[0] is their width.
TextureSample hexTiles (Spot& s)
{
    const float x = s.u / s.t.size_m[0], y = s.v / (s.t.size_m[0] * 1.1547f), row = 0.75f;
    // The nearest of the centres of two interleaved lattices.
    float best = 1e9f, dx = 0, dy = 0;
    int column = 0, line = 0;
    for (int k = -1; k <= 1; ++k)
    {
        const int j = static_cast<int> (std::floor (y / row)) + k;
        const float shift = (j & 1) != 0 ? 0.5f : 0.0f, i = std::round (x - shift), ex = x - i - shift,
                    ey = (y - static_cast<float> (j) * row) * 1.1547f;
        if (ex * ex + ey * ey < best)
        {
            best = ex * ex + ey * ey;
            dx = std::abs (ex);
            dy = std::abs (ey);
            column = static_cast<int> (i);
            line = j;
        }
    }
    const float edge = (0.5f - std::max (dx, 0.5f * dx + 0.86603f * dy)) * s.t.size_m[0];
    const float grout = s.line (std::max (edge, 0.0f), 0.004f), k = cell (column, line, s.t.seed + 3);
    TextureSample r;
    r.albedo = mix (k < 0.7f ? s.colour : s.colour2, s.joint, grout) * (0.92f + 0.12f * cell (column, line, s.t.seed + 4));
    r.gloss = 1 - grout;
    return r;
}

/// Upright stripes of two widths (wallpaper, cloth); size_m[0] is the pitch.
TextureSample stripes (Spot& s)
{
    const float soft = 0.02f + 0.6f * s.footprint / s.t.size_m[0], wide = s.fx < 0.55f ? s.fx : 1.1f - s.fx;
    const float broad = smoothStep (0.10f - soft, 0.10f + soft, wide), thin = 1 - smoothStep (0.0f, 0.03f + soft, std::abs (s.fx - 0.82f));
    const float fine = 0.96f + 0.08f * noise (s.u * 60, s.v * 60, s.t.seed + 5) * s.detail (0.03f);
    TextureSample r;
    r.albedo = mix (mix (s.colour2, s.colour, broad), s.colour2 * 0.7f, thin) * fine;
    return r;
}

/// Stains, dust and the darker traces of use that things collect.
float cleanliness (const Spot& s) noexcept
{
    const float cloud = smoothStep (0.45f, 0.75f, fractal (s.u * 1.7f, s.v * 1.7f, s.t.seed + 61, 4));
    const float runs = smoothStep (0.55f, 0.8f, fractal (s.u * 6, s.v * 0.5f, s.t.seed + 62, 3));
    const float spots = smoothStep (0.66f, 0.72f, noise (s.u * 7, s.v * 7, s.t.seed + 63)) * s.detail (0.15f);
    return 1 - s.t.wear * (0.45f * cloud + 0.3f * runs + 0.25f * spots);
}

TextureSample evaluate (Spot& s)
{
    switch (s.t.pattern)
    {
        case Pattern::plain: break;
        case Pattern::plaster: return plaster (s);
        case Pattern::brick: return brick (s);
        case Pattern::tiles: return tiles (s);
        case Pattern::planks: return planks (s);
        case Pattern::carpet: return carpet (s);
        case Pattern::concrete: return concrete (s);
        case Pattern::woodPanel: return woodPanel (s);
        case Pattern::acousticTile: return acousticTile (s);
        case Pattern::foam: return foam (s);
        case Pattern::curtain: return curtain (s);
        case Pattern::books: return books (s);
        case Pattern::window: return window (s);
        case Pattern::marble: return marble (s);
        case Pattern::fabric: return fabric (s);
        case Pattern::slats: return slats (s);
        case Pattern::perforated: return perforated (s);
        case Pattern::grass: return grass (s);
        case Pattern::foliage: return foliage (s);
        case Pattern::asphalt: return asphalt (s);
        case Pattern::sky: return skyPattern (s);
        case Pattern::poster: return poster (s);
        case Pattern::screen: return screen (s);
        case Pattern::herringbone: return herringbone (s);
        case Pattern::hexTiles: return hexTiles (s);
        case Pattern::stripes: return stripes (s);
    }
    TextureSample r;
    r.albedo = s.colour;
    return r;
}

}  // namespace

TextureSample sampleTexture (const Texture& texture, float u, float v, float footprint, Vec3 view) noexcept
{
    Spot spot (texture, u, v, footprint, view);
    auto result = evaluate (spot);
    if (texture.wear > 0)
        result.albedo *= cleanliness (spot);
    result.albedo = { std::clamp (result.albedo.r, 0.0f, 0.97f), std::clamp (result.albedo.g, 0.0f, 0.97f),
                      std::clamp (result.albedo.b, 0.0f, 0.97f) };
    if (texture.pattern == Pattern::plain && texture.wear <= 0)
        result.albedo = texture.colour;              // exact: measurements rely on it
    return result;
}

TextureMean meanOf (const Texture& texture) noexcept
{
    if (texture.pattern == Pattern::plain && texture.wear <= 0)
        return { texture.colour, { 1, 1, 1 } };
    constexpr int side = 24;
    TextureMean mean { {}, {} };
    for (int i = 0; i < side * side; ++i)
    {
        const float a = (static_cast<float> (i % side) + 0.5f) / side, b = (static_cast<float> (i / side) + 0.5f) / side;
        const auto view = Vec3 { std::cos (6.28f * a), std::sin (6.28f * a), 0.9f * b - 0.3f };
        // A square of four elements; irrational steps keep regular patterns from lining up with the grid.
        const auto s =
            sampleTexture (texture, 4 * texture.size_m[0] * (a + 0.0137f * b), 4 * texture.size_m[1] * (b + 0.0171f * a), 1e-3f, view);
        mean.albedo += s.albedo;
        mean.glow += s.glow;
    }
    mean.albedo *= 1.0f / (side * side);
    mean.glow *= 1.0f / (side * side);
    return mean;
}

Rgb skyView (Vec3 d, std::uint32_t seed) noexcept
{
    if (d.z <= 0)
        return Rgb { 0.62f, 0.62f, 0.62f };
    const float up = std::pow (d.z, 0.6f);
    const Rgb clear = mix ({ 1.25f, 1.24f, 1.2f }, { 0.55f, 0.75f, 1.1f }, up);
    const float scale = 1.2f / (d.z + 0.12f);
    const float cloud = smoothStep (0.48f, 0.72f, fractal (d.x * scale, d.y * scale, seed + 5, 5)) * smoothStep (0.0f, 0.15f, d.z);
    return mix (clear, { 1.3f, 1.3f, 1.3f }, 0.75f * cloud);
}

}  // namespace lumiverb::tracer
