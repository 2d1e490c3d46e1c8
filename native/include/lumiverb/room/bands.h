// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <array>

namespace lumiverb {

/// Octave bands of every acoustic quantity in Lumiverb: 125 Hz to 8 kHz (IEC 61260-1 nominal centres).
inline constexpr int numBands = 7;
inline constexpr std::array<float, numBands> bandCentres_hz { 125.0f, 250.0f, 500.0f, 1000.0f, 2000.0f, 4000.0f, 8000.0f };
using BandArray = std::array<float, numBands>;

inline constexpr float speedOfSound_m_s = 343.0f;   // 20 degrees C

/// Energy attenuation of air in 1/m per octave band at 20 degrees C, 50 % relative humidity (ISO 9613-1:
/// alpha[dB/m] / 4.343). Energy after x metres: exp(-m x).
inline constexpr BandArray airAbsorption_1_m { 0.00010f, 0.00030f, 0.00063f, 0.00107f, 0.00228f, 0.00683f, 0.02420f };

}  // namespace lumiverb
