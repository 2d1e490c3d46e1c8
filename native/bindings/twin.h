// SPDX-License-Identifier: AGPL-3.0-or-later
// What the bindings of Match and Dry have in common: an engine that takes arrays, and states as dicts with the C++ field names.
#pragma once
#include "convert.h"

namespace lumiverb::bindings {

inline std::optional<RoomDescription> roomFromObject (py::handle json)
{
    return json.is_none() ? std::nullopt : std::optional (roomDescriptionFromJson (json.cast<std::string>()));
}

inline py::object toObject (const std::optional<RoomDescription>& room)
{
    return room ? py::object (py::str (toJson (*room))) : py::object (py::none());
}

inline py::bytes toPyBytes (const std::vector<std::uint8_t>& bytes)
{
    return py::bytes (reinterpret_cast<const char*> (bytes.data()), bytes.size());
}

inline std::span<const std::uint8_t> byteSpan (const std::string_view& view)
{
    return { reinterpret_cast<const std::uint8_t*> (view.data()), view.size() };
}

/// (engine's inputs, samples) -> (outputs, samples), without the GIL.
template <typename Engine, typename Parameters>
FloatArray process (Engine& engine, const FloatArray& audio, int inputs, int outputs, const Parameters& parameters)
{
    const auto in = channelPointers (audio, inputs);
    FloatArray result ({ static_cast<py::ssize_t> (outputs), audio.shape (1) });
    std::vector<float*> out;
    for (py::ssize_t c = 0; c < outputs; ++c)
        out.push_back (result.mutable_data() + c * audio.shape (1));
    const auto samples = static_cast<int> (audio.shape (1));
    const py::gil_scoped_release release;
    engine.process (in.data(), out.data(), samples, parameters);
    return result;
}

/// Calls `field` (key, value) for every entry; where it returns false the key is unknown, which is an error.
template <typename Field>
void readFields (const py::dict& dict, const std::string& what, Field&& field)
{
    for (const auto& [keyHandle, value] : dict)
        if (const auto key = py::str (keyHandle).cast<std::string>(); ! field (key, value))
            throw std::invalid_argument ("unknown field of a " + what + " \"" + key + "\"");
}

/// Those of the fields that the slots of both have; parameters stay with the caller.
template <typename Slot>
bool readSlotField (Slot& slot, const std::string& key, py::handle value)
{
    if (key == "room")
        slot.room = roomFromObject (value);
    else if (key == "name")
        slot.name = value.cast<std::string>();
    else if (key == "thumbnail")
    {
        const auto bytes = value.cast<std::string>();
        slot.thumbnail.assign (bytes.begin(), bytes.end());
    }
    else
        return false;
    return true;
}

template <typename Slot>
py::dict slotDict (const Slot& slot)
{
    py::dict dict;
    dict["room"] = toObject (slot.room);
    dict["name"] = slot.name;
    dict["thumbnail"] = toPyBytes (slot.thumbnail);
    dict["parameters"] = toDict (slot.parameters);
    return dict;
}

/// slotFromDict (dict) -> slot.
template <typename State, typename SlotFromDict>
bool readStateField (State& state, const std::string& key, py::handle value, SlotFromDict&& slotFromDict)
{
    if (key == "slots")
    {
        const auto slots = value.cast<py::sequence>();
        if (slots.size() > 2)
            throw std::invalid_argument ("a state has two slots");
        for (std::size_t i = 0; i < slots.size(); ++i)
            state.slots[i] = slotFromDict (slots[i].template cast<py::dict>());
    }
    else if (key == "active")
        state.active = value.cast<int>();
    else if (key == "editorWidth")
        state.editorWidth = value.cast<int>();
    else if (key == "editorHeight")
        state.editorHeight = value.cast<int>();
    else
        return false;
    return true;
}

template <typename State, typename SlotToDict>
py::dict stateDict (const State& state, SlotToDict&& slotToDict)
{
    py::dict dict;
    dict["slots"] = py::make_tuple (slotToDict (state.slots[0]), slotToDict (state.slots[1]));
    dict["active"] = state.active;
    dict["editorWidth"] = state.editorWidth;
    dict["editorHeight"] = state.editorHeight;
    return dict;
}

}  // namespace lumiverb::bindings
