// SPDX-License-Identifier: AGPL-3.0-or-later
// What Dry costs: played at its own speed as a host would, and frame by frame.
#include "convert.h"
#include "lumiverb/inference/dry_network.h"
#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>

namespace lumiverb::bindings {

#if defined(__unix__) || defined(__APPLE__)
namespace {

double cpuTime_s (clockid_t clock)
{
    timespec time {};
    clock_gettime (clock, &time);
    return static_cast<double> (time.tv_sec) + 1e-9 * static_cast<double> (time.tv_nsec);
}

/// Plays audio through an engine in real time. CPU of all threads (audio callback, network's thread with its polling; not the waiting of this
/// loop, which is the host's), of the audio callback alone, and of the dearest block, as shares of the time that passed or of the block.
py::dict benchDry (const std::string& folder, const FloatArray& audio, double sampleRate, int block)
{
    const auto channels = static_cast<int> (audio.shape (0));
    const auto in = channelPointers (audio, channels);
    const auto samples = static_cast<int> (audio.shape (1));
    py::dict result;
    double all = 0, own = 0, worst = 0;
    int late = 0;
    {
        const py::gil_scoped_release release;
        auto network = sharedDryNetwork (folder);
        DryEngine engine;
        engine.prepare (sampleRate, channels, block, network->shape().grid);
        engine.setBackend (std::move (network));
        std::vector<std::vector<float>> buffers (static_cast<std::size_t> (channels),
                                                 std::vector<float> (static_cast<std::size_t> (block)));
        const auto began = std::chrono::steady_clock::now();
        const auto others = [] { return cpuTime_s (CLOCK_PROCESS_CPUTIME_ID) - cpuTime_s (CLOCK_THREAD_CPUTIME_ID); };
        const double othersBefore = others();
        int played = 0;
        for (; played + block <= samples; played += block)
        {
            std::vector<const float*> sources;
            std::vector<float*> targets;
            for (std::size_t c = 0; c < buffers.size(); ++c)
            {
                sources.push_back (in[c] + played);
                targets.push_back (buffers[c].data());
            }
            const double before = cpuTime_s (CLOCK_THREAD_CPUTIME_ID);
            engine.process (sources.data(), targets.data(), block, {});
            const double taken = cpuTime_s (CLOCK_THREAD_CPUTIME_ID) - before;
            own += taken;
            worst = std::max (worst, taken);
            std::this_thread::sleep_until (began + std::chrono::duration<double> ((played + block) / sampleRate));
        }
        const double length = played / sampleRate;
        all = (others() - othersBefore + own) / length;
        own /= length;
        worst *= sampleRate / block;
        late = engine.lateFrames();
    }
    result["share"] = all;
    result["audio_thread"] = own;
    result["worst_block"] = worst;
    result["late"] = late;
    return result;
}

/// CPU seconds of each frame of a network that hears noise.
std::vector<double> benchDryFrames (const std::string& folder, int frames)
{
    const py::gil_scoped_release release;
    auto network = sharedDryNetwork (folder);
    std::vector<float> spectrum (2 * numDryBins);
    const auto condition = dryCondition (nullptr);
    DryFilter filter;
    std::vector<double> times;
    unsigned random = 1;
    for (int t = 0; t < frames; ++t)
    {
        for (auto& value : spectrum)
            value = 1e-3f * static_cast<float> ((random = random * 1664525u + 1013904223u) >> 8) / 16777216.0f;
        const double before = cpuTime_s (CLOCK_THREAD_CPUTIME_ID);
        network->evaluate (spectrum, condition, filter);
        times.push_back (cpuTime_s (CLOCK_THREAD_CPUTIME_ID) - before);
    }
    return times;
}

}  // namespace

void initDryBench (py::module_& m)
{
    m.def ("_bench_dry", &benchDry, py::arg ("model"), py::arg ("audio"), py::arg ("sample_rate"), py::arg ("block"));
    m.def ("_bench_dry_frames", &benchDryFrames, py::arg ("model"), py::arg ("frames"));
}
#else
void initDryBench (py::module_&) {}
#endif

}  // namespace lumiverb::bindings
