// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <cstdint>
#include <juce_core/juce_core.h>

namespace lumiverb::plugin {

/// Whether the lengths written in a state add up to the size that the wrapper claims. JUCE's VST3 wrapper computes that size from a
/// trailer without checking it, so a damaged session may claim far more bytes than there are: nothing beyond the lengths is read.
inline bool hasStatedSize (const std::uint8_t* data, int size)
{
    static constexpr std::int64_t maxSize = 2 << 20;
    std::int64_t at = 8;
    for (int piece = 0; piece < 3; ++piece)
    {
        if (size > maxSize || at + 4 > size)
            return false;
        at += 4 + (std::int64_t) juce::ByteOrder::littleEndianInt (data + at);
    }
    return at + 4 == size;
}

}  // namespace lumiverb::plugin
