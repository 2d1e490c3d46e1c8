// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/match/match_state.h"
#include "../room/room_json.h"
#include "../state/state_bytes.h"
#include <stdexcept>

namespace lumiverb {

namespace {

constexpr state::Format format { { 'L', 'V', 'M', 'S' }, 1, "Lumiverb Match" };

FloatJson toJsonValue (const MatchSlot& slot)
{
    return { { "name", slot.name.substr (0, state::maxName) },
             { "room", slot.room ? roomToJsonValue (*slot.room) : FloatJson (nullptr) },
             { "parameters",
               { { "mix", slot.parameters.mix },
                 { "output_db", slot.parameters.output_db },
                 { "bypass", slot.parameters.bypass },
                 { "edits", editsToJsonValue (slot.parameters.edits) } } } };
}

MatchSlot slotFromJson (const FloatJson& json)
{
    MatchSlot slot;
    slot.name = state::shortText (json, "name");
    if (const auto& room = state::field (json, "room"); ! room.is_null())
        slot.room = roomFromJsonValue (room);
    const auto& parameters = state::field (json, "parameters");
    slot.parameters.mix = state::number (parameters, "mix", 0, 1);
    slot.parameters.output_db = state::number (parameters, "output_db", -24, 12);
    slot.parameters.bypass = state::boolean (parameters, "bypass");
    slot.parameters.edits = editsFromJsonValue (state::field (parameters, "edits"));
    return slot;
}

/// Turns the JSON of an older version into the next one's. Version 1 is the first: the chain is empty.
using Migration = void (*) (FloatJson&);
constexpr std::array<Migration, format.currentVersion - 1> migrations {};

}  // namespace

std::vector<std::uint8_t> serialise (const MatchState& match)
{
    const FloatJson json { { "slots", { toJsonValue (match.slots[0]), toJsonValue (match.slots[1]) } },
                           { "active", match.active },
                           { "editor_width", match.editorWidth },
                           { "editor_height", match.editorHeight } };
    return state::pack (format, json, { match.slots[0].thumbnail, match.slots[1].thumbnail });
}

MatchState deserialiseMatchState (std::span<const std::uint8_t> bytes)
{
    auto [version, json, thumbnails] = state::unpack (format, bytes);
    for (std::size_t step = version - 1; step < migrations.size(); ++step)
        migrations[step](json);
    MatchState result;
    const auto& slots = state::field (json, "slots");
    if (! slots.is_array() || slots.size() != 2)
        state::fail ("\"slots\" must hold two entries");
    for (std::size_t i = 0; i < 2; ++i)
    {
        result.slots[i] = slotFromJson (slots[i]);
        result.slots[i].thumbnail = std::move (thumbnails[i]);
    }
    result.active = state::wholeNumber (json, "active", 0, 1);
    result.editorWidth = state::wholeNumber (json, "editor_width", 100, 20000);
    result.editorHeight = state::wholeNumber (json, "editor_height", 100, 20000);
    return result;
}

}  // namespace lumiverb
