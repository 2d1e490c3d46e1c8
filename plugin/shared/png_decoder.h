// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace lumiverb::plugin {

struct Pixels;

/// PNG -> 8-bit RGB: every colour type and depth, interlaced or not; transparency is dropped, 16 bits are cut to 8.
/// JUCE's own PNG loader ends the process on a damaged file (its error callback returns into libpng), hence this one.
/// Returns no pixels (width 0) for anything damaged, and when `cancel` is set meanwhile.
/// The caller has bounded width x height by reading the header first.
Pixels decodePng (const std::uint8_t* data, std::size_t size, const std::atomic<bool>& cancel);

}  // namespace lumiverb::plugin
