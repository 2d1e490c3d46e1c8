// SPDX-License-Identifier: AGPL-3.0-or-later
// The plug-in's saved state: content, never paths. docs/state-format.md describes the bytes.
#pragma once
#include "lumiverb/match/match_engine.h"
#include <cstddef>
#include <cstdint>
#include <span>

namespace lumiverb {

/// One side of the A/B pair.
struct MatchSlot
{
    std::optional<RoomDescription> room;             ///< what a picture says, or a finished room
    std::string name;                                ///< shown in the editor: picture's or preset's name
    std::vector<std::uint8_t> thumbnail;             ///< JPEG, longest side <= 512 px, <= 256 kB; or empty
    std::string scene;                               ///< JSON of the Scene that `room` was traced in, or empty
    std::optional<RoomDescription> recording;        ///< what a recording says
    std::string recordingName;
    float balance = 0.5f;                            ///< 0 = picture, 1 = recording, 0.5 = as their spreads say (fuseRooms)
    MatchParameters parameters;
    bool operator== (const MatchSlot&) const = default;
};

/// The room of a slot before the knobs: picture and recording fused, or the one that is there.
std::optional<RoomDescription> fusedRoom (const MatchSlot&);

struct MatchState
{
    MatchSlot slots[2];
    int active = 0;                                  ///< 0 = A, 1 = B
    int editorWidth = 1120, editorHeight = 700;
    bool operator== (const MatchState&) const = default;
};

/// "LVMS", version, JSON, thumbnails, CRC-32. The same state gives the same bytes.
std::vector<std::uint8_t> serialise (const MatchState&);
/// Throws std::invalid_argument (one clear sentence) for anything that is not a complete state of a known version; every length is
/// bounded before memory is taken.
MatchState deserialiseMatchState (std::span<const std::uint8_t>);

}  // namespace lumiverb
