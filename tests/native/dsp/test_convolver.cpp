// SPDX-License-Identifier: AGPL-3.0-or-later
#include "../../../native/src/dsp/convolver_test_hooks.h"
#include "test_signals.h"
#include <doctest/doctest.h>
#include <thread>

using namespace lumiverb;

namespace {

Convolver& prepared (Convolver& convolver, const Rir& rir, bool offline)
{
    convolver.setOffline (offline);
    convolver.prepare (rir.sampleRate, rir.inputs, rir.outputs, rir.length / rir.sampleRate);
    convolver.setFilter (makeConvolverFilter (rir));
    return convolver;
}

/// Largest difference to the definition in a few places, relative to the largest sample.
double errorAgainstDefinition (const test::Audio& out, const test::Audio& in, const Rir& rir)
{
    const int samples = static_cast<int> (in[0].size());
    double worst = 0, peak = 0;
    for (int output = 0; output < rir.outputs; ++output)
        for (const int first : { 0, 1000, 8150, 32760, samples - 40 })
        {
            if (first < 0 || first + 40 > samples)
                continue;
            const auto expected = test::convolved (in, rir, output, first, first + 40);
            for (int i = 0; i < 40; ++i)
            {
                const auto e = expected[static_cast<std::size_t> (i)];
                peak = std::max (peak, std::abs (e));
                worst = std::max (
                    worst,
                    std::abs (e - static_cast<double> (out[static_cast<std::size_t> (output)][static_cast<std::size_t> (first + i)])));
            }
        }
    return worst / peak;
}

/// Largest second difference: what a click raises.
float roughness (const std::vector<float>& signal, int first, int end)
{
    float worst = 0;
    for (int i = std::max (first, 2); i < end; ++i)
    {
        const auto n = static_cast<std::size_t> (i);
        worst = std::max (worst, std::abs (signal[n] - 2 * signal[n - 1] + signal[n - 2]));
    }
    return worst;
}

test::Audio sine (int channels, int samples, double frequency_hz)
{
    test::Audio audio (static_cast<std::size_t> (channels), std::vector<float> (static_cast<std::size_t> (samples)));
    for (auto& channel : audio)
        for (std::size_t i = 0; i < channel.size(); ++i)
            channel[i] = static_cast<float> (0.5 * std::sin (2 * 3.14159265358979 * frequency_hz * static_cast<double> (i) / 48000));
    return audio;
}

}  // namespace

TEST_CASE ("The convolver gives the definition's result for every length and layout" * doctest::skip (test::underThreadSanitizer))
{
    for (const int length : { 1, 63, 64, 65, 1024, 1025, 8192, 8193, 33000, 70000 })
        for (const auto [inputs, outputs] : { std::pair (1, 1), std::pair (2, 2) })
        {
            CAPTURE (length);
            CAPTURE (inputs);
            const Rir rir = test::decayingNoise (inputs, outputs, length, 1);
            const auto in = test::noise (inputs, 80000, 2);
            Convolver convolver;
            CHECK (errorAgainstDefinition (test::run (prepared (convolver, rir, true), in, outputs, 480), in, rir) < 1.0e-6);
        }
    const Rir surround = test::decayingNoise (2, 6, 9000, 3);
    const auto in = test::noise (2, 20000, 4);
    Convolver convolver;
    CHECK (errorAgainstDefinition (test::run (prepared (convolver, surround, true), in, 6, 333), in, surround) < 1.0e-6);
}

TEST_CASE ("A single tap passes the signal without latency")
{
    Rir rir { 48000, RirLayout::mono, 1, 1, 1, { { 0.5f } } };
    const auto in = test::noise (1, 3000, 1);
    Convolver convolver;
    const auto out = test::run (prepared (convolver, rir, true), in, 1, 64);
    for (std::size_t i = 0; i < in[0].size(); ++i)
        REQUIRE (out[0][i] == 0.5f * in[0][i]);
}

TEST_CASE ("Output bits do not depend on the block size" * doctest::skip (test::underThreadSanitizer))
{
    const Rir rir = test::decayingNoise (2, 2, 50000, 1);
    const auto in = test::noise (2, 60000, 2);
    Convolver first;
    const auto reference = test::run (prepared (first, rir, true), in, 2, 60000);
    for (const int block : { 1, 17, 64, 480, 1024, 9000, 0 })
    {
        CAPTURE (block);
        Convolver convolver;
        const auto out = test::run (prepared (convolver, rir, true), in, 2, block);
        CHECK (out == reference);
    }
}

