// SPDX-License-Identifier: AGPL-3.0-or-later
#include "../dsp/test_signals.h"
#include "test_backends.h"
#include <doctest/doctest.h>
#include <numbers>
#include <numeric>

using namespace lumiverb;
using test::Audio;

namespace {

struct Setup
{
    double rate = 48000;
    int channels = 2, maximumBlock = 480;
    bool offline = true;
};

std::unique_ptr<DryEngine> made (const Setup& setup, std::unique_ptr<DryBackend> backend)
{
    auto engine = std::make_unique<DryEngine>();
    engine->setOffline (setup.offline);
    engine->prepare (setup.rate, setup.channels, setup.maximumBlock);
    engine->setBackend (std::move (backend));
    return engine;
}

/// blockLength 0: random lengths from 0 to 1499.
template <typename AfterBlock>
Audio run (DryEngine& engine, const Audio& in, int blockLength, const DryParameters& parameters, AfterBlock&& afterBlock)
{
    const int samples = static_cast<int> (in[0].size());
    Audio out (in.size(), std::vector<float> (in[0].size()));
    std::minstd_rand random (3);
    for (int position = 0; position < samples;)
    {
        const int count = std::min (blockLength > 0 ? blockLength : static_cast<int> (random() % 1500), samples - position);
        const float* sources[8] {};
        float* targets[8] {};
        for (std::size_t c = 0; c < in.size(); ++c)
        {
            sources[c] = in[c].data() + position;
            targets[c] = out[c].data() + position;
        }
        engine.process (sources, targets, count, parameters);
        position += count;
        afterBlock (position);
    }
    return out;
}

Audio run (DryEngine& engine, const Audio& in, int blockLength = 480, const DryParameters& parameters = {})
{
    return run (engine, in, blockLength, parameters, [] (int) {});
}

/// Noise in bursts, as syllables are.
Audio bursts (int channels, int samples, unsigned seed)
{
    auto audio = test::noise (channels, samples, seed);
    for (auto& channel : audio)
        for (int i = 0; i < samples; ++i)
            channel[static_cast<std::size_t> (i)] *= std::exp (-static_cast<float> (i % 9000) / 1500.0f);
    return audio;
}

double power (const std::vector<float>& x, std::size_t first = 0)
{
    return std::accumulate (x.begin() + static_cast<std::ptrdiff_t> (first), x.end(), 0.0,
                            [] (double s, float v) { return s + double (v) * v; });
}

/// Level of a - b x gain, a delayed by `delay`, relative to b.
double difference_db (const std::vector<float>& a, const std::vector<float>& b, int delay, double gain = 1)
{
    double sum = 0;
    for (std::size_t i = 0; i + static_cast<std::size_t> (delay) < a.size(); ++i)
        sum += std::pow (a[i + static_cast<std::size_t> (delay)] - gain * b[i], 2);
    return 10 * std::log10 (sum / power (b) + 1e-30);
}

constexpr double rates[] { 44100, 48000, 88200, 96000, 192000 };

}  // namespace

TEST_CASE ("Latency is window plus one hop at every rate, exactly, and constant" * doctest::skip (test::underThreadSanitizer))
{
    const int expected[] { 1323, 1440, 2646, 2880, 5760 };
    for (std::size_t i = 0; i < std::size (rates); ++i)
    {
        CAPTURE (rates[i]);
        const auto engine = made ({ rates[i], 1, 64 }, std::make_unique<test::FixedGain> (1.0f));
        CHECK (engine->latency_samples() == expected[i]);
        const auto in = test::noise (1, static_cast<int> (rates[i] / 4), 1);
        for (const float mix : { 0.0f, 1.0f })
        {
            DryParameters parameters;
            parameters.mix = mix;
            engine->reset();
            const auto out = run (*engine, in, 64, parameters);
            CHECK (difference_db (out[0], in[0], expected[i]) < (mix == 0 ? -299 : -120));
            CHECK (difference_db (out[0], in[0], expected[i] + 1) > -10);
        }
    }
}

