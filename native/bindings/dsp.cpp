// SPDX-License-Identifier: AGPL-3.0-or-later
#include "convert.h"
#include "lumiverb/dsp/convolver.h"
#include <ctime>

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
        rir.paths.emplace_back (array.data() + static_cast<std::ptrdiff_t> (path) * rir.length,
                                array.data() + static_cast<std::ptrdiff_t> (path + 1) * rir.length);
    return rir;
}

#if defined(__unix__) || defined(__APPLE__)
double cpuSeconds (clockid_t clock)
{
    timespec time {};
    clock_gettime (clock, &time);
    return static_cast<double> (time.tv_sec) + 1.0e-9 * static_cast<double> (time.tv_nsec);
}

/// CPU time of every block on the calling thread, and of the worker threads together, in real-time mode. The loop runs as fast as it
/// can but lets the worker finish after every block, as it would in real time.
py::tuple benchConvolver (const FloatArray& response, const FloatArray& audio, double sampleRate, int blockLength)
{
    const Rir rir = rirFromArray (response, sampleRate);
    const auto in = channelPointers (audio, rir.inputs);
    if (blockLength < 1 || blockLength > 65536)
        throw std::invalid_argument ("the block length must be 1 to 65536");
    const auto blocks = audio.shape (1) / blockLength;
    std::vector<double> seconds;
    double worker = 0;
    int late = 0;
    {
        const py::gil_scoped_release release;
        Convolver convolver;
        convolver.prepare (sampleRate, rir.inputs, rir.outputs, rir.length / sampleRate);
        convolver.setFilter (makeConvolverFilter (rir));
        std::vector<std::vector<float>> output (static_cast<std::size_t> (rir.outputs),
                                                std::vector<float> (static_cast<std::size_t> (blockLength)));
        std::vector<float*> out;
        for (auto& channel : output)
            out.push_back (channel.data());
        const double processBefore = cpuSeconds (CLOCK_PROCESS_CPUTIME_ID), threadBefore = cpuSeconds (CLOCK_THREAD_CPUTIME_ID);
        for (py::ssize_t block = 0; block < blocks; ++block)
        {
            const float* pointers[2] {};
            for (std::size_t c = 0; c < in.size(); ++c)
                pointers[c] = in[c] + block * blockLength;
            const double before = cpuSeconds (CLOCK_THREAD_CPUTIME_ID);
            convolver.process (pointers, out.data(), blockLength);
            seconds.push_back (cpuSeconds (CLOCK_THREAD_CPUTIME_ID) - before);
            convolver.waitForTail();
        }
        worker = cpuSeconds (CLOCK_PROCESS_CPUTIME_ID) - processBefore - (cpuSeconds (CLOCK_THREAD_CPUTIME_ID) - threadBefore);
        late = convolver.lateBlocks();
    }
    return py::make_tuple (py::array_t<double> (static_cast<py::ssize_t> (seconds.size()), seconds.data()), worker, late);
}
#endif

class PyConvolver
{
public:
    PyConvolver (const FloatArray& array, double sampleRate, bool offline, std::optional<double> maxLength_s) : sampleRate_ (sampleRate)
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

    void waitForTail() { convolver_.waitForTail(); }
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
#if defined(__unix__) || defined(__APPLE__)
    m.def ("_bench_convolver", &benchConvolver, py::arg ("rir"), py::arg ("audio"), py::arg ("sample_rate"), py::arg ("block_length"),
           "CPU seconds of every block, CPU seconds of the workers, late blocks.");
#endif
    py::class_<PyConvolver> (m, "Convolver", "Zero-latency matrix convolution with one impulse response at a time.")
        .def (py::init<const FloatArray&, double, bool, std::optional<double>>(), py::arg ("rir"), py::arg ("sample_rate") = 48000.0,
              py::arg ("offline") = true, py::arg ("max_length_s") = py::none())
        .def ("process", &PyConvolver::process, py::arg ("audio"), "(inputs, samples) -> (outputs, samples), float32; keeps its history.")
        .def ("set_filter", &PyConvolver::setFilter, py::arg ("rir"), "Cross-fades to another impulse response (inputs, outputs, length).")
        .def (
            "wait_for_tail", [] (PyConvolver& c) { c.waitForTail(); }, py::call_guard<py::gil_scoped_release>(),
            "Waits until the worker thread has nothing to do: real-time mode, fed faster than real time.")
        .def ("reset", &PyConvolver::reset, "Forgets the input so far.")
        .def_property_readonly ("late_blocks", &PyConvolver::lateBlocks)
        .def_property_readonly ("is_fading", &PyConvolver::isFading);
}

}  // namespace lumiverb::bindings
