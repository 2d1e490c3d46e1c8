// SPDX-License-Identifier: AGPL-3.0-or-later
#include "../dsp/test_signals.h"
#include "lumiverb/match/match_engine.h"
#include <chrono>
#include <doctest/doctest.h>
#include <limits>
#include <stdexcept>
#include <thread>

using namespace lumiverb;

namespace {

RoomDescription chamber()
{
    RoomDescription room;
    room.rt60_s = { 0.5f, 0.45f, 0.4f, 0.4f, 0.35f, 0.3f, 0.25f };
    return room;
}

RoomDescription hall()
{
    RoomDescription room;
    room.rt60_s = { 1.4f, 1.3f, 1.2f, 1.1f, 1.0f, 0.8f, 0.6f };
    room.dimensions_m = { 20, 12, 7 };
    room.volume_m3 = 1680;
    room.drr_db.fill (-5);
    return room;
}

MatchParameters wet (float mix = 1)
{
    MatchParameters parameters;
    parameters.mix = mix;
    return parameters;
}

test::Audio run (MatchEngine& engine, const test::Audio& in, int block, const MatchParameters& parameters)
{
    const int samples = static_cast<int> (in[0].size());
    test::Audio out (static_cast<std::size_t> (engine.numOutputs()), std::vector<float> (in[0].size()));
    std::minstd_rand random (3);
    for (int position = 0; position < samples;)
    {
        const int count = std::min (block > 0 ? block : static_cast<int> (random() % 1500), samples - position);
        const float* sources[2] {};
        float* targets[6] {};
        for (std::size_t c = 0; c < in.size(); ++c)
            sources[c] = in[c].data() + position;
        for (std::size_t c = 0; c < out.size(); ++c)
            targets[c] = out[c].data() + position;
        engine.process (sources, targets, count, parameters);
        position += count;
    }
    return out;
}

std::unique_ptr<MatchEngine> made (double rate, int inputs, MatchOutput output, const std::optional<RoomDescription>& room,
                                   bool offline = true)
{
    auto engine = std::make_unique<MatchEngine>();
    engine->setOffline (offline);
    engine->prepare (rate, inputs, output);
    engine->setRoom (room);
    engine->waitUntilReady();
    return engine;
}

double level_db (const std::vector<float>& signal, std::size_t first)
{
    double sum = 0;
    for (std::size_t i = first; i < signal.size(); ++i)
        sum += static_cast<double> (signal[i]) * signal[i];
    return 10 * std::log10 (sum / static_cast<double> (signal.size() - first) + 1e-30);
}

}  // namespace

TEST_CASE ("Dry sound is untouched: at mix 0, in bypass, and without a room" * doctest::skip (test::underThreadSanitizer))
{
    for (const double rate : { 44100.0, 48000.0, 96000.0 })
        for (const int block : { 1, 64, 480, 0 })
        {
            const auto in = test::noise (2, 6000, 1);
            CHECK (run (*made (rate, 2, MatchOutput::stereo, chamber()), in, block, wet (0)) == in);
            auto bypassed = wet (1);
            bypassed.bypass = true;
            CHECK (run (*made (rate, 2, MatchOutput::stereo, chamber()), in, block, bypassed) == in);
            CHECK (run (*made (rate, 2, MatchOutput::stereo, {}), in, block, wet (0.7f)) == in);
        }
    const auto mono = test::noise (1, 3000, 1);
    const auto out = run (*made (48000, 1, MatchOutput::stereo, chamber()), mono, 64, wet (0));
    CHECK (out[0] == mono[0]);
    CHECK (out[1] == mono[0]);
}

TEST_CASE ("Wet sound is the convolution with matchRir, in every layout" * doctest::skip (test::underThreadSanitizer))
{
    for (const auto [inputs, output] :
         { std::pair (1, MatchOutput::mono), std::pair (1, MatchOutput::stereo), std::pair (2, MatchOutput::stereo),
           std::pair (1, MatchOutput::foa), std::pair (2, MatchOutput::foa), std::pair (1, MatchOutput::surround51),
           std::pair (2, MatchOutput::surround51), std::pair (2, MatchOutput::mono) })
    {
        const auto in = test::noise (inputs, 6000, 1);
        const Rir rir = matchRir (chamber(), {}, { .sampleRate = 44100, .inputs = inputs, .output = output });
        auto source = in;
        if (inputs == 2 && output == MatchOutput::mono)
        {
            for (std::size_t i = 0; i < in[0].size(); ++i)
                source[0][i] = 0.5f * (in[0][i] + in[1][i]);
            source.resize (1);
        }
        const auto out = run (*made (44100, inputs, output, chamber()), in, 480, wet());
        REQUIRE (static_cast<int> (out.size()) == rir.outputs);
        for (int o = 0; o < rir.outputs; ++o)
        {
            const auto expected = test::convolved (source, rir, o, 5900, 5960);
            for (int i = 0; i < 60; ++i)
                CHECK (out[static_cast<std::size_t> (o)][static_cast<std::size_t> (5900 + i)]
                       == doctest::Approx (expected[static_cast<std::size_t> (i)]).epsilon (1e-4).scale (0.1));
        }
    }
}

