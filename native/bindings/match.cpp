// SPDX-License-Identifier: AGPL-3.0-or-later
#include "convert.h"
#include "lumiverb/match/match_state.h"

namespace lumiverb::bindings {

namespace {

std::shared_ptr<const Scene> sharedScene (const std::string& json)
{
    return json.empty() ? nullptr : std::make_shared<const Scene> (sceneFromJson (json));
}

class PyMatchEngine
{
public:
    PyMatchEngine (double sampleRate, int inputs, const std::string& output, bool offline) : inputs_ (inputs)
    {
        engine_.setOffline (offline);
        engine_.prepare (sampleRate, inputs, matchOutputFromName (output));
    }

    void setRoom (const std::optional<std::string>& json, const std::string& scene)
    {
        engine_.setRoom (json ? std::optional (roomDescriptionFromJson (*json)) : std::nullopt, true, sharedScene (scene));
    }

    FloatArray process (const FloatArray& audio, const py::dict& dict)
    {
        const auto in = channelPointers (audio, inputs_);
        const auto parameters = parametersFromDict (dict);
        FloatArray result ({ static_cast<py::ssize_t> (engine_.numOutputs()), audio.shape (1) });
        std::vector<float*> out;
        for (py::ssize_t c = 0; c < engine_.numOutputs(); ++c)
            out.push_back (result.mutable_data() + c * audio.shape (1));
        const auto samples = static_cast<int> (audio.shape (1));
        const py::gil_scoped_release release;
        engine_.process (in.data(), out.data(), samples, parameters);
        return result;
    }

    std::optional<std::string> room() const
    {
        const auto room = engine_.room();
        return room ? std::optional (toJson (*room)) : std::nullopt;
    }

