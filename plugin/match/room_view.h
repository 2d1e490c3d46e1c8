// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/room_description.h"
#include <juce_graphics/juce_graphics.h>
#include <optional>

namespace lumiverb::plugin {

/// Where things of the estimated room lie in the picture: a level camera of 80 degrees that stands at the near end of the box.
/// Directions are perspective, so a source dragged onto something in the picture comes from there; distance runs down the floor,
/// logarithmically, because a knob's whole range must fit.
class RoomView
{
public:
    static constexpr float minDistance_m = 0.3f, maxDistance_m = 40.0f;
    static constexpr float maxAngle_deg = 38.0f;     ///< seen in the picture; farther aside by the knob

    /// `picture`: where the whole picture would be drawn; `window`: the visible part.
    RoomView (juce::Rectangle<float> picture, juce::Rectangle<float> window) : picture_ (picture), window_ (window) {}

    /// Far wall of the box as the camera sees it.
    juce::Rectangle<float> farWall (const RoomDescription&) const;
    juce::Point<float> sourceAt (float distance_m, float azimuth_deg) const;
    float distanceAt (juce::Point<float>) const;
    float azimuthAt (juce::Point<float>) const;

private:
    float focal() const;
    float nearY() const { return window_.getBottom() - 26.0f; }
    float farY() const { return picture_.getCentreY() + 0.04f * window_.getHeight(); }

    juce::Rectangle<float> picture_, window_;
};

}  // namespace lumiverb::plugin
