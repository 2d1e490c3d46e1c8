// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/room/decay_analysis.h"
#include "lumiverb/room/head_model.h"
#include "lumiverb/room/rir_synth.h"
#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <random>
#include <stdexcept>
#include <string>

using namespace lumiverb;

namespace {

/// A room whose clarity is what its decay and DRR imply.
RoomDescription consistent (const BandArray& rt60_s, float drr_db, std::array<float, 3> dimensions_m = { 6, 5, 3 })
{
    RoomDescription room;
    room.rt60_s = rt60_s;
    room.drr_db.fill (drr_db);
    room.dimensions_m = dimensions_m;
    room.volume_m3 = dimensions_m[0] * dimensions_m[1] * dimensions_m[2];
    const double direct = std::pow (10.0, drr_db / 10), late = std::exp (-13.8155 * 0.0474 / static_cast<double> (midRt60_s (room)));
    room.clarity_c50_db = static_cast<float> (10 * std::log10 ((direct + 1 - late) / late));
    return room;
}

Rir made (const RoomDescription& room, RirLayout layout, double rate = 48000, std::uint64_t seed = 1, const RoomEdits& edits = {})
{
    RirOptions options;
    options.layout = layout;
    options.sampleRate = rate;
    options.seed = seed;
    return synthesiseRir (room, edits, options);
}

BandArray alike (float value)
{
    BandArray bands;
    bands.fill (value);
    return bands;
}

double energy (const std::vector<float>& signal, std::size_t first = 0)
{
    double sum = 0;
    for (std::size_t i = first; i < signal.size(); ++i)
        sum += static_cast<double> (signal[i]) * signal[i];
    return sum;
}

double correlation (const std::vector<float>& a, const std::vector<float>& b, std::size_t first)
{
    double sum = 0;
    for (std::size_t i = first; i < a.size(); ++i)
        sum += static_cast<double> (a[i]) * b[i];
    return sum / std::sqrt (energy (a, first) * energy (b, first));
}

}  // namespace

TEST_CASE ("T30 is the asked one within 3 % from 250 Hz to 4 kHz, DRR and C50 within 1 dB, for rooms of 0.2 to 10 s")
{
    for (const float rt60 : { 0.2f, 0.35f, 0.6f, 1.0f, 2.0f, 4.0f, 10.0f })
        for (const std::uint64_t seed : { 1, 2, 3 })
        {
            CAPTURE (rt60);
            const auto room = consistent (alike (rt60), -4);
            const auto rir = made (room, RirLayout::mono, 48000, seed);
            const auto measured = analyseDecay (rir.paths[0], 48000);
            for (std::size_t band = 1; band <= 5; ++band)
            {
                CAPTURE (band);
                REQUIRE (measured[band].t30_s.has_value());
                CHECK (*measured[band].t30_s == doctest::Approx (rt60).epsilon (0.03));
                if (band < 2 || rt60 < 0.3f)
                    continue;                        // below, a few periods of the band are all there is
                CHECK (std::abs (*measured[band].drr_db - -4) < 1.0f);
                CHECK (std::abs (*measured[band].c50_db - room.clarity_c50_db) < 1.5f);
            }
        }
}

TEST_CASE ("T30 of 0.1 s is met within 5 %, and every band keeps its own decay")
{
    const auto booth = analyseDecay (made (consistent (alike (0.1f), 3, { 2.2f, 1.8f, 2.0f }), RirLayout::mono).paths[0], 48000);
    for (std::size_t band = 2; band <= 5; ++band)
        CHECK (*booth[band].t30_s == doctest::Approx (0.1).epsilon (0.05));

    const BandArray falling { 2.2f, 1.9f, 1.6f, 1.4f, 1.15f, 0.9f, 0.6f };
    for (const double rate : { 44100.0, 48000.0, 96000.0 })
    {
        const auto measured = analyseDecay (made (consistent (falling, -6, { 18, 11, 6 }), RirLayout::mono, rate).paths[0], rate);
        for (std::size_t band = 1; band <= 5; ++band)
            CHECK (*measured[band].t30_s == doctest::Approx (falling[band]).epsilon (0.03));
    }
}

TEST_CASE ("EDT follows the decay where C50 agrees with it")
{
    for (const float rt60 : { 0.8f, 2.0f, 5.0f })
    {
        const auto measured = analyseDecay (made (consistent (alike (rt60), -8), RirLayout::mono).paths[0], 48000);
        for (std::size_t band = 2; band <= 5; ++band)
            CHECK (*measured[band].edt_s == doctest::Approx (rt60).epsilon (0.06));
    }
}