TEST_CASE ("Output does not depend on the block size, also while knobs and rooms change" * doctest::skip (test::underThreadSanitizer))
{
    const auto in = test::noise (2, 30000, 1);
    const auto play = [&] (int block)
    {
        auto engine = made (48000, 2, MatchOutput::stereo, chamber());
        test::Audio out (2);
        auto parameters = wet (0.5f);
        for (int part = 0; part < 3; ++part)         // changes between the parts, inside the parts any blocks
        {
            const test::Audio piece { { in[0].begin() + part * 10000, in[0].begin() + (part + 1) * 10000 },
                                      { in[1].begin() + part * 10000, in[1].begin() + (part + 1) * 10000 } };
            parameters.mix = 0.3f + 0.3f * static_cast<float> (part);
            parameters.output_db = static_cast<float> (-part);
            parameters.edits.decay_scale = 1 + 0.5f * static_cast<float> (part);
            if (part == 2)
                engine->setRoom (hall());
            const auto played = run (*engine, piece, block, parameters);
            for (std::size_t c = 0; c < 2; ++c)
                out[c].insert (out[c].end(), played[c].begin(), played[c].end());
        }
        return out;
    };
    const auto reference = play (10000);
    for (const int block : { 1, 17, 64, 480, 1024, 0 })
        CHECK (play (block) == reference);
}

TEST_CASE ("Offline renders are bit-identical, and equal real time once it is ready")
{
    const auto in = test::noise (2, 20000, 1);
    const auto first = run (*made (48000, 2, MatchOutput::stereo, hall()), in, 512, wet (0.8f));
    CHECK (run (*made (48000, 2, MatchOutput::stereo, hall()), in, 512, wet (0.8f)) == first);

    auto live = made (48000, 2, MatchOutput::stereo, hall(), false);
    test::Audio out (2, std::vector<float> (8000));
    const float* sources[2] { in[0].data(), in[1].data() };
    float* targets[2] { out[0].data(), out[1].data() };
    live->process (sources, targets, 8000, wet (0.8f));                  // before the first tail partition is due
    CHECK (std::equal (out[0].begin(), out[0].end(), first[0].begin()));
}

TEST_CASE ("Garbage in the input is replaced and does not stick" * doctest::skip (test::underThreadSanitizer))
{
    const auto clean = test::noise (2, 20000, 1);
    auto dirty = clean;
    const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
    for (std::size_t i = 5000; i < 5064; ++i)
    {
        dirty[0][i] = i % 3 == 0 ? nan : i % 3 == 1 ? inf : -inf;
        dirty[1][i] = i % 2 == 0 ? std::numeric_limits<float>::denorm_min() : std::numeric_limits<float>::max();
    }
    auto silent = clean;
    std::fill_n (silent[0].begin() + 5000, 64, 0.0f);
    std::fill_n (silent[1].begin() + 5000, 64, 0.0f);
    for (const float mix : { 0.0f, 0.5f, 1.0f })
    {
        const auto out = run (*made (48000, 2, MatchOutput::stereo, chamber()), dirty, 64, wet (mix));
        const auto expected = run (*made (48000, 2, MatchOutput::stereo, chamber()), silent, 64, wet (mix));
        float worst = 0;
        for (std::size_t c = 0; c < 2; ++c)
            for (std::size_t i = 0; i < out[c].size(); ++i)
            {
                REQUIRE (std::isfinite (out[c][i]));
                worst = std::max (worst, std::abs (out[c][i] - expected[c][i]));
            }
        CHECK (worst < 1.0e-6f);
    }
}

TEST_CASE ("Parameters that are not numbers or out of range do no harm")
{
    auto parameters = wet();
    parameters.mix = std::nanf ("");
    parameters.output_db = std::numeric_limits<float>::infinity();
    parameters.edits.decay_scale = std::nanf ("");
    parameters.edits.width = 1e20f;
    auto engine = made (48000, 2, MatchOutput::stereo, chamber());
    for (const auto& channel : run (*engine, test::noise (2, 10000, 1), 480, parameters))
        for (const float sample : channel)
            REQUIRE (std::abs (sample) < 100);
}

