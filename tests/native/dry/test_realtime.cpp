// SPDX-License-Identifier: AGPL-3.0-or-later
#include "../dsp/test_signals.h"
#include "../realtime_guard.h"
#include "test_backends.h"
#include <doctest/doctest.h>

using namespace lumiverb;

namespace {

/// Everything is touched: back ends come and go, knobs move, garbage comes in, a display looks.
template <typename Process>
void playEverything (double rate, int channels, int block, Process&& process)
{
    DryEngine engine;
    engine.prepare (rate, channels, block);
    engine.enableView (true);
    auto in = test::noise (channels, block, 1);
    test::Audio out = in;
    for (int i = 0; i < 60; ++i)
    {
        if (i == 5)
            engine.setBackend (std::make_unique<test::Follower>());
        if (i == 20)
            engine.setRoom (RoomDescription {});
        if (i == 30)
            engine.setBackend (std::make_unique<test::Slow> (0.5f, 3, 6, 20));
        if (i == 50)
            engine.setBackend (nullptr);
        DryParameters parameters;
        parameters.amount = static_cast<float> (i % 10) / 10;
        parameters.tail_s = static_cast<float> (i % 7) / 10;
        parameters.early_ms = 30.0f + static_cast<float> (i);
        parameters.residual = i % 20 > 10;
        parameters.bypass = i % 20 > 15;
        in[0][0] = i % 7 == 0 ? std::nanf ("") : 0.1f;
        std::vector<const float*> sources;
        std::vector<float*> targets;
        for (std::size_t c = 0; c < in.size(); ++c)
        {
            sources.push_back (in[c].data());
            targets.push_back (out[c].data());
        }
        process (engine, sources.data(), targets.data(), block, parameters);
    }
}

}  // namespace

TEST_CASE ("Dry plays through back ends, knobs and garbage (RealtimeSanitizer watches)")
{
    playEverything (48000, 2, 64, [] (DryEngine& engine, auto sources, auto targets, int block, const auto& parameters)
                    { engine.process (sources, targets, block, parameters); });
}

TEST_CASE ("An engine can be destroyed while its back end works")
{
    for (int i = 0; i < 5; ++i)
    {
        DryEngine engine;
        engine.prepare (48000, 1, 480);
        engine.setBackend (std::make_unique<test::Slow> (0.5f, 0, 1000, 5));
        const auto in = test::noise (1, 4800, 1);
        auto out = in;
        const float* source = in[0].data();
        float* target = out[0].data();
        engine.process (&source, &target, 4800, {});
        std::this_thread::sleep_for (std::chrono::milliseconds (3));
    }
}

#if LUMIVERB_GUARD_ON
TEST_CASE ("Dry neither allocates, frees, locks nor wakes in process, at any rate, layout and block size")
{
    for (const double rate : { 22050.0, 44100.0, 88200.0, 96000.0 })
        for (const int channels : { 1, 6 })
            for (const int block : { 1, 64, 480, 9000 })
            {
                CAPTURE (block);
                int violations = 0;
                playEverything (rate, channels, block,
                                [&] (DryEngine& engine, auto sources, auto targets, int count, const auto& parameters)
                                { violations += realtime_guard::count ([&] { engine.process (sources, targets, count, parameters); }); });
                CHECK (violations == 0);
            }
}
#endif
