// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <cstddef>
#include <cstdint>

namespace lumiverb::plugin {

struct Pixels;

/// First frame of a GIF -> RGB on the size of the whole picture (what the frame leaves out is black). JUCE's loader trusts the file
/// too much. Returns no pixels (width 0) for anything damaged. The caller has bounded the size by reading the header first.
Pixels decodeGif (const std::uint8_t* data, std::size_t size);

}  // namespace lumiverb::plugin
