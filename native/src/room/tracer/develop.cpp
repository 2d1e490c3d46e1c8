// SPDX-License-Identifier: AGPL-3.0-or-later
#include "develop.h"

namespace lumiverb::tracer {
namespace {

/// Where the log-average of the picture comes to lie before the curve: as bright as photographs of rooms are.
constexpr float middleGrey = 0.26f;

/// Log-average of the luminance; the brightest and darkest few per cent (lamps, corners) do not count.
float keyLuminance (const Film& film)
{
    std::vector<float> values (film.reflected.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = luminance (film.at (i));
    const auto low = values.size() / 50, high = values.size() - values.size() / 20;
    std::sort (values.begin(), values.end());
    double sum = 0;
    for (auto i = low; i < high; ++i)
        sum += std::log (1e-5 + values[i]);
    return static_cast<float> (std::exp (sum / static_cast<double> (std::max<std::size_t> (1, high - low))));
}

/// Filmic curve (Narkowicz 2016 fit of the ACES reference transform).
float filmic (float x) noexcept { return clamp01 (x * (2.51f * x + 0.03f) / (x * (2.43f * x + 0.59f) + 0.14f)); }

float encodeSrgb (float x) noexcept { return x <= 0.0031308f ? 12.92f * x : 1.055f * std::pow (x, 1 / 2.4f) - 0.055f; }

}  // namespace

Picture develop (const Film& film, const PictureOptions& options)
{
    const float exposure = std::exp2 (options.exposure_ev) / std::max (keyLuminance (film), 1e-6f);
    const Rgb gain = Rgb (options.whiteBalance) * exposure;
    Picture picture { film.width, film.height, {} };
    picture.rgb.reserve (3 * film.reflected.size());
    for (std::size_t i = 0; i < film.reflected.size(); ++i)
    {
        const auto c = film.at (i) * gain;
        for (const float channel : { c.r, c.g, c.b })
        {
            const float light = middleGrey * std::pow (std::max (channel, 0.0f), options.contrast);
            picture.rgb.push_back (static_cast<std::uint8_t> (encodeSrgb (filmic (light)) * 255 + 0.5f));
        }
    }
    return picture;
}

}  // namespace lumiverb::tracer