    MatchEngine& engine() { return engine_; }

private:
    int inputs_;
    MatchEngine engine_;
};

MatchSlot slotFromDict (const py::dict& dict)
{
    MatchSlot slot;
    for (const auto& [keyHandle, value] : dict)
    {
        const auto key = py::str (keyHandle).cast<std::string>();
        if (key == "room")
            slot.room = value.is_none() ? std::nullopt : std::optional (roomDescriptionFromJson (value.cast<std::string>()));
        else if (key == "name")
            slot.name = value.cast<std::string>();
        else if (key == "thumbnail")
        {
            const auto bytes = value.cast<std::string>();
            slot.thumbnail.assign (bytes.begin(), bytes.end());
        }
        else if (key == "scene")
            slot.scene = value.cast<std::string>();
        else if (key == "recording")
            slot.recording = value.is_none() ? std::nullopt : std::optional (roomDescriptionFromJson (value.cast<std::string>()));
        else if (key == "recordingName")
            slot.recordingName = value.cast<std::string>();
        else if (key == "balance")
            slot.balance = value.cast<float>();
        else if (key == "parameters")
            slot.parameters = parametersFromDict (value.cast<py::dict>());
        else
            throw std::invalid_argument ("unknown field of a slot \"" + key + "\"");
    }
    return slot;
}

MatchState stateFromDict (const py::dict& dict)
{
    MatchState state;
    for (const auto& [keyHandle, value] : dict)
    {
        const auto key = py::str (keyHandle).cast<std::string>();
        if (key == "slots")
        {
            const auto slots = value.cast<py::sequence>();
            if (slots.size() > 2)
                throw std::invalid_argument ("a state has two slots");
            for (std::size_t i = 0; i < slots.size(); ++i)
                state.slots[i] = slotFromDict (slots[i].cast<py::dict>());
        }
        else if (key == "active")
            state.active = value.cast<int>();
        else if (key == "editorWidth")
            state.editorWidth = value.cast<int>();
        else if (key == "editorHeight")
            state.editorHeight = value.cast<int>();
        else
            throw std::invalid_argument ("unknown field of a state \"" + key + "\"");
    }
    return state;
}

py::object jsonOrNone (const std::optional<RoomDescription>& room)
{
    return room ? py::object (py::str (toJson (*room))) : py::object (py::none());
}

py::dict slotToDict (const MatchSlot& slot)
{
    py::dict dict;
    dict["room"] = jsonOrNone (slot.room);
    dict["recording"] = jsonOrNone (slot.recording);
    dict["recordingName"] = slot.recordingName;
    dict["balance"] = slot.balance;
    dict["scene"] = py::bytes (slot.scene);
    dict["name"] = slot.name;
    dict["thumbnail"] = py::bytes (reinterpret_cast<const char*> (slot.thumbnail.data()), slot.thumbnail.size());
    dict["parameters"] = toDict (slot.parameters);
    return dict;
}

}  // namespace

void initMatch (py::module_& m)
{
    py::class_<PyMatchEngine> (m, "MatchEngine", "The signal path of Lumiverb Match: dry sound, room, mix.")
        .def (py::init<double, int, const std::string&, bool>(), py::arg ("sample_rate"), py::arg ("inputs") = 2,
              py::arg ("output") = "stereo", py::arg ("offline") = true)
        .def ("set_room", &PyMatchEngine::setRoom, py::arg ("room_json"), py::arg ("scene_json") = "",
              "A room as JSON, or None: audio passes through. scene_json: the place that it was traced in, for traced quality.")
        .def_property_readonly ("room", &PyMatchEngine::room)
        .def (
            "set_seed", [] (PyMatchEngine& e, std::uint64_t seed) { e.engine().setSeed (seed); }, py::arg ("seed"),
            "Of the diffuse tail; 1 unless set.")
        .def (
            "wait_until_ready", [] (PyMatchEngine& e) { e.engine().waitUntilReady(); }, py::call_guard<py::gil_scoped_release>())
        .def ("process", &PyMatchEngine::process, py::arg ("audio"), py::arg ("parameters") = py::dict(),
              "(inputs, samples) -> (outputs, samples), float32; parameters: mix, output_db, bypass, traced, edits.")
        .def (
            "reset", [] (PyMatchEngine& e) { e.engine().reset(); }, "Forgets the audio so far; room and parameters stay.")
        .def_property_readonly ("outputs", [] (PyMatchEngine& e) { return e.engine().numOutputs(); })
        .def_property_readonly ("late_blocks", [] (PyMatchEngine& e) { return e.engine().lateBlocks(); })
        .def_property_readonly ("tail_length_s", [] (PyMatchEngine& e) { return e.engine().tailLength_s(); })
        .def_property_readonly (
            "tracing_progress", [] (PyMatchEngine& e) { return e.engine().tracingProgress(); }, "0..1; negative while nothing is traced.");
    m.def (
        "match_rir",
        [] (const std::string& room, const py::dict& edits, double sampleRate, int inputs, const std::string& output)
        {
            MatchRirOptions options;
            options.sampleRate = sampleRate;
            options.inputs = inputs;
            options.output = matchOutputFromName (output);
            return toArray (matchRir (roomDescriptionFromJson (room), editsFromDict (edits), options));
        },
        py::arg ("room_json"), py::arg ("edits") = py::dict(), py::arg ("sample_rate") = 48000.0, py::arg ("inputs") = 2,
        py::arg ("output") = "stereo", "The impulse response that Match plays: float32 (inputs, outputs, length).");
    m.def (
        "serialise_match_state",
        [] (const py::dict& dict)
        {
            const auto bytes = serialise (stateFromDict (dict));
            return py::bytes (reinterpret_cast<const char*> (bytes.data()), bytes.size());
        },
        py::arg ("state"));
    m.def (
        "deserialise_match_state",
        [] (const py::bytes& data)
        {
            const std::string_view view (data);
            const auto state = deserialiseMatchState ({ reinterpret_cast<const std::uint8_t*> (view.data()), view.size() });
            py::dict dict;
            dict["slots"] = py::make_tuple (slotToDict (state.slots[0]), slotToDict (state.slots[1]));
            dict["active"] = state.active;
            dict["editorWidth"] = state.editorWidth;
            dict["editorHeight"] = state.editorHeight;
            return dict;
        },
        py::arg ("data"));
}

}  // namespace lumiverb::bindings