TEST_CASE ("A clarity that contradicts the decay bends the early part as far as T30 allows")
{
    auto clear = consistent (alike (1.5f), -4), muddy = clear;
    clear.clarity_c50_db += 3;
    muddy.clarity_c50_db -= 2;
    const auto c = analyseDecay (made (clear, RirLayout::mono).paths[0], 48000),
               m = analyseDecay (made (muddy, RirLayout::mono).paths[0], 48000);
    CHECK (*c[3].c50_db > *m[3].c50_db + 3);
    CHECK (*c[3].t30_s == doctest::Approx (1.5).epsilon (0.03));
    CHECK (*m[3].t30_s == doctest::Approx (1.5).epsilon (0.03));
    CHECK (std::abs (*c[3].drr_db - *m[3].drr_db) < 0.7f);
}

TEST_CASE ("The direct sound stands at sample 0, nothing before the reflections but itself")
{
    for (const auto layout : { RirLayout::mono, RirLayout::stereo, RirLayout::trueStereo, RirLayout::foa })
    {
        const auto rir = made (consistent (alike (0.8f), 0), layout);
        CHECK (std::abs (rir.paths[0][0]) > 0.2f);
        for (std::size_t i = 1; i < 100; ++i)
            CHECK (std::abs (rir.paths[0][i]) < 0.02f * std::abs (rir.paths[0][0]));
    }
    const auto centred = made (consistent (alike (0.8f), 0), RirLayout::stereo);
    CHECK (centred.paths[0][0] == centred.paths[1][0]);
    const auto track = made (consistent (alike (0.8f), 0), RirLayout::trueStereo);
    CHECK (track.paths[0][0] == track.paths[3][0]);  // left stays left
    CHECK (track.paths[1][0] == 0.0f);
}

TEST_CASE ("The same seed gives the same samples, another one another tail with the same decay")
{
    const auto room = consistent (alike (0.6f), 0);
    const auto a = made (room, RirLayout::stereo, 48000, 1), b = made (room, RirLayout::stereo, 48000, 1),
               c = made (room, RirLayout::stereo, 48000, 2);
    CHECK (a.paths == b.paths);
    CHECK (std::abs (correlation (a.paths[0], c.paths[0], 2400)) < 0.1);
}

TEST_CASE ("Shapes of all layouts, and no sound in the LFE channel")
{
    const auto room = consistent (alike (0.3f), 3);
    for (const auto layout : { RirLayout::mono, RirLayout::stereo, RirLayout::trueStereo, RirLayout::binaural, RirLayout::foa,
                               RirLayout::foaTrueStereo, RirLayout::surround51, RirLayout::surround51TrueStereo })
    {
        CAPTURE (std::string (name (layout)));
        const auto rir = made (room, layout, 44100);
        CHECK (static_cast<int> (rir.paths.size()) == rir.inputs * rir.outputs);
        CHECK (rir.inputs == numInputs (layout));
        for (std::size_t path = 0; path < rir.paths.size(); ++path)
        {
            REQUIRE (static_cast<int> (rir.paths[path].size()) == rir.length);
            const bool lfe = rir.outputs == 6 && path % 6 == 3;
            CHECK ((energy (rir.paths[path]) == 0) == lfe);
            for (const float sample : rir.paths[path])
                REQUIRE (std::isfinite (sample));
        }
    }
}

TEST_CASE ("The angle moves level and time: positive is left")
{
    RoomEdits left;
    left.angle_deg = 45;
    const auto room = consistent (alike (0.3f), 10);
    const auto stereo = made (room, RirLayout::stereo, 48000, 1, left);
    const auto peak = [] (const std::vector<float>& path)
    {
        return std::max_element (path.begin(), path.begin() + 60, [] (float a, float b) { return std::abs (a) < std::abs (b); })
               - path.begin();
    };
    CHECK (peak (stereo.paths[0]) == 0);
    CHECK (peak (stereo.paths[1]) == 20);            // 0.2 m sin 45 / 343 m/s = 19.8 samples
    CHECK (stereo.paths[0][0] > 1.2f * std::abs (stereo.paths[1][20]));
    const auto foa = made (room, RirLayout::foa, 48000, 1, left);
    CHECK (foa.paths[1][0] / foa.paths[0][0] == doctest::Approx (std::sin (3.14159265 / 4)).epsilon (0.01));
    CHECK (foa.paths[3][0] / foa.paths[0][0] == doctest::Approx (std::cos (3.14159265 / 4)).epsilon (0.01));
    const auto surround = made (room, RirLayout::surround51, 48000, 1, left);
    CHECK (surround.paths[0][0] > std::abs (surround.paths[1][0]) + 0.1f);
    const auto binaural = made (room, RirLayout::binaural, 48000, 1, left);
    CHECK (std::abs (binaural.paths[0][0]) > std::abs (binaural.paths[1][0]));
    const auto track = made (room, RirLayout::trueStereo, 48000, 1, left);
    CHECK (track.paths[2][0] > 0.3f * track.paths[0][0]);                // the right channel moves to the left
}

