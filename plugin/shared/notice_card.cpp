// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shared/notice_card.h"
#include "shared/theme.h"

namespace lumiverb::plugin {

NoticeCard::NoticeCard() : dismiss_ ({}, "Dismiss", "Dismiss", FlatButton::Frame::bare)
{
    dismiss_.setIcon (icons::cross());
    dismiss_.onClick = [this] { onDismiss(); };
    addAndMakeVisible (dismiss_);
    setVisible (false);
}

void NoticeCard::show (const juce::String& heading, const Notice& notice, const juce::String& consequence)
{
    setVisible (notice.kind != Notice::Kind::none);
    if (notice.kind == notice_.kind && notice.text == notice_.text)
        return;
    notice_ = notice;
    heading_ = heading;
    consequence_ = consequence;
    setTitle (heading);
    setDescription (notice.text);
    repaint();
}

void NoticeCard::resized() { dismiss_.setBounds (getWidth() - 32, 8, 24, 24); }

void NoticeCard::paint (juce::Graphics& g)
{
    const auto card = getLocalBounds().toFloat();
    const auto colour = notice_.kind == Notice::Kind::modelMissing ? theme::accent : theme::bad;
    g.setColour (juce::Colour (0xf01e1b1d));
    g.fillRoundedRectangle (card, 7.0f);
    g.setColour (colour);
    g.drawRoundedRectangle (card.reduced (0.5f), 7.0f, 1.0f);
    g.fillEllipse (16.0f, 16.0f, 8.0f, 8.0f);
    g.setColour (theme::text);
    g.setFont (theme::font (12.5f, theme::Weight::semibold));
    g.drawText (heading_, card.withTrimmedLeft (34.0f).withTrimmedTop (10.0f).withHeight (20.0f), juce::Justification::centredLeft, false);
    juce::AttributedString s;
    s.setLineSpacing (2.0f);
    s.append (notice_.text + " ", theme::font (11.5f), theme::text);
    s.append (consequence_, theme::font (11.5f), theme::dim.brighter (0.3f));
    s.draw (g, card.reduced (16.0f, 0).withTrimmedTop (36.0f).withTrimmedBottom (8.0f));
}

}  // namespace lumiverb::plugin
