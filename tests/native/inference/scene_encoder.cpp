// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/inference/scene_encoder.h"
#include "have_runtime.h"
#include "tiny_onnx.h"
#include <algorithm>
#include <atomic>
#include <cmath>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <random>
#include <thread>

using namespace lumiverb;

namespace {

enum At
{
    rt60 = 0,
    volume = 7,
    dimensions = 8,
    absorption = 11,
    drr = 18,
    clarity = 25
};

/// What the network says of a black picture, and what each target gains per unit of red.
struct Answer
{
    std::vector<float> mean = std::vector<float> (26), slope = std::vector<float> (26), logStd = std::vector<float> (26, -2.0f);
    std::vector<float> kind { 0.0f, 2.0f, 1.0f };
    float outdoor = -3.0f;
};

Answer room()
{
    Answer a;
    for (std::size_t b = 0; b < 7; ++b)
    {
        a.mean[rt60 + b] = std::log (0.5f + 0.1f * float (b));
        a.mean[absorption + b] = -1.0f;
        a.mean[drr + b] = 6.0f;
    }
    a.mean[dimensions] = std::log (8.0f);
    a.mean[dimensions + 1] = std::log (5.0f);
    a.mean[dimensions + 2] = std::log (3.0f);
    a.mean[volume] = std::log (120.0f);
    a.mean[clarity] = 8.0f;
    return a;
}

std::string onnxOf (const Answer& a)
{
    std::vector<float> embedding (128);
    std::iota (embedding.begin(), embedding.end(), 0.0f);
    return tiny::model (tiny::encoderGraph ({ { "mean", a.mean, a.slope },
                                              { "log_std", a.logStd, std::vector<float> (26) },
                                              { "kind", a.kind, { 0.0f, 0.0f, 0.0f } },
                                              { "outdoor", { a.outdoor }, { 0.0f } },
                                              { "embedding", embedding, std::vector<float> (128, 2.0f) } }));
}

ModelPackage packageOf (const Answer& a)
{
    const auto onnx = onnxOf (a);
    return tiny::load (tiny::manifest (onnx), onnx);
}

std::vector<std::uint8_t> flat (int width, int height, std::uint8_t value)
{
    return std::vector<std::uint8_t> (std::size_t (width) * std::size_t (height) * 3, value);
}

RoomDescription describe (const Answer& a, int width = 64, int height = 64, std::uint8_t value = 0)
{
    SceneEncoder encoder (packageOf (a));
    const auto rgb = flat (width, height, value);
    return encoder.describe ({ rgb.data(), width, height });
}

std::string refusal (const nlohmann::json& manifest, const std::string& onnx, const std::string& provider = "CPU")
{
    try
    {
        SceneEncoder encoder (tiny::load (manifest, onnx), provider);
    }
    catch (const ModelError& e)
    {
        return e.what();
    }
    return "opened";
}

bool contains (const std::string& text, const std::string& part) { return text.find (part) != std::string::npos; }

struct PackageFolder
{
    explicit PackageFolder (const Answer& a)
        : path (std::filesystem::temp_directory_path() / ("lumiverb-encoder-" + std::to_string (std::random_device()())))
    {
        const auto onnx = onnxOf (a);
        std::filesystem::create_directories (path);
        std::ofstream (path / "model.onnx", std::ios::binary) << onnx;
        std::ofstream (path / "manifest.json") << tiny::manifest (onnx).dump();
    }
    ~PackageFolder() { std::filesystem::remove_all (path); }
    std::filesystem::path path;
};

}  // namespace