TEST_CASE ("Width 0 is mono, 1 decorrelated, 2 wider; the energy stays")
{
    const auto room = consistent (alike (0.8f), -5);
    double previous = 2, reference = 0;
    for (const float width : { 0.0f, 1.0f, 2.0f })
    {
        RoomEdits edits;
        edits.width = width;
        const auto rir = made (room, RirLayout::stereo, 48000, 1, edits);
        const double coherence = correlation (rir.paths[0], rir.paths[1], 4000);
        CHECK (coherence < previous);
        previous = coherence;
        if (width == 0)
            CHECK (coherence > 0.95);
        if (width == 1)
            CHECK (std::abs (coherence) < 0.4);
        if (width == 0)
            reference = energy (rir.paths[0]) + energy (rir.paths[1]);
        CHECK (10 * std::log10 ((energy (rir.paths[0]) + energy (rir.paths[1])) / reference)
               == doctest::Approx (0).scale (1).epsilon (0.8));
    }
}

TEST_CASE ("Pre-delay moves everything but the direct sound; early/late and tone do what they say")
{
    const auto room = consistent (alike (0.8f), -3);
    RoomEdits edits;
    edits.predelay_ms = 50;
    const auto delayed = made (room, RirLayout::mono, 48000, 1, edits);
    CHECK (energy ({ delayed.paths[0].begin() + 1, delayed.paths[0].begin() + 2400 }) < 1e-6 * energy (delayed.paths[0]));
    CHECK (energy ({ delayed.paths[0].begin() + 2400, delayed.paths[0].begin() + 4800 }) > 0.05 * energy (delayed.paths[0]));

    const auto c50 = [&] (float balance)
    {
        RoomEdits e;
        e.early_late_db = balance;
        return *analyseDecay (made (room, RirLayout::mono, 48000, 1, e).paths[0], 48000)[3].c50_db;
    };
    CHECK (c50 (6) > c50 (0) + 2);
    CHECK (c50 (-6) < c50 (0) - 1);

    RoomEdits tone;
    tone.low_db = 6;
    tone.high_db = -6;
    const auto plain = analyseDecay (made (room, RirLayout::mono).paths[0], 48000);
    const auto toned = analyseDecay (made (room, RirLayout::mono, 48000, 1, tone).paths[0], 48000);
    CHECK (*toned[1].drr_db - *plain[1].drr_db == doctest::Approx (-6).epsilon (0.2));
    CHECK (*toned[5].drr_db - *plain[5].drr_db == doctest::Approx (6).epsilon (0.2));
    CHECK (std::abs (*toned[3].drr_db - *plain[3].drr_db) < 0.6f);
}

TEST_CASE ("Lengths are bounded, cancelling returns at once, bad options are refused")
{
    RirOptions options;
    options.maxLength_s = 1;
    const auto room = consistent (alike (8), -5);
    const auto rir = synthesiseRir (room, {}, options);
    CHECK (rir.length == 48000);
    CHECK (std::abs (rir.paths[0].back()) < 1e-4f);
    std::atomic<bool> cancel { true };
    options.cancel = &cancel;
    CHECK (synthesiseRir (room, {}, options).length == 0);
    options.cancel = nullptr;
    options.sampleRate = 1000;
    CHECK_THROWS_AS (synthesiseRir (room, {}, options), std::invalid_argument);
    options.sampleRate = 48000;
    options.maxLength_s = -1;
    CHECK_THROWS_AS (synthesiseRir (room, {}, options), std::invalid_argument);
    auto bad = room;
    bad.volume_m3 = NAN;
    CHECK_THROWS_AS (synthesiseRir (bad, {}, {}), std::invalid_argument);
}

TEST_CASE ("Extreme rooms, rates and seeds stay finite")
{
    std::minstd_rand random (1);
    const auto uniform = [&] (float low, float high)
    { return low + (high - low) * static_cast<float> (random()) / static_cast<float> (random.max()); };
    for (int i = 0; i < 18; ++i)
    {
        RoomDescription room;
        for (std::size_t b = 0; b < numBands; ++b)
        {
            room.rt60_s[b] = std::pow (10.0f, uniform (-1.6f, 1.2f));
            room.drr_db[b] = uniform (-40, 40);
            room.absorption[b] = uniform (0, 1);
        }
        room.dimensions_m = { uniform (0.5f, 200), uniform (0.5f, 100), uniform (0.5f, 50) };
        room.volume_m3 = uniform (0.2f, 1.0e6f);
        room.source_distance_m = uniform (0.05f, 500);
        room.source_azimuth_deg = uniform (-180, 180);
        room.source_elevation_deg = uniform (-90, 90);
        room.clarity_c50_db = uniform (-50, 100);
        RirOptions options;
        options.maxLength_s = 0.8f;
        options.sampleRate = i % 3 == 0 ? 8000 : i % 3 == 1 ? 44100 : 192000;
        options.layout = i % 2 == 0 ? RirLayout::trueStereo : RirLayout::binaural;
        for (const auto& path : synthesiseRir (room, {}, options).paths)
            for (const float sample : path)
                REQUIRE (std::abs (sample) < 10);
    }
}

