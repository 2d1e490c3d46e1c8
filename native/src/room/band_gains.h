// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/bands.h"
#include <vector>

namespace lumiverb {

/// Power-complementary octave masks on a log-frequency axis: the squares of all seven sum to 1 from 30 Hz to the Nyquist frequency.
struct Crossovers
{
    float half = 0.12f;                              ///< half width of each, octaves
    std::array<float, numBands - 1> shift {};        ///< of the one above each band, octaves; + = the lower band is wider
};
float bandMask (std::size_t band, double frequency_hz, const Crossovers& crossovers = {}) noexcept;

/// Multiplies the octave bands of each signal by a gain, without shifting anything in time.
void applyBandGains (std::vector<std::vector<float>>& signals, const BandArray& gains, double sampleRate);

}  // namespace lumiverb
