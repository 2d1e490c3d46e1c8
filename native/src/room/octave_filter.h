// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/bands.h"
#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <optional>

namespace lumiverb {

/// Octave band-pass, Butterworth of order 3 per edge (IEC 61260 class 1 shape), as three state-variable sections.
/// State variables instead of biquads: they stay accurate in single precision at 125 Hz and 384 kHz.
struct OctaveFilter
{
    struct Section
    {
        double g, k;
    };                 ///< tan (pi f / fs), 1 / Q
    std::array<Section, 3> sections;
    double gain = 1;

    /// Empty when the band lies above what the sample rate carries. A band that it cuts is narrowed.
    static std::optional<OctaveFilter> design (double centre_hz, double sampleRate)
    {
        const double low = centre_hz / std::numbers::sqrt2, high = std::min (centre_hz * std::numbers::sqrt2, 0.49 * sampleRate);
        if (low >= 0.4 * sampleRate)
            return {};
        const double w1 = std::tan (std::numbers::pi * low / sampleRate), w2 = std::tan (std::numbers::pi * high / sampleRate);
        const double bandwidth = w2 - w1, centre = std::sqrt (w1 * w2);

        OctaveFilter filter;
        filter.sections[0] = { centre, bandwidth / centre };
        const std::complex<double> pole (-0.5, std::sqrt (0.75));
        const auto root = std::sqrt (pole * pole * bandwidth * bandwidth - 4.0 * centre * centre);
        for (int i = 0; i < 2; ++i)
        {
            const auto s = 0.5 * (pole * bandwidth + (i == 0 ? root : -root));
            filter.sections[static_cast<std::size_t> (i + 1)] = { std::abs (s), -2.0 * s.real() / std::abs (s) };
        }
        double response = 1;
        for (const auto& [g, k] : filter.sections)
        {
            const std::complex<double> s (0, centre / g);
            response *= std::abs (k * s / (s * s + k * s + 1.0));
        }
        filter.gain = 1.0 / response;
        return filter;
    }
};

/// A running OctaveFilter in double precision, for analysis.
class OctaveFilterState
{
public:
    explicit OctaveFilterState (const OctaveFilter& filter) : gain_ (filter.gain)
    {
        for (std::size_t i = 0; i < 3; ++i)
        {
            const auto [g, k] = filter.sections[i];
            auto& s = sections_[i];
            s.k = k;
            s.a1 = 1.0 / (1.0 + g * (g + k));
            s.a2 = g * s.a1;
            s.a3 = g * s.a2;
        }
    }

    double process (double x)
    {
        for (auto& s : sections_)
        {
            const double v3 = x - s.ic2;
            const double v1 = s.a1 * s.ic1 + s.a2 * v3;
            const double v2 = s.ic2 + s.a2 * s.ic1 + s.a3 * v3;
            s.ic1 = 2 * v1 - s.ic1;
            s.ic2 = 2 * v2 - s.ic2;
            x = s.k * v1;
        }
        return gain_ * x;
    }

private:
    struct Section
    {
        double a1, a2, a3, k, ic1 = 0, ic2 = 0;
    };
    std::array<Section, 3> sections_;
    double gain_;
};

}  // namespace lumiverb
