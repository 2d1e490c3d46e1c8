// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "decay_plan.h"
#include "lumiverb/room/rir_synth.h"
#include <functional>
#include <vector>

namespace lumiverb {

using Signals = std::vector<std::vector<float>>;

/// Reverberation of one input at all outputs, time 0 at the direct sound. Band levels are free: they are brought to the plan's.
/// `turn_deg`: by which the source is turned to the left (inputs of a pair). False when cancelled.
using Reverberator =
    std::function<bool (const RoomDescription& edited, const DecayPlan&, int input, double turn_deg, int length, Signals&)>;

/// synthesiseRir with another maker of reverberation (empty: its own): direct sound, levels, edits and loudness stay the same.
Rir buildRir (const RoomDescription&, const RoomEdits&, const RirOptions&, const Reverberator&);

/// Fades the end, and scales to the loudness of the dry sound where the options ask for it. `late`: speech-weighted energy after the
/// first 0.3 s, relative to a delta's, over the outputs that count.
void finishRir (Rir&, const RirOptions&, double late);

/// What `finishRir` wants to know, measured in the response.
double lateSpeechEnergy (const Rir&);

}  // namespace lumiverb
