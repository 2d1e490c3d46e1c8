// SPDX-License-Identifier: AGPL-3.0-or-later
// ONNX files of a few hundred bytes, written field by field (onnx.proto3), and manifests to go with them.
#pragma once
#include "lumiverb/inference/model_package.h"
#include <cstring>
#include <nlohmann/json.hpp>

namespace tiny {

class Message
{
public:
    Message& number (int field, std::uint64_t value)
    {
        varint (std::uint64_t (field) << 3);
        varint (value);
        return *this;
    }

    Message& text (int field, const std::string& bytes)
    {
        varint (std::uint64_t (field) << 3 | 2);
        varint (bytes.size());
        bytes_ += bytes;
        return *this;
    }

    Message& message (int field, const Message& m) { return text (field, m.bytes_); }
    const std::string& bytes() const { return bytes_; }

private:
    void varint (std::uint64_t value)
    {
        for (; value > 127; value >>= 7)
            bytes_ += static_cast<char> (value & 127 | 128);
        bytes_ += static_cast<char> (value);
    }

    std::string bytes_;
};

inline Message floatTensor (const std::string& name, const std::vector<std::int64_t>& dims, const std::vector<float>& values)
{
    Message tensor;
    for (const auto dim : dims)
        tensor.number (1, std::uint64_t (dim));
    std::string raw (values.size() * sizeof (float), '\0');
    std::memcpy (raw.data(), values.data(), raw.size());
    return tensor.number (2, 1).text (8, name).text (9, raw);
}

inline Message node (const std::string& type, const std::vector<std::string>& inputs, const std::string& output)
{
    Message n;
    for (const auto& input : inputs)
        n.text (1, input);
    return n.text (2, output).text (4, type);
}

/// Dimensions below zero are symbolic.
inline Message valueInfo (const std::string& name, const std::vector<std::int64_t>& dims)
{
    Message shape;
    for (const auto dim : dims)
        shape.message (1, dim < 0 ? Message().text (2, "N") : Message().number (1, std::uint64_t (dim)));
    return Message().text (1, name).message (2, Message().message (1, Message().number (1, 1).message (2, shape)));
}

inline std::string model (const Message& graph, int opset = 17)
{
    return Message().number (1, 8).message (8, Message().number (2, std::uint64_t (opset))).message (7, graph).bytes();
}

/// An output of the tiny encoder: bias + slope x (mean of the red channel of the crop).
struct Head
{
    std::string name;
    std::vector<float> bias, slope;
};

/// image [N, 3, 192, 192] -> mean colour -> one linear layer per head.
inline Message encoderGraph (const std::vector<Head>& heads)
{
    Message graph;
    graph.message (1, node ("GlobalAveragePool", { "image" }, "pooled")).message (1, node ("Flatten", { "pooled" }, "colour"));
    for (const auto& head : heads)
        graph.message (1, node ("Gemm", { "colour", head.name + "_w", head.name + "_b" }, head.name));
    graph.text (2, "tiny");
    for (const auto& head : heads)
    {
        const auto width = std::int64_t (head.bias.size());
        auto weights = head.slope;                          // row 0: red; green and blue do not count
        weights.resize (std::size_t (3 * width), 0.0f);
        graph.message (5, floatTensor (head.name + "_w", { 3, width }, weights))
            .message (5, floatTensor (head.name + "_b", { width }, head.bias));
    }
    graph.message (11, valueInfo ("image", { -1, 3, 192, 192 }));
    for (const auto& head : heads)
        graph.message (12, valueInfo (head.name, { -1, std::int64_t (head.bias.size()) }));
    return graph;
}

inline std::vector<std::uint8_t> bytesOf (const std::string& text) { return { text.begin(), text.end() }; }

inline nlohmann::json manifest (const std::string& onnx)
{
    const auto tensor = [] (const std::string& name, std::vector<std::int64_t> shape)
    { return nlohmann::json { { "name", name }, { "dtype", "float32" }, { "shape", shape } }; };
    std::vector<std::string> targets;
    const auto perBand = [&] (const std::string& prefix)
    {
        for (const char* band : { "125", "250", "500", "1000", "2000", "4000", "8000" })
            targets.push_back (prefix + "_" + band);
    };
    perBand ("ln_rt60_s");
    for (const char* name : { "ln_volume_m3", "ln_length_m", "ln_width_m", "ln_height_m" })
        targets.push_back (name);
    perBand ("logit_absorption");
    perBand ("drr_1m_db");
    targets.push_back ("clarity_c50_2m_db");
    return { { "format_version", 1 },
             { "name", "tiny" },
             { "version", "1" },
             { "task", "scene-encoder" },
             { "licence", "CC0-1.0" },
             { "opset", 17 },
             { "size", onnx.size() },
             { "sha256", lumiverb::sha256Hex (bytesOf (onnx)) },
             { "inputs", { tensor ("image", { -1, 3, 192, 192 }) } },
             { "outputs",
               { tensor ("mean", { -1, 26 }), tensor ("log_std", { -1, 26 }), tensor ("kind", { -1, 3 }), tensor ("outdoor", { -1, 1 }),
                 tensor ("embedding", { -1, 128 }) } },
             { "targets", targets },
             { "kinds", { "church", "office", "garden" } } };
}

inline lumiverb::ModelPackage load (const nlohmann::json& manifestJson, const std::string& onnx)
{
    return lumiverb::loadModelPackage (bytesOf (manifestJson.dump()), bytesOf (onnx), "tiny");
}

}  // namespace tiny
