// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "match/match_processor.h"
namespace lumiverb::plugin {
class MatchEditor : public juce::AudioProcessorEditor
{
public:
    explicit MatchEditor (MatchProcessor& p) : AudioProcessorEditor (p) { setSize (1120, 700); }
};
}  // namespace lumiverb::plugin
