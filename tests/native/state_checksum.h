// SPDX-License-Identifier: AGPL-3.0-or-later
// The checksum at the end of saved states, computed the slow way: damage with a right checksum must be survived too.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace test {

inline std::uint32_t crc32 (std::span<const std::uint8_t> bytes)
{
    std::uint32_t crc = 0xffffffffu;
    for (const auto byte : bytes)
    {
        crc ^= byte;
        for (int bit = 0; bit < 8; ++bit)
            crc = crc & 1 ? 0xedb88320u ^ (crc >> 1) : crc >> 1;
    }
    return ~crc;
}

inline void sign (std::vector<std::uint8_t>& bytes)
{
    const auto crc = crc32 (std::span (bytes).first (bytes.size() - 4));
    for (std::size_t i = 0; i < 4; ++i)
        bytes[bytes.size() - 4 + i] = static_cast<std::uint8_t> (crc >> (8 * i));
}

}  // namespace test
