// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "dry/dry_processor.h"
#include "shared/flat_button.h"

namespace lumiverb::plugin {

/// The panel at the left: an optional picture of the room, what it says, what is heard, and how much is being removed. Message thread only.
class RoomHint : public juce::Component, public juce::SettableTooltipClient
{
public:
    explicit RoomHint (DryProcessor&);

    std::function<void()> onChoose;                  ///< the picture was clicked

    /// Takes over what has changed; `removed_db`: measured over the last seconds, none where there is no sound.
    void update (std::optional<float> removed_db);
    void setDropTarget (bool);

    void paint (juce::Graphics&) override;
    void resized() override;
    void mouseUp (const juce::MouseEvent&) override;
    bool keyPressed (const juce::KeyPress&) override;
    void focusGained (FocusChangeType) override { repaint(); }
    void focusLost (FocusChangeType) override { repaint(); }

private:
    void paintPicture (juce::Graphics&);
    void paintFact (juce::Graphics&, float y, const juce::String& name, const juce::String& value);
    juce::Rectangle<float> pictureArea() const { return { 14.0f, 56.0f, (float) getWidth() - 28.0f, 112.0f }; }

    DryProcessor& processor_;
    FlatButton forget_;
    juce::Image picture_;
    DrySlot slot_;
    RoomLoader::Stage stage_ = RoomLoader::Stage::idle;
    juce::String heard_, removed_;
    unsigned revision_ = ~0u;
    int frame_ = 0;
    bool dropTarget_ = false;
};

}  // namespace lumiverb::plugin
