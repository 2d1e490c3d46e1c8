// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace lumiverb {

/// What must be known of a model file before a runtime gets to see it.
struct OnnxSummary
{
    std::int64_t irVersion = 0;
    std::int64_t opset = 0;             ///< of the default operator domain
    bool externalData = false;          ///< some tensor lives in another file
    std::string externalLocation;       ///< that file, as far as it is given
};

/// Walks the protobuf without building it: no recursion beyond a fixed depth, no memory by the file's word.
/// A runtime that loads from memory looks up external tensors in the working folder, so they have to be found here.
/// Throws std::invalid_argument with the reason when the bytes are not an ONNX model.
OnnxSummary scanOnnx (std::span<const std::uint8_t>);

}  // namespace lumiverb
