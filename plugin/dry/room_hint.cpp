// SPDX-License-Identifier: AGPL-3.0-or-later
#include "dry/room_hint.h"
#include "shared/picture_file.h"
#include "shared/theme.h"

namespace lumiverb::plugin {

static const auto unknown = theme::utf8 ("\xe2\x80\x93");

static juce::String seconds (float time_s) { return time_s > 0 ? theme::number (time_s, time_s < 1 ? 2 : 1) + " s" : unknown; }

RoomHint::RoomHint (DryProcessor& processor)
    : processor_ (processor)
    , forget_ ({}, "Forget the picture", "Forget the picture: the network listens without a hint", FlatButton::Frame::bare)
{
    setTitle ("Room hint");
    setDescription ("Picture of the room, optional. Press return to choose a file; drop or paste one anywhere.");
    setTooltip (
        "A picture of the room (or a recording made in it) tells the network how long it rings. Drop one anywhere on the window, or "
        "click to choose.\nRT60 heard: what another network hears in the last ten seconds of the track. It is shown only.");
    setWantsKeyboardFocus (true);
    setMouseClickGrabsKeyboardFocus (false);
    forget_.setIcon (icons::cross());
    forget_.onClick = [this] { processor_.forgetRoom(); };
    addChildComponent (forget_);
}

void RoomHint::update (std::optional<float> removed_db)
{
    const auto removed = removed_db ? theme::number (*removed_db, 1) + " dB" : unknown;
    const auto heard = seconds (processor_.heardRt60_s());
    const auto stage = processor_.loadingStage();
    const auto revision = processor_.revision();
    if (revision == revision_ && stage == stage_ && removed == removed_ && heard == heard_ && stage == RoomLoader::Stage::idle)
        return;
    if (revision != revision_)
    {
        auto slot = processor_.activeSlot();
        if (slot.thumbnail != slot_.thumbnail)
            picture_ = decodeThumbnail (slot.thumbnail);
        slot_ = std::move (slot);
        forget_.setVisible (slot_.room.has_value());
    }
    revision_ = revision;
    stage_ = stage;
    removed_ = removed;
    heard_ = heard;
    ++frame_;
    repaint();
}

void RoomHint::setDropTarget (bool over)
{
    if (std::exchange (dropTarget_, over) != over)
        repaint();
}

void RoomHint::resized() { forget_.setBounds (getWidth() - 34, 10, 22, 22); }

void RoomHint::mouseUp (const juce::MouseEvent& event)
{
    if (event.mouseWasClicked() && pictureArea().contains (event.position) && onChoose)
        onChoose();
}

bool RoomHint::keyPressed (const juce::KeyPress& key)
{
    if (key != juce::KeyPress::returnKey || ! onChoose)
        return false;
    onChoose();
    return true;
}

void RoomHint::paint (juce::Graphics& g)
{
    const auto area = getLocalBounds().toFloat();
    theme::drawPanel (g, area);
    g.setColour (theme::text);
    g.setFont (theme::font (12.5f, theme::Weight::semibold));
    g.drawText ("Room hint", area.reduced (16.0f, 0).withTrimmedTop (11.0f).withHeight (18.0f), juce::Justification::centredLeft, false);
    g.setColour (theme::dim);
    g.setFont (theme::font (11.0f));
    g.drawText (slot_.room ? juce::String::fromUTF8 (slot_.name.c_str()) : "optional",
                area.reduced (16.0f, 0).withTrimmedTop (30.0f).withHeight (16.0f), juce::Justification::centredLeft, true);
    paintPicture (g);

    const auto& room = slot_.room;
    paintFact (g, 196.0f, "RT60 seen", seconds (room ? midRt60_s (*room) : 0));
    paintFact (g, 248.0f, "RT60 heard", heard_);
    paintFact (g, 300.0f, "DRR seen", room ? theme::signedNumber ((room->drr_db[2] + room->drr_db[3]) / 2, 1) + " dB" : unknown);
    paintFact (g, 352.0f, "removed now", removed_);
    if (hasKeyboardFocus (false))
        theme::drawFocus (g, area, 8.0f);
}

void RoomHint::paintPicture (juce::Graphics& g)
{
    const auto well = pictureArea();
    if (! picture_.isNull() && slot_.room)
    {
        const juce::Graphics::ScopedSaveState saved (g);
        juce::Path shape;
        shape.addRoundedRectangle (well, 6.0f);
        g.reduceClipRegion (shape);
        g.setImageResamplingQuality (juce::Graphics::highResamplingQuality);
        g.drawImage (picture_, well, juce::RectanglePlacement::fillDestination);
    }
    else
    {
        g.setColour (juce::Colour (0xff14171c));
        g.fillRoundedRectangle (well, 6.0f);
        juce::Path outline, dashed;
        outline.addRoundedRectangle (well.reduced (1.0f), 6.0f);
        const float dashes[] = { 4.0f, 4.0f };
        juce::PathStrokeType (1.2f).createDashedStroke (dashed, outline, dashes, 2);
        g.setColour (dropTarget_ ? theme::accent : theme::line.brighter (0.2f));
        g.fillPath (dashed);
        g.setColour (theme::dim);
        g.setFont (theme::font (11.5f));
        const auto words = slot_.room ? "a room without\na picture" : "drop a\npicture";
        g.drawFittedText (words, well.reduced (8.0f).toNearestInt(), juce::Justification::centred, 2);
    }
    if (stage_ != RoomLoader::Stage::idle)
    {
        g.setColour (theme::background.withAlpha (0.75f));
        g.fillRoundedRectangle (well, 6.0f);
        const auto centre = well.getCentre();
        const float start = (float) frame_ * 0.16f;
        juce::Path arc;
        arc.addCentredArc (centre.x, centre.y, 16.0f, 16.0f, 0, start, start + 1.7f, true);
        g.setColour (theme::accent);
        g.strokePath (arc, juce::PathStrokeType (3.5f, juce::PathStrokeType::curved, juce::PathStrokeType::rounded));
    }
    if (dropTarget_)
    {
        g.setColour (theme::accent);
        g.drawRoundedRectangle (well.reduced (1.0f), 6.0f, 2.0f);
    }
}

void RoomHint::paintFact (juce::Graphics& g, float y, const juce::String& name, const juce::String& value)
{
    const auto row = getLocalBounds().toFloat().reduced (16.0f, 0);
    g.setColour (theme::dim);
    g.setFont (theme::font (11.0f));
    g.drawText (name, row.withTop (y).withHeight (16.0f), juce::Justification::centredLeft, false);
    g.setColour (value == unknown ? theme::dim : theme::text);
    g.setFont (theme::font (15.0f, theme::Weight::semibold));
    g.drawText (value, row.withTop (y + 17.0f).withHeight (22.0f), juce::Justification::centredLeft, false);
}

}  // namespace lumiverb::plugin
