// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tiny_onnx.h"
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <random>

using namespace lumiverb;
using nlohmann::json;

namespace {

const std::string& goodOnnx()
{
    static const auto bytes = tiny::model (tiny::encoderGraph ({ { "mean", std::vector<float> (26), std::vector<float> (26) } }));
    return bytes;
}

std::string refusal (const json& manifest, const std::string& onnx)
{
    try
    {
        tiny::load (manifest, onnx);
    }
    catch (const ModelError& e)
    {
        return e.what();
    }
    return "loaded";
}

std::string refusalWith (const std::string& field, const json& value)
{
    auto manifest = tiny::manifest (goodOnnx());
    manifest[field] = value;
    return refusal (manifest, goodOnnx());
}

bool contains (const std::string& text, const std::string& part) { return text.find (part) != std::string::npos; }

/// A manifest that vouches for these bytes, so that only what is inside them can be refused.
std::string refusalOfGraph (const tiny::Message& graph)
{
    const auto onnx = tiny::model (graph);
    return refusal (tiny::manifest (onnx), onnx);
}

}  // namespace

TEST_CASE ("A good package loads from memory")
{
    const auto package = tiny::load (tiny::manifest (goodOnnx()), goodOnnx());
    CHECK (package.name == "tiny");
    CHECK (package.task == "scene-encoder");
    CHECK (package.licence == "CC0-1.0");
    CHECK (package.opset == 17);
    REQUIRE (package.inputs.size() == 1);
    CHECK (package.inputs[0].shape == std::vector<std::int64_t> { -1, 3, 192, 192 });
    CHECK (package.outputs.size() == 5);
    CHECK (package.onnx.size() == goodOnnx().size());
}

TEST_CASE ("Symbolic sizes mean any")
{
    auto manifest = tiny::manifest (goodOnnx());
    manifest["inputs"][0]["shape"] = { "N", 3, nullptr, 192 };
    CHECK (tiny::load (manifest, goodOnnx()).inputs[0].shape == std::vector<std::int64_t> { -1, 3, -1, 192 });
}

TEST_CASE ("Each faulty manifest field is named")
{
    CHECK (contains (refusalWith ("format_version", 2), "tiny/manifest.json: field \"format_version\""));
    CHECK (contains (refusalWith ("format_version", "1"), "\"format_version\""));
    CHECK (contains (refusalWith ("name", 5), "\"name\" is not a text"));
    CHECK (contains (refusalWith ("version", ""), "\"version\" is not a text"));
    CHECK (contains (refusalWith ("opset", 18), "\"opset\" is 18 but model.onnx has opset 17"));
    CHECK (contains (refusalWith ("opset", 17.5), "\"opset\" is not an integer"));
    CHECK (contains (refusalWith ("opset", -3), "\"opset\" is -3"));
    CHECK (contains (refusalWith ("size", 12), "field \"size\" of the manifest says 12"));
    CHECK (contains (refusalWith ("size", 1ull << 63), "\"size\" is not an integer"));
    CHECK (contains (refusalWith ("size", (64 << 20) + 1), "\"size\" is"));
    CHECK (contains (refusalWith ("sha256", "abc"), "\"sha256\" is not a SHA-256 sum"));
    CHECK (contains (refusalWith ("sha256", std::string (64, '0')), "tiny/model.onnx: its SHA-256 sum"));
    CHECK (contains (refusalWith ("inputs", json::array()), "\"inputs\" is not a list"));
    CHECK (contains (refusalWith ("inputs", { 3 }), "\"inputs[0].name\" is missing"));
    CHECK (contains (refusalWith ("inputs", { { { "name", "x" }, { "dtype", "float99" }, { "shape", { 1 } } } }), "\"inputs[0].dtype\""));
    CHECK (contains (refusalWith ("inputs", { { { "name", "x" }, { "dtype", "float32" }, { "shape", { 0 } } } }), "\"inputs[0].shape\""));
    CHECK (
        contains (refusalWith ("inputs", { { { "name", "x" }, { "dtype", "float32" }, { "shape", { 1e300 } } } }), "\"inputs[0].shape\""));
    CHECK (contains (refusalWith ("outputs", json (std::vector<int> (65))), "\"outputs\" is not a list of 1 to 64"));
    for (const char* field : { "format_version", "name", "version", "task", "licence", "opset", "size", "sha256", "inputs", "outputs" })
    {
        auto manifest = tiny::manifest (goodOnnx());
        manifest.erase (field);
        CHECK (contains (refusal (manifest, goodOnnx()), "field \"" + std::string (field) + "\" is missing"));
    }
}

