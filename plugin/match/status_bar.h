// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "match/match_processor.h"
#include <juce_gui_basics/juce_gui_basics.h>

namespace lumiverb::plugin {

/// Latency, own share of a core, late tail blocks, layout, rate and IR length: measured, never assumed.
class StatusBar : public juce::Component, public juce::SettableTooltipClient
{
public:
    explicit StatusBar (MatchProcessor&);
    /// A few times a second; repaints when a text has changed.
    void poll();
    void paint (juce::Graphics&) override;

private:
    MatchProcessor& processor_;
    juce::String latency_, load_, late_, right_;
    unsigned blocks_ = 0;
    int still_ = 0;
    bool running_ = false, warm_ = false;          ///< warm: bypassed, or something was late
};

}  // namespace lumiverb::plugin