TEST_CASE ("The network's targets become a room" * doctest::skip (! haveRuntime()))
{
    const auto r = describe (room());
    for (std::size_t b = 0; b < 7; ++b)
    {
        CHECK (r.rt60_s[b] == doctest::Approx (0.5 + 0.1 * double (b)).epsilon (1e-4));
        CHECK (r.rt60_spread_log[b] == doctest::Approx (std::exp (-2.0)).epsilon (1e-4));
        CHECK (r.absorption[b] == doctest::Approx (0.26894).epsilon (1e-4));
        CHECK (r.absorption_spread[b] == doctest::Approx (std::exp (-2.0) * 0.26894 * 0.73106).epsilon (1e-3));
        CHECK (r.drr_spread_db[b] == doctest::Approx (std::exp (-2.0)).epsilon (1e-4));
        CHECK (r.drr_db[b] == doctest::Approx (6.0 - 20.0 * std::log10 (1.75)).epsilon (1e-4));
    }
    CHECK (r.source_distance_m == doctest::Approx (0.35 * 5.0));
    CHECK (r.dimensions_m[0] == doctest::Approx (8.0));
    CHECK (r.dimensions_m[1] == doctest::Approx (5.0));
    CHECK (r.dimensions_m[2] == doctest::Approx (3.0));
    CHECK (r.volume_m3 == doctest::Approx (120.0));
    CHECK (r.room_kind == "office");
    CHECK (r.outdoor_probability == doctest::Approx (1.0 / (1.0 + std::exp (3.0))));
    REQUIRE (r.embedding.size() == 128);
    CHECK (r.embedding[5] == doctest::Approx (5.0));
    CHECK (r.source_azimuth_deg == 0.0f);
}

TEST_CASE ("C50 moves with the direct sound from 2 m to the source's distance" * doctest::skip (! haveRuntime()))
{
    // Direct energy 10^0.6 / d^2 over reverberant energy 1, of which e is early: (g + e) / (1 - e) = 10^0.8 at 2 m.
    const double direct = std::pow (10.0, 0.6), ratio = std::pow (10.0, 0.8);
    const double early = (ratio - direct / 4.0) / (1.0 + ratio);
    const double expected = 10.0 * std::log10 ((direct / (1.75 * 1.75) + early) / (1.0 - early));
    const auto r = describe (room());
    CHECK (r.clarity_c50_db == doctest::Approx (expected).epsilon (1e-4));
    CHECK (r.clarity_c50_db > 8.0f);

    auto large = room();
    large.mean[dimensions] = large.mean[dimensions + 1] = std::log (20.0f);
    large.mean[volume] = std::log (1200.0f);
    CHECK (describe (large).source_distance_m == 2.0f);
    CHECK (describe (large).clarity_c50_db == doctest::Approx (8.0).epsilon (1e-4));
}

TEST_CASE ("Volume and dimensions are made to agree, the surer estimate moving least" * doctest::skip (! haveRuntime()))
{
    auto a = room();
    a.mean[volume] = std::log (240.0f);             // twice length x width x height
    a.logStd[volume] = std::log (0.1f);
    a.logStd[dimensions] = std::log (0.1f);
    a.logStd[dimensions + 1] = std::log (0.1f);
    a.logStd[dimensions + 2] = std::log (0.3f);     // 0.09 of a total variance of 0.12
    const auto r = describe (a);
    CHECK (r.volume_m3 == doctest::Approx (r.dimensions_m[0] * r.dimensions_m[1] * r.dimensions_m[2]));
    CHECK (r.volume_m3 == doctest::Approx (240.0 * std::pow (2.0, -0.01 / 0.12)).epsilon (1e-4));
    CHECK (r.dimensions_m[0] == doctest::Approx (8.0 * std::pow (2.0, 0.01 / 0.12)).epsilon (1e-4));
    CHECK (r.dimensions_m[2] == doctest::Approx (3.0 * std::pow (2.0, 0.09 / 0.12)).epsilon (1e-4));
    CHECK (r.volume_spread_log == doctest::Approx (0.1).epsilon (1e-3));
    CHECK (r.dimensions_spread_log[2] == doctest::Approx (0.3).epsilon (1e-3));
}

TEST_CASE ("Crops are averaged in the log domain and their disagreement widens the spread" * doctest::skip (! haveRuntime()))
{
    auto a = room();
    a.slope[rt60] = 1.0f;
    SceneEncoder encoder (packageOf (a));
    // 2 : 1, black on the left, red on the right: the two crops see ln T = ln 0.5 and ln 0.5 + 1.
    auto rgb = flat (200, 100, 0);
    for (std::size_t i = 0; i < rgb.size(); i += 3)
        rgb[i] = i / 3 % 200 >= 100 ? 255 : 0;
    const auto r = encoder.describe ({ rgb.data(), 200, 100 });
    CHECK (r.rt60_s[0] == doctest::Approx (0.5 * std::exp (0.5)).epsilon (1e-4));
    CHECK (r.rt60_spread_log[0] == doctest::Approx (std::sqrt (std::exp (-4.0) + 0.25)).epsilon (1e-4));
    CHECK (r.rt60_spread_log[1] == doctest::Approx (std::exp (-2.0)).epsilon (1e-4));
    CHECK (r.embedding[0] == doctest::Approx (1.0).epsilon (1e-4));
}

