// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <juce_core/juce_core.h>

namespace lumiverb::plugin {

/// What the editor has to tell the person, in one sentence.
struct Notice
{
    enum class Kind
    {
        none,
        picture,
        recording,
        modelMissing,
        modelFailed,
        state,
        file
    };
    Kind kind = Kind::none;
    juce::String text;
};

}  // namespace lumiverb::plugin