TEST_CASE ("Real time gives the bits of offline as long as nothing is late")
{
    const Rir rir = test::decayingNoise (2, 2, 50000, 1);
    const auto in = test::noise (2, 80000, 2);
    Convolver offline, live;
    const auto expected = test::run (prepared (offline, rir, true), in, 2, 512);
    prepared (live, rir, false);
    const auto out = test::run (live, in, 2, 512, [&] (int) { live.waitForTail(); });
    CHECK (live.lateBlocks() == 0);
    CHECK (out == expected);
}

TEST_CASE ("Input and output may share their buffers")
{
    const Rir rir = test::decayingNoise (2, 2, 3000, 1);
    const auto in = test::noise (2, 5000, 2);
    Convolver a, b;
    const auto expected = test::run (prepared (a, rir, true), in, 2, 5000);
    auto shared = in;
    float* channels[2] { shared[0].data(), shared[1].data() };
    prepared (b, rir, true).process (channels, channels, 5000);
    CHECK (shared == expected);
}

TEST_CASE ("reset forgets the input and keeps the filter")
{
    const Rir rir = test::decayingNoise (1, 1, 40000, 1);
    const auto in = test::noise (1, 50000, 2);
    for (const bool offline : { true, false })
    {
        Convolver convolver;
        prepared (convolver, rir, offline);
        const auto wait = [&] (int) { convolver.waitForTail(); };
        const auto first = test::run (convolver, in, 1, 480, wait);
        convolver.reset();
        CHECK (test::run (convolver, in, 1, 480, wait) == first);
    }
}

TEST_CASE ("A new filter finds the whole history and fades in without a click" * doctest::skip (test::underThreadSanitizer))
{
    // A smooth signal through two smooth filters: any click would stand out in the second difference.
    const int samples = 150000, change = 60000;
    const auto in = sine (2, samples, 200);
    Rir a = test::decayingNoise (2, 2, 60000, 1), b = test::decayingNoise (2, 2, 60000, 9);
    Convolver convolver, reference;
    prepared (convolver, a, true);
    const auto out = test::run (convolver, in, 2, 480,
                                [&] (int position)
                                {
                                    if (position == change)
                                        convolver.setFilter (makeConvolverFilter (b));
                                });
    const auto settled = test::run (prepared (reference, b, true), in, 2, 480);

    // After the last stage has faded the output is that of the new filter with all the past: to the last bit.
    CHECK (std::equal (out[0].begin() + 135000, out[0].end(), settled[0].begin() + 135000));
    const float steady = std::max (roughness (out[0], 20000, change), roughness (out[0], 135000, samples));
    CHECK (roughness (out[0], change, 135000) < 1.5f * steady);
    CHECK_FALSE (convolver.isFading());
}

TEST_CASE ("Many changes while playing neither click nor leak filters")
{
    const auto in = sine (1, 200000, 200);
    Convolver convolver;
    prepared (convolver, test::decayingNoise (1, 1, 40000, 1), true);
    std::vector<std::weak_ptr<const ConvolverFilter>> filters;
    unsigned seed = 2;
    const auto out = test::run (convolver, in, 1, 100,
                                [&] (int position)
                                {
                                    if (position % 300 != 0 || position > 100000)
                                        return;
                                    auto filter = makeConvolverFilter (test::decayingNoise (1, 1, 40000, seed++));
                                    filters.push_back (filter);
                                    convolver.setFilter (std::move (filter));
                                });
    CHECK (roughness (out[0], 60000, 190000) < 2.0f * roughness (out[0], 180000, 200000) + 0.01f);
    convolver.setFilter (nullptr);                   // collects what the audio thread has retired
    int alive = 0;
    for (const auto& filter : filters)
        alive += filter.expired() ? 0 : 1;
    CHECK (alive <= 1);
}

