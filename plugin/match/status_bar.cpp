// SPDX-License-Identifier: AGPL-3.0-or-later
#include "match/status_bar.h"
#include "shared/theme.h"

namespace lumiverb::plugin {

StatusBar::StatusBar (MatchProcessor& processor) : processor_ (processor)
{
    setTitle ("Status");
    setTooltip ("CPU: time spent in the audio callback against the length of its blocks, averaged over half a second; the tail's worker is extra.\n"
                "Late: blocks of the tail that were not ready in time since playback was prepared.");
}

void StatusBar::poll()
{
    const auto blocks = processor_.load.blocks();
    still_ = blocks == std::exchange (blocks_, blocks) ? still_ + 1 : 0;
    const bool running = blocks > 0 && still_ < 3;
    const bool bypassed = processor_.knobs.bypass().get();
    const auto latency = (bypassed ? juce::String ("bypassed") + theme::utf8 (" \xc2\xb7 ") : juce::String())
                         + juce::String (processor_.getLatencySamples()) + " samples latency";
    const auto load = running ? theme::number (100.0 * processor_.load.share(), 1) + " % of a core" : juce::String ("no audio running");
    const int lateBlocks = processor_.lateBlocks();
    const auto late = "late " + juce::String (lateBlocks);
    const auto dot = theme::utf8 (" \xc2\xb7 ");
    const double rate = processor_.getSampleRate();
    auto right = processor_.layoutText();
    if (rate > 0)
        right << dot << theme::number (rate / 1000.0, std::fmod (rate, 1000.0) > 0 ? 1 : 0) << " kHz";
    if (const double tail = processor_.getTailLengthSeconds(); tail > 0)
        right << dot << "IR " << theme::number (tail, 1) << " s";
    if (latency == latency_ && load == load_ && late == late_ && right == right_ && running == running_)
        return;
    latency_ = latency;
    load_ = load;
    late_ = late;
    right_ = right;
    running_ = running;
    warm_ = lateBlocks > 0 || bypassed;
    repaint();
}

void StatusBar::paint (juce::Graphics& g)
{
    const auto area = getLocalBounds().toFloat();
    g.setColour (! running_ ? theme::dim : warm_ ? theme::accent : theme::good);
    g.fillEllipse (juce::Rectangle<float> (8.0f, 8.0f).withCentre ({ 5.0f, area.getCentreY() }));
    const auto f = theme::font (11.5f);
    g.setFont (f);
    g.setColour (theme::dim.brighter (0.15f));
    float x = 15.0f;
    for (const auto& words : { latency_, load_, late_ })
    {
        g.drawText (words, area.withTrimmedLeft (x), juce::Justification::centredLeft, false);
        x += theme::textWidth (f, words) + 26.0f;
    }
    g.drawText (right_, area, juce::Justification::centredRight, false);
}

}  // namespace lumiverb::plugin
