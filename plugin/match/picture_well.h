// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "match/match_processor.h"
#include "match/room_view.h"
#include <juce_gui_basics/juce_gui_basics.h>

namespace lumiverb::plugin {

/// The picture, the estimated box over it, and the source as a handle that sets distance and angle; also the invitation before the
/// first picture, the progress while one is read, and what went wrong. Message thread only.
class PictureWell : public juce::Component, public juce::SettableTooltipClient
{
public:
    explicit PictureWell (MatchProcessor&);

    std::function<void()> onChoose;                  ///< clicked

    /// Takes over what has changed; `animate` also advances the progress display.
    void update (bool animate);
    void setDropTarget (bool);

    void paint (juce::Graphics&) override;
    void resized() override;
    void mouseMove (const juce::MouseEvent&) override;
    void mouseExit (const juce::MouseEvent&) override;
    void mouseDown (const juce::MouseEvent&) override;
    void mouseDrag (const juce::MouseEvent&) override;
    void mouseUp (const juce::MouseEvent&) override;
    void mouseDoubleClick (const juce::MouseEvent&) override;
    bool keyPressed (const juce::KeyPress&) override;
    void focusGained (FocusChangeType) override { repaint(); }
    void focusLost (FocusChangeType) override { repaint(); }
    std::unique_ptr<juce::AccessibilityHandler> createAccessibilityHandler() override;

private:
    void paintInvitation (juce::Graphics&, juce::Rectangle<float>);
    void paintPicture (juce::Graphics&, juce::Rectangle<float>);
    void paintRoom (juce::Graphics&, juce::Rectangle<float>);
    void paintThinking (juce::Graphics&, juce::Rectangle<float>);
    void paintNotice (juce::Graphics&, juce::Rectangle<float>);
    void paintDropTarget (juce::Graphics&, juce::Rectangle<float>);
    juce::Rectangle<float> pictureArea() const;      ///< of the whole picture, in or beyond the well
    RoomView view() const { return { pictureArea(), getLocalBounds().toFloat() }; }
    juce::Point<float> handle() const;
    bool onHandle (juce::Point<float>) const;
    void moveSource (juce::Point<float>);

    MatchProcessor& processor_;
    juce::Image picture_;
    std::vector<std::uint8_t> shownThumbnail_;
    std::optional<RoomDescription> described_, edited_;
    MatchParameters shown_;
    Notice notice_;
    juce::Rectangle<float> dismissArea_;
    RoomLoader::Stage stage_ = RoomLoader::Stage::idle;
    unsigned revision_ = ~0u;
    int frame_ = 0;
    bool heardOnly_ = false, dropTarget_ = false, dragging_ = false, overHandle_ = false, overDismiss_ = false;
};

}  // namespace lumiverb::plugin