TEST_CASE ("Manifests that are not objects, too deep, too large or empty are refused")
{
    const auto refuse = [] (const std::string& text)
    {
        try
        {
            loadModelPackage (tiny::bytesOf (text), tiny::bytesOf (goodOnnx()), "tiny");
        }
        catch (const ModelError& e)
        {
            return std::string (e.what());
        }
        return std::string ("loaded");
    };
    CHECK (contains (refuse (""), "is empty"));
    CHECK (contains (refuse ("[1, 2]"), "is not a JSON object"));
    CHECK (contains (refuse ("{\"name\": "), "is not valid JSON"));
    CHECK (contains (refuse ("{\"name\": \"\xff\xfe\"}"), "is not valid JSON"));
    CHECK (contains (refuse ("{\"size\": 1e999}"), "number out of range"));
    CHECK (contains (refuse (std::string (100'000, '[')), "nested deeper"));
    CHECK (contains (refuse (std::string ((1 << 20) + 1, ' ')), "more than the 1048576 allowed"));
}

TEST_CASE ("Weights in another file are found wherever they hide")
{
    const auto external = tiny::Message()
                              .number (1, 1)
                              .number (2, 1)
                              .text (8, "w")
                              .message (13, tiny::Message().text (1, "location").text (2, "../../etc/secrets"))
                              .number (14, 1);
    const auto locationOnly = tiny::Message().number (1, 1).number (2, 1).text (8, "w").number (14, (1ull << 32) | 1);
    const auto constant = tiny::node ("Constant", {}, "c").message (5, tiny::Message().text (1, "value").message (5, external));
    const auto subgraph = tiny::node ("If", { "x" }, "y")
                              .message (5, tiny::Message().text (1, "then_branch").message (6, tiny::Message().message (5, external)));

    CHECK (contains (refusalOfGraph (tiny::Message().message (5, external)), "another file (\"../../etc/secrets\")"));
    CHECK (contains (refusalOfGraph (tiny::Message().message (5, locationOnly)), "another file"));
    CHECK (contains (refusalOfGraph (tiny::Message().message (1, constant)), "another file"));
    CHECK (contains (refusalOfGraph (tiny::Message().message (1, subgraph)), "another file"));
    CHECK (contains (refusalOfGraph (tiny::Message().message (15, tiny::Message().message (1, external))), "another file"));

    const auto function = tiny::Message()
                              .number (1, 8)
                              .message (8, tiny::Message().number (2, 17))
                              .message (7, tiny::Message())
                              .message (25, tiny::Message().message (7, constant))
                              .bytes();
    CHECK (contains (refusal (tiny::manifest (function), function), "another file"));
}

TEST_CASE ("Endless nesting is refused without endless recursion")
{
    tiny::Message graph;
    for (int i = 0; i < 200; ++i)
        graph = tiny::Message().message (
            1, tiny::node ("If", { "x" }, "y").message (5, tiny::Message().text (1, "then_branch").message (6, graph)));
    CHECK (contains (refusalOfGraph (graph), "not an ONNX model or it is damaged"));
}

TEST_CASE ("Truncated and flipped model bytes are refused by their hash, and never crash the scanner")
{
    const auto manifest = tiny::manifest (goodOnnx());
    auto flipped = goodOnnx();
    flipped[flipped.size() / 2] ^= 1;
    CHECK (contains (refusal (manifest, flipped), "SHA-256"));
    CHECK (contains (refusal (manifest, goodOnnx().substr (0, 100)), "has 100 bytes"));
    CHECK (contains (refusal (manifest, ""), "tiny/model.onnx: the file is empty"));

    std::mt19937 random (1);
    int refused = 0;
    for (int i = 0; i < 2000; ++i)
    {
        auto bytes = goodOnnx().substr (0, i % 2 == 0 ? goodOnnx().size() : 1 + random() % goodOnnx().size());
        for (int k = 0; k < 3; ++k)
            bytes[random() % bytes.size()] = static_cast<char> (random());
        refused += refusal (tiny::manifest (bytes), bytes) != "loaded";      // the hash fits: only the scanner stands in the way
    }
    CHECK (refused > 1000);
}

TEST_CASE ("Random manifests never crash the loader")
{
    std::mt19937 random (2);
    const auto good = tiny::manifest (goodOnnx()).dump();
    int refused = 0;
    for (int i = 0; i < 2000; ++i)
    {
        auto text = good.substr (0, i % 3 == 0 ? random() % good.size() : good.size());
        for (int k = 0; k < 4 && ! text.empty(); ++k)
            text[random() % text.size()] = static_cast<char> (random());
        try
        {
            loadModelPackage (tiny::bytesOf (text), tiny::bytesOf (goodOnnx()), "tiny");
        }
        catch (const ModelError&)
        {
            ++refused;
        }
    }
    CHECK (refused > 1000);
}

TEST_CASE ("Folders: missing, without files, with a folder in a file's place, with an oversized file")
{
    namespace fs = std::filesystem;
    const auto folder = fs::temp_directory_path() / ("lumiverb-package-" + std::to_string (std::random_device()()));
    const auto refuse = [&]
    {
        try
        {
            loadModelPackage (folder.string());
        }
        catch (const ModelError& e)
        {
            return std::string (e.what());
        }
        return std::string ("loaded");
    };
    const auto write = [&] (const char* name, const std::string& bytes)
    { std::ofstream (folder / name, std::ios::binary).write (bytes.data(), std::streamsize (bytes.size())); };

    CHECK (contains (refuse(), "folder does not exist"));
    fs::create_directories (folder);
    CHECK (contains (refuse(), "manifest.json: the file does not exist"));
    write ("manifest.json", tiny::manifest (goodOnnx()).dump());
    CHECK (contains (refuse(), "model.onnx: the file does not exist"));
    fs::create_directory (folder / "model.onnx");
    CHECK (contains (refuse(), "model.onnx: it is not a file"));
    fs::remove (folder / "model.onnx");
    write ("model.onnx", "");
    CHECK (contains (refuse(), "model.onnx: the file is empty"));
    fs::resize_file (folder / "model.onnx", (64u << 20) + 1);      // sparse
    CHECK (contains (refuse(), "more than the 67108864 allowed"));
    fs::remove (folder / "model.onnx");
    write ("model.onnx", goodOnnx());
    CHECK (refuse() == "loaded");
    fs::resize_file (folder / "manifest.json", (1u << 20) + 1);
    CHECK (contains (refuse(), "more than the 1048576 allowed"));
    fs::remove_all (folder);
}
