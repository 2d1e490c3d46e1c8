// SPDX-License-Identifier: AGPL-3.0-or-later
#include "match/candidate_panel.h"
#include "match/room_words.h"
#include "shared/theme.h"
#include <cmath>

namespace lumiverb::plugin {

CandidatePanel::CandidatePanel()
    : buttons_ { FlatButton { "Drier", "Drier",
                              "The shortest reverberation that fits the estimate (one standard deviation); the loudness stays" },
                 FlatButton { "As seen", "As seen", "The most likely reverberation" },
                 FlatButton { "Livelier", "Livelier",
                              "The longest reverberation that fits the estimate (one standard deviation); the loudness stays" } }
{
    setTitle ("Candidate");
    for (int i = 0; i < 3; ++i)
    {
        auto& button = buttons_[(std::size_t) i];
        addAndMakeVisible (button);
        button.onClick = [this, i]
        {
            if (onChoose)
                onChoose (i);
        };
    }
}

void CandidatePanel::show (const std::optional<RoomDescription>& described, const RoomEdits& edits, bool heard)
{
    const auto words = described && isKnown (*described) ? Words::known : heard ? Words::heard : Words::seen;
    if (std::exchange (words_, words) != words)
        repaint();
    for (int i = 0; i < 3; ++i)
    {
        auto& button = buttons_[(std::size_t) i];
        RoomEdits choice;
        choice.candidate = (float) (i - 1);
        button.setEnabled (described.has_value());
        button.setSecondLine (described ? secondsText (midRt60_s (applyEdits (*described, choice))) : juce::String());
        button.setChosen (described && juce::roundToInt (edits.candidate) == i - 1);
    }
    buttons_[1].setWords (words_ == Words::seen ? "As seen" : words_ == Words::known ? "As it is" : "Likely");
}

void CandidatePanel::resized()
{
    auto area = getLocalBounds().reduced (12).withTrimmedLeft (158);
    const int gap = 6, width = (area.getWidth() - 2 * gap) / 3;
    for (auto& button : buttons_)
    {
        button.setBounds (area.removeFromLeft (width));
        area.removeFromLeft (gap);
    }
}

void CandidatePanel::paint (juce::Graphics& g)
{
    theme::drawPanel (g, getLocalBounds().toFloat());
    const auto words = getLocalBounds().toFloat().reduced (14.0f, 0).withWidth (156.0f);
    g.setColour (theme::text);
    g.setFont (theme::font (12.0f, theme::Weight::medium));
    const char* const first[] = { "The picture leaves room", "The estimate leaves room", "Take this room" };
    g.drawText (first[(int) words_], words.withTrimmedTop (14.0f).withHeight (18.0f), juce::Justification::centredLeft, false);
    g.setColour (theme::dim);
    g.setFont (theme::font (11.0f));
    g.drawText (words_ == Words::known ? "or a little to a side" : "all three are true to it",
                words.withTrimmedTop (32.0f).withHeight (16.0f), juce::Justification::centredLeft, false);
}

}  // namespace lumiverb::plugin
