// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/room_description.h"

namespace lumiverb {

/// The energy envelope that a response is built to, per band and relative to a direct sound of energy 1:
///     e(t) = level_b * exp (-13.8 t / T_b) * (t < 50 ms ? early : 1),   integral 1 / DRR_b,
/// of which the share noiseShare (t) is diffuse and the rest are image sources.
struct DecayPlan
{
    BandArray rt60_s {}, reverberantEnergy {}, level {};                 ///< level per second
    double early = 1;                                                    ///< gain of the energy of the first 50 ms
    double mixing_s = 0.024;                                             ///< everything is diffuse from here on

    double noiseShare (double time_s) const;
    double earlyGain (double time_s) const;
    double energyAt (int band, double time_s) const;                     ///< without the noise share
    /// Integral over time of the part that image sources carry.
    double imageEnergy (int band) const;
};

/// Conflicts are settled in this order: RT60 (never touched), DRR (exact), then C50 as far as T30 stays within 2 %.
/// The early/late knob is the user's own wish and is not limited.
DecayPlan makeDecayPlan (const RoomDescription& edited, double earlyLate_db);

}  // namespace lumiverb
