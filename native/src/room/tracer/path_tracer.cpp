// SPDX-License-Identifier: AGPL-3.0-or-later
#include "path_tracer.h"
#include "parallel.h"

namespace lumiverb::tracer {
namespace {

/// Windows are shown darker than they light the room, as a photographer exposes for both.
constexpr float windowExposure = 0.3f;

std::vector<TextureMean> meansOf (const Scene& scene)
{
    std::vector<TextureMean> means;
    for (const auto& material : scene.materials)
        means.push_back (meanOf (material.texture));
    return means;
}

/// Plain random numbers with the interface of PixelSampler.
struct PlainSampler
{
    Random random;
    std::array<float, 2> pair() noexcept
    {
        const float a = random.unit();
        return { a, random.unit() };
    }
    std::array<float, 2> loosePair() noexcept { return pair(); }
};

float schlick (float f0, float cosine) noexcept
{
    const float m = clamp01 (1 - cosine), m2 = m * m;
    return f0 + (1 - f0) * m2 * m2 * m;
}

Rgb limited (Rgb value, float clamp) noexcept
{
    const float peak = largest (value);
    return peak > clamp ? value * (clamp / peak) : value;
}

/// Direction about the mirror direction; spread grows with the square of the roughness.
Vec3 glossyDirection (Vec3 mirror, float roughness, float a, float b) noexcept
{
    const float alpha = roughness * roughness, cosine = std::sqrt ((1 - a) / (1 + (alpha * alpha - 1) * a + 1e-9f));
    const float sine = std::sqrt (std::max (0.0f, 1 - cosine * cosine)), angle = 2 * pi * b;
    const auto frame = frameAround (mirror);
    return normalised (frame.u * (sine * std::cos (angle)) + frame.v * (sine * std::sin (angle)) + mirror * cosine);
}

}  // namespace

/// What one path brings back.
struct PathTracer::Path
{
    Rgb reflected, emitted, albedo { 1, 1, 1 };
    Vec3 normal;
    float depth = 0;
};

PathTracer::PathTracer (const Scene& scene, const Geometry& geometry)
    : scene_ (scene)
    , geometry_ (geometry)
    , means_ (meansOf (scene))
    , lights_ (scene, geometry, means_)
    , sunDirection_ (normalised (scene.sun_direction))
    , hasPanes_ (scene.volume_m3 > 0
                 && std::any_of (scene.materials.begin(), scene.materials.end(),
                                 [] (const Material& m) { return m.texture.pattern == Pattern::window; }))
{}

PathTracer::Eye PathTracer::eyeFor (const PictureOptions& options) const
{
    const auto& camera = scene_.camera;
    Eye eye;
    eye.position = camera.position;
    eye.forward = normalised (camera.target - camera.position);
    if (length (camera.target - camera.position) < 1e-6f)
        eye.forward = { 1, 0, 0 };
    const Vec3 upward = std::abs (eye.forward.z) > 0.999f ? Vec3 { 1, 0, 0 } : Vec3 { 0, 0, 1 };
    const auto right = normalised (cross (eye.forward, upward)), up = cross (right, eye.forward);
    const float roll = camera.roll_deg * pi / 180, half = std::tan (camera.fov_deg * pi / 360);
    eye.right = (right * std::cos (roll) + up * std::sin (roll)) * half;
    eye.up = (up * std::cos (roll) - right * std::sin (roll))
             * (half * static_cast<float> (options.height) / static_cast<float> (options.width));
    eye.pixelAngle = 2 * half / static_cast<float> (options.width);
    return eye;
}

Ray PathTracer::rayThrough (const Eye& eye, const PictureOptions& options, float x, float y) const noexcept
{
    const float across = 2 * x / static_cast<float> (options.width) - 1, upwards = 1 - 2 * y / static_cast<float> (options.height);
    return { eye.position, normalised (eye.forward + eye.right * across + eye.up * upwards) };
}

Rgb PathTracer::skyRadiance (Vec3 direction, bool seen) const noexcept
{
    const Rgb sky (scene_.sky);
    if (! seen || largest (sky) <= 0)
        return sky;
    return sky * skyView (direction, static_cast<std::uint32_t> (scene_.seed));
}

/// Sunlight passes clear panes (not their frames) on its way in.
bool PathTracer::sunShines (Ray ray) const noexcept
{
    if (! hasPanes_)
        return ! geometry_.blocked (ray, 1e30f);
    for (int pane = 0; pane < 4; ++pane)
    {
        const auto hit = geometry_.closest (ray);
        if (! hit)
            return true;
        const auto s = geometry_.surfaceAt (ray, hit);
        const auto& material = scene_.materials[static_cast<std::size_t> (s.material)];
        if (material.texture.pattern != Pattern::window
            || largest (sampleTexture (material.texture, s.u, s.v, 0.01f, ray.direction).glow) <= 0)
            return false;
        ray.origin = leaving (s.position, s.normal * -1.0f);
    }
    return false;
}

/// Direct light that a white diffuse surface would reflect (irradiance / pi): lamps by resampling a few candidates with
/// their unshadowed contribution (Talbot 2005), then one shadow ray; and the sun.
template <typename Sampler>
Rgb PathTracer::lightAt (const SurfacePoint& s, Vec3 shadingNormal, Sampler& sampler) const noexcept
{
    Rgb sum;
    const auto start = leaving (s.position, s.normal);
    if (! lights_.empty())
    {
        const int candidates = lights_.size() == 1 ? 1 : 4;
        const auto choice = sampler.pair(), place = sampler.pair();
        float total = 0, chosenTarget = 0, pick = choice[1];
        LightPoint chosen;
        for (int i = 0; i < candidates; ++i)
        {
            const auto light = lights_.choose ((static_cast<float> (i) + choice[0]) / static_cast<float> (candidates));
            const float shift = 0.618034f * static_cast<float> (i), shift2 = 0.754878f * static_cast<float> (i);
            const auto point = lights_.pointOn (light.index, place[0] + shift - std::floor (place[0] + shift),
                                                place[1] + shift2 - std::floor (place[1] + shift2));
            const auto way = point.position - start;
            const float squared = std::max (dot (way, way), 1e-4f), inverse = 1 / std::sqrt (squared);
            const float atSurface = dot (shadingNormal, way) * inverse, along = -dot (point.normal, way) * inverse;
            const float atLight = point.bothSides ? std::abs (along) : along;
            if (atSurface <= 0 || atLight <= 0 || dot (s.normal, way) <= 0 || light.probability <= 0)
                continue;
            const float target = luminance (point.radiance) * atSurface * atLight / squared;
            const float weight = target * point.area / (light.probability * static_cast<float> (candidates));
            total += weight;
            // One random number serves all choices: it is stretched after each.
            if (const float keep = total > 0 ? weight / total : 0.0f; keep > 0)
            {
                if (pick < keep)
                {
                    chosen = point;
                    chosenTarget = target;
                    pick /= keep;
                }
                else
                    pick = (pick - keep) / std::max (1 - keep, 1e-9f);
            }
        }
        if (total > 0 && chosenTarget > 0 && geometry_.visible (start, chosen.position))
            sum += chosen.radiance * (total / (luminance (chosen.radiance) * pi));
    }
    const float sunlit = dot (shadingNormal, sunDirection_);
    if (scene_.sun[0] + scene_.sun[1] + scene_.sun[2] > 0 && sunlit > 0 && dot (s.normal, sunDirection_) > 0)
    {
        const auto disc = sampler.loosePair();            // half a degree of sun gives soft shadow edges
        const auto frame = frameAround (sunDirection_);
        const auto way = normalised (sunDirection_ + frame.u * (0.016f * (disc[0] - 0.5f)) + frame.v * (0.016f * (disc[1] - 0.5f)));
        if (sunShines ({ start, way }))
            sum += Rgb (scene_.sun) * (sunlit / pi);
    }
    return sum;
}

/// What a glossy reflection shows: lamps, windows and sky as they are, other surfaces in their mean colour.
template <typename Sampler>
Rgb PathTracer::reflectedLight (const Ray& ray, const RadianceCache& cache, Sampler& sampler) const noexcept
{
    const auto hit = geometry_.closest (ray);
    if (! hit)
        return skyRadiance (ray.direction, true);
    const auto s = geometry_.surfaceAt (ray, hit);
    const auto& material = scene_.materials[static_cast<std::size_t> (s.material)];
    Rgb light;
    if (! cache.look (s.position, s.normal, light))
        light = lightAt (s, s.normal, sampler);
    light *= means_[static_cast<std::size_t> (s.material)].albedo;
    if (largest (material.emission) > 0)
        light += Rgb (material.emission) * sampleTexture (material.texture, s.u, s.v, 0.01f, ray.direction).glow
                 * (material.texture.pattern == Pattern::window ? windowExposure : 1.0f);
    return light;
}

/// Random paths from the camera deposit the light that they find at every surface after the first one.
RadianceCache PathTracer::fillCache (const Eye& eye, const PictureOptions& options, float& brightness) const
{
    const auto extent = geometry_.high() - geometry_.low();
    RadianceCache cache (std::clamp (0.035f * length (extent), 0.08f, 1.5f));
    constexpr int numChunks = 32, pathsPerChunk = 400, depth = 24;
    struct Vertex
    {
        Vec3 position, normal;
        Rgb albedo, light;
        float survive;
    };
    struct Record
    {
        Vec3 position, normal;
        Rgb light;
    };
    std::vector<std::vector<Record>> records (numChunks);
    std::vector<double> sums (numChunks);
    parallelFor (numChunks, options.threads,
                 [&] (int chunk)
                 {
                     PlainSampler sampler { Random (hash64 (options.seed) + static_cast<std::uint64_t> (chunk)) };
                     for (int path = 0; path < pathsPerChunk; ++path)
                     {
                         const auto pixel = sampler.pair();
                         Ray ray = rayThrough (eye, options, pixel[0] * static_cast<float> (options.width),
                                               pixel[1] * static_cast<float> (options.height));
                         Vertex vertices[depth];
                         int count = 0;
                         Rgb fromSky;
                         while (count < depth)
                         {
                             const auto hit = geometry_.closest (ray);
                             if (! hit)
                             {
                                 fromSky = scene_.sky;
                                 break;
                             }
                             const auto s = geometry_.surfaceAt (ray, hit);
                             const auto albedo = means_[static_cast<std::size_t> (s.material)].albedo;
                             // Roulette, not a fixed depth: the last surfaces of the path have to see as many bounces as the first.
                             const float survive = std::clamp (largest (albedo), 0.2f, 0.9f);
                             vertices[count++] = { s.position, s.normal, albedo, lightAt (s, s.normal, sampler), survive };
                             if (sampler.random.unit() >= survive)
                                 break;
                             const auto turn = sampler.pair();
                             ray = { leaving (s.position, s.normal), cosineDirection (s.normal, turn[0], turn[1]) };
                         }
                         Rgb arriving = fromSky;
                         for (int i = count - 1; i >= 0; --i)
                         {
                             const auto light = vertices[i].light + arriving * (1 / vertices[i].survive);
                             if (i > 0)
                                 records[static_cast<std::size_t> (chunk)].push_back ({ vertices[i].position, vertices[i].normal, light });
                             arriving = vertices[i].albedo * light;
                         }
                         sums[static_cast<std::size_t> (chunk)] += luminance (arriving);
                     }
                 });
    double sum = 0;
    for (const double chunk : sums)
        sum += chunk;
    brightness = static_cast<float> (sum / (numChunks * pathsPerChunk));
    for (const auto& chunk : records)
        for (const auto& record : chunk)
            cache.add (record.position, record.normal, limited (record.light, 300 * brightness));
    return cache;
}

void PathTracer::trace (Ray ray, const Eye& eye, int maxBounces, const RadianceCache& cache, float clamp, PixelSampler& sampler,
                        Path& path) const noexcept
{
    Rgb throughput { 1, 1, 1 };
    bool mirrorOnly = true, seesLights = true;       // so far only mirrors; emission counts after the camera and glossy bounces
    float travelled = 0;
    for (int bounce = 0; bounce <= maxBounces; ++bounce)
    {
        const auto hit = geometry_.closest (ray);
        if (! hit)
        {
            const auto sky = throughput * skyRadiance (ray.direction, mirrorOnly);
            if (mirrorOnly)
                path.emitted += sky;
            else
                path.reflected += limited (sky, clamp);
            break;
        }
        travelled += hit.distance;
        const auto s = geometry_.surfaceAt (ray, hit);
        const auto& material = scene_.materials[static_cast<std::size_t> (s.material)];
        const auto& mean = means_[static_cast<std::size_t> (s.material)];
        TextureSample texture { mean.albedo, 0, 0, 1, mean.glow };
        Vec3 normal = s.normal;
        const float facing = -dot (s.normal, ray.direction);
        if (mirrorOnly)
        {
            const bool seamless = geometry_.primitives()[static_cast<std::size_t> (hit.primitive)].shape == Shape::quad
                                  && ! startsAtCorner (material.texture.pattern);
            const float u = seamless ? dot (s.position, s.tangent_u) : s.u, v = seamless ? dot (s.position, s.tangent_v) : s.v;
            texture =
                sampleTexture (material.texture, u, v, travelled * eye.pixelAngle / std::sqrt (std::max (facing, 0.05f)), ray.direction);
            if (texture.tilt_u != 0 || texture.tilt_v != 0)
            {
                normal = normalised (s.normal - s.tangent_u * texture.tilt_u - s.tangent_v * texture.tilt_v);
                if (dot (normal, ray.direction) > -0.02f)
                    normal = s.normal;
            }
        }
        if (seesLights && largest (material.emission) > 0)
        {
            auto emission = throughput * Rgb (material.emission) * texture.glow;
            if (mirrorOnly)
                path.emitted += emission * (material.texture.pattern == Pattern::window ? windowExposure : 1.0f);
            else
                path.reflected += limited (emission, clamp);
        }

        const float cosine = clamp01 (-dot (normal, ray.direction));
        const bool metal = material.specular > 0.3f;
        if (metal && bounce < maxBounces)
        {
            // Mirror or diffuse: one of the two.
            const float gloss = schlick (material.specular * texture.gloss, cosine), chance = std::clamp (2.5f * gloss, 0.12f, 0.92f);
            const auto choice = sampler.pair(), lobe = sampler.pair();
            if (choice[0] < chance)
            {
                throughput *= texture.albedo * (gloss / chance);
                auto out = glossyDirection (reflect (ray.direction, normal), material.roughness, lobe[0], lobe[1]);
                if (dot (out, s.normal) <= 0)
                    out = reflect (ray.direction, s.normal);
                if (mirrorOnly && material.roughness > 0.12f)
                {
                    // The denoiser sees this surface, not the one in the reflection.
                    path.albedo = texture.albedo;
                    path.normal = normal;
                    path.depth = travelled;
                    mirrorOnly = false;
                }
                ray = { leaving (s.position, s.normal), out };
                seesLights = true;
                continue;
            }
            throughput *= (1 - gloss) / (1 - chance);
        }
        else if (mirrorOnly && material.specular > 0)
        {
            // Varnish, tiles, glass: the reflection is added to the diffuse light, mostly one step deep.
            const float gloss = schlick (material.specular * texture.gloss, cosine) * (1 - 0.8f * material.roughness);
            const float chance = std::min (1.0f, 8 * gloss);
            const auto choice = sampler.loosePair(), lobe = sampler.pair();
            if (choice[0] < chance)
            {
                auto out = glossyDirection (reflect (ray.direction, normal), material.roughness, lobe[0], lobe[1]);
                if (dot (out, s.normal) <= 0)
                    out = reflect (ray.direction, s.normal);
                path.reflected += limited (
                    throughput * reflectedLight ({ leaving (s.position, s.normal), out }, cache, sampler) * (gloss / chance), clamp);
            }
            throughput *= 1 - gloss;
        }

        if (mirrorOnly)
        {
            path.albedo = texture.albedo;
            path.normal = normal;
            path.depth = travelled;
        }
        throughput *= texture.albedo;
        Rgb cached;
        if (bounce > 0 && ! mirrorOnly)
        {
            // A random shift hides the borders of the cells.
            const auto shift = sampler.loosePair();
            const auto around = s.position + (s.tangent_u * (shift[0] - 0.5f) + s.tangent_v * (shift[1] - 0.5f)) * cache.cellSize();
            if (cache.look (around, s.normal, cached))
            {
                path.reflected += limited (throughput * cached, clamp);
                break;
            }
        }
        path.reflected += limited (throughput * lightAt (s, normal, sampler), bounce == 0 ? 40 * clamp : clamp);
        mirrorOnly = false;
        seesLights = false;
        if (bounce >= 2)
        {
            const float survive = std::min (0.95f, largest (throughput));
            if (sampler.loosePair()[0] >= survive)
                break;
            throughput *= 1 / survive;
        }
        const auto turn = sampler.pair();
        const auto out = cosineDirection (normal, turn[0], turn[1]);
        if (dot (out, s.normal) <= 0)
            break;
        ray = { leaving (s.position, s.normal), out };
    }
}

Film PathTracer::render (const PictureOptions& options) const
{
    const auto pixels = static_cast<std::size_t> (options.width) * static_cast<std::size_t> (options.height);
    Film film { options.width, options.height, {}, {}, {}, {}, {}, {} };
    film.reflected.resize (pixels);
    film.emitted.resize (pixels);
    film.albedo.resize (pixels);
    film.normal.resize (pixels);
    film.depth.resize (pixels);
    film.variance.resize (pixels);

    const auto eye = eyeFor (options);
    float brightness = 0;
    const auto cache = fillCache (eye, options, brightness);
    const float clamp = 4 * std::max (brightness, 1e-4f), scale = 1.0f / static_cast<float> (options.samplesPerPixel);
    parallelFor (options.height, options.threads,
                 [&] (int y)
                 {
                     for (int x = 0; x < options.width; ++x)
                     {
                         const auto i =
                             static_cast<std::size_t> (y) * static_cast<std::size_t> (options.width) + static_cast<std::size_t> (x);
                         PixelSampler sampler (options.seed, static_cast<std::uint32_t> (i));
                         Path sum;
                         sum.albedo = {};
                         float squares = 0;
                         for (int sample = 0; sample < options.samplesPerPixel; ++sample)
                         {
                             sampler.startSample (static_cast<std::uint32_t> (sample));
                             const auto jitter = sampler.pair();
                             Path path;
                             trace (rayThrough (eye, options, static_cast<float> (x) + jitter[0], static_cast<float> (y) + jitter[1]), eye,
                                    options.maxBounces, cache, clamp, sampler, path);
                             sum.reflected += path.reflected;
                             sum.emitted += path.emitted;
                             sum.albedo += path.albedo;
                             sum.normal = sum.normal + path.normal;
                             sum.depth += path.depth;
                             squares += luminance (path.reflected) * luminance (path.reflected);
                         }
                         film.reflected[i] = sum.reflected * scale;
                         film.emitted[i] = sum.emitted * scale;
                         film.albedo[i] = sum.albedo * scale;
                         film.normal[i] = sum.normal * scale;
                         film.depth[i] = sum.depth * scale;
                         const float mean = luminance (film.reflected[i]);
                         film.variance[i] = std::max (0.0f, squares * scale - mean * mean) * scale;
                     }
                 });
    return film;
}

std::vector<SeenSurface> PathTracer::surfaces (const PictureOptions& options) const
{
    std::vector<SeenSurface> result;
    result.reserve (static_cast<std::size_t> (options.width) * static_cast<std::size_t> (options.height));
    const auto eye = eyeFor (options);
    for (int y = 0; y < options.height; ++y)
        for (int x = 0; x < options.width; ++x)
        {
            const auto ray = rayThrough (eye, options, static_cast<float> (x) + 0.5f, static_cast<float> (y) + 0.5f);
            auto& seen = result.emplace_back();
            const auto hit = geometry_.closest (ray);
            if (! hit)
                continue;
            const auto s = geometry_.surfaceAt (ray, hit);
            seen = { hit.distance, clamp01 (-dot (s.normal, ray.direction)), s.normal.z,
                     scene_.materials[static_cast<std::size_t> (s.material)].absorption };
        }
    return result;
}

}  // namespace lumiverb::tracer
