// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/rir_synth.h"
#include <juce_gui_basics/juce_gui_basics.h>

namespace lumiverb::plugin {

/// Level against time: one line per octave, the 1 kHz one heavier with its spread shaded, early reflections as stems.
class DecayPlot : public juce::Component, public juce::SettableTooltipClient
{
public:
    DecayPlot();
    /// described: with spreads, before the knobs; empty = no room yet.
    void show (const std::optional<RoomDescription>& described, const RoomEdits&);
    /// Lifts one octave out (-1 = none): the bar under the mouse.
    void highlight (int band);
    void paint (juce::Graphics&) override;

private:
    juce::Rectangle<float> plotArea() const;
    float xOf (double time_s) const;
    float yOf (double level_db) const;
    juce::Path decayLine (int band, double rt60Factor) const;
    void paintGrid (juce::Graphics&) const;

    std::optional<RoomDescription> described_, edited_;
    RoomEdits edits_;
    std::vector<Reflection> reflections_;
    double length_s_ = 2, step_s_ = 0.5;
    int highlighted_ = -1;
};

}  // namespace lumiverb::plugin
