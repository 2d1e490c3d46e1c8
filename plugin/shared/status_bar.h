// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "shared/load_meter.h"
#include <juce_audio_processors/juce_audio_processors.h>

namespace lumiverb::plugin {

/// Latency, own share of a core, late work, layout, rate and what else the plug-in has to say: measured, never assumed.
class StatusBar : public juce::Component, public juce::SettableTooltipClient
{
public:
    struct Facts
    {
        bool bypassed = false;
        int late = 0;
        juce::String latency, layout, after;         ///< added to the latency; before and after the rate
        juce::String work {};                        ///< what is being done in the background, if anything, with its progress 0..1
        float progress = 0;
    };
    StatusBar (juce::AudioProcessor&, LoadMeter&, std::function<Facts()>, const juce::String& tip);

    /// A few times a second; repaints when a text has changed.
    void poll();
    void paint (juce::Graphics&) override;

private:
    juce::AudioProcessor& processor_;
    LoadMeter& meter_;
    std::function<Facts()> facts_;
    juce::String latency_, load_, late_, work_, right_;
    float progress_ = 0;
    unsigned blocks_ = 0;
    int still_ = 0;
    bool running_ = false, warm_ = false;          ///< warm: bypassed, or something was late
};

}  // namespace lumiverb::plugin
