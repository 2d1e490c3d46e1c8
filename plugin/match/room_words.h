// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/room_description.h"
#include <juce_core/juce_core.h>

namespace lumiverb::plugin {

/// A RoomDescription in words and numbers, as the editor says it.
juce::String roomTitle (const RoomDescription&);                       ///< "Stone chapel"
juce::String roomCharacter (const RoomDescription&);                   ///< "large, very live, dark"
juce::String dimensionsText (const RoomDescription&);                  ///< "~ 11 x 11 x 9 m"
juce::String secondsText (double);                                     ///< "4.3 s", "0.42 s"
juce::String distanceText (double metres);
juce::String angleText (double degrees);                               ///< positive = left: "8 deg L"
/// Spread of midRt60_s in seconds (one standard deviation), 0 = known.
double midSpread_s (const RoomDescription&);
double midSpread_log (const RoomDescription&);
bool isKnown (const RoomDescription&);                                 ///< no spreads: traced or edited by hand

}  // namespace lumiverb::plugin