TEST_CASE ("Hosts with longer blocks give the worker as much time, up to a bound")
{
    DryEngine engine;
    for (const auto& [block, expected] :
         { std::pair { 1, 1440 }, { 480, 1440 }, { 512, 1472 }, { 1024, 1984 }, { 2048, 3008 }, { 8192, 3008 } })
    {
        engine.prepare (48000, 2, block);
        CHECK (engine.latency_samples() == expected);
    }
    engine.prepare (48000, 1, 64, { 48000, 1024, 1024, 256, 512 });
    CHECK (engine.latency_samples() == 768);
}

TEST_CASE ("An impulse arrives where the latency says, also with the short synthesis window" * doctest::skip (test::underThreadSanitizer))
{
    for (const auto& grid : { DryGrid {}, DryGrid { 48000, 1024, 1024, 256, 512 } })
        for (const double rate : rates)
        {
            CAPTURE (rate);
            DryEngine engine;
            engine.setOffline (true);
            engine.prepare (rate, 1, 480, grid);
            Audio in (1, std::vector<float> (20000));
            in[0][5000] = 1;
            const auto out = run (engine, in, 100);
            const auto peak = std::max_element (out[0].begin(), out[0].end()) - out[0].begin();
            CHECK (peak == 5000 + engine.latency_samples());
            CHECK (out[0][static_cast<std::size_t> (peak)] == doctest::Approx (1).epsilon (1e-4));
        }
}

TEST_CASE ("Mix 0, bypass and an engine without a back end return the input, delayed" * doctest::skip (test::underThreadSanitizer))
{
    const auto in = test::noise (2, 12000, 2);
    DryParameters untouched, bypassed;
    untouched.mix = 0;
    bypassed.bypass = true;
    for (const auto& parameters : { untouched, bypassed })
    {
        const auto engine = made ({}, std::make_unique<test::FixedGain> (0.1f));
        const auto out = run (*engine, in, 480, parameters);
        for (std::size_t c = 0; c < 2; ++c)
            for (std::size_t i = 1440; i < in[c].size(); ++i)
                REQUIRE (out[c][i] == in[c][i - 1440]);
    }
    const auto engine = made ({}, nullptr);
    CHECK_FALSE (engine->hasBackend());
    CHECK (difference_db (run (*engine, in)[1], in[1], 1440) < -120);
    CHECK (engine->lateFrames() == 0);
}

TEST_CASE ("Output does not depend on the blocks, nor on real time or offline, and repeats bit by bit"
           * doctest::skip (test::underThreadSanitizer))
{
    const auto in = bursts (2, 24000, 3);
    DryParameters parameters;
    parameters.tail_s = 0.3f;
    parameters.early_ms = 47;
    parameters.high_db = 3;
    const auto reference = run (*made ({}, std::make_unique<test::Follower>()), in, 480, parameters);
    for (const int block : { 1, 17, 64, 480, 1024, 0 })
    {
        CAPTURE (block);
        CHECK (run (*made ({}, std::make_unique<test::Follower>()), in, block, parameters) == reference);
    }
    const auto live = made ({ 48000, 2, 480, false }, std::make_unique<test::Follower>());
    CHECK (run (*live, in, 64, parameters, [&] (int) { live->waitForBackend(); }) == reference);
    CHECK (live->lateFrames() == 0);
    // The same engine again, after reset.
    const auto again = made ({}, std::make_unique<test::Follower>());
    run (*again, in, 100, parameters);
    again->reset();
    CHECK (run (*again, in, 480, parameters) == reference);
}

TEST_CASE ("A gain is applied to bins with taps and without, below and above what the back end sees"
           * doctest::skip (test::underThreadSanitizer))
{
    for (const double rate : rates)
        for (const int bins : { 0, 128, 513 })
        {
            CAPTURE (rate);
            CAPTURE (bins);
            const auto in = test::noise (1, static_cast<int> (rate / 4), 4);
            const auto engine = made ({ rate, 1 }, std::make_unique<test::FixedGain> (0.25f, bins));
            CHECK (difference_db (run (*engine, in)[0], in[0], engine->latency_samples(), 0.25) < -110);
        }
}

