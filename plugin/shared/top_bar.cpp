// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shared/top_bar.h"
#include "shared/theme.h"

namespace lumiverb::plugin {

TopBar::TopBar (const Words& words)
    : product_ (words.product)
    , previous_ ({}, words.previous, words.previous, FlatButton::Frame::bare)
    , presets_ ({}, words.presets, words.presetsTip)
    , next_ ({}, words.next, words.next, FlatButton::Frame::bare)
    , slotA_ ("A", "Setting A", juce::String ("Setting A: ") + words.slotTip)
    , copy_ ({}, "Copy to the other setting", "Copy this setting to the other one", FlatButton::Frame::bare)
    , slotB_ ("B", "Setting B", juce::String ("Setting B: ") + words.slotTip)
    , undo_ ({}, "Undo", "Undo (ctrl Z)", FlatButton::Frame::bare)
    , redo_ ({}, "Redo", "Redo (ctrl shift Z)", FlatButton::Frame::bare)
{
    setInterceptsMouseClicks (false, true);
    previous_.setIcon (icons::previous());
    next_.setIcon (icons::next());
    undo_.setIcon (icons::undo());
    redo_.setIcon (icons::redo());
    copy_.setIcon (icons::copyAcross());
    presets_.setMenuStyle (true);
    previous_.onClick = [this] { onStep (-1); };
    next_.onClick = [this] { onStep (1); };
    presets_.onClick = [this] { onMenu(); };
    slotA_.onClick = [this] { onSlot (0); };
    slotB_.onClick = [this] { onSlot (1); };
    copy_.onClick = [this] { onCopy(); };
    undo_.onClick = [this] { onUndo(); };
    redo_.onClick = [this] { onRedo(); };
    int order = 1;
    for (auto* part : { &previous_, &presets_, &next_, &slotA_, &copy_, &slotB_, &undo_, &redo_ })
    {
        addAndMakeVisible (part);
        part->setExplicitFocusOrder (order++);
    }
}

void TopBar::show (const juce::String& preset, const juce::String& secondLine)
{
    presets_.setWords (preset);
    presets_.setSecondLine (secondLine);
}

void TopBar::show (int activeSlot, bool canUndo, bool canRedo)
{
    slotA_.setChosen (activeSlot == 0);
    slotB_.setChosen (activeSlot == 1);
    undo_.setEnabled (canUndo);
    redo_.setEnabled (canRedo);
}

void TopBar::resized()
{
    previous_.setBounds (296, 14, 28, 30);
    presets_.setBounds (330, 14, 300, 30);
    next_.setBounds (636, 14, 28, 30);
    slotA_.setBounds (690, 14, 32, 30);
    copy_.setBounds (723, 14, 24, 30);
    slotB_.setBounds (748, 14, 32, 30);
    undo_.setBounds (798, 14, 28, 30);
    redo_.setBounds (828, 14, 28, 30);
}

void TopBar::paint (juce::Graphics& g)
{
    const auto bold = theme::font (16.0f, theme::Weight::semibold);
    g.setFont (bold);
    g.setColour (theme::text);
    g.drawText ("Lumiverb", juce::Rectangle<float> (24.0f, 14.0f, 200.0f, 30.0f), juce::Justification::centredLeft, false);
    g.setColour (theme::accent);
    g.drawText (product_, juce::Rectangle<float> (24.0f + theme::textWidth (bold, "Lumiverb") + 7.0f, 14.0f, 200.0f, 30.0f),
                juce::Justification::centredLeft, false);
}

}  // namespace lumiverb::plugin
