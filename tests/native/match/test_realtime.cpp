// SPDX-License-Identifier: AGPL-3.0-or-later
#include "../realtime_guard.h"
#include "../dsp/test_signals.h"
#include "lumiverb/match/match_engine.h"
#include <doctest/doctest.h>

using namespace lumiverb;

namespace {

/// A block after which everything has been touched: knobs move, a room changes, garbage comes in.
template <typename Process>
void playEverything (double rate, int block, Process&& process)
{
    MatchEngine engine;
    engine.prepare (rate, 2, MatchOutput::stereo);
    auto in = test::noise (2, block, 1);
    test::Audio out = in;
    for (int i = 0; i < 60; ++i)
    {
        if (i == 5 || i == 30)
            engine.setRoom (RoomDescription {});
        if (i == 10)
            engine.waitUntilReady();
        if (i == 50)
            engine.setRoom ({});
        MatchParameters parameters;
        parameters.mix = static_cast<float> (i % 10) / 10;
        parameters.bypass = i % 20 > 15;
        parameters.edits.decay_scale = 1 + 0.01f * static_cast<float> (i / 5);
        in[0][0] = i % 7 == 0 ? std::nanf ("") : 0.1f;
        const float* sources[2] { in[0].data(), in[1].data() };
        float* targets[2] { out[0].data(), out[1].data() };
        process (engine, sources, targets, block, parameters);
    }
}

}  // namespace

TEST_CASE ("Match plays through rooms, knobs and garbage (RealtimeSanitizer watches)")
{
    playEverything (48000, 64, [] (MatchEngine& engine, auto sources, auto targets, int block, const auto& parameters)
                    { engine.process (sources, targets, block, parameters); });
}

#if LUMIVERB_GUARD_ON
TEST_CASE ("Match neither allocates, frees, locks nor wakes in process, at any rate and block size")
{
    for (const double rate : { 44100.0, 96000.0 })
        for (const int block : { 1, 64, 480, 9000 })
        {
            CAPTURE (block);
            int violations = 0;
            playEverything (rate, block, [&] (MatchEngine& engine, auto sources, auto targets, int count, const auto& parameters)
                            { violations += realtime_guard::count ([&] { engine.process (sources, targets, count, parameters); }); });
            CHECK (violations == 0);
        }
}
#endif