TEST_CASE ("Early reflections are sorted, after the direct sound, and follow the size")
{
    const auto room = consistent (alike (1), -3);
    const auto reflections = earlyReflections (room, {}, 20);
    REQUIRE (reflections.size() > 3);
    for (std::size_t i = 1; i < reflections.size(); ++i)
        CHECK (reflections[i].time_s >= reflections[i - 1].time_s);
    CHECK (reflections[0].time_s >= 0.0025f);
    RoomEdits large;
    large.size_scale = 2;
    CHECK (earlyReflections (room, large, 20)[2].time_s > reflections[2].time_s);
    CHECK (static_cast<int> (earlyReflections (room, {}, 3).size()) == 3);
}

TEST_CASE ("Decay analysis reads known decays, and leaves empty what cannot be read")
{
    // White noise, exactly exponential: 0.7 s; and a noise floor 50 dB below.
    std::minstd_rand random (7);
    std::normal_distribution<float> gauss;
    std::vector<float> rir (96000);
    for (std::size_t i = 0; i < rir.size(); ++i)
        rir[i] = gauss (random) * (std::exp (-6.9078f * static_cast<float> (i) / 48000 / 0.7f) + 0.001f);
    rir[0] = 40;
    const auto measured = analyseDecay (rir, 48000);
    REQUIRE (measured.size() == 8);
    for (std::size_t band = 3; band < 8; ++band)
    {
        CHECK (*measured[band].t20_s == doctest::Approx (0.7).epsilon (0.07));
        CHECK (*measured[band].t30_s == doctest::Approx (0.7).epsilon (0.07));
        CHECK (measured[band].dynamicRange_db > 45);
    }
    const auto noise = analyseDecay (std::vector<float> (48000, 0.0f), 48000);
    CHECK_FALSE (noise[3].t30_s.has_value());
    CHECK_FALSE (analyseDecay (std::vector<float> { 1.0f }, 48000)[7].t30_s.has_value());
    CHECK (analyseDecay ({}, 48000).size() == 8);
    std::vector<float> bad { 1.0f, NAN };
    CHECK_THROWS_AS (analyseDecay (bad, 48000), std::invalid_argument);

    const auto curve = schroederDecay_db (std::vector<float> { 3, 0, 4 });
    CHECK (curve[0] == 0.0f);
    CHECK (curve[1] == doctest::Approx (10 * std::log10 (16.0 / 25)));
    CHECK (curve[2] == doctest::Approx (10 * std::log10 (16.0 / 25)));
}

TEST_CASE ("The head model: Woodworth's delay, a shadow that grows with frequency, left is positive")
{
    const auto ears = headImpulseResponse (90, 0, 48000, 256);
    const auto peak = [] (const std::vector<float>& h)
    { return std::max_element (h.begin(), h.end(), [] (float a, float b) { return std::abs (a) < std::abs (b); }) - h.begin(); };
    CHECK (peak (ears[0]) == 0);
    // 90 degrees: near ear 10 degrees off, far ear 170: r/c (cos 10 + 80 degrees) = 0.607 ms = 29.1 samples
    CHECK (std::abs (static_cast<double> (peak (ears[1])) - 29.1) < 1.5);
    const auto centre = headImpulseResponse (0, 0, 48000, 64);
    CHECK (centre[0] == centre[1]);
    const auto right = headImpulseResponse (-90, 0, 48000, 256);
    CHECK (right[1] == ears[0]);

    const auto level = [] (const std::vector<float>& h, double frequency)
    {
        double re = 0, im = 0;
        for (std::size_t i = 0; i < h.size(); ++i)
        {
            re += h[i] * std::cos (2 * 3.14159265358979 * frequency * static_cast<double> (i) / 48000);
            im += h[i] * std::sin (2 * 3.14159265358979 * frequency * static_cast<double> (i) / 48000);
        }
        return 10 * std::log10 (re * re + im * im);
    };
    double last = 0;
    for (const double frequency : { 200.0, 1000.0, 4000.0 })
    {
        const double difference = level (ears[0], frequency) - level (ears[1], frequency);
        CHECK (difference > last);
        last = difference;
    }
    CHECK (last > 10);
    CHECK_THROWS_AS (headImpulseResponse (NAN, 0, 48000, 10), std::invalid_argument);
}
