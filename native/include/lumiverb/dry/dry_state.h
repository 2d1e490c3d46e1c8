// SPDX-License-Identifier: AGPL-3.0-or-later
// The plug-in's saved state: content, never paths. docs/state-format.md describes the bytes.
#pragma once
#include "lumiverb/dry/dry_engine.h"
#include <cstddef>
#include <cstdint>
#include <span>

namespace lumiverb {

/// Which of the shipped networks works. lowLatency has a grid of its own, hence another latency.
enum class DryQuality
{
    lite,
    full,
    lowLatency
};
inline constexpr int numDryQualities = 3;

const char* dryModelName (DryQuality);               ///< package: "dry-lite", "dry-full", "dry-low-latency"
/// The grid that the package of this quality must have, so that the latency is known before it is loaded.
DryGrid dryGrid (DryQuality);

/// One side of the A/B pair.
struct DrySlot
{
    std::optional<RoomDescription> room;             ///< hint for the network
    std::string name;                                ///< of the room: picture's name
    std::vector<std::uint8_t> thumbnail;             ///< JPEG, longest side <= 512 px, <= 256 kB; or empty
    DryParameters parameters;
    bool operator== (const DrySlot&) const = default;
};

struct DryState
{
    DrySlot slots[2];
    int active = 0;                                  ///< 0 = A, 1 = B
    DryQuality quality = DryQuality::lite;           ///< of both: A and B have the same latency
    int editorWidth = 1120, editorHeight = 700;
    bool operator== (const DryState&) const = default;
};

/// "LVDS", version, JSON, thumbnails, CRC-32. The same state gives the same bytes.
std::vector<std::uint8_t> serialise (const DryState&);
/// Throws std::invalid_argument (one clear sentence) for anything that is not a complete state of a known version; every length is
/// bounded before memory is taken.
DryState deserialiseDryState (std::span<const std::uint8_t>);

}  // namespace lumiverb
