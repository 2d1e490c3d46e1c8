// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/room_description.h"

namespace lumiverb {

/// The energy envelope that a response is built to, per band and relative to a direct sound of energy 1:
///     e(t) = level_b * exp (-13.8 (t - start) / T_b) * (t < 50 ms ? early : 1),   t > start,   integral 1 / DRR_b,
/// of which the share noiseShare (t) is diffuse and the rest are image sources.
struct DecayPlan
{
    BandArray rt60_s {}, reverberantEnergy {}, level {};                 ///< level per second
    /// Nothing reverberant comes earlier: what does would count as direct sound (+-2.5 ms) and colour it.
    static constexpr double start_s = 0.0026;
    double early = 1;                                                    ///< gain of the energy of the first 50 ms
    double mixing_s = 0.024;                                             ///< everything is diffuse from here on

    double shortestRt60_s() const;                                       ///< of 250 Hz to 4 kHz
    double noiseShare (double time_s) const;
    double earlyGain (double time_s) const;
    double energyAt (int band, double time_s) const;                     ///< without the noise share
    double energyAfter (int band, double time_s) const;                  ///< integral from there on
    /// Integral over time of the part that image sources carry.
    double imageEnergy (int band) const;
};

/// Conflicts are settled in this order: RT60 (never touched), DRR (exact), then C50 as far as T30 stays within 1 %.
/// The early/late knob is the user's own wish and is not limited.
DecayPlan makeDecayPlan (const RoomDescription& edited, double earlyLate_db);

}  // namespace lumiverb