TEST_CASE ("Bypass and mix move without a click")
{
    test::Audio in (2, std::vector<float> (40000));
    for (auto& channel : in)
        for (std::size_t i = 0; i < channel.size(); ++i)
            channel[i] = static_cast<float> (0.5 * std::sin (0.02 * static_cast<double> (i)));
    auto engine = made (48000, 2, MatchOutput::stereo, chamber());
    float worst = 0;
    std::vector<float> all;
    for (int block = 0; block < 80; ++block)
    {
        auto parameters = wet (block % 3 == 0 ? 1.0f : 0.2f);
        parameters.bypass = block / 20 % 2 == 1;
        parameters.output_db = block % 5 == 0 ? -6.0f : 0.0f;
        const float* sources[2] { in[0].data() + 500 * block, in[1].data() + 500 * block };
        std::vector<float> left (500), right (500);
        float* targets[2] { left.data(), right.data() };
        engine->process (sources, targets, 500, parameters);
        all.insert (all.end(), left.begin(), left.end());
    }
    for (std::size_t i = 2001; i < all.size(); ++i)
        worst = std::max (worst, std::abs (all[i] - all[i - 1]));
    CHECK (worst < 0.03f);                           // the sine itself moves by 0.01 per sample
}

TEST_CASE ("Changing rooms keeps the level of speech-like sound within 1 dB" * doctest::skip (test::underThreadSanitizer))
{
    // Noise with the slope of speech, long enough to be steady.
    auto in = test::noise (2, 150000, 1);
    in[1] = in[0];
    for (auto& channel : in)
    {
        float low = 0, rumble = 0;
        for (auto& sample : channel)
        {
            low += 0.08f * (sample - low);
            rumble += 0.02f * (low - rumble);
            sample = low - rumble;
        }
    }
    RoomDescription church = hall();
    church.rt60_s = { 2.6f, 2.6f, 2.5f, 2.4f, 2.0f, 1.5f, 1.0f };
    church.drr_db.fill (-9);
    RoomDescription bathroom = chamber();
    bathroom.rt60_s = { 0.9f, 1.0f, 1.1f, 1.2f, 1.1f, 1.0f, 0.9f };
    bathroom.drr_db = { 0, -2, -4, -5, -6, -6, -6 };
    for (const auto& room : { chamber(), hall(), church, bathroom })
    {
        const auto out = run (*made (48000, 2, MatchOutput::stereo, room), in, 4096, wet());
        const double dry = level_db (in[0], 90000);
        CHECK (std::abs (0.5 * (level_db (out[0], 90000) + level_db (out[1], 90000)) - dry) < 1.0);
    }
}

TEST_CASE ("A room that is taken away leaves the dry sound, and rooms out of range are refused")
{
    auto engine = made (48000, 2, MatchOutput::stereo, chamber());
    const auto in = test::noise (2, 10000, 1);
    CHECK (run (*engine, in, 480, wet()) != in);
    engine->setRoom ({});
    run (*engine, in, 480, wet());
    CHECK (run (*engine, in, 480, wet()) == in);
    CHECK_FALSE (engine->room().has_value());
    RoomDescription bad = chamber();
    bad.rt60_s[2] = -1;
    CHECK_THROWS_AS (engine->setRoom (bad), std::invalid_argument);
    CHECK_THROWS_AS (engine->prepare (1000, 2, MatchOutput::stereo), std::invalid_argument);
    CHECK_THROWS_AS (engine->prepare (48000, 3, MatchOutput::stereo), std::invalid_argument);
}

TEST_CASE ("An empty block announces the knobs: the tail's length follows")
{
    auto engine = made (48000, 2, MatchOutput::stereo, chamber());
    const double before = engine->tailLength_s();
    auto parameters = wet();
    parameters.edits.decay_scale = 2;
    engine->process (nullptr, nullptr, 0, parameters);
    engine->waitUntilReady();
    CHECK (engine->tailLength_s() > 1.5 * before);
}

TEST_CASE ("Edits reach a playing engine in real time")
{
    auto engine = made (48000, 2, MatchOutput::stereo, chamber(), false);
    const auto in = test::noise (2, 480, 1);
    auto parameters = wet();
    const double before = engine->tailLength_s();
    parameters.edits.decay_scale = 2;
    for (int i = 0; i < 6000 && engine->tailLength_s() == before; ++i)
    {
        run (*engine, in, 480, parameters);
        std::this_thread::sleep_for (std::chrono::milliseconds (10));
    }
    CHECK (engine->tailLength_s() > 1.5 * before);
}

