// SPDX-License-Identifier: AGPL-3.0-or-later
#include "match/stretch_panel.h"
#include "match/room_words.h"
#include "shared/theme.h"
#include <cmath>

namespace lumiverb::plugin {

static constexpr double knownStep_log = 0.18;        ///< for a room without spreads: about 20 %

StretchPanel::StretchPanel()
    : drier_ ("Drier", "Drier", "The shortest reverberation that the picture allows (one standard deviation)"),
      asSeen_ ("As seen", "As seen", "The most likely reverberation"),
      livelier_ ("Livelier", "Livelier", "The longest reverberation that the picture allows (one standard deviation)")
{
    FlatButton* const buttons[] = { &drier_, &asSeen_, &livelier_ };
    for (int i = 0; i < 3; ++i)
    {
        addAndMakeVisible (*buttons[i]);
        buttons[i]->onClick = [this, i] { if (onChoose) onChoose (scaleOf (i - 1)); };
    }
}

float StretchPanel::scaleOf (int choice) const { return (float) std::exp (step_log_ * choice); }

void StretchPanel::show (const std::optional<RoomDescription>& described, const RoomEdits& edits)
{
    const bool known = described && isKnown (*described), wasKnown = described_ && isKnown (*described_);
    if (described.has_value() != described_.has_value() || known != wasKnown)
        repaint();
    described_ = described;
    step_log_ = described ? (known ? knownStep_log : std::min (1.2, midSpread_log (*described))) : 0;
    FlatButton* const buttons[] = { &drier_, &asSeen_, &livelier_ };
    for (int i = 0; i < 3; ++i)
    {
        buttons[i]->setEnabled (described.has_value());
        buttons[i]->setSecondLine (described ? secondsText (midRt60_s (*described) * scaleOf (i - 1)) : juce::String());
        buttons[i]->setChosen (described && std::abs (std::log (edits.decay_scale / scaleOf (i - 1))) < 0.004);
    }
}

void StretchPanel::resized()
{
    auto area = getLocalBounds().reduced (12).withTrimmedLeft (176);
    const int width = (area.getWidth() - 16) / 3;
    drier_.setBounds (area.removeFromLeft (width));
    area.removeFromLeft (8);
    asSeen_.setBounds (area.removeFromLeft (width));
    area.removeFromLeft (8);
    livelier_.setBounds (area);
}

void StretchPanel::paint (juce::Graphics& g)
{
    theme::drawPanel (g, getLocalBounds().toFloat());
    auto words = getLocalBounds().toFloat().reduced (16.0f, 0).withWidth (168.0f);
    const bool known = described_ && isKnown (*described_);
    g.setColour (theme::text);
    g.setFont (theme::font (12.0f, theme::Weight::medium));
    g.drawText (known ? "Take this room" : "The picture leaves room", words.withTrimmedTop (14.0f).withHeight (18.0f), juce::Justification::centredLeft, false);
    g.setColour (theme::dim);
    g.setFont (theme::font (11.0f));
    g.drawText (known ? "as it is, or a little to a side" : "all three are true to it", words.withTrimmedTop (32.0f).withHeight (16.0f), juce::Justification::centredLeft, false);
}

}  // namespace lumiverb::plugin
