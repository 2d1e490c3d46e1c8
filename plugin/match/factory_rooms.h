// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/match/match_state.h"
#include <juce_core/juce_core.h>

namespace lumiverb::plugin {

/// The rooms that come with the plug-in: traced by the project (tools/make_presets.py), embedded in the binary.
/// Descriptions are parsed when first asked for, so that opening the plug-in costs nothing.
class FactoryRooms
{
public:
    int size() const;
    juce::String name (int index) const;
    RoomDescription room (int index) const;
    const std::vector<std::uint8_t>& thumbnail (int index) const;
    /// JSON of the scene that the room was traced in.
    std::string scene (int index) const;
    /// The factory room of this name and content, or -1.
    int find (const MatchSlot&) const;
};

}  // namespace lumiverb::plugin
