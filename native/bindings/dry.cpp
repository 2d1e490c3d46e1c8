// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/dry/dry_state.h"
#include "lumiverb/inference/dry_network.h"
#include "twin.h"

namespace lumiverb::bindings {

namespace {

/// What the process-wide state of a DryEngine looks like from Python: channels are fixed, blocks may have any length.
class PyDryEngine
{
public:
    PyDryEngine (double sampleRate, int channels, bool offline, int maximumBlock, const std::string& model) : channels_ (channels)
    {
        std::unique_ptr<DryNetwork> network;
        if (! model.empty())
        {
            const py::gil_scoped_release release;
            network = sharedDryNetwork (model);
        }
        engine_.setOffline (offline);
        engine_.prepare (sampleRate, channels, maximumBlock, network != nullptr ? network->shape().grid : DryGrid {});
        engine_.setBackend (std::move (network));
    }

    FloatArray process (const FloatArray& audio, const py::dict& parameters)
    {
        return bindings::process (engine_, audio, channels_, channels_, dryParametersFromDict (parameters));
    }

    DryEngine& engine() { return engine_; }

private:
    int channels_;
    DryEngine engine_;
};

/// A whole stream of frames: (frames, 2, bins) -> taps (frames, order, 2, filter bins), gain (frames, bins).
py::tuple evaluateFrames (DryNetwork& network, const FloatArray& spectra, const FloatArray& condition)
{
    if (spectra.ndim() != 3 || spectra.shape (1) != 2 || spectra.shape (2) != numDryBins)
        throw std::invalid_argument ("spectra of shape (frames, 2, 513) are expected");
    if (condition.ndim() != 1 || condition.shape (0) != numDryConditions)
        throw std::invalid_argument ("a condition of 11 values is expected");
    const auto frames = spectra.shape (0);
    const auto& shape = network.shape();
    FloatArray taps (
        { frames, static_cast<py::ssize_t> (shape.filterOrder), py::ssize_t { 2 }, static_cast<py::ssize_t> (shape.filterBins) });
    FloatArray gain ({ frames, static_cast<py::ssize_t> (numDryBins) });
    const std::size_t spectrumSize = 2 * numDryBins, tapsSize = static_cast<std::size_t> (2 * shape.filterOrder * shape.filterBins);
    const float *in = spectra.data(), *conditions = condition.data();
    float *tapsOut = taps.mutable_data(), *gainOut = gain.mutable_data();
    {
        const py::gil_scoped_release release;
        DryFilter filter;
        for (py::ssize_t t = 0; t < frames; ++t)
        {
            network.evaluate ({ in, spectrumSize }, { conditions, numDryConditions }, filter);
            in += spectrumSize;
            tapsOut = std::copy_n (filter.taps.begin(), tapsSize, tapsOut);
            gainOut = std::copy (filter.gain.begin(), filter.gain.end(), gainOut);
        }
    }
    return py::make_tuple (taps, gain);
}

py::dict shapeToDict (const DryShape& shape)
{
    py::dict dict;
    dict["sample_rate"] = shape.grid.sampleRate;
    dict["fft"] = shape.grid.fft;
    dict["window"] = shape.grid.window;
    dict["hop"] = shape.grid.hop;
    dict["synthesis_window"] = shape.grid.synthesisWindow;
    dict["filter_order"] = shape.filterOrder;
    dict["filter_bins"] = shape.filterBins;
    dict["early_ms"] = shape.early_ms;
    return dict;
}

DrySlot slotFromDict (const py::dict& dict)
{
    DrySlot slot;
    readFields (dict, "slot",
                [&] (const std::string& key, py::handle value)
                {
                    if (key != "parameters")
                        return readSlotField (slot, key, value);
                    slot.parameters = dryParametersFromDict (value.cast<py::dict>());
                    return true;
                });
    return slot;
}

constexpr const char* qualityNames[numDryQualities] { "lite", "full", "low-latency" };

DryQuality qualityFromName (const std::string& name)
{
    for (int i = 0; i < numDryQualities; ++i)
        if (name == qualityNames[i])
            return static_cast<DryQuality> (i);
    throw std::invalid_argument ("unknown quality \"" + name + "\": lite, full or low-latency");
}

DryState stateFromDict (const py::dict& dict)
{
    DryState state;
    readFields (dict, "state",
                [&] (const std::string& key, py::handle value)
                {
                    if (key != "quality")
                        return readStateField (state, key, value, slotFromDict);
                    state.quality = qualityFromName (value.cast<std::string>());
                    return true;
                });
    return state;
}

}  // namespace

void initDry (py::module_& m)
{
    py::class_<PyDryEngine> (m, "DryEngine", "The signal path of Lumiverb Dry: spectra, the network's filter, controls, delayed dry sound.")
        .def (py::init<double, int, bool, int, const std::string&>(), py::arg ("sample_rate"), py::arg ("channels") = 2,
              py::arg ("offline") = true, py::arg ("maximum_block") = 480, py::arg ("model") = "",
              "model: a package folder; without one, audio passes through, delayed.")
        .def (
            "set_room", [] (PyDryEngine& e, py::object json) { e.engine().setRoom (roomFromObject (json)); }, py::arg ("room_json"),
            "A room as JSON that the network is told of, or None.")
        .def_property_readonly ("room", [] (PyDryEngine& e) { return toObject (e.engine().room()); })
        .def (
            "process", &PyDryEngine::process, py::arg ("audio"), py::arg ("parameters") = py::dict(),
            "(channels, samples) -> (channels, samples), float32, late by `latency_samples`; parameters: amount, tail_s, early_ms, low_db, "
            "high_db, mix, output_db, residual, bypass.")
        .def (
            "reset", [] (PyDryEngine& e) { e.engine().reset(); }, "Forgets the audio so far; room and network stay.")
        .def (
            "wait_for_backend", [] (PyDryEngine& e) { e.engine().waitForBackend(); }, py::call_guard<py::gil_scoped_release>())
        .def_property_readonly ("latency_samples", [] (PyDryEngine& e) { return e.engine().latency_samples(); })
        .def_property_readonly ("late_frames", [] (PyDryEngine& e) { return e.engine().lateFrames(); })
        .def_property_readonly ("error", [] (PyDryEngine& e) { return e.engine().error(); });

    py::class_<DryNetwork> (m, "DryNetwork", "A dereverberation network and the states of one stream.")
        .def (py::init (
                  [] (const std::string& folder, const std::string& provider)
                  {
                      const py::gil_scoped_release release;
                      return std::make_unique<DryNetwork> (loadModelPackage (folder), provider);
                  }),
              py::arg ("folder"), py::arg ("provider") = "CPU")
        .def ("evaluate", &evaluateFrames, py::arg ("spectra"), py::arg ("condition"),
              "(frames, 2, 513), (11,) -> (frames, order, 2, filter bins), (frames, 513); goes on where the last call ended.")
        .def ("reset", &DryNetwork::reset)
        .def_property_readonly ("shape", [] (const DryNetwork& n) { return shapeToDict (n.shape()); })
        .def_property_readonly ("provider", &DryNetwork::provider)
        .def_property_readonly ("warning", &DryNetwork::warning);
    m.def (
        "dry_shape", [] (const std::string& folder) { return shapeToDict (dryShape (loadModelPackage (folder))); }, py::arg ("folder"),
        "Grid and filter of a package, checked, without opening the network.");
    m.def (
        "dry_condition",
        [] (const std::optional<std::string>& json)
        {
            const auto room = json ? std::optional (roomDescriptionFromJson (*json)) : std::nullopt;
            const auto values = dryCondition (room ? &*room : nullptr);
            return FloatArray (static_cast<py::ssize_t> (values.size()), values.data());
        },
        py::arg ("room_json"), "What the network is told of a room (None: of no room): float32 (11,).");
    m.def ("serialise_dry_state", [] (const py::dict& dict) { return toPyBytes (serialise (stateFromDict (dict))); }, py::arg ("state"));
    m.def (
        "deserialise_dry_state",
        [] (const py::bytes& data)
        {
            const auto state = deserialiseDryState (byteSpan (std::string_view (data)));
            auto dict = stateDict (state, slotDict<DrySlot>);
            dict["quality"] = qualityNames[static_cast<int> (state.quality)];
            return dict;
        },
        py::arg ("data"));
}

}  // namespace lumiverb::bindings