TEST_CASE ("Taps look at earlier frames" * doctest::skip (test::underThreadSanitizer))
{
    Audio in (1, std::vector<float> (24000));
    for (std::size_t i = 0; i < in[0].size(); ++i)
        in[0][i] = static_cast<float> (std::sin (2 * std::numbers::pi * 1000 * static_cast<double> (i) / 48000));
    const auto engine = made ({ 48000, 1 }, std::make_unique<test::OneFrameLater>());
    const auto out = run (*engine, in);
    // 10 ms later: ten periods of 1 kHz, and silence where there is no tap.
    const std::vector<float> steady (out[0].begin() + 6000, out[0].end());
    CHECK (power (steady) / static_cast<double> (steady.size()) == doctest::Approx (0.5).epsilon (0.01));
    CHECK (out[0][1440 + 100] < 0.1f);               // the first frames are not there yet
}

TEST_CASE ("What is removed and what is left add up to the input" * doctest::skip (test::underThreadSanitizer))
{
    const auto in = bursts (2, 24000, 5);
    DryParameters parameters;
    parameters.mix = 0.7f;
    const auto kept = run (*made ({}, std::make_unique<test::Follower>()), in, 480, parameters);
    parameters.residual = true;
    auto sum = run (*made ({}, std::make_unique<test::Follower>()), in, 480, parameters);
    for (std::size_t i = 0; i < sum[0].size(); ++i)
        sum[0][i] += kept[0][i];
    CHECK (difference_db (sum[0], in[0], 1440) < -120);
}

TEST_CASE ("Every knob is monotonic in what is left" * doctest::skip (test::underThreadSanitizer))
{
    const auto in = bursts (1, 48000, 6);
    const auto left = [&] (auto&& set, float value)
    {
        DryParameters parameters;
        set (parameters, value);
        return power (run (*made ({ 48000, 1 }, std::make_unique<test::Follower>()), in, 480, parameters)[0]);
    };
    const auto growing = [&] (auto&& set, std::initializer_list<float> values)
    {
        double before = 0;
        for (const float value : values)
        {
            const double now = left (set, value);
            CAPTURE (value);
            CHECK (now > before);
            before = now;
        }
    };
    growing ([] (DryParameters& p, float v) { p.amount = v; }, { 1, 0.8f, 0.5f, 0.2f, 0 });
    growing ([] (DryParameters& p, float v) { p.tail_s = v; }, { 0, 0.1f, 0.3f, 1, 2 });
    growing ([] (DryParameters& p, float v) { p.early_ms = v; }, { 30, 34, 40, 55, 80, 120 });
    growing ([] (DryParameters& p, float v) { p.low_db = v; }, { 12, 6, 0, -6, -12 });
    growing ([] (DryParameters& p, float v) { p.high_db = v; }, { 12, 6, 0, -6, -12 });
}

TEST_CASE ("Amount scales the suppression in dB" * doctest::skip (test::underThreadSanitizer))
{
    const auto in = test::noise (1, 24000, 7);
    for (const float amount : { 0.0f, 0.5f, 1.0f })
    {
        DryParameters parameters;
        parameters.amount = amount;
        const auto out = run (*made ({ 48000, 1 }, std::make_unique<test::FixedGain> (0.1f)), in, 480, parameters);
        CHECK (difference_db (out[0], in[0], 1440, std::pow (0.1, amount)) < -100);
    }
}

TEST_CASE ("Tail lets sound out with the decay it names" * doctest::skip (test::underThreadSanitizer))
{
    // Steady noise that the back end wants to be silent from 0.5 s on.
    struct Closing : test::FixedGain
    {
        Closing() : FixedGain (1) {}
        void evaluate (std::span<const float>, std::span<const float>, DryFilter& filter) override
        {
            fill (filter, 0, frames_++ < 50 ? 1.0f : 1e-4f);
        }
    };
    const auto in = test::noise (1, 48000, 8);
    DryParameters parameters;
    parameters.tail_s = 0.6f;
    const auto out = run (*made ({ 48000, 1 }, std::make_unique<Closing>()), in, 480, parameters);
    const auto level_db = [&] (double seconds)
    {
        const auto first = static_cast<std::size_t> (seconds * 48000);
        double sum = 0;
        for (std::size_t i = first; i < first + 2400; ++i)
            sum += double (out[0][i]) * out[0][i];
        return 10 * std::log10 (sum);
    };
    CHECK (level_db (0.6) - level_db (0.8) == doctest::Approx (20).epsilon (0.05));     // 60 dB in 0.6 s
}

