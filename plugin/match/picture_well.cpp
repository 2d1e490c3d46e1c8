// SPDX-License-Identifier: AGPL-3.0-or-later
#include "match/picture_well.h"
#include "match/room_words.h"
#include "shared/flat_button.h"
#include "shared/picture_file.h"
#include "shared/theme.h"

namespace lumiverb::plugin {

using Stage = RoomLoader::Stage;
static constexpr float corner = 8.0f;

PictureWell::PictureWell (MatchProcessor& processor) : processor_ (processor)
{
    setTitle ("Picture");
    setDescription ("Picture of the room. Press return to choose a file; drop or paste one anywhere.");
    setWantsKeyboardFocus (true);
    setMouseClickGrabsKeyboardFocus (false);
}

void PictureWell::update (bool animate)
{
    const auto stage = processor_.isHearing() ? Stage::idle : processor_.loadingStage();   // recordings have a panel of their own
    const auto parameters = processor_.parameters();
    const auto revision = processor_.revision();
    if (revision != revision_ || stage != stage_)
    {
        const auto slot = processor_.activeSlot();
        if (slot.thumbnail != shownThumbnail_)
        {
            shownThumbnail_ = slot.thumbnail;
            picture_ = decodeThumbnail (shownThumbnail_);
        }
        described_ = processor_.room();
        heardOnly_ = slot.recording && ! slot.room;
        notice_ = processor_.notice();
        setTooltip (! described_ ? juce::String() : "Click to choose another picture, or drop one anywhere on the window");
    }
    else if (parameters == shown_)
    {
        if (animate && stage != Stage::idle)
        {
            ++frame_;
            repaint();
        }
        return;
    }
    revision_ = revision;
    stage_ = stage;
    shown_ = parameters;
    edited_ = described_ ? std::optional (applyEdits (*described_, parameters.edits)) : std::nullopt;
    repaint();
}

void PictureWell::setDropTarget (bool over)
{
    if (std::exchange (dropTarget_, over) != over)
        repaint();
}

void PictureWell::resized() { repaint(); }

juce::Rectangle<float> PictureWell::pictureArea() const
{
    const auto well = getLocalBounds().toFloat();
    if (picture_.isNull())
        return well;
    // Fill the well, but hide at most a quarter of a long picture; the rest is letter-boxed.
    const float w = (float) picture_.getWidth(), h = (float) picture_.getHeight();
    const float fill = std::max (well.getWidth() / w, well.getHeight() / h), fit = std::min (well.getWidth() / w, well.getHeight() / h);
    const float scale = std::min (fill, fit / 0.75f);
    return juce::Rectangle<float> (w * scale, h * scale).withCentre (well.getCentre());
}

juce::Point<float> PictureWell::handle() const { return view().sourceAt (edited_->source_distance_m, edited_->source_azimuth_deg); }
bool PictureWell::onHandle (juce::Point<float> p) const { return edited_ && p.getDistanceFrom (handle()) < 20.0f; }

//==============================================================================
void PictureWell::paint (juce::Graphics& g)
{
    const auto area = getLocalBounds().toFloat();
    juce::Path shape;
    shape.addRoundedRectangle (area, corner);
    {
        const juce::Graphics::ScopedSaveState saved (g);
        g.reduceClipRegion (shape);
        g.setColour (juce::Colour (0xff0f1216));
        g.fillRect (area);
        if (described_)
        {
            paintPicture (g, area);
            if (stage_ == Stage::idle)
                paintRoom (g, area);
        }
        else
            paintInvitation (g, area);
        if (stage_ != Stage::idle)
            paintThinking (g, area);
        if (notice_.kind != Notice::Kind::none && stage_ == Stage::idle)
            paintNotice (g, area);
        if (dropTarget_)
            paintDropTarget (g, area);
    }
    g.setColour (dropTarget_ ? theme::accent : theme::line);
    g.drawRoundedRectangle (area.reduced (0.5f), corner, dropTarget_ ? 2.0f : 1.0f);
    if (hasKeyboardFocus (false))
        theme::drawFocus (g, area, corner);
}

void PictureWell::paintInvitation (juce::Graphics& g, juce::Rectangle<float> area)
{
    const auto frame = area.reduced (22.0f);
    juce::Path outline, dashed;
    outline.addRoundedRectangle (frame, 10.0f);
    const float dashes[] = { 6.0f, 6.0f };
    juce::PathStrokeType (1.4f).createDashedStroke (dashed, outline, dashes, 2);
    g.setColour (theme::line.brighter (0.25f));
    g.fillPath (dashed);

    auto middle =
        frame.withSizeKeepingCentre (frame.getWidth() - 30.0f, 190.0f).translated (0, notice_.kind == Notice::Kind::none ? -8.0f : 56.0f);
    const auto icon = middle.removeFromTop (72.0f);
    g.setColour (theme::accent);
    g.strokePath (icons::picture(), juce::PathStrokeType (0.85f, juce::PathStrokeType::curved, juce::PathStrokeType::rounded),
                  juce::AffineTransform::translation (-8.0f, -8.0f).scaled (3.4f).translated (icon.getCentreX(), icon.getCentreY() - 6.0f));
    g.setColour (theme::text);
    g.setFont (theme::font (17.0f, theme::Weight::semibold));
    g.drawText ("Drop a picture of a room", middle.removeFromTop (28.0f), juce::Justification::centred, false);
    g.setFont (theme::font (12.5f));
    g.setColour (theme::dim.brighter (0.2f));
    g.drawText ("anywhere on this window, or click to choose one", middle.removeFromTop (24.0f), juce::Justification::centred, true);
    g.setFont (theme::font (11.0f));
    g.setColour (theme::dim);
    g.drawText (pictureFormats() + theme::utf8 (" \xc2\xb7 ctrl V pastes a path"), middle.removeFromTop (22.0f),
                juce::Justification::centred, true);
    if (processor_.factoryRooms.size() > 0)
        g.drawText ("No picture at hand? The list on top holds finished rooms.", middle.removeFromTop (34.0f),
                    juce::Justification::centredBottom, true);
}

void PictureWell::paintPicture (juce::Graphics& g, juce::Rectangle<float> area)
{
    if (picture_.isNull())
    {
        g.setColour (theme::dim);
        g.setFont (theme::font (12.0f));
        g.drawText (heardOnly_ ? "This room was heard, not seen" : "This room came without a picture", area, juce::Justification::centred,
                    true);
        return;
    }
    const auto target = pictureArea();
    g.setImageResamplingQuality (juce::Graphics::highResamplingQuality);
    if (target.getWidth() < area.getWidth() - 1.0f || target.getHeight() < area.getHeight() - 1.0f)
    {
        // Behind a letter-boxed picture: itself, enlarged and dark.
        g.setOpacity (0.28f);
        g.drawImage (picture_, area, juce::RectanglePlacement::fillDestination);
    }
    g.setOpacity (1.0f);
    g.drawImage (picture_, target, juce::RectanglePlacement::stretchToFit);
    g.setGradientFill (juce::ColourGradient::vertical (juce::Colours::transparentBlack, area.getBottom() - 90.0f, juce::Colour (0x66000000),
                                                       area.getBottom()));
    g.fillRect (area.withTop (area.getBottom() - 90.0f));
}

void PictureWell::paintRoom (juce::Graphics& g, juce::Rectangle<float> area)
{
    const auto roomView = view();
    if (edited_->outdoor_probability <= 0.5f)
    {
        const auto wall = roomView.farWall (*edited_);
        const auto vanishing = pictureArea().getCentre();
        const juce::Point<float> corners[] = { wall.getTopLeft(), wall.getTopRight(), wall.getBottomRight(), wall.getBottomLeft() };
        const auto outwards = [&] (juce::Point<float> from)
        {
            const auto away = from - vanishing;
            return from + away * (2.0f * area.getWidth() / std::max (1.0f, away.getDistanceFromOrigin()));
        };
        for (const bool shadow : { true, false })
        {
            const auto shift = shadow ? juce::Point<float> (0.7f, 0.9f) : juce::Point<float>();
            g.setColour (shadow ? juce::Colours::black.withAlpha (0.4f) : juce::Colours::white.withAlpha (0.9f));
            for (int i = 0; i < 4; ++i)
            {
                static constexpr float dashes[] = { 5.0f, 4.0f };
                g.drawDashedLine ({ corners[i] + shift, corners[(i + 1) % 4] + shift }, dashes, 2, 1.3f);
                g.drawDashedLine ({ corners[i] + shift, outwards (corners[i]) + shift }, dashes, 2, 1.3f);
            }
        }
    }

    const auto at = handle();
    const float halo = overHandle_ || dragging_ ? 19.0f : 16.0f;
    g.setColour (juce::Colours::black.withAlpha (0.25f));
    g.fillEllipse (juce::Rectangle<float> (2 * halo, 2 * halo).withCentre (at));
    g.setColour (theme::accent.withAlpha (0.9f));
    g.drawEllipse (juce::Rectangle<float> (2 * halo, 2 * halo).withCentre (at), 1.3f);
    g.fillEllipse (juce::Rectangle<float> (18.0f, 18.0f).withCentre (at));
    const auto words = "voice " + theme::utf8 ("\xc2\xb7 ") + distanceText (edited_->source_distance_m) + theme::utf8 (" \xc2\xb7 ")
                       + angleText (edited_->source_azimuth_deg);
    const float width = theme::textWidth (theme::font (11.0f), words) + 18.0f;
    const bool right = at.x + halo + 4.0f + width < area.getRight() - 6.0f;
    theme::drawPill (g, words, { right ? at.x + halo + 4.0f : at.x - halo - 4.0f - width, at.y });

    {
        const float spread = 100.0f * described_->dimensions_spread_log[0];
        const bool outdoors = edited_->outdoor_probability > 0.5f;
        theme::drawPill (g, outdoors ? "open air" : dimensionsText (*edited_), { area.getX() + 12.0f, area.getBottom() - 24.0f },
                         spread >= 0.5f && ! outdoors ? theme::utf8 ("\xc2\xb1") + theme::number (spread, 0) + " %" : juce::String());
    }
}

void PictureWell::paintThinking (juce::Graphics& g, juce::Rectangle<float> area)
{
    g.setColour (theme::background.withAlpha (described_ ? 0.62f : 0.85f));
    g.fillRect (area);
    const auto centre = area.getCentre().translated (0, -16.0f);
    const float radius = 24.0f, start = (float) frame_ * 0.16f;
    juce::Path track, arc;
    track.addCentredArc (centre.x, centre.y, radius, radius, 0, 0, juce::MathConstants<float>::twoPi, true);
    arc.addCentredArc (centre.x, centre.y, radius, radius, 0, start, start + 1.7f, true);
    g.setColour (theme::raised);
    g.strokePath (track, juce::PathStrokeType (4.0f));
    g.setColour (theme::accent);
    g.strokePath (arc, juce::PathStrokeType (4.0f, juce::PathStrokeType::curved, juce::PathStrokeType::rounded));

    auto words = area.withTop (centre.y + 38.0f).withHeight (22.0f).reduced (16.0f, 0);
    g.setColour (theme::text);
    g.setFont (theme::font (13.0f, theme::Weight::medium));
    g.drawText (stage_ == Stage::reading           ? "Reading " + processor_.pendingName()
                : stage_ == Stage::waitingForModel ? "Waking the model that reads pictures"
                                                   : "Estimating the room" + theme::utf8 ("\xe2\x80\xa6"),
                words, juce::Justification::centred, true);
    if (described_)
    {
        g.setColour (theme::dim.brighter (0.3f));
        g.setFont (theme::font (11.0f));
        g.drawText ("the old room keeps sounding", words.translated (0, 22.0f), juce::Justification::centred, true);
    }
}

void PictureWell::paintNotice (juce::Graphics& g, juce::Rectangle<float> area)
{
    static const auto heading = [] (Notice::Kind kind) -> juce::String
    {
        switch (kind)
        {
            case Notice::Kind::recording: return "The recording was not used";
            case Notice::Kind::picture: return "The picture was not read";
            case Notice::Kind::modelMissing: return "The model is missing";
            case Notice::Kind::modelFailed: return "The model did not run";
            case Notice::Kind::state: return "The session's state was not used";
            case Notice::Kind::file: return "The file was not used";
            case Notice::Kind::none: break;
        }
        return {};
    };
    const bool missing = notice_.kind == Notice::Kind::modelMissing;
    const auto tail = missing      ? " Rooms from the list and saved rooms still work."
                      : described_ ? " The room before it is still in place."
                                   : " Audio passes through unchanged.";
    juce::AttributedString s;
    s.setLineSpacing (2.0f);
    s.append (notice_.text, theme::font (11.5f), theme::text);
    s.append (tail, theme::font (11.5f), theme::dim.brighter (0.3f));
    juce::TextLayout layout;
    layout.createLayout (s, area.getWidth() - 24.0f - 32.0f);
    const float height = std::min (area.getHeight() - 24.0f, layout.getHeight() + 50.0f);
    const auto card = area.reduced (12.0f).removeFromTop (height);
    g.setColour (juce::Colour (0xf01e1b1d));
    g.fillRoundedRectangle (card, 7.0f);
    g.setColour (missing ? theme::accent : theme::bad);
    g.drawRoundedRectangle (card.reduced (0.5f), 7.0f, 1.0f);
    g.fillEllipse (card.getX() + 16.0f, card.getY() + 16.0f, 8.0f, 8.0f);
    g.setColour (theme::text);
    g.setFont (theme::font (12.5f, theme::Weight::semibold));
    g.drawText (heading (notice_.kind), card.withHeight (40.0f).withTrimmedLeft (32.0f), juce::Justification::centredLeft, true);
    layout.draw (g, card.withTrimmedTop (38.0f).reduced (16.0f, 0));
    dismissArea_ = juce::Rectangle<float> (28.0f, 28.0f).withCentre ({ card.getRight() - 20.0f, card.getY() + 20.0f });
    g.setColour (overDismiss_ ? theme::text : theme::dim);
    g.strokePath (icons::cross(), juce::PathStrokeType (1.5f),
                  juce::AffineTransform::translation (dismissArea_.getX() + 6.0f, dismissArea_.getY() + 6.0f));
}

void PictureWell::paintDropTarget (juce::Graphics& g, juce::Rectangle<float> area)
{
    g.setColour (theme::background.withAlpha (0.7f));
    g.fillRect (area);
    g.setColour (theme::accent);
    g.setFont (theme::font (17.0f, theme::Weight::semibold));
    g.drawText ("Let go: hear this room", area, juce::Justification::centred, true);
}

//==============================================================================
void PictureWell::moveSource (juce::Point<float> p)
{
    auto& distance = processor_.knobs[MatchKnob::distance];
    auto& angle = processor_.knobs[MatchKnob::angle];
    distance.setValueNotifyingHost (distance.convertTo0to1 (view().distanceAt (p) / described_->source_distance_m));
    angle.setValueNotifyingHost (angle.convertTo0to1 (view().azimuthAt (p) - described_->source_azimuth_deg));
    update (false);
}

void PictureWell::mouseMove (const juce::MouseEvent& e)
{
    const bool over = stage_ == Stage::idle && onHandle (e.position);
    const bool dismiss = notice_.kind != Notice::Kind::none && dismissArea_.contains (e.position);
    setMouseCursor (over ? juce::MouseCursor::DraggingHandCursor : juce::MouseCursor::PointingHandCursor);
    if (std::exchange (overHandle_, over) != over || std::exchange (overDismiss_, dismiss) != dismiss)
        repaint();
}

void PictureWell::mouseExit (const juce::MouseEvent&)
{
    overHandle_ = overDismiss_ = false;
    repaint();
}

void PictureWell::mouseDown (const juce::MouseEvent& e)
{
    if (! e.mods.isPopupMenu() && stage_ == Stage::idle && onHandle (e.position))
    {
        dragging_ = true;
        processor_.knobs[MatchKnob::distance].beginChangeGesture();
        processor_.knobs[MatchKnob::angle].beginChangeGesture();
        repaint();
    }
}

void PictureWell::mouseDrag (const juce::MouseEvent& e)
{
    if (dragging_)
        moveSource (e.position);
}

void PictureWell::mouseUp (const juce::MouseEvent& e)
{
    if (std::exchange (dragging_, false))
    {
        processor_.knobs[MatchKnob::distance].endChangeGesture();
        processor_.knobs[MatchKnob::angle].endChangeGesture();
        processor_.commitEdit();
        repaint();
    }
    else if (notice_.kind != Notice::Kind::none && dismissArea_.contains (e.position))
        processor_.dismissNotice();
    else if (! e.mouseWasDraggedSinceMouseDown() && e.getNumberOfClicks() == 1 && onChoose)
        onChoose();
}

void PictureWell::mouseDoubleClick (const juce::MouseEvent& e)
{
    if (! onHandle (e.position))
        return;
    for (const auto knob : { MatchKnob::distance, MatchKnob::angle })
    {
        juce::RangedAudioParameter& parameter = processor_.knobs[knob];
        parameter.setValueNotifyingHost (parameter.getDefaultValue());
    }
    processor_.commitEdit();
}

bool PictureWell::keyPressed (const juce::KeyPress& key)
{
    if ((key == juce::KeyPress::returnKey || key == juce::KeyPress::spaceKey) && onChoose)
    {
        onChoose();
        return true;
    }
    return false;
}

std::unique_ptr<juce::AccessibilityHandler> PictureWell::createAccessibilityHandler()
{
    return std::make_unique<juce::AccessibilityHandler> (*this, juce::AccessibilityRole::button,
                                                         juce::AccessibilityActions().addAction (juce::AccessibilityActionType::press,
                                                                                                 [this]
                                                                                                 {
                                                                                                     if (onChoose)
                                                                                                         onChoose();
                                                                                                 }));
}

}  // namespace lumiverb::plugin
