// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <array>
#include <vector>

namespace lumiverb {

/// Spherical head (radius 87.5 mm, ears at +-100 degrees) after Brown & Duda (1998): Woodworth delay and a one-pole, one-zero head
/// shadow per ear. Any sample rate; free of measured data.
struct HeadModel
{
    static constexpr double radius_m = 0.0875;
    static constexpr double earAzimuth_deg = 100.0;

    /// Delay against the arrival at the head's centre in s; negative at the near ear.
    static double delay_s (double incidence_rad);
    /// First-order shelf of the head's shadow: y = b0 x + b1 x[-1] - a1 y[-1].
    struct Shadow
    {
        float b0, b1, a1;
    };
    static Shadow shadow (double incidence_rad, double sampleRate);
    /// Angle between a direction (unit vector: x ahead, y left, z up) and the ear (0 = left, 1 = right).
    static double incidence_rad (int ear, double x, double y, double z);
};

/// Head-related impulse responses of the model (left, right), `length` samples; the earlier ear starts at sample 0.
/// Azimuth positive to the left, as in SOFA.
std::array<std::vector<float>, 2> headImpulseResponse (double azimuth_deg, double elevation_deg, double sampleRate, int length);

}  // namespace lumiverb
