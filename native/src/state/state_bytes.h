// SPDX-License-Identifier: AGPL-3.0-or-later
// What the saved states of all plug-ins have in common: a magic word, a version, JSON, thumbnails and a checksum.
#pragma once
#include "../room/json_number.h"
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lumiverb::state {

inline constexpr std::size_t maxName = 256;

/// Throws std::invalid_argument: "saved state: <what>".
[[noreturn]] void fail (const std::string& what);

struct Format
{
    std::array<std::uint8_t, 4> magic;
    std::uint32_t currentVersion;
    const char* product;                             ///< for errors: "Lumiverb Match"
    std::size_t maxJson = 64 * 1024;
};

using Thumbnails = std::array<std::vector<std::uint8_t>, 2>;

std::vector<std::uint8_t> pack (const Format&, const FloatJson&, const Thumbnails&);

struct Unpacked
{
    std::uint32_t version;
    FloatJson json;
    Thumbnails thumbnails;
};
/// Throws std::invalid_argument (one clear sentence) for anything incomplete, damaged or of an unknown version; every length is bounded before
/// memory is taken.
Unpacked unpack (const Format&, std::span<const std::uint8_t>);

// Fields of the JSON; each throws naming the field.
const FloatJson& field (const FloatJson&, const char* key);
float number (const FloatJson&, const char* key, float low, float high);
int wholeNumber (const FloatJson&, const char* key, int low, int high);
bool boolean (const FloatJson&, const char* key);
std::string shortText (const FloatJson&, const char* key);

/// Turns the JSON of a version into that of the next one.
using Migration = void (*) (FloatJson&);

/// JSON of what the states of all plug-ins have: two slots, the active one, the editor's size.
template <typename State, typename SlotToJson>
FloatJson toJsonValue (const State& state, SlotToJson&& slotToJson)
{
    return { { "slots", { slotToJson (state.slots[0]), slotToJson (state.slots[1]) } },
             { "active", state.active },
             { "editor_width", state.editorWidth },
             { "editor_height", state.editorHeight } };
}

/// The same back, brought to the present version; `json` keeps what else there is.
template <typename State, typename SlotFromJson>
State fromUnpacked (Unpacked& unpacked, std::span<const Migration> migrations, SlotFromJson&& slotFromJson)
{
    auto& [version, json, thumbnails] = unpacked;
    for (std::size_t step = version - 1; step < migrations.size(); ++step)
        migrations[step](json);
    State result;
    const auto& slots = field (json, "slots");
    if (! slots.is_array() || slots.size() != 2)
        fail ("\"slots\" must hold two entries");
    for (std::size_t i = 0; i < 2; ++i)
    {
        result.slots[i] = slotFromJson (slots[i]);
        result.slots[i].thumbnail = std::move (thumbnails[i]);
    }
    result.active = wholeNumber (json, "active", 0, 1);
    result.editorWidth = wholeNumber (json, "editor_width", 100, 20000);
    result.editorHeight = wholeNumber (json, "editor_height", 100, 20000);
    return result;
}

}  // namespace lumiverb::state
