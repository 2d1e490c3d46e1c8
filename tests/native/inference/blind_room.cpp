// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/inference/blind_room.h"
#include "have_runtime.h"
#include "tiny_onnx.h"
#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <limits>
#include <numbers>
#include <random>

using namespace lumiverb;

namespace {

enum At
{
    rt60 = 0,
    drr = 7,
    clarity = 14,
    volume = 15
};

/// What the network says, and what each number gains per dB of the mean level of the lowest band.
struct Answer
{
    std::vector<float> mean = std::vector<float> (16), slope = std::vector<float> (16), logStd = std::vector<float> (16, -2.0f),
                       logStdSlope = std::vector<float> (16);
};

Answer hall()
{
    Answer a;
    for (std::size_t b = 0; b < 7; ++b)
    {
        a.mean[rt60 + b] = std::log (2.0f);
        a.mean[drr + b] = -6.0f;
    }
    a.mean[clarity] = -1.0f;
    a.mean[volume] = std::log (4000.0f);
    return a;
}

/// bands [N, T, 32] -> mean over time -> one linear layer per output.
std::string onnxOf (const Answer& a)
{
    tiny::Message mean;
    mean.text (1, "bands").text (2, "level").text (4, "ReduceMean");
    mean.message (5, tiny::Message().text (1, "axes").number (8, 1).number (20, 7));
    mean.message (5, tiny::Message().text (1, "keepdims").number (3, 0).number (20, 2));
    tiny::Message graph;
    graph.message (1, mean);
    for (const char* name : { "mean", "log_std" })
        graph.message (1, tiny::node ("Gemm", { "level", std::string (name) + "_w", std::string (name) + "_b" }, name));
    graph.text (2, "tiny");
    const auto add = [&] (const std::string& name, const std::vector<float>& bias, std::vector<float> slope)
    {
        slope.resize (32 * 16, 0.0f);                // row 0: the lowest band
        graph.message (5, tiny::floatTensor (name + "_w", { 32, 16 }, slope)).message (5, tiny::floatTensor (name + "_b", { 16 }, bias));
    };
    add ("mean", a.mean, a.slope);
    add ("log_std", a.logStd, a.logStdSlope);
    graph.message (11, tiny::valueInfo ("bands", { -1, -1, 32 }));
    for (const char* name : { "mean", "log_std" })
        graph.message (12, tiny::valueInfo (name, { -1, 16 }));
    return tiny::model (graph);
}

nlohmann::json manifestOf (const std::string& onnx)
{
    auto manifest = tiny::manifest (onnx);
    const auto tensor = [] (const std::string& name, std::vector<std::int64_t> shape)
    { return nlohmann::json { { "name", name }, { "dtype", "float32" }, { "shape", shape } }; };
    std::vector<std::string> targets;
    for (const char* prefix : { "ln_rt60_s", "drr_db" })
        for (const char* band : { "125", "250", "500", "1000", "2000", "4000", "8000" })
            targets.push_back (std::string (prefix) + "_" + band);
    targets.insert (targets.end(), { "clarity_c50_db", "ln_volume_m3" });
    manifest["task"] = "blind-room";
    manifest["hop"] = 0.008;
    manifest["window"] = 0.032;
    manifest["targets"] = targets;
    manifest["inputs"] = { tensor ("bands", { -1, -1, 32 }) };
    manifest["outputs"] = { tensor ("mean", { -1, 16 }), tensor ("log_std", { -1, 16 }) };
    manifest.erase ("kinds");
    return manifest;
}

ModelPackage packageOf (const Answer& a)
{
    const auto onnx = onnxOf (a);
    return tiny::load (manifestOf (onnx), onnx);
}

std::vector<float> noise (double seconds, double sampleRate, unsigned seed = 1, float gain = 0.3f)
{
    std::minstd_rand random (seed);
    std::vector<float> samples (static_cast<std::size_t> (seconds * sampleRate));
    for (auto& x : samples)
        x = gain * (2 * static_cast<float> (random()) / static_cast<float> (std::minstd_rand::max()) - 1);
    return samples;
}

RoomDescription describe (BlindRoom& network, const std::vector<std::vector<float>>& channels, double sampleRate = 16000)
{
    std::vector<const float*> pointers;
    for (const auto& channel : channels)
        pointers.push_back (channel.data());
    return network.describe ({ pointers.data(), static_cast<int> (channels.size()), static_cast<int> (channels[0].size()), sampleRate });
}

std::string refusal (BlindRoom& network, const std::vector<std::vector<float>>& channels, double sampleRate = 16000)
{
    try
    {
        describe (network, channels, sampleRate);
    }
    catch (const std::invalid_argument& e)
    {
        return e.what();
    }
    return "heard";
}

bool contains (const std::string& text, const std::string& part) { return text.find (part) != std::string::npos; }

float meanLevel (const std::vector<float>& levels, int band)
{
    double sum = 0;
    for (std::size_t i = static_cast<std::size_t> (band); i < levels.size(); i += heardBands)
        sum += levels[i];
    return static_cast<float> (sum * heardBands / static_cast<double> (levels.size()));
}

std::vector<float> tone (double hz, double sampleRate, float gain)
{
    std::vector<float> samples (static_cast<std::size_t> (2 * sampleRate));
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = gain * static_cast<float> (std::sin (2 * std::numbers::pi * hz * static_cast<double> (i) / sampleRate));
    return samples;
}

}  // namespace

