// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shared/look_and_feel.h"
#include "shared/theme.h"
#include <lumiverb_assets.h>

namespace lumiverb::plugin {

Typefaces::Typefaces()
    : regular (juce::Typeface::createSystemTypefaceFor (lumiverb_assets::InterRegular_otf, lumiverb_assets::InterRegular_otfSize))
    , medium (juce::Typeface::createSystemTypefaceFor (lumiverb_assets::InterMedium_otf, lumiverb_assets::InterMedium_otfSize))
    , semibold (juce::Typeface::createSystemTypefaceFor (lumiverb_assets::InterSemiBold_otf, lumiverb_assets::InterSemiBold_otfSize))
{}

LookAndFeel::LookAndFeel()
{
    setColour (juce::ResizableWindow::backgroundColourId, theme::background);
    setColour (juce::PopupMenu::backgroundColourId, theme::panel);
    setColour (juce::PopupMenu::textColourId, theme::text);
    setColour (juce::TextEditor::backgroundColourId, theme::background);
    setColour (juce::TextEditor::textColourId, theme::text);
    setColour (juce::TextEditor::highlightColourId, theme::accent.withAlpha (0.35f));
    setColour (juce::TextEditor::highlightedTextColourId, theme::text);
    setColour (juce::TextEditor::outlineColourId, theme::accent);
    setColour (juce::TextEditor::focusedOutlineColourId, theme::accent);
    setColour (juce::CaretComponent::caretColourId, theme::accent);
    setColour (juce::TooltipWindow::textColourId, theme::text);
    setColour (juce::AlertWindow::backgroundColourId, theme::panel);
    setColour (juce::AlertWindow::textColourId, theme::text);
    setColour (juce::TextButton::buttonColourId, theme::raised);
    setColour (juce::TextButton::textColourOffId, theme::text);
    setColour (juce::ListBox::backgroundColourId, theme::background);
    setColour (juce::ListBox::textColourId, theme::text);
    setColour (juce::ComboBox::backgroundColourId, theme::background);
    setColour (juce::ComboBox::textColourId, theme::text);
    setColour (juce::ComboBox::outlineColourId, theme::line);
    setColour (juce::DirectoryContentsDisplayComponent::textColourId, theme::text);
    setColour (juce::DirectoryContentsDisplayComponent::highlightColourId, theme::raised);
    setColour (juce::FileBrowserComponent::currentPathBoxTextColourId, theme::text);
    setColour (juce::Label::textColourId, theme::text);
    setDefaultLookAndFeel (this);
}

LookAndFeel::~LookAndFeel() { setDefaultLookAndFeel (nullptr); }

juce::Typeface::Ptr LookAndFeel::getTypefaceForFont (const juce::Font& font)
{
    return font.getTypefaceName() == juce::Font::getDefaultSansSerifFontName()
               ? (font.isBold() ? typefaces_->semibold : typefaces_->regular)
               : LookAndFeel_V4::getTypefaceForFont (font);
}

juce::Font LookAndFeel::getPopupMenuFont() { return theme::font (12.5f); }

void LookAndFeel::drawPopupMenuBackground (juce::Graphics& g, int width, int height)
{
    g.fillAll (theme::panel);
    g.setColour (theme::line.brighter (0.15f));
    g.drawRect (0, 0, width, height);
}

void LookAndFeel::getIdealPopupMenuItemSize (const juce::String& text, bool isSeparator, int, int& width, int& height)
{
    height = isSeparator ? 9 : 27;
    width = isSeparator ? 60 : (int) theme::textWidth (getPopupMenuFont(), text) + 62;
}

void LookAndFeel::drawPopupMenuItem (juce::Graphics& g, const juce::Rectangle<int>& area, bool isSeparator, bool isActive,
                                     bool isHighlighted, bool isTicked, bool hasSubMenu, const juce::String& text,
                                     const juce::String& shortcut, const juce::Drawable*, const juce::Colour*)
{
    if (isSeparator)
    {
        g.setColour (theme::line);
        g.fillRect (area.reduced (10, 0).withSizeKeepingCentre (area.getWidth() - 20, 1));
        return;
    }
    if (isHighlighted && isActive)
    {
        g.setColour (theme::raised);
        g.fillRoundedRectangle (area.toFloat().reduced (5.0f, 1.0f), 5.0f);
    }
    auto row = area.reduced (14, 0);
    if (isTicked)
    {
        g.setColour (theme::accent);
        g.fillEllipse (juce::Rectangle<float> (6.0f, 6.0f).withCentre ({ (float) row.getX() + 3.0f, (float) row.getCentreY() }));
    }
    row.removeFromLeft (14);
    g.setColour (isActive ? theme::text : theme::dim);
    g.setFont (getPopupMenuFont());
    g.drawText (text, row, juce::Justification::centredLeft, true);
    g.setColour (theme::dim);
    if (shortcut.isNotEmpty())
        g.drawText (shortcut, row, juce::Justification::centredRight, false);
    if (hasSubMenu)
    {
        const auto tip = juce::Point<float> ((float) row.getRight(), (float) row.getCentreY());
        juce::Path arrow;
        arrow.startNewSubPath (tip.translated (-4.0f, -4.0f));
        arrow.lineTo (tip);
        arrow.lineTo (tip.translated (-4.0f, 4.0f));
        g.strokePath (arrow, juce::PathStrokeType (1.5f));
    }
}

void LookAndFeel::drawPopupMenuSectionHeader (juce::Graphics& g, const juce::Rectangle<int>& area, const juce::String& name)
{
    g.setColour (theme::dim);
    g.setFont (theme::font (10.5f));
    g.drawText (name, area.reduced (14, 0), juce::Justification::centredLeft, true);
}

static juce::TextLayout tooltipLayout (const juce::String& text)
{
    juce::AttributedString s;
    s.append (text, theme::font (11.5f), theme::text);
    juce::TextLayout layout;
    layout.createLayoutWithBalancedLineLengths (s, 300.0f);
    return layout;
}

juce::Rectangle<int> LookAndFeel::getTooltipBounds (const juce::String& text, juce::Point<int> at, juce::Rectangle<int> parent)
{
    const auto layout = tooltipLayout (text);
    const int w = (int) layout.getWidth() + 22, h = (int) layout.getHeight() + 14;
    return juce::Rectangle<int> (at.x > parent.getCentreX() ? at.x - (w + 10) : at.x + 14,
                                 at.y > parent.getCentreY() ? at.y - (h + 8) : at.y + 14, w, h)
        .constrainedWithin (parent);
}

void LookAndFeel::drawTooltip (juce::Graphics& g, const juce::String& text, int width, int height)
{
    const auto area = juce::Rectangle<int> (width, height).toFloat();
    g.setColour (theme::raised);
    g.fillRect (area);
    g.setColour (theme::line.brighter (0.3f));
    g.drawRect (area, 1.0f);
    tooltipLayout (text).draw (g, area.reduced (11.0f, 7.0f));
}

void LookAndFeel::drawCornerResizer (juce::Graphics& g, int w, int h, bool over, bool dragging)
{
    g.setColour (over || dragging ? theme::text : theme::dim.withAlpha (0.55f));
    for (const float inset : { 0.35f, 0.65f })
        g.drawLine ((float) w * inset, (float) h - 2.0f, (float) w - 2.0f, (float) h * inset, 1.2f);
}

}  // namespace lumiverb::plugin
