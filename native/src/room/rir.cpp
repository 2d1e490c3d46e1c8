// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/room/rir.h"

namespace lumiverb {

int numInputs (RirLayout layout)
{
    switch (layout)
    {
        case RirLayout::trueStereo:
        case RirLayout::surround51TrueStereo:
        case RirLayout::foaTrueStereo: return 2;
        default: return 1;
    }
}

int numOutputs (RirLayout layout)
{
    switch (layout)
    {
        case RirLayout::mono: return 1;
        case RirLayout::foa:
        case RirLayout::foaTrueStereo: return 4;
        case RirLayout::surround51:
        case RirLayout::surround51TrueStereo: return 6;
        default: return 2;
    }
}

std::string_view name (RirLayout layout)
{
    switch (layout)
    {
        case RirLayout::mono: return "mono";
        case RirLayout::stereo: return "stereo";
        case RirLayout::trueStereo: return "true_stereo";
        case RirLayout::binaural: return "binaural";
        case RirLayout::foa: return "foa";
        case RirLayout::foaTrueStereo: return "foa_true_stereo";
        case RirLayout::surround51: return "5.1";
        case RirLayout::surround51TrueStereo: return "5.1_true_stereo";
    }
    return "";
}

}  // namespace lumiverb
