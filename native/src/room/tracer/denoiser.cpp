// SPDX-License-Identifier: AGPL-3.0-or-later
// After Dammertz et al. 2010 (a-trous) with the variance-steered luminance weight of Schied et al. 2017 (SVGF).
#include "develop.h"
#include "parallel.h"

namespace lumiverb::tracer {
namespace {

constexpr float albedoFloor = 0.02f;
constexpr float kernel[3] { 0.375f, 0.25f, 0.0625f };   // B3 spline

struct Layer
{
    std::vector<Rgb> colour;
    std::vector<float> variance;
};

/// A pixel's own variance estimate is noisy at few samples: average it over 3 x 3.
std::vector<float> smoothedVariance (const Film& film, const std::vector<float>& variance)
{
    std::vector<float> result (variance.size());
    for (int y = 0; y < film.height; ++y)
        for (int x = 0; x < film.width; ++x)
        {
            float sum = 0, weight = 0;
            for (int v = std::max (0, y - 1); v <= std::min (film.height - 1, y + 1); ++v)
                for (int u = std::max (0, x - 1); u <= std::min (film.width - 1, x + 1); ++u)
                {
                    const float w = (u == x ? 2.0f : 1.0f) * (v == y ? 2.0f : 1.0f);
                    sum += w * variance[static_cast<std::size_t> (v * film.width + u)];
                    weight += w;
                }
            result[static_cast<std::size_t> (y * film.width + x)] = sum / weight;
        }
    return result;
}

/// Brings single bright pixels down to the second brightest of their neighbours: the weights below would keep them.
void removeFireflies (const Film& film, Layer& layer)
{
    const auto before = layer.colour;
    for (int y = 0; y < film.height; ++y)
        for (int x = 0; x < film.width; ++x)
        {
            float first = 0, second = 0;
            for (int v = std::max (0, y - 1); v <= std::min (film.height - 1, y + 1); ++v)
                for (int u = std::max (0, x - 1); u <= std::min (film.width - 1, x + 1); ++u)
                {
                    const float l = u == x && v == y ? 0.0f : luminance (before[static_cast<std::size_t> (v * film.width + u)]);
                    second = std::max (second, std::min (first, l));
                    first = std::max (first, l);
                }
            const auto i = static_cast<std::size_t> (y * film.width + x);
            if (const float l = luminance (before[i]); l > second && second > 0)
            {
                layer.colour[i] = before[i] * (second / l);
                layer.variance[i] *= (second / l) * (second / l);
            }
        }
}

Layer pass (const Film& film, const Layer& in, int step, int threads)
{
    const auto variance = smoothedVariance (film, in.variance);
    Layer out { std::vector<Rgb> (in.colour.size()), std::vector<float> (in.variance.size()) };
    parallelFor (film.height, threads,
                 [&] (int y)
                 {
                     for (int x = 0; x < film.width; ++x)
                     {
                         const auto centre = static_cast<std::size_t> (y * film.width + x);
                         const float lum = luminance (in.colour[centre]);
                         const float tolerance = 1 / (3.0f * std::sqrt (variance[centre]) + 1e-4f + 0.01f * lum);
                         const float depthScale = 1 / (0.02f * film.depth[centre] * static_cast<float> (step) + 1e-3f);
                         Rgb sum;
                         float weights = 0, varianceSum = 0;
                         for (int j = -2; j <= 2; ++j)
                             for (int i = -2; i <= 2; ++i)
                             {
                                 const int u = x + i * step, v = y + j * step;
                                 if (u < 0 || v < 0 || u >= film.width || v >= film.height)
                                     continue;
                                 const auto other = static_cast<std::size_t> (v * film.width + u);
                                 const auto turn = film.normal[centre] - film.normal[other];
                                 const float distance = 18 * dot (turn, turn)
                                                        + std::abs (film.depth[centre] - film.depth[other]) * depthScale
                                                        + std::abs (lum - luminance (in.colour[other])) * tolerance;
                                 if (distance > 8)
                                     continue;
                                 const float w = kernel[std::abs (i)] * kernel[std::abs (j)] * std::exp (-distance);
                                 sum += in.colour[other] * w;
                                 varianceSum += w * w * in.variance[other];
                                 weights += w;
                             }
                         out.colour[centre] = sum * (1 / weights);
                         out.variance[centre] = varianceSum / (weights * weights);
                     }
                 });
    return out;
}

}  // namespace

void denoise (Film& film, int threads)
{
    Layer light { std::vector<Rgb> (film.reflected.size()), std::vector<float> (film.reflected.size()) };
    const auto safe = [] (Rgb a) { return Rgb { a.r + albedoFloor, a.g + albedoFloor, a.b + albedoFloor }; };
    for (std::size_t i = 0; i < film.reflected.size(); ++i)
    {
        const auto albedo = safe (film.albedo[i]);
        const float a = luminance (albedo);
        light.colour[i] = { film.reflected[i].r / albedo.r, film.reflected[i].g / albedo.g, film.reflected[i].b / albedo.b };
        light.variance[i] = film.variance[i] / (a * a);
    }
    removeFireflies (film, light);
    for (const int step : { 1, 2, 4, 8 })
        light = pass (film, light, step, threads);
    for (std::size_t i = 0; i < film.reflected.size(); ++i)
        film.reflected[i] = light.colour[i] * safe (film.albedo[i]);
}

}  // namespace lumiverb::tracer
