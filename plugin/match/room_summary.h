// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/room_description.h"
#include <optional>
#include <juce_gui_basics/juce_gui_basics.h>

namespace lumiverb::plugin {

/// What was understood, in words and four numbers with their spread.
class RoomSummary : public juce::Component, public juce::SettableTooltipClient
{
public:
    RoomSummary();
    /// source: where the numbers come from, in a word or two.
    void show (const std::optional<RoomDescription>& described, const RoomEdits&, const juce::String& source);
    void paint (juce::Graphics&) override;
    juce::String getTooltip() override;

private:
    void paintNumber (juce::Graphics&, float x, const juce::String& label, const juce::String& number, const juce::String& spread,
                      bool edited) const;

    std::optional<RoomDescription> described_, edited_;
    RoomEdits edits_;
    juce::String source_;
};

}  // namespace lumiverb::plugin
