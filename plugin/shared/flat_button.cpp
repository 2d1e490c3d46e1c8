// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shared/flat_button.h"
#include "shared/theme.h"

namespace lumiverb::plugin {

FlatButton::FlatButton (const juce::String& words, const juce::String& title, const juce::String& tip, Frame frame)
    : Button (title), words_ (words), frame_ (frame)
{
    setTitle (title);
    setTooltip (tip);
    setWantsKeyboardFocus (true);
    setMouseClickGrabsKeyboardFocus (false);
}

void FlatButton::setIcon (juce::Path icon)
{
    icon_ = std::move (icon);
    repaint();
}
void FlatButton::setMenuStyle (bool menu)
{
    menu_ = menu;
    repaint();
}

void FlatButton::setWords (const juce::String& words)
{
    if (std::exchange (words_, words) != words)
        repaint();
}

void FlatButton::setSecondLine (const juce::String& second)
{
    if (std::exchange (second_, second) != second)
        repaint();
}

void FlatButton::setChosen (bool chosen)
{
    if (std::exchange (chosen_, chosen) != chosen)
        repaint();
}

void FlatButton::paintButton (juce::Graphics& g, bool over, bool down)
{
    const auto area = getLocalBounds().toFloat();
    if (frame_ == Frame::box || (over && isEnabled()))
    {
        const auto base = chosen_ ? theme::raised : theme::panel;
        g.setColour (down ? base.brighter (0.12f) : over && isEnabled() ? base.brighter (0.06f) : base);
        g.fillRoundedRectangle (area, 6.0f);
    }
    if (frame_ == Frame::box)
    {
        g.setColour (chosen_ ? theme::accent : theme::line);
        g.drawRoundedRectangle (area.reduced (0.5f), 6.0f, 1.0f);
    }
    if (hasKeyboardFocus (false))
        theme::drawFocus (g, area);

    const auto ink = chosen_ ? theme::text : frame_ == Frame::bare ? (over ? theme::text : theme::dim.brighter (0.25f)) : theme::text;
    g.setColour (isEnabled() ? ink : theme::dim.withAlpha (0.35f));
    if (! icon_.isEmpty())
    {
        const auto box = juce::Rectangle<float> (16.0f, 16.0f).withCentre (area.getCentre());
        g.strokePath (icon_, juce::PathStrokeType (1.5f, juce::PathStrokeType::curved, juce::PathStrokeType::rounded),
                      juce::AffineTransform::translation (box.getX(), box.getY()));
        return;
    }
    if (menu_)
    {
        g.setFont (theme::font (12.5f));
        const auto row = area.reduced (16.0f, 0.0f).withTrimmedRight (18.0f);
        g.drawText (words_, row, juce::Justification::centredLeft, true);
        g.setColour (theme::dim);
        g.setFont (theme::font (11.0f));
        const float used = theme::textWidth (theme::font (12.5f), words_) + 10.0f;
        if (second_.isNotEmpty() && used + 60.0f < row.getWidth())
            g.drawText (second_, row.withTrimmedLeft (used), juce::Justification::centredLeft, true);
        juce::Path arrow;
        const auto tip = juce::Point<float> (area.getRight() - 21.0f, area.getCentreY() + 2.0f);
        arrow.addTriangle (tip.translated (-4.0f, -4.0f), tip.translated (4.0f, -4.0f), tip.translated (0.0f, 1.5f));
        g.setColour (theme::dim);
        g.fillPath (arrow);
        return;
    }
    g.setFont (theme::font (second_.isEmpty() ? 12.5f : 12.0f, theme::Weight::medium));
    auto words = area.reduced (4.0f, 0.0f);
    if (second_.isNotEmpty())
    {
        words = words.withTrimmedTop (5.0f).withTrimmedBottom (area.getHeight() * 0.42f);
        g.drawText (words_, words, juce::Justification::centred, true);
        g.setFont (theme::font (10.5f));
        g.setColour (theme::dim);
        g.drawText (second_, area.withTrimmedTop (area.getHeight() * 0.52f).withTrimmedBottom (3.0f), juce::Justification::centred, true);
        return;
    }
    g.drawText (words_, words, juce::Justification::centred, true);
}

namespace icons {

static juce::Path lines (std::initializer_list<juce::Point<float>> points)
{
    juce::Path p;
    bool first = true;
    for (const auto point : points)
    {
        first ? p.startNewSubPath (point) : p.lineTo (point);
        first = false;
    }
    return p;
}

juce::Path previous() { return lines ({ { 10, 3.5f }, { 5.5f, 8 }, { 10, 12.5f } }); }
juce::Path next() { return lines ({ { 6, 3.5f }, { 10.5f, 8 }, { 6, 12.5f } }); }
juce::Path plus()
{
    auto p = lines ({ { 8, 3 }, { 8, 13 } });
    p.addPath (lines ({ { 3, 8 }, { 13, 8 } }));
    return p;
}
juce::Path cross()
{
    auto p = lines ({ { 4, 4 }, { 12, 12 } });
    p.addPath (lines ({ { 12, 4 }, { 4, 12 } }));
    return p;
}

juce::Path undo()
{
    auto p = lines ({ { 5.5f, 2.5f }, { 2.5f, 5.5f }, { 5.5f, 8.5f } });
    p.startNewSubPath (2.5f, 5.5f);
    p.lineTo (9.0f, 5.5f);
    p.cubicTo (14.8f, 5.5f, 14.8f, 13.5f, 9.0f, 13.5f);
    p.lineTo (6.5f, 13.5f);
    return p;
}

juce::Path redo()
{
    auto p = undo();
    p.applyTransform (juce::AffineTransform::scale (-1.0f, 1.0f).translated (16.0f, 0.0f));
    return p;
}

juce::Path copyAcross()
{
    auto p = lines ({ { 2.5f, 8 }, { 13, 8 } });
    p.addPath (lines ({ { 9.5f, 4.5f }, { 13, 8 }, { 9.5f, 11.5f } }));
    return p;
}

juce::Path picture()
{
    juce::Path p;
    p.addRoundedRectangle (1.0f, 2.5f, 14.0f, 11.0f, 2.0f);
    p.addPath (lines ({ { 1.5f, 11.5f }, { 5.5f, 7.5f }, { 8.5f, 10.5f }, { 11, 8 }, { 14.5f, 11.5f } }));
    p.addEllipse (9.6f, 4.6f, 2.2f, 2.2f);
    return p;
}

}  // namespace icons
}  // namespace lumiverb::plugin
