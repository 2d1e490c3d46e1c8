// SPDX-License-Identifier: AGPL-3.0-or-later
#include "match/room_view.h"
#include <algorithm>
#include <cmath>

namespace lumiverb::plugin {

float RoomView::focal() const { return picture_.getWidth() * 0.5f / std::tan (juce::degreesToRadians (40.0f)); }

juce::Rectangle<float> RoomView::farWall (const RoomDescription& room) const
{
    const float depth = std::max (0.8f, 0.85f * room.dimensions_m[0]);
    const float eye = std::min (1.5f, 0.5f * room.dimensions_m[2]);
    const float scale = focal() / depth;
    const auto centre = picture_.getCentre();
    const juce::Rectangle<float> wall (centre.x - 0.5f * scale * room.dimensions_m[1], centre.y - scale * (room.dimensions_m[2] - eye),
                                       scale * room.dimensions_m[1], scale * room.dimensions_m[2]);
    return wall;
}

juce::Point<float> RoomView::sourceAt (float distance_m, float azimuth_deg) const
{
    const float t =
        std::log (std::clamp (distance_m, minDistance_m, maxDistance_m) / minDistance_m) / std::log (maxDistance_m / minDistance_m);
    const float x =
        picture_.getCentreX() - focal() * std::tan (juce::degreesToRadians (std::clamp (azimuth_deg, -maxAngle_deg, maxAngle_deg)));
    return { std::clamp (x, window_.getX() + 22.0f, window_.getRight() - 22.0f), nearY() + t * (farY() - nearY()) };
}

float RoomView::distanceAt (juce::Point<float> p) const
{
    const float t = std::clamp ((p.y - nearY()) / (farY() - nearY()), 0.0f, 1.0f);
    return minDistance_m * std::pow (maxDistance_m / minDistance_m, t);
}

float RoomView::azimuthAt (juce::Point<float> p) const
{
    return std::clamp (juce::radiansToDegrees (std::atan ((picture_.getCentreX() - p.x) / focal())), -maxAngle_deg, maxAngle_deg);
}

}  // namespace lumiverb::plugin