TEST_CASE ("Absurd answers are clamped to what a room description accepts" * doctest::skip (! haveRuntime()))
{
    for (const float extreme : { -1e30f, -100.0f, 100.0f, 1e30f })
    {
        auto a = room();
        std::fill (a.mean.begin(), a.mean.end(), extreme);
        std::fill (a.logStd.begin(), a.logStd.end(), extreme);
        a.outdoor = extreme;
        const auto r = describe (a);
        CHECK (roomDescriptionFromJson (toJson (r)) == r);
        for (std::size_t b = 0; b < 7; ++b)
        {
            CHECK ((r.rt60_s[b] >= 0.05f && r.rt60_s[b] <= 20.0f));
            CHECK ((r.absorption[b] > 0.0f && r.absorption[b] < 1.0f));
            CHECK ((std::isfinite (r.drr_db[b]) && std::isfinite (r.drr_spread_db[b]) && std::isfinite (r.rt60_spread_log[b])));
        }
        CHECK ((std::isfinite (r.volume_m3) && r.volume_m3 > 0.0f));
        CHECK (std::isfinite (r.clarity_c50_db));
        CHECK ((r.source_distance_m >= 0.5f && r.source_distance_m <= 2.0f));
        CHECK (r.outdoor_probability == (extreme > 0.0f ? 1.0f : doctest::Approx (0.0)));
    }
}

TEST_CASE ("Answers that are not numbers are an error, not a room" * doctest::skip (! haveRuntime()))
{
    for (const float bad : { NAN, INFINITY })
    {
        auto a = room();
        a.mean[3] = bad;
        const auto onnx = onnxOf (a);
        CHECK (refusal (tiny::manifest (onnx), onnx) == "tiny/model.onnx: the output \"mean\" is not finite.");
    }
}

TEST_CASE ("Pictures of any shape give a room; empty ones are refused" * doctest::skip (! haveRuntime()))
{
    SceneEncoder encoder (packageOf (room()));
    const auto pixels = flat (3001, 3, 90);
    for (const auto& [width, height] : { std::pair { 1, 1 }, { 1, 3001 }, { 3001, 1 }, { 3, 2 }, { 97, 91 }, { 3001, 3 } })
        CHECK (encoder.describe ({ pixels.data(), width, height }).rt60_s[2] == doctest::Approx (0.7).epsilon (1e-4));
    CHECK_THROWS_AS (encoder.describe ({ nullptr, 3, 3 }), std::invalid_argument);
    CHECK_THROWS_AS (encoder.describe ({ pixels.data(), 0, 3 }), std::invalid_argument);
    CHECK (encoder.describe ({ pixels.data(), 50, 50 }).room_kind == "office");
}

TEST_CASE ("A graph that does not fit its manifest is refused, with the field" * doctest::skip (! haveRuntime()))
{
    const auto onnx = onnxOf (room());
    const auto with = [&] (const std::string& pointer, const nlohmann::json& value)
    {
        auto manifest = tiny::manifest (onnx);
        manifest[nlohmann::json::json_pointer (pointer)] = value;
        return refusal (manifest, onnx);
    };
    CHECK (refusal (tiny::manifest (onnx), onnx) == "opened");
    CHECK (contains (with ("/task", "dry"), "field \"task\" is \"dry\""));
    CHECK (contains (with ("/inputs/0/shape", { -1, 3, 160, 160 }),
                     "\"inputs\" does not fit model.onnx: \"image\" has the shape [-1, 3, 192, 192]"));
    CHECK (contains (with ("/inputs/0/shape", { 1, 3, 192, 192 }), "field \"inputs\""));
    CHECK (contains (with ("/inputs/0/name", "picture"), "field \"inputs\""));
    CHECK (contains (with ("/outputs/0/shape", { -1, 27 }), "field \"outputs\" has no float32 tensor \"mean\""));
    CHECK (contains (with ("/outputs/0/dtype", "float16"), "field \"outputs\""));
    CHECK (contains (with ("/kinds", { "church", "office" }), "\"kind\" of shape [-1, 2]"));
    CHECK (contains (with ("/kinds", "church"), "field \"kinds\" is missing or is not a list"));
    CHECK (contains (with ("/targets", { "rt60" }), "field \"targets\""));

    auto extra = tiny::manifest (onnx);
    extra["outputs"].push_back ({ { "name", "more" }, { "dtype", "float32" }, { "shape", { 1 } } });
    CHECK (contains (refusal (extra, onnx), "it lists 6 tensors, the graph has 5"));
}

