// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shared/status_bar.h"
#include "shared/theme.h"

namespace lumiverb::plugin {

StatusBar::StatusBar (juce::AudioProcessor& processor, LoadMeter& meter, std::function<Facts()> facts, const juce::String& tip)
    : processor_ (processor), meter_ (meter), facts_ (std::move (facts))
{
    setTitle ("Status");
    setTooltip (tip);
}

void StatusBar::poll()
{
    const auto facts = facts_();
    const auto blocks = meter_.blocks();
    still_ = blocks == std::exchange (blocks_, blocks) ? still_ + 1 : 0;
    const bool running = blocks > 0 && still_ < 3;
    const auto dot = theme::utf8 (" \xc2\xb7 ");
    const auto latency = (facts.bypassed ? "bypassed" + dot : juce::String()) + theme::number (processor_.getLatencySamples(), 0)
                         + " samples latency" + facts.latency;
    const auto load = running ? theme::number (100.0 * meter_.share(), 1) + " % of a core" : juce::String ("no audio running");
    const auto late = "late " + juce::String (facts.late);
    const double rate = processor_.getSampleRate();
    auto right = facts.layout;
    if (rate > 0)
        right << dot << theme::number (rate / 1000.0, std::fmod (rate, 1000.0) > 0 ? 1 : 0) << " kHz";
    if (facts.after.isNotEmpty())
        right << dot << facts.after;
    if (latency == latency_ && load == load_ && late == late_ && facts.work == work_ && right == right_ && running == running_)
        return;
    latency_ = latency;
    load_ = load;
    late_ = late;
    work_ = facts.work;
    progress_ = facts.progress;
    right_ = right;
    running_ = running;
    warm_ = facts.late > 0 || facts.bypassed;
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
    if (work_.isNotEmpty())
    {
        g.setColour (theme::accent);
        g.drawText (work_, area.withTrimmedLeft (x), juce::Justification::centredLeft, false);
        const juce::Rectangle<float> bar (x + theme::textWidth (f, work_ + "  ") + 10.0f, area.getCentreY() - 2.0f, 90.0f, 4.0f);
        g.setColour (theme::raised);
        g.fillRoundedRectangle (bar, 2.0f);
        g.setColour (theme::accent);
        g.fillRoundedRectangle (bar.withWidth (progress_ * bar.getWidth()), 2.0f);
        g.setColour (theme::dim.brighter (0.15f));
    }
    g.drawText (right_, area, juce::Justification::centredRight, false);
}

}  // namespace lumiverb::plugin
