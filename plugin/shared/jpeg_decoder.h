// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace lumiverb::plugin {

struct Pixels;

/// JPEG -> 8-bit RGB by libjpeg (grey, YCbCr, RGB, CMYK and YCCK), as stored: EXIF orientation is the caller's.
/// JUCE's own loader lets libjpeg run on after a fatal error, which ends the process, hence this one.
/// Returns no pixels (width 0) for anything damaged or of more than maxPicturePixels, and when `cancel` is set or the time limit
/// has passed meanwhile.
Pixels decodeJpeg (const std::uint8_t* data, std::size_t size, const std::atomic<bool>& cancel);

}  // namespace lumiverb::plugin
