// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/match/match_state.h"
#include <algorithm>
#include <juce_core/juce_core.h>

namespace lumiverb::plugin {

/// The last pictures of this person, in every session and every instance: one .lumiroom file each in <user folder>/recent, so that
/// a picture that has been moved or deleted can still be used. Any thread but the audio thread.
inline constexpr int maxRecentRooms = 12;

void addToRecentRooms (const MatchSlot&);
/// Newest first.
juce::Array<juce::File> recentRoomFiles();
/// Empty when the file is damaged.
std::optional<MatchSlot> readRoomFile (const juce::File&);

}  // namespace lumiverb::plugin
