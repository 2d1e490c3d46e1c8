// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/match/match_state.h"
#include "twin.h"

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

    FloatArray process (const FloatArray& audio, const py::dict& parameters)
    {
        return bindings::process (engine_, audio, inputs_, engine_.numOutputs(), parametersFromDict (parameters));
    }

    MatchEngine& engine() { return engine_; }

private:
    int inputs_;
    MatchEngine engine_;
};

MatchSlot slotFromDict (const py::dict& dict)
{
    MatchSlot slot;
    readFields (dict, "slot",
                [&] (const std::string& key, py::handle value)
                {
                    if (key == "scene")
                        slot.scene = value.cast<std::string>();
                    else if (key == "recording")
                        slot.recording = roomFromObject (value);
                    else if (key == "recordingName")
                        slot.recordingName = value.cast<std::string>();
                    else if (key == "balance")
                        slot.balance = value.cast<float>();
                    else if (key == "parameters")
                        slot.parameters = parametersFromDict (value.cast<py::dict>());
                    else
                        return readSlotField (slot, key, value);
                    return true;
                });
    return slot;
}

MatchState stateFromDict (const py::dict& dict)
{
    MatchState state;
    readFields (dict, "state", [&] (const std::string& key, py::handle value) { return readStateField (state, key, value, slotFromDict); });
    return state;
}

py::dict slotToDict (const MatchSlot& slot)
{
    auto dict = slotDict (slot);
    dict["recording"] = toObject (slot.recording);
    dict["recordingName"] = slot.recordingName;
    dict["balance"] = slot.balance;
    dict["scene"] = py::bytes (slot.scene);
    return dict;
}

}  // namespace

void initMatch (py::module_& m)
{
    py::class_<PyMatchEngine> (m, "MatchEngine", "The signal path of Lumiverb Match: dry sound, room, mix.")
        .def (py::init<double, int, const std::string&, bool>(), py::arg ("sample_rate"), py::arg ("inputs") = 2,
              py::arg ("output") = "stereo", py::arg ("offline") = true)
        .def (
            "set_room", [] (PyMatchEngine& e, py::object json, const std::string& scene)
            { e.engine().setRoom (roomFromObject (json), true, sharedScene (scene)); }, py::arg ("room_json"), py::arg ("scene_json") = "",
            "A room as JSON, or None: audio passes through. scene_json: the place that it was traced in, for traced quality.")
        .def_property_readonly ("room", [] (PyMatchEngine& e) { return toObject (e.engine().room()); })
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
    m.def ("serialise_match_state", [] (const py::dict& dict) { return toPyBytes (serialise (stateFromDict (dict))); }, py::arg ("state"));
    m.def (
        "deserialise_match_state", [] (const py::bytes& data)
        { return stateDict (deserialiseMatchState (byteSpan (std::string_view (data))), slotToDict); }, py::arg ("data"));
}

}  // namespace lumiverb::bindings