TEST_CASE ("Band levels: one frame every 8 ms, the same at every rate and level")
{
    const auto reference = heardBandLevels_db (tone (1000, 48000, 0.5f), 48000);
    CHECK (reference.size() == heardBands * (1 + (2000 - 32) / 8));
    for (const double rate : { 8000.0, 22050.0, 44100.0, 96000.0 })
    {
        CAPTURE (rate);
        const auto levels = heardBandLevels_db (tone (1000, rate, 1e-4f), rate);
        CHECK (std::abs (static_cast<int> (levels.size()) - static_cast<int> (reference.size())) <= 2 * heardBands);
        for (const int band : { 11, 12 })            // those on either side of 1 kHz
            CHECK (meanLevel (levels, band) == doctest::Approx (meanLevel (reference, band)).epsilon (0.02));
    }
    // A full-scale sine has -3 dB; the triangles of the two bands beside it share that.
    double energy = 0;
    for (int band = 0; band < heardBands; ++band)
        energy += std::pow (10.0, meanLevel (reference, band) / 10);
    CHECK (10 * std::log10 (energy) == doctest::Approx (-3.01).epsilon (0.05));
}

TEST_CASE ("Band levels: silence, what lies beyond the Nyquist frequency, and nothing at all")
{
    for (const float level : heardBandLevels_db (std::vector<float> (8000, 0.0f), 8000))
        CHECK (level == -120.0f);
    CHECK (meanLevel (heardBandLevels_db (noise (1, 8000), 8000), heardBands - 1) == -120.0f);
    CHECK (meanLevel (heardBandLevels_db (noise (1, 48000), 48000), heardBands - 1) > -60.0f);
    CHECK (heardBandLevels_db (std::vector<float> (100), 48000).empty());
    CHECK_THROWS_AS (heardBandLevels_db (noise (1, 8000), 4000), std::invalid_argument);
}

TEST_CASE ("The network's targets become a room, and what they do not say follows from them" * doctest::skip (! haveRuntime()))
{
    BlindRoom network (packageOf (hall()));
    const auto room = describe (network, { noise (3, 16000) });
    const float spread = std::exp (-2.0f);
    for (std::size_t b = 0; b < numBands; ++b)
    {
        CHECK (room.rt60_s[b] == doctest::Approx (2.0));
        CHECK (room.rt60_spread_log[b] == doctest::Approx (spread));
        CHECK (room.drr_db[b] == doctest::Approx (-6.0));
        CHECK (room.drr_spread_db[b] == doctest::Approx (spread));
        CHECK (room.absorption_spread[b] > 0.0f);
    }
    CHECK (room.clarity_c50_db == doctest::Approx (-1.0));
    CHECK (room.volume_m3 == doctest::Approx (4000.0));
    CHECK (room.dimensions_m[0] * room.dimensions_m[1] * room.dimensions_m[2] == doctest::Approx (4000.0).epsilon (1e-3));
    // Sabine's T = 0.161 V / A with Eyring's A: a hall of 4000 m3 and about 1560 m2 that rings 2 s absorbs a fifth.
    CHECK (room.absorption[2] == doctest::Approx (0.187).epsilon (0.02));
    // Critical distance 0.057 sqrt (4000 / 2) = 2.55 m; a DRR of -6 dB is twice as far.
    CHECK (room.source_distance_m == doctest::Approx (5.09).epsilon (0.01));
    CHECK (room.room_kind == "unknown");
    CHECK (room.embedding.empty());
    CHECK_NOTHROW (roomDescriptionFromJson (toJson (room)));
}

