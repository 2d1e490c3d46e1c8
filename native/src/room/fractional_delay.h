// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <array>
#include <cmath>
#include <numbers>

namespace lumiverb {

inline constexpr int delayTaps = 16;

/// Kaiser-windowed sinc: taps[i] stands at sample floor (delay) - delayTaps / 2 + 1 + i.
inline std::array<float, delayTaps> fractionalDelay (double fraction)
{
    static const auto bessel = [] (double x)
    {
        double sum = 1, term = 1;
        for (int k = 1; k < 25; ++k)
        {
            term *= (x / (2.0 * k)) * (x / (2.0 * k));
            sum += term;
        }
        return sum;
    };
    static const double scale = 1.0 / bessel (6.0);
    std::array<float, delayTaps> taps {};
    double sum = 0;
    for (int i = 0; i < delayTaps; ++i)
    {
        const double t = i - (delayTaps / 2 - 1) - fraction, r = 2.0 * t / delayTaps;
        const double sinc = std::abs (t) < 1.0e-9 ? 1.0 : std::sin (std::numbers::pi * t) / (std::numbers::pi * t);
        const double value = std::abs (r) >= 1 ? 0.0 : sinc * bessel (6.0 * std::sqrt (1 - r * r)) * scale;
        taps[static_cast<std::size_t> (i)] = static_cast<float> (value);
        sum += value;
    }
    for (auto& tap : taps)
        tap = static_cast<float> (tap / sum);
    return taps;
}

/// Adds gain * pulse, delayed by delay_samples, to target (what falls outside is left out).
template <typename Pulse, typename Target>
void addDelayed (const Pulse& pulse, double delay_samples, float gain, Target& target)
{
    const double whole = std::floor (delay_samples);
    const auto taps = fractionalDelay (delay_samples - whole);
    const auto first = static_cast<std::ptrdiff_t> (whole) - delayTaps / 2 + 1;
    for (std::ptrdiff_t k = 0; k < delayTaps; ++k)
    {
        const float tap = gain * taps[static_cast<std::size_t> (k)];
        const std::ptrdiff_t start = first + k, size = static_cast<std::ptrdiff_t> (target.size());
        const std::ptrdiff_t begin = std::max<std::ptrdiff_t> (0, -start);
        const std::ptrdiff_t end = std::min<std::ptrdiff_t> (static_cast<std::ptrdiff_t> (pulse.size()), size - start);
        for (std::ptrdiff_t i = begin; i < end; ++i)
            target[static_cast<std::size_t> (start + i)] += tap * pulse[static_cast<std::size_t> (i)];
    }
}

}  // namespace lumiverb
