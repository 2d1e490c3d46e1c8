// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/bands.h"
#include <optional>
#include <span>
#include <vector>

namespace lumiverb {

/// ISO 3382-1 parameters of one band of an impulse response; a value is empty where the decay range does not allow it.
struct DecayParameters
{
    std::optional<float> edt_s, t20_s, t30_s, c50_db, c80_db, drr_db;
    float dynamicRange_db = 0;                       ///< peak to noise floor
};

/// Octave-band analysis with noise-floor truncation (Lundeby-style). Direct sound: +-2.5 ms around the strongest early arrival.
/// Returns 8 entries: the 7 bands and the broadband value.
std::vector<DecayParameters> analyseDecay (std::span<const float> rir, double sampleRate);

/// The same from an energy histogram (energy per bin of `binWidth_s`, direct sound apart), as the tracer gives it: one band.
/// directTime_s is the direct sound's time in the histogram; decays and the 50 ms of C50 count from there
/// (from the first energy where directEnergy is 0). The regressions take as few as four filled bins.
DecayParameters analyseEnergyDecay (std::span<const double> energy, double directEnergy, double binWidth_s, double directTime_s = 0);

/// Schroeder integral in dB (0 at the start), one value per input sample.
std::vector<float> schroederDecay_db (std::span<const float> rir);

}  // namespace lumiverb
