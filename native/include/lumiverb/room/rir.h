// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <string_view>
#include <vector>

namespace lumiverb {

/// What an impulse response feeds. trueStereo is two inputs by two outputs; all others have one input.
/// Channel orders: stereo L R; trueStereo LL LR RL RR (input-output); foa W Y Z X (AmbiX: ACN, SN3D);
/// surround51 L R C LFE Ls Rs (the LFE channel is silent: a room has no LFE).
enum class RirLayout
{
    mono,
    stereo,
    trueStereo,
    binaural,
    foa,
    surround51,
    surround51TrueStereo,
    foaTrueStereo
};

int numInputs (RirLayout);
int numOutputs (RirLayout);
std::string_view name (RirLayout);                  ///< "mono", "stereo", "true_stereo", "binaural", "foa", "5.1", ...

/// A room impulse response. paths[input * outputs + output] holds `length` samples.
struct Rir
{
    double sampleRate = 0;
    RirLayout layout = RirLayout::mono;
    int inputs = 1, outputs = 1, length = 0;
    std::vector<std::vector<float>> paths;
};

}  // namespace lumiverb
