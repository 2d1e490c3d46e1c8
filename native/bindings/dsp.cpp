// SPDX-License-Identifier: AGPL-3.0-or-later
#include "convert.h"
#include "lumiverb/dsp/convolver.h"

namespace lumiverb::bindings {

namespace {

Rir rirFromArray (const FloatArray& array, double sampleRate)
{
    if (array.ndim() != 3)
        throw std::invalid_argument ("an impulse response of shape (inputs, outputs, length) is expected");
    if (array.shape (0) < 1 || array.shape (0) > 2 || array.shape (1) < 1 || array.shape (1) > 6 || array.shape (2) < 1)
        throw std::invalid_argument ("an impulse response has 1-2 inputs, 1-6 outputs and at least one sample");
    Rir rir;
    rir.sampleRate = sampleRate;
    rir.inputs = static_cast<int> (array.shape (0));
    rir.outputs = static_cast<int> (array.shape (1));
    rir.length = static_cast<int> (array.shape (2));
    for (int path = 0; path < rir.inputs * rir.outputs; ++path)
        rir.paths.emplace_back (array.data() + static_cast<std::ptrdiff_t> (path) * rir.length, array.data() + static_cast<std::ptrdiff_t> (path + 1) * rir.length);
    return rir;
}

class PyConvolver
{
public:
    PyConvolver (const FloatArray& array, double sampleRate, bool offline, std::optional<double> maxLength_s)
        : sampleRate_ (sampleRate)
    {
        const Rir rir = rirFromArray (array, sampleRate);
        inputs_ = rir.inputs;
        outputs_ = rir.outputs;
        const py::gil_scoped_release release;
        convolver_.setOffline (offline);
        convolver_.prepare (sampleRate, inputs_, outputs_, maxLength_s.value_or (rir.length / sampleRate));
        convolver_.setFilter (makeConvolverFilter (rir));
    }

    FloatArray process (const FloatArray& audio)
    {
        const auto in = channelPointers (audio, inputs_);
        FloatArray result ({ static_cast<py::ssize_t> (outputs_), audio.shape (1) });
        std::vector<float*> out;
        for (py::ssize_t c = 0; c < outputs_; ++c)
            out.push_back (result.mutable_data() + c * audio.shape (1));
        const auto samples = static_cast<int> (audio.shape (1));
        const py::gil_scoped_release release;
        convolver_.process (in.data(), out.data(), samples);
        return result;
    }

    void setFilter (const FloatArray& array)
    {
        const Rir rir = rirFromArray (array, sampleRate_);
        const py::gil_scoped_release release;
        convolver_.setFilter (makeConvolverFilter (rir));
    }

    void reset() { convolver_.reset(); }
    int lateBlocks() const { return convolver_.lateBlocks(); }
    bool isFading() const { return convolver_.isFading(); }

private:
    double sampleRate_;
    int inputs_ = 1, outputs_ = 1;
    Convolver convolver_;
};

}  // namespace

void initDsp (py::module_& m)
{
    py::class_<PyConvolver> (m, "Convolver", "Zero-latency matrix convolution with one impulse response at a time.")
        .def (py::init<const FloatArray&, double, bool, std::optional<double>>(), py::arg ("rir"), py::arg ("sample_rate") = 48000.0,
              py::arg ("offline") = true, py::arg ("max_length_s") = py::none())
        .def ("process", &PyConvolver::process, py::arg ("audio"), "(inputs, samples) -> (outputs, samples), float32; keeps its history.")
        .def ("set_filter", &PyConvolver::setFilter, py::arg ("rir"), "Cross-fades to another impulse response (inputs, outputs, length).")
        .def ("reset", &PyConvolver::reset, "Forgets the input so far.")
        .def_property_readonly ("late_blocks", &PyConvolver::lateBlocks)
        .def_property_readonly ("is_fading", &PyConvolver::isFading);
}

}  // namespace lumiverb::bindings
