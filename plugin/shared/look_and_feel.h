// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <juce_gui_basics/juce_gui_basics.h>

namespace lumiverb::plugin {

/// The bundled weights of Inter, loaded once while any editor is open.
struct Typefaces
{
    Typefaces();
    juce::Typeface::Ptr regular, medium, semibold;
};

/// Menus, tooltips, text fields, file windows and buttons in the look of Lumiverb. Shared by the open editors of one binary
/// (SharedResourcePointer), and while it lives the default of that binary: JUCE is private to it.
class LookAndFeel : public juce::LookAndFeel_V4
{
public:
    LookAndFeel();
    ~LookAndFeel() override;

    juce::Typeface::Ptr getTypefaceForFont (const juce::Font&) override;
    juce::Font getPopupMenuFont() override;
    void drawPopupMenuBackground (juce::Graphics&, int width, int height) override;
    void drawPopupMenuItem (juce::Graphics&, const juce::Rectangle<int>&, bool isSeparator, bool isActive, bool isHighlighted,
                            bool isTicked, bool hasSubMenu, const juce::String& text, const juce::String& shortcut, const juce::Drawable*,
                            const juce::Colour*) override;
    void drawPopupMenuSectionHeader (juce::Graphics&, const juce::Rectangle<int>&, const juce::String&) override;
    void getIdealPopupMenuItemSize (const juce::String&, bool isSeparator, int standardHeight, int& width, int& height) override;
    int getPopupMenuBorderSize() override { return 6; }
    juce::Rectangle<int> getTooltipBounds (const juce::String&, juce::Point<int>, juce::Rectangle<int> parentArea) override;
    void drawTooltip (juce::Graphics&, const juce::String&, int width, int height) override;
    void drawCornerResizer (juce::Graphics&, int w, int h, bool over, bool dragging) override;

private:
    juce::SharedResourcePointer<Typefaces> typefaces_;
};

}  // namespace lumiverb::plugin
