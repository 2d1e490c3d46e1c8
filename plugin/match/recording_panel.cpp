// SPDX-License-Identifier: AGPL-3.0-or-later
#include "match/recording_panel.h"
#include "shared/model_folder.h"
#include "shared/theme.h"

namespace lumiverb::plugin {

using Stage = RoomLoader::Stage;

RecordingPanel::Balance::Balance()
{
    setTitle ("Between picture and recording");
    setTooltip ("How much the picture and the recording say: in the middle, each counts as much as it is sure of itself. Double-click: the "
                "middle.");
    setRange (0.0, 1.0);
    setSliderStyle (LinearHorizontal);
    setTextBoxStyle (NoTextBox, true, 0, 0);
    setDoubleClickReturnValue (true, 0.5);
    setWantsKeyboardFocus (true);
    setMouseClickGrabsKeyboardFocus (false);
}

juce::String RecordingPanel::Balance::getTextFromValue (double x)
{
    return x < 0.005                    ? "picture only"
           : x > 0.995                  ? "recording only"
           : std::abs (x - 0.5) < 0.005 ? juce::String ("both")
                                        : theme::number (100 * x, 0) + " % recording";
}

void RecordingPanel::Balance::paint (juce::Graphics& g)
{
    const auto area = getLocalBounds().toFloat();
    const float y = area.getCentreY(), x = (float) getPositionOfValue (getValue());
    const float left = (float) getPositionOfValue (0.0), right = (float) getPositionOfValue (1.0), middle = 0.5f * (left + right);
    g.setColour (theme::raised.brighter (0.1f));
    g.fillRoundedRectangle (left, y - 2.0f, right - left, 4.0f, 2.0f);
    g.fillRect (middle - 0.75f, y - 5.0f, 1.5f, 10.0f);
    g.setColour (theme::accent);
    g.fillRoundedRectangle (std::min (x, middle), y - 2.0f, std::abs (x - middle), 4.0f, 2.0f);
    g.fillEllipse (juce::Rectangle<float> (12.0f, 12.0f).withCentre ({ x, y }));
    if (hasKeyboardFocus (false))
        theme::drawFocus (g, area.withTrimmedTop (1.0f), 5.0f);
}

RecordingPanel::RecordingPanel (MatchProcessor& processor)
    : processor_ (processor)
    , remove_ ({}, "Remove the recording", "Remove the recording; the picture alone decides again", FlatButton::Frame::bare)
{
    setTitle ("Match a recording");
    setWantsKeyboardFocus (true);
    setMouseClickGrabsKeyboardFocus (false);
    remove_.setIcon (icons::cross());
    addChildComponent (remove_);
    addChildComponent (balance_);
    remove_.onClick = [this]
    {
        if (look_ == Look::recording)
            processor_.removeRecording();
        else
            processor_.cancelLoading();
        if (onChanged)
            onChanged();
    };
    balance_.onValueChange = [this]
    {
        processor_.setBalance ((float) balance_.getValue());
        if (onChanged)
            onChanged();
        if (! balance_.isMouseButtonDown())
            processor_.commitEdit();                 // by keyboard or wheel: each step is one
    };
    balance_.onDragEnd = [this] { processor_.commitEdit(); };
}

RecordingPanel::Look RecordingPanel::look() const
{
    if (stage_ != Stage::idle && processor_.isHearing())
        return stage_ == Stage::listening ? Look::listening : Look::thinking;
    if (processor_.activeSlot().recording)
        return Look::recording;
    return hasModel ("blind-room") ? Look::invitation : Look::missing;
}

void RecordingPanel::update (bool animate)
{
    const auto stage = processor_.loadingStage();
    const auto revision = processor_.revision();
    if (revision != revision_ || stage != stage_)
    {
        revision_ = revision;
        stage_ = stage;
        const auto slot = processor_.activeSlot();
        look_ = look();
        name_ = juce::String::fromUTF8 (slot.recordingName.c_str());
        pictured_ = slot.room.has_value();
        const bool busy = look_ == Look::listening || look_ == Look::thinking;
        remove_.setVisible (busy || look_ == Look::recording);
        remove_.setTooltip (busy ? "Stop listening" : "Remove the recording; the picture alone decides again");
        balance_.setVisible (look_ == Look::recording && pictured_);
        balance_.setValue (slot.balance, juce::dontSendNotification);
        setTooltip (look_ == Look::missing     ? missingModelText ("blind-room")
                    : look_ == Look::listening ? "Click when enough was heard"
                    : look_ == Look::recording ? "What was heard; drop another recording to replace it"
                                               : "Drop a recording made in a room, or click to capture this track or the sidechain: its "
                                                 "reverberation is heard and matched");
        repaint();
    }
    else if (animate && (look_ == Look::listening || look_ == Look::thinking))
    {
        ++frame_;
        repaint();
    }
}

void RecordingPanel::resized()
{
    remove_.setBounds (getWidth() - 30, 8, 22, 22);
    balance_.setBounds (12, 33, getWidth() - 24, 20);
}

/// Dashed: something may be dropped here.
void RecordingPanel::paintBox (juce::Graphics& g, const juce::String& first, const juce::String& second, bool enabled) const
{
    const auto box = getLocalBounds().toFloat().reduced (12.0f);
    juce::Path outline, dashed;
    outline.addRoundedRectangle (box, 6.0f);
    const float dashes[] = { 4.0f, 3.0f };
    juce::PathStrokeType (1.0f).createDashedStroke (dashed, outline, dashes, 2);
    g.setColour (isMouseOver() && enabled ? theme::accent : theme::line.brighter (0.2f));
    g.fillPath (dashed);
    g.setColour (enabled ? theme::text : theme::dim);
    g.setFont (theme::font (12.0f, theme::Weight::medium));
    g.drawText (first, box.withTrimmedTop (4.0f).withHeight (17.0f), juce::Justification::centred, true);
    g.setColour (theme::dim);
    g.setFont (theme::font (10.5f));
    g.drawText (second, box.withTrimmedTop (20.0f).withHeight (15.0f), juce::Justification::centred, true);
}

void RecordingPanel::paint (juce::Graphics& g)
{
    const auto area = getLocalBounds().toFloat();
    theme::drawPanel (g, area);
    const auto ellipsis = theme::utf8 ("\xe2\x80\xa6");
    if (look_ == Look::invitation)
        paintBox (g, "Match a recording", "drop a file, or click to capture", true);
    else if (look_ == Look::missing)
        paintBox (g, "Match a recording", "its model is not installed", false);
    else
    {
        const auto row = area.withTrimmedLeft (14.0f).withTrimmedRight (34.0f).withTrimmedTop (10.0f).withHeight (18.0f);
        const double progress = processor_.captureProgress();
        g.setColour (theme::text);
        g.setFont (theme::font (12.0f, theme::Weight::medium));
        g.drawText (look_ == Look::recording  ? name_
                    : look_ == Look::thinking ? "Hearing the room" + ellipsis
                    : progress > 0            ? "Listening " + theme::number (progress * Capture::length_s, 1) + " s"
                                              : "Waiting for sound" + ellipsis,
                    row, juce::Justification::centredLeft, true);
        g.setFont (theme::font (10.5f));
        g.setColour (theme::dim);
        const auto below = area.reduced (14.0f, 0).withTop (36.0f).withHeight (14.0f);
        if (look_ == Look::recording)
        {
            if (! pictured_)
                g.drawText ("heard; drop a picture to add one", below, juce::Justification::centredLeft, true);
        }
        else
        {
            const auto bar = below.withSizeKeepingCentre (below.getWidth(), 4.0f);
            g.setColour (theme::raised.brighter (0.1f));
            g.fillRoundedRectangle (bar, 2.0f);
            g.setColour (theme::accent);
            if (look_ == Look::listening)
                g.fillRoundedRectangle (bar.withWidth ((float) progress * bar.getWidth()), 2.0f);
            else
            {
                const float phase = 0.5f - 0.5f * std::cos ((float) frame_ * 0.1f);
                g.fillRoundedRectangle (bar.withWidth (0.25f * bar.getWidth()).translated (0.75f * phase * bar.getWidth(), 0), 2.0f);
            }
        }
    }
    if (look_ == Look::recording && pictured_)
    {
        g.setFont (theme::font (9.5f));
        g.setColour (theme::dim);
        const auto ends = area.reduced (14.0f, 0).withTop (50.0f).withHeight (12.0f);
        g.drawText ("seen", ends, juce::Justification::centredLeft, false);
        g.drawText ("heard", ends, juce::Justification::centredRight, false);
    }
    if (hasKeyboardFocus (false))
        theme::drawFocus (g, area, 8.0f);
}

void RecordingPanel::press()
{
    if (look_ == Look::listening)
        return processor_.finishCapture();
    if (look_ == Look::thinking)
        return;
    if (look_ == Look::missing)
        return processor_.showNotice (Notice::Kind::modelMissing, missingModelText ("blind-room"));
    juce::PopupMenu menu;
    menu.setLookAndFeel (&getLookAndFeel());
    menu.addSectionHeader ("Match a recording");
    menu.addItem (theme::utf8 ("Choose a file\xe2\x80\xa6"),
                  [this]
                  {
                      if (onChooseFile)
                          onChooseFile();
                  });
    menu.addItem ("Capture this track", [this] { processor_.startCapture (false); });
    const bool sidechain = processor_.hasSidechain();
    menu.addItem (sidechain ? "Capture the sidechain" : "Capture the sidechain (nothing is routed to it)", sidechain, false,
                  [this] { processor_.startCapture (true); });
    menu.showMenuAsync (juce::PopupMenu::Options().withTargetComponent (this));
}

void RecordingPanel::mouseUp (const juce::MouseEvent& e)
{
    if (! e.mouseWasDraggedSinceMouseDown())
        press();
}

bool RecordingPanel::keyPressed (const juce::KeyPress& key)
{
    if (key != juce::KeyPress::returnKey && key != juce::KeyPress::spaceKey)
        return false;
    press();
    return true;
}

std::unique_ptr<juce::AccessibilityHandler> RecordingPanel::createAccessibilityHandler()
{
    return std::make_unique<juce::AccessibilityHandler> (
        *this, juce::AccessibilityRole::group,
        juce::AccessibilityActions().addAction (juce::AccessibilityActionType::press, [this] { press(); }));
}

}  // namespace lumiverb::plugin