TEST_CASE ("A graph that the runtime refuses is one clear error" * doctest::skip (! haveRuntime()))
{
    const auto unknown = tiny::model (tiny::Message()
                                          .message (1, tiny::node ("NoSuchOperator", { "image" }, "mean"))
                                          .text (2, "g")
                                          .message (11, tiny::valueInfo ("image", { -1, 3, 192, 192 }))
                                          .message (12, tiny::valueInfo ("mean", { -1, 26 })));
    const auto reason = refusal (tiny::manifest (unknown), unknown);
    CHECK (contains (reason, "tiny/model.onnx: ONNX Runtime refuses it: "));
    CHECK (contains (reason, "NoSuchOperator"));
    CHECK (! contains (reason, "\n"));
}

TEST_CASE ("A provider that is not there falls back to the CPU and says so; an unknown name is an error" * doctest::skip (! haveRuntime()))
{
    SceneEncoder cpu (packageOf (room()));
    CHECK (cpu.provider() == "CPU");
    CHECK (cpu.warning().empty());

    SceneEncoder coreMl (packageOf (room()), "coreml");      // no Linux or Windows build has it
#if ! defined(__APPLE__)
    CHECK (coreMl.provider() == "CPU");
    CHECK (contains (coreMl.warning(), "CoreML cannot be used"));
#endif
    const auto rgb = flat (10, 10, 0);
    CHECK (coreMl.describe ({ rgb.data(), 10, 10 }).room_kind == "office");
    CHECK_THROWS_AS (SceneEncoder (packageOf (room()), "GPU!"), ModelError);
}

TEST_CASE ("Plug-in instances share one encoder, which goes with the last" * doctest::skip (! haveRuntime()))
{
    const PackageFolder folder (room());
    auto first = sharedSceneEncoder (folder.path.string());
    auto second = sharedSceneEncoder ((folder.path / ".." / folder.path.filename()).string());
    CHECK (first == second);
    const std::weak_ptr<SceneEncoder> watch = first;
    first.reset();
    CHECK (! watch.expired());
    second.reset();
    CHECK (watch.expired());
    CHECK (sharedSceneEncoder (folder.path.string()) != nullptr);

    CHECK_THROWS_AS (sharedSceneEncoder ((folder.path / "missing").string()), ModelError);
}

TEST_CASE ("Encoders come and go while others run" * doctest::skip (! haveRuntime()))
{
    const PackageFolder folder (room());
    const auto shared = sharedSceneEncoder (folder.path.string());
    std::atomic<int> wrong { 0 };
    std::vector<std::thread> threads;
    for (int t = 0; t < 6; ++t)
        threads.emplace_back (
            [&, t]
            {
                const auto rgb = flat (40 + t, 30, 60);
                const PictureView view { rgb.data(), 40 + t, 30 };
                for (int i = 0; i < 5; ++i)
                {
                    SceneEncoder own (packageOf (room()));
                    const auto borrowed = sharedSceneEncoder (folder.path.string());
                    wrong += own.describe (view) != borrowed->describe (view);
                }
            });
    for (auto& thread : threads)
        thread.join();
    CHECK (wrong == 0);
}

TEST_CASE ("The runtime tells its version and providers" * doctest::skip (! haveRuntime()))
{
    const auto version = runtimeVersion();
    CHECK (std::count (version.begin(), version.end(), '.') == 2);
    const auto providers = availableProviders();
    CHECK (std::find (providers.begin(), providers.end(), "CPU") != providers.end());
    CHECK (std::filesystem::path (moduleFolder()).filename() == "native");
}
