// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "decay_plan.h"
#include "lumiverb/room/rir.h"
#include "octave_bank.h"
#include <atomic>
#include <cstdint>
#include <vector>

namespace lumiverb {

struct DiffuseTailOptions
{
    double sampleRate = 48000;
    RirLayout layout = RirLayout::mono;              ///< single-input layouts
    std::uint64_t seed = 1;
    int length = 0;
    float width = 1;
    const std::atomic<bool>* cancel = nullptr;
};

/// Noise that decays as the plan says, one signal per output, time 0 at the direct sound; each output has the energy of a mono
/// response (the caller scales). Empty when cancelled.
/// Short-time spectra of constant magnitude and random phase, overlapped; a first pass is measured in octave bands and the second
/// corrected by what it lacked, because chance alone would spread the T30 of short decays by 10 %.
std::vector<std::vector<float>> diffuseTail (const DecayPlan&, const OctaveBank&, const DiffuseTailOptions&);

}  // namespace lumiverb
