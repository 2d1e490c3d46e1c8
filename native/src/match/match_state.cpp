// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/match/match_state.h"
#include "../room/room_json.h"
#include "../state/state_bytes.h"
#include "lumiverb/room/room_fusion.h"
#include "lumiverb/room/scene.h"
#include <stdexcept>

namespace lumiverb {

namespace {

constexpr state::Format format { { 'L', 'V', 'M', 'S' }, 2, "Lumiverb Match", 1024 * 1024 };

FloatJson toJsonValue (const std::optional<RoomDescription>& room) { return room ? roomToJsonValue (*room) : FloatJson (nullptr); }

FloatJson sceneToJsonValue (const std::string& scene)
{
    return scene.empty() ? FloatJson (nullptr) : FloatJson::parse (toJson (sceneFromJson (scene)));
}

std::string sceneFromJsonValue (const FloatJson& json) { return json.is_null() ? std::string() : toJson (sceneFromJson (dumpJson (json))); }

std::optional<RoomDescription> optionalRoom (const FloatJson& json, const char* key)
{
    const auto& value = state::field (json, key);
    return value.is_null() ? std::nullopt : std::optional (roomFromJsonValue (value));
}

FloatJson toJsonValue (const MatchSlot& slot)
{
    return { { "name", slot.name.substr (0, state::maxName) },
             { "room", toJsonValue (slot.room) },
             { "scene", sceneToJsonValue (slot.scene) },
             { "recording", toJsonValue (slot.recording) },
             { "recording_name", slot.recordingName.substr (0, state::maxName) },
             { "balance", slot.balance },
             { "parameters",
               { { "mix", slot.parameters.mix },
                 { "output_db", slot.parameters.output_db },
                 { "bypass", slot.parameters.bypass },
                 { "traced", slot.parameters.traced },
                 { "edits", editsToJsonValue (slot.parameters.edits) } } } };
}

MatchSlot slotFromJson (const FloatJson& json)
{
    MatchSlot slot;
    slot.name = state::shortText (json, "name");
    slot.room = optionalRoom (json, "room");
    slot.scene = sceneFromJsonValue (state::field (json, "scene"));
    slot.recording = optionalRoom (json, "recording");
    slot.recordingName = state::shortText (json, "recording_name");
    slot.balance = state::number (json, "balance", 0, 1);
    const auto& parameters = state::field (json, "parameters");
    slot.parameters.mix = state::number (parameters, "mix", 0, 1);
    slot.parameters.output_db = state::number (parameters, "output_db", -24, 12);
    slot.parameters.bypass = state::boolean (parameters, "bypass");
    slot.parameters.traced = state::boolean (parameters, "traced");
    slot.parameters.edits = editsFromJsonValue (state::field (parameters, "edits"));
    return slot;
}

/// Version 2 brought recordings, scenes and traced quality. (The new edit has a default: absent edits keep it.)
void migrateTo2 (FloatJson& json)
{
    if (! json.is_object() || ! json.contains ("slots") || ! json["slots"].is_array())
        return;                                      // refused later, with a sentence
    for (auto& slot : json["slots"])
        if (slot.is_object())
        {
            slot["scene"] = nullptr;
            slot["recording"] = nullptr;
            slot["recording_name"] = "";
            slot["balance"] = 0.5f;
            if (slot.contains ("parameters") && slot["parameters"].is_object())
                slot["parameters"]["traced"] = false;
        }
}

constexpr std::array<state::Migration, format.currentVersion - 1> migrations { migrateTo2 };

}  // namespace

std::optional<RoomDescription> fusedRoom (const MatchSlot& slot)
{
    if (slot.room && slot.recording)
        return fuseRooms (*slot.room, *slot.recording, slot.balance);
    return slot.room ? slot.room : slot.recording;
}

std::vector<std::uint8_t> serialise (const MatchState& match)
{
    const auto json = state::toJsonValue (match, [] (const MatchSlot& slot) { return toJsonValue (slot); });
    return state::pack (format, json, { match.slots[0].thumbnail, match.slots[1].thumbnail });
}

MatchState deserialiseMatchState (std::span<const std::uint8_t> bytes)
{
    auto unpacked = state::unpack (format, bytes);
    return state::fromUnpacked<MatchState> (unpacked, migrations, slotFromJson);
}

}  // namespace lumiverb