TEST_CASE ("The stereo image stays: levels and phases between channels are those of the input" * doctest::skip (test::underThreadSanitizer))
{
    auto in = bursts (2, 48000, 9);
    for (std::size_t i = 0; i < in[0].size(); ++i)
        in[1][i] = 0.3f * in[0][i];                  // panned by 10.5 dB
    const auto out = run (*made ({}, std::make_unique<test::Follower>()), in);
    CHECK (10 * std::log10 (power (out[1]) / power (out[0])) == doctest::Approx (20 * std::log10 (0.3)).epsilon (1e-4));
    CHECK (difference_db (out[1], out[0], 0, 0.3) < -110);
}

TEST_CASE ("Mono played as stereo, and channels that cancel, are dried like mono" * doctest::skip (test::underThreadSanitizer))
{
    const auto mono = bursts (1, 24000, 10);
    const auto reference = run (*made ({ 48000, 1 }, std::make_unique<test::Follower>()), mono);
    for (const float sign : { 1.0f, -1.0f })
    {
        Audio stereo { mono[0], mono[0] };
        for (auto& sample : stereo[1])
            sample *= sign;
        const auto out = run (*made ({}, std::make_unique<test::Follower>()), stereo);
        CHECK (difference_db (out[0], reference[0], 0) < -90);
        CHECK (difference_db (out[1], reference[0], 0, sign) < -90);
    }
}

TEST_CASE ("Eight channels are linked")
{
    const auto in = test::noise (8, 6000, 11);
    const auto engine = made ({ 48000, 8 }, std::make_unique<test::FixedGain> (0.5f));
    const auto out = run (*engine, in);
    for (std::size_t c = 0; c < 8; ++c)
        CHECK (difference_db (out[c], in[c], 1440, 0.5) < -60);          // the last hops are still inside
}

TEST_CASE ("A late back end: the last filter is used again, late frames are counted, the latency stays, nothing clicks")
{
    Audio in (1, std::vector<float> (48000));
    for (std::size_t i = 0; i < in[0].size(); ++i)
        in[0][i] = 0.5f * static_cast<float> (std::sin (2 * std::numbers::pi * 440 * static_cast<double> (i) / 48000));
    test::Gated::open = false;
    const auto engine = made ({ 48000, 1, 64, false }, std::make_unique<test::Gated> (0.5f, 40));
    const auto out = run (*engine, in, 64, {},
                          [&] (int position)
                          {
                              if (position < 18000)
                                  engine->waitForBackend();                // up to frame 37
                              if (position > 36000)
                                  test::Gated::open = true;
                          });
    CHECK (engine->lateFrames() > 20);
    CHECK (engine->latency_samples() == 1440);
    CHECK (difference_db (out[0], in[0], 1440, 0.5) < -45);              // half level all the time; the edges are the input's own
    float largestStep = 0;
    for (std::size_t i = 3000; i < out[0].size(); ++i)
        largestStep = std::max (largestStep, std::abs (out[0][i] - out[0][i - 1]));
    CHECK (largestStep < 0.25f * 2 * 3.15f * 440 / 48000 * 1.05f);       // no step that a sine of that level does not have
}

TEST_CASE ("A back end that fails now and then is started again; one that always fails is given up and says why")
{
    using test::Broken;
    const auto in = test::noise (1, 48000, 12);
    for (const auto kind : { Broken::Kind::throws, Broken::Kind::nan, Broken::Kind::huge })
    {
        const auto some = made ({ 48000, 1 }, std::make_unique<Broken> (kind, 10, 20));
        CHECK (difference_db (run (*some, in)[0], in[0], 1440, 0.5) < -40);     // the filter of frame 9 was held
        CHECK (some->error().empty());
        CHECK (some->lateFrames() == 10);

        const auto always = made ({ 48000, 1 }, std::make_unique<Broken> (kind, 10, 1 << 30));
        const auto out = run (*always, in);
        CHECK_FALSE (always->error().empty());
        const Audio end { { out[0].end() - 9600, out[0].end() } }, input { { in[0].end() - 9600 - 1440, in[0].end() - 1440 } };
        CHECK (difference_db (end[0], input[0], 0) < -110);
    }
}