TEST_CASE ("Channels and pieces are averaged by precision, weak ones are left out" * doctest::skip (! haveRuntime()))
{
    auto answer = hall();
    answer.slope[clarity] = 0.3f;                    // C50 follows the level of the lowest band
    BlindRoom network (packageOf (answer));
    const auto a = tone (2000, 16000, 0.3f), b = tone (100, 16000, 0.3f);
    const auto one = describe (network, { a }), other = describe (network, { b }), both = describe (network, { a, b });
    CHECK (other.clarity_c50_db > one.clarity_c50_db + 5.0f);
    CHECK (both.clarity_c50_db == doctest::Approx ((one.clarity_c50_db + other.clarity_c50_db) / 2).epsilon (1e-3));
    CHECK (both.clarity_spread_db == doctest::Approx (one.clarity_spread_db));
    CHECK (describe (network, { a, tone (100, 16000, 0.003f), std::vector<float> (a.size(), 0.0f) }) == one);

    answer.logStdSlope[clarity] = -0.05f;            // surer where the lowest band is strong
    BlindRoom doubtful (packageOf (answer));
    CHECK (describe (doubtful, { a, b }).clarity_c50_db > both.clarity_c50_db + 1.0f);

    const auto longTake = noise (100, 8000);
    CHECK (describe (network, { longTake, longTake, longTake }, 8000).rt60_s[0] == doctest::Approx (2.0));
}

TEST_CASE ("Recordings that cannot be used are refused with one sentence" * doctest::skip (! haveRuntime()))
{
    BlindRoom network (packageOf (hall()));
    CHECK (contains (refusal (network, { noise (0.5, 16000) }), "is 0.50 s long; at least 1 s"));
    CHECK (refusal (network, { std::vector<float> (32000, 0.0f) }) == "the recording is silent");
    auto broken = noise (2, 16000);
    broken[77] = std::numeric_limits<float>::quiet_NaN();
    CHECK (refusal (network, { broken }) == "the recording has samples that are not numbers");
    CHECK (contains (refusal (network, { noise (2, 16000) }, 1000), "sample rate"));
    CHECK (contains (refusal (network, { std::vector<float> (8000 * 601, 0.1f) }, 8000), "longer than 10 minutes"));
    CHECK (refusal (network, { noise (2, 16000, 1, 1e-6f) }) == "heard");
    CHECK (refusal (network, { noise (2, 16000, 1, 1e30f) }) == "heard");
}

TEST_CASE ("Absurd answers of a network become rooms that can be used" * doctest::skip (! haveRuntime()))
{
    for (const float value : { -1e30f, 1e30f })
    {
        Answer answer;
        answer.mean.assign (16, value);
        answer.logStd.assign (16, value);
        BlindRoom network (packageOf (answer));
        CHECK_NOTHROW (roomDescriptionFromJson (toJson (describe (network, { noise (2, 16000) }))));
    }
    Answer infinite;
    infinite.mean[3] = std::numeric_limits<float>::infinity();
    CHECK_THROWS_WITH_AS (BlindRoom (packageOf (infinite)), "tiny/model.onnx: the output \"mean\" is not finite.", ModelError);
}

TEST_CASE ("A package of another task or front end is refused, naming the field" * doctest::skip (! haveRuntime()))
{
    const auto onnx = onnxOf (hall());
    const auto with = [&] (const std::string& field, const nlohmann::json& value) -> std::string
    {
        auto manifest = manifestOf (onnx);
        manifest[nlohmann::json::json_pointer (field)] = value;
        try
        {
            BlindRoom network (tiny::load (manifest, onnx));
        }
        catch (const ModelError& e)
        {
            return e.what();
        }
        return "opened";
    };
    CHECK (with ("/version", "2") == "opened");
    CHECK (contains (with ("/task", "scene-encoder"), "field \"task\" is \"scene-encoder\", not \"blind-room\""));
    CHECK (contains (with ("/hop", 0.01), "field \"hop\" is 0.01, this program computes with 0.008"));
    CHECK (contains (with ("/window", "long"), "field \"window\" is missing or is not a number"));
    CHECK (contains (with ("/targets", { "rt60" }), "field \"targets\" is not the list of 16 targets"));
    CHECK (contains (with ("/inputs/0/shape", { -1, -1, 40 }), "field \"inputs\" is not one float32 tensor \"bands\""));
    CHECK (contains (with ("/outputs/1/shape", { -1, 17 }), "field \"outputs\" has no float32 tensor \"log_std\""));
}
