// SPDX-License-Identifier: AGPL-3.0-or-later
#include "match/recent_strip.h"
#include "shared/flat_button.h"
#include "shared/picture_file.h"
#include "shared/theme.h"

namespace lumiverb::plugin {

RecentStrip::RecentStrip()
{
    setTitle ("Recent pictures");
    setWantsKeyboardFocus (true);
    setMouseClickGrabsKeyboardFocus (false);
}

void RecentStrip::refresh()
{
    std::vector<Tile> tiles;
    const auto files = recentRoomFiles();
    for (int i = 0; i < std::min (maxTiles, files.size()); ++i)
    {
        Tile tile { files[i], files[i].getLastModificationTime(), {}, {}, false };
        for (const auto& old : tiles_)
            if (old.file == tile.file && old.modified == tile.modified)
                tile = old;
        tiles.push_back (tile);
    }
    tiles_ = std::move (tiles);
    repaint();
}

bool RecentStrip::step()
{
    for (auto& tile : tiles_)
        if (! tile.read)
        {
            tile.read = true;
            if (const auto slot = readRoomFile (tile.file))
            {
                tile.image = decodeThumbnail (slot->thumbnail);
                tile.name = juce::String::fromUTF8 (slot->name.c_str());
            }
            repaint();
            return true;
        }
    return false;
}

juce::Rectangle<float> RecentStrip::tileArea (int index) const { return { 66.0f * (float) index, 18.0f, 60.0f, 44.0f }; }

int RecentStrip::tileAt (juce::Point<float> p) const
{
    for (int i = 0; i <= plusIndex(); ++i)
        if (tileArea (i).contains (p))
            return i;
    return -1;
}

void RecentStrip::paint (juce::Graphics& g)
{
    g.setFont (theme::font (11.0f));
    g.setColour (theme::dim);
    g.drawText (tiles_.empty() ? "Recent pictures appear here" : "Recent", juce::Rectangle<float> (0, 0, 300, 14),
                juce::Justification::centredLeft, false);
    for (int i = 0; i < (int) tiles_.size(); ++i)
    {
        const auto area = tileArea (i);
        juce::Path shape;
        shape.addRoundedRectangle (area, 5.0f);
        g.setColour (theme::panel);
        g.fillPath (shape);
        {
            const juce::Graphics::ScopedSaveState saved (g);
            g.reduceClipRegion (shape);
            g.setImageResamplingQuality (juce::Graphics::highResamplingQuality);
            if (tiles_[(std::size_t) i].image.isValid())
                g.drawImage (tiles_[(std::size_t) i].image, area, juce::RectanglePlacement::fillDestination);
        }
        g.setColour (i == over_ ? theme::accent : theme::line);
        g.drawRoundedRectangle (area.reduced (0.5f), 5.0f, i == over_ ? 1.5f : 1.0f);
    }
    const auto plus = tileArea (plusIndex());
    juce::Path outline, dashed;
    outline.addRoundedRectangle (plus.reduced (0.5f), 5.0f);
    const float dashes[] = { 4.0f, 3.0f };
    juce::PathStrokeType (1.0f).createDashedStroke (dashed, outline, dashes, 2);
    g.setColour (over_ == plusIndex() ? theme::accent : theme::line.brighter (0.2f));
    g.fillPath (dashed);
    g.setColour (over_ == plusIndex() ? theme::text : theme::dim);
    g.strokePath (icons::plus(), juce::PathStrokeType (1.4f),
                  juce::AffineTransform::translation (plus.getCentreX() - 8.0f, plus.getCentreY() - 8.0f));
    if (hasKeyboardFocus (false))
        theme::drawFocus (g, tileArea (std::min (focused_, plusIndex())), 5.0f);
}

juce::String RecentStrip::getTooltip()
{
    if (over_ == plusIndex())
        return "Choose a picture";
    return over_ >= 0 && over_ < (int) tiles_.size() ? tiles_[(std::size_t) over_].name : juce::String();
}

void RecentStrip::press (int index)
{
    if (index == plusIndex())
    {
        if (onAdd)
            onAdd();
    }
    else if (index >= 0 && onUse)
        onUse (tiles_[(std::size_t) index].file);
}

void RecentStrip::mouseMove (const juce::MouseEvent& e)
{
    const int over = tileAt (e.position);
    setMouseCursor (over >= 0 ? juce::MouseCursor::PointingHandCursor : juce::MouseCursor::NormalCursor);
    if (std::exchange (over_, over) != over)
        repaint();
}

void RecentStrip::mouseExit (const juce::MouseEvent&)
{
    over_ = -1;
    repaint();
}

void RecentStrip::mouseUp (const juce::MouseEvent& e)
{
    if (! e.mods.isPopupMenu() && ! e.mouseWasDraggedSinceMouseDown())
        press (tileAt (e.position));
}

bool RecentStrip::keyPressed (const juce::KeyPress& key)
{
    if (key == juce::KeyPress::leftKey || key == juce::KeyPress::rightKey)
        focused_ = juce::jlimit (0, plusIndex(), std::min (focused_, plusIndex()) + (key == juce::KeyPress::rightKey ? 1 : -1));
    else if (key == juce::KeyPress::returnKey || key == juce::KeyPress::spaceKey)
        press (std::min (focused_, plusIndex()));
    else
        return false;
    repaint();
    return true;
}

}  // namespace lumiverb::plugin