TEST_CASE ("NaN, infinity and absurd samples do not stick" * doctest::skip (test::underThreadSanitizer))
{
    auto in = test::noise (2, 24000, 13);
    const auto clean = run (*made ({}, std::make_unique<test::Follower>()), in);
    in[0][6000] = std::nanf ("");
    in[1][6001] = std::numeric_limits<float>::infinity();
    in[0][6002] = 1e30f;
    in[0][6003] = 1e-42f;
    const auto out = run (*made ({}, std::make_unique<test::Follower>()), in);
    for (const auto& channel : out)
        for (const float sample : channel)
            REQUIRE (std::abs (sample) < 2);
    for (std::size_t i = 0; i < 6000; ++i)
        REQUIRE (out[0][i] == clean[0][i]);
    const Audio after { { out[0].end() - 9000, out[0].end() } }, reference { { clean[0].end() - 9000, clean[0].end() } };
    CHECK (difference_db (after[0], reference[0], 0) < -50);
}

TEST_CASE ("A room reaches the back end; knobs that are not numbers fall back")
{
    RoomDescription church;
    church.rt60_s.fill (3);
    CHECK (dryCondition (nullptr)[10] == 0);
    CHECK (dryCondition (&church)[0] == doctest::Approx (std::log (3.0)));
    const auto in = bursts (1, 12000, 14);
    const auto with = made ({ 48000, 1 }, std::make_unique<test::Follower>());
    with->setRoom (church);
    CHECK (with->room() == church);
    CHECK (power (run (*with, in)[0]) > 1.05 * power (run (*made ({ 48000, 1 }, std::make_unique<test::Follower>()), in)[0]));
    church.volume_m3 = -1;
    CHECK_THROWS_AS (with->setRoom (church), std::invalid_argument);

    DryParameters nonsense;
    for (auto* value : { &nonsense.amount, &nonsense.tail_s, &nonsense.early_ms, &nonsense.low_db, &nonsense.high_db, &nonsense.mix,
                         &nonsense.output_db })
        *value = std::nanf ("");
    const auto engine = made ({ 48000, 1 }, std::make_unique<test::Follower>());
    CHECK (difference_db (run (*engine, in, 480, nonsense)[0], in[0], 1440) < -110);
}

TEST_CASE ("The display is fed one view per frame and never holds the audio up")
{
    const auto in = test::noise (1, 48000, 15);
    const auto engine = made ({ 48000, 1 }, std::make_unique<test::FixedGain> (0.5f));
    DryView view;
    run (*engine, in);
    CHECK_FALSE (engine->readView (view));           // nobody had asked
    engine->enableView (true);
    run (*engine, in);                               // more frames than fit
    int views = 0;
    for (; engine->readView (view); ++views)
        for (std::size_t row = 1; row < 100; ++row)
            if (views > 2)
                REQUIRE (view.output[row] / view.input[row] == doctest::Approx (0.25).epsilon (0.02));
    CHECK (views == 64);
    CHECK (viewFrequency_hz (DryView::rows) == doctest::Approx (maxViewFrequency_hz));
}

TEST_CASE ("Bad settings are refused, zero-length blocks are not")
{
    DryEngine engine;
    CHECK_THROWS_AS (engine.prepare (1000, 2, 64), std::invalid_argument);
    CHECK_THROWS_AS (engine.prepare (48000, 9, 64), std::invalid_argument);
    engine.prepare (48000, 1, 64, { 48000, 1024, 1024, 256, 512 });
    CHECK_THROWS_AS (engine.setBackend (std::make_unique<test::FixedGain> (1.0f)), std::invalid_argument);
    engine.process (nullptr, nullptr, 0, {});
    engine.prepare (96000, 2, 64);
    engine.setBackend (std::make_unique<test::FixedGain> (1.0f));
    engine.prepare (44100, 1, 64);                   // another rate: the back end stays
    CHECK (engine.hasBackend());
    engine.prepare (44100, 1, 64, { 48000, 1024, 1024, 256, 512 });
    CHECK_FALSE (engine.hasBackend());
}
