// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/room_description.h"
#include <functional>
#include <optional>
#include <juce_gui_basics/juce_gui_basics.h>

namespace lumiverb::plugin {

/// Reverberation time per octave with its spread. Dragging a bar edits that octave, double-click gives it back to the picture.
class Rt60Bars : public juce::Component, public juce::SettableTooltipClient
{
public:
    Rt60Bars();

    std::function<void (const BandArray&)> onScales;  ///< while dragging
    std::function<void()> onCommit;
    std::function<void (int band)> onHover;            ///< -1 = none

    /// seen and heard: beside the fused room when there are both.
    void show (const std::optional<RoomDescription>& described, const RoomEdits&, const std::optional<RoomDescription>& seen = {},
               const std::optional<RoomDescription>& heard = {});
    void paint (juce::Graphics&) override;
    void mouseMove (const juce::MouseEvent&) override;
    void mouseExit (const juce::MouseEvent&) override;
    void mouseDown (const juce::MouseEvent&) override;
    void mouseDrag (const juce::MouseEvent&) override;
    void mouseUp (const juce::MouseEvent&) override;
    void mouseDoubleClick (const juce::MouseEvent&) override;
    void mouseWheelMove (const juce::MouseEvent&, const juce::MouseWheelDetails&) override;
    bool keyPressed (const juce::KeyPress&) override;
    void focusGained (FocusChangeType) override;
    void focusLost (FocusChangeType) override;

private:
    juce::Rectangle<float> column (int band) const;
    int bandAt (juce::Point<float>) const;
    float heightOf (double seconds) const;
    void paintSources (juce::Graphics&, int band, float x) const;
    void paintLegend (juce::Graphics&) const;
    void rescale();
    void setScale (int band, float scale);
    void hover (int band);

    std::optional<RoomDescription> described_, edited_, seen_, heard_;
    RoomEdits edits_;
    double top_s_ = 1;
    int hovered_ = -1, dragged_ = -1, focused_ = 3;
    float dragScale_ = 1, lastY_ = 0;
};

}  // namespace lumiverb::plugin
