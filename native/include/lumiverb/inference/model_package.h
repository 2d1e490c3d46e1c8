// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/inference/runtime.h"
#include <cstdint>
#include <span>
#include <string>

namespace lumiverb {

struct TensorSpec
{
    std::string name, dtype;
    std::vector<std::int64_t> shape;
};   ///< -1 = any

/// models/<name>/: model.onnx + manifest.json (docs/models.md).
struct ModelPackage
{
    std::string name, version, task, licence;
    int opset = 0;
    std::vector<TensorSpec> inputs, outputs;         ///< checked against the graph when a session opens it
    std::string manifestJson;                        ///< the whole manifest, for task-specific fields
    std::vector<std::uint8_t> onnx;                  ///< checked: size, SHA-256, opset, no external data
    std::string nameForErrors;                       ///< the folder, as error messages call it
};

/// Upper bounds, checked before memory is taken.
inline constexpr std::uint64_t maxManifestBytes = 1u << 20;
inline constexpr std::uint64_t maxOnnxBytes = 64u << 20;

/// Reads and checks a package folder (UTF-8). Throws ModelError naming the file and the field.
/// Needs no runtime: the runtime sees only what passed.
ModelPackage loadModelPackage (const std::string& folder);
/// The same from memory (a plug-in's embedded data).
ModelPackage loadModelPackage (std::span<const std::uint8_t> manifest, std::span<const std::uint8_t> onnx,
                               const std::string& nameForErrors);

std::string sha256Hex (std::span<const std::uint8_t>);

}  // namespace lumiverb