TEST_CASE ("A newer room overtakes one that is still being made")
{
    RoomDescription cathedral = hall();
    cathedral.rt60_s.fill (9);
    MatchEngine engine;
    engine.prepare (48000, 2, MatchOutput::surround51);
    for (int i = 0; i < 5; ++i)
        engine.setRoom (cathedral);
    engine.setRoom (chamber());
    engine.waitUntilReady();
    CHECK (engine.tailLength_s() < 2);
    CHECK (engine.room() == chamber());
}

TEST_CASE ("Rates and layouts change, and a hundred instances live and die while rooms are being made")
{
    MatchEngine changing;
    const auto in = test::noise (2, 700, 1);
    for (const double rate : { 8000.0, 44100.0, 192000.0, 48000.0 })
        for (const auto output : { MatchOutput::mono, MatchOutput::stereo, MatchOutput::foa, MatchOutput::surround51 })
        {
            changing.prepare (rate, 2, output);
            changing.setRoom (chamber());
            for (const auto& channel : run (changing, in, 128, wet (0.5f)))
                for (const float sample : channel)
                    REQUIRE (std::isfinite (sample));
        }
    std::vector<std::unique_ptr<MatchEngine>> engines;
    for (int i = 0; i < 100; ++i)
    {
        engines.push_back (std::make_unique<MatchEngine>());
        engines.back()->prepare (48000, 1, MatchOutput::mono);
        engines.back()->setRoom (chamber());
    }
    const auto mono = test::noise (1, 256, 1);
    for (auto& engine : engines)
        run (*engine, mono, 64, wet (0.5f));
    engines[50]->waitUntilReady();
    engines.erase (engines.begin(), engines.begin() + 50);
    run (*engines[0], mono, 64, wet (0.5f));
    engines.clear();                                 // most of them while their room is being made
}

TEST_CASE ("Traced quality: offline waits for it, the same bits twice; level as in real-time quality"
           * doctest::skip (test::underThreadSanitizer))
{
    auto traced = wet();
    traced.traced = true;
    const auto in = test::noise (1, 24000, 4);
    const auto once = run (*made (8000, 1, MatchOutput::mono, chamber()), in, 480, traced);
    CHECK (run (*made (8000, 1, MatchOutput::mono, chamber()), in, 0, traced) == once);
    const auto quick = run (*made (8000, 1, MatchOutput::mono, chamber()), in, 480, wet());
    CHECK_FALSE (quick == once);
    CHECK (std::abs (level_db (once[0], 8000) - level_db (quick[0], 8000)) < 0.7);
}

TEST_CASE ("Traced quality while playing: the quick response first, then the traced one; newer requests cancel"
           * doctest::skip (test::underThreadSanitizer))
{
    auto traced = wet();
    traced.traced = true;
    const auto engine = made (8000, 1, MatchOutput::mono, chamber(), false);
    CHECK (engine->tracingProgress() < 0);
    const auto step = [&] (int blocks)
    {
        for (int i = 0; i < blocks; ++i)
        {
            run (*engine, test::noise (1, 80, 5), 80, traced);
            std::this_thread::sleep_for (std::chrono::milliseconds (10));
        }
    };
    const auto untilTracing = [&]
    {
        for (int i = 0; i < 1000 && engine->tracingProgress() < 0; ++i)
            step (1);
        return engine->tracingProgress() >= 0;
    };
    REQUIRE (untilTracing());
    engine->setRoom (hall());                        // cancels; the quick response of the hall sounds, then its tracing begins
    REQUIRE (untilTracing());
    traced.edits.decay_scale = 0.5f;
    step (30);
    engine->waitUntilReady();
    const auto expected = matchRir (hall(), traced.edits, { .sampleRate = 8000, .inputs = 1, .output = MatchOutput::mono, .traced = true });
    CHECK (engine->tailLength_s() * 8000 == doctest::Approx (expected.length));
    engine->reset();
    test::Audio impulse { std::vector<float> (4000, 0.0f) };
    impulse[0][0] = 1;
    run (*engine, test::Audio { std::vector<float> (8000, 0.0f) }, 80, traced);     // any cross-fade is over
    const auto heard = run (*engine, impulse, 80, traced)[0];
    float worst = 0;
    for (std::size_t i = 0; i < 800; ++i)            // the tail's worker may be late for later blocks
        worst = std::max (worst, std::abs (heard[i] - expected.paths[0][i]));
    CHECK (worst < 1e-4f);
    traced.traced = false;
    step (3);
    engine->waitUntilReady();
    CHECK (engine->tracingProgress() < 0);
}