TEST_CASE ("A late tail block is left out without a click, and counted")
{
    const auto in = sine (1, 60000, 200);
    // All of the response lies in the part that the worker computes.
    Rir rir { 48000, RirLayout::mono, 1, 1, 20000, { std::vector<float> (20000, 0.0f) } };
    for (int i = 9000; i < 20000; ++i)
        rir.paths[0][static_cast<std::size_t> (i)] = 0.001f * std::exp (-0.0003f * static_cast<float> (i - 9000));
    Convolver convolver, reference;
    prepared (convolver, rir, false);
    const auto out = test::run (convolver, in, 1, 64,
                                [&] (int position)
                                {
                                    // Between these places nothing is computed: the block posted at 32768 is not there when it is due, at 36352.
                                    testing::holdTails.store (position >= 30000 && position < 40000);
                                    if (position < 30000 || position >= 40000)
                                        convolver.waitForTail();
                                });
    const auto settled = test::run (prepared (reference, rir, true), in, 1, 64);
    CHECK (convolver.lateBlocks() == 1);
    CHECK (roughness (out[0], 25000, 55000) < 3.0f * roughness (settled[0], 25000, 55000));
    CHECK (std::equal (out[0].begin() + 10000, out[0].begin() + 30000, settled[0].begin() + 10000));
    CHECK (out[0].back() == settled[0].back());      // and it recovers: the input of late blocks is not lost
}

TEST_CASE ("Rates from 8 to 384 kHz, zero-length and very long blocks work" * doctest::skip (test::underThreadSanitizer))
{
    for (const double rate : { 8000.0, 44100.0, 96000.0, 384000.0 })
    {
        Rir rir = test::decayingNoise (1, 2, static_cast<int> (0.2 * rate), 1, rate);
        const auto in = test::noise (1, 30000, 2);
        Convolver convolver;
        prepared (convolver, rir, true);
        convolver.process (nullptr, nullptr, 0);
        CHECK (errorAgainstDefinition (test::run (convolver, in, 2, 30000), in, rir) < 1.0e-6);
    }
}

TEST_CASE ("Errors name what does not fit")
{
    Convolver convolver;
    CHECK_THROWS_AS (convolver.setFilter (makeConvolverFilter (test::decayingNoise (1, 1, 10, 1))), std::invalid_argument);
    CHECK_THROWS_AS (convolver.prepare (1000, 1, 1, 1), std::invalid_argument);
    CHECK_THROWS_AS (convolver.prepare (48000, 3, 1, 1), std::invalid_argument);
    convolver.prepare (48000, 1, 1, 0.1);
    CHECK_THROWS_AS (convolver.setFilter (makeConvolverFilter (test::decayingNoise (2, 2, 10, 1))), std::invalid_argument);
    CHECK_THROWS_AS (convolver.setFilter (makeConvolverFilter (test::decayingNoise (1, 1, 10000, 1))), std::invalid_argument);
    Rir bad = test::decayingNoise (1, 1, 10, 1);
    bad.paths[0][3] = std::nanf ("");
    CHECK_THROWS_AS (makeConvolverFilter (bad), std::invalid_argument);
    bad.paths[0].resize (5);
    CHECK_THROWS_AS (makeConvolverFilter (bad), std::invalid_argument);
}

TEST_CASE ("Filters change from another thread while audio runs in real time")
{
    // What ThreadSanitizer watches: setFilter, process and the pool at once, several instances on one pool.
    constexpr int instances = 3;
    std::vector<std::unique_ptr<Convolver>> convolvers;
    for (int i = 0; i < instances; ++i)
    {
        convolvers.push_back (std::make_unique<Convolver>());
        prepared (*convolvers.back(), test::decayingNoise (1, 2, 40000, 1), false);
    }
    std::atomic<bool> stop { false };
    std::thread changer (
        [&]
        {
            for (unsigned seed = 2; ! stop.load(); ++seed)
                for (auto& convolver : convolvers)
                    convolver->setFilter (
                        makeConvolverFilter (test::decayingNoise (1, 2, 20000 + static_cast<int> (seed % 7) * 3000, seed)));
        });
    const auto in = test::noise (1, 40000, 2);
    std::vector<std::thread> players;
    std::atomic<int> bad { 0 };
    for (auto& convolver : convolvers)
        players.emplace_back (
            [&]
            {
                const auto out =
                    test::run (*convolver, in, 2, 256, [] (int) { std::this_thread::sleep_for (std::chrono::microseconds (300)); });
                for (const float sample : out[1])
                    bad += std::isfinite (sample) && std::abs (sample) < 1000 ? 0 : 1;
            });
    for (auto& player : players)
        player.join();
    stop.store (true);
    changer.join();
    CHECK (bad.load() == 0);
}
