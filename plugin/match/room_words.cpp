// SPDX-License-Identifier: AGPL-3.0-or-later
#include "match/room_words.h"
#include "shared/theme.h"
#include <cmath>

namespace lumiverb::plugin {

juce::String roomTitle (const RoomDescription& room)
{
    if (room.outdoor_probability > 0.5f)
        return "Outdoors";
    auto kind = juce::String::fromUTF8 (room.room_kind.c_str()).replaceCharacter ('_', ' ').trim();
    if (kind.isEmpty() || kind == "unknown")
        return "Room";
    return kind.substring (0, 1).toUpperCase() + kind.substring (1);
}

juce::String roomCharacter (const RoomDescription& room)
{
    juce::StringArray words;
    const double volume = room.volume_m3;
    if (room.outdoor_probability <= 0.5f)
        words.add (volume < 40 ? "small" : volume < 200 ? "medium-sized" : volume < 2000 ? "large" : "vast");
    // Reverberation beyond what a furnished room of this size has (about 0.1 s per cube root of a cubic metre).
    const double mid = midRt60_s (room), liveliness = mid / (0.11 * std::cbrt (std::max (8.0, volume)));
    words.add (liveliness < 0.55  ? "very dry"
               : liveliness < 0.9 ? "dry"
               : liveliness < 1.5 ? "balanced"
               : liveliness < 2.6 ? "live"
                                  : "very live");
    const double treble = 0.5 * (room.rt60_s[4] + room.rt60_s[5]) / mid;
    if (treble < 0.7)
        words.add ("dark");
    else if (treble > 1.1)
        words.add ("bright");
    return words.joinIntoString (", ");
}

juce::String dimensionsText (const RoomDescription& room)
{
    const auto side = [] (float m) { return theme::number (m, m < 9.95f ? 1 : 0); };
    const auto times = theme::utf8 (" \xc3\x97 ");
    return theme::utf8 (isKnown (room) ? "" : "\xe2\x89\x88 ") + side (room.dimensions_m[0]) + times + side (room.dimensions_m[1]) + times
           + side (room.dimensions_m[2]) + " m";
}

juce::String secondsText (double s) { return theme::number (s, s < 0.995 ? 2 : 1) + " s"; }
juce::String distanceText (double m) { return theme::number (m, m < 0.995 ? 2 : m < 19.95 ? 1 : 0) + " m"; }

juce::String angleText (double degrees)
{
    const auto n = theme::number (std::abs (degrees), 0) + theme::utf8 ("\xc2\xb0");
    return std::abs (degrees) < 0.5 ? n : n + (degrees > 0 ? " L" : " R");
}

double midSpread_log (const RoomDescription& room) { return 0.5 * (room.rt60_spread_log[2] + room.rt60_spread_log[3]); }
double midSpread_s (const RoomDescription& room) { return midRt60_s (room) * std::sinh (midSpread_log (room)); }
bool isKnown (const RoomDescription& room) { return midSpread_log (room) < 1e-4; }

}  // namespace lumiverb::plugin
