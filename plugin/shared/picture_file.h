// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <vector>
#include <juce_graphics/juce_graphics.h>

namespace lumiverb::plugin {

/// One clear sentence for the person who dropped the file.
struct PictureError : std::runtime_error
{
    using std::runtime_error::runtime_error;
};
/// A newer picture arrived, or the plug-in is being closed.
struct PictureCancelled : std::exception
{};

/// 8-bit sRGB, rows from the top, 3 bytes per pixel.
struct Pixels
{
    int width = 0, height = 0;
    std::vector<std::uint8_t> rgb;
};

/// What the first bytes of a file say, read before anything is decoded.
struct PictureHeader
{
    enum class Format
    {
        unknown,
        jpeg,
        png,
        gif,
        webp,
        tiff,
        heic,
        bmp
    };
    Format format = Format::unknown;
    int width = 0, height = 0;                       ///< as stored; 0 = not found
    int orientation = 1;                             ///< EXIF tag 274: 1..8
    bool complete = true;                            ///< false: the file ends early
};

inline constexpr std::int64_t maxPictureBytes = 96 << 20;
inline constexpr std::int64_t maxPicturePixels = 80'000'000;
inline constexpr int pictureTimeLimit_ms = 15000;

PictureHeader readPictureHeader (const std::uint8_t* data, std::size_t size);

/// Reads, checks and decodes a JPEG, PNG, GIF (first frame) or WebP, and turns it upright. Not on the audio or message thread.
/// Throws PictureError, or PictureCancelled once `cancel` is set.
Pixels readPicture (const juce::File&, const std::atomic<bool>& cancel);
/// The formats that readPicture takes in this build, for people: "JPEG, PNG, GIF, WebP".
juce::String pictureFormats();
/// For a file chooser: "*.jpg;*.jpeg;...".
juce::String pictureWildcard();

/// Area-averaging reduction so that the longest side is at most maxSide.
Pixels reduced (const Pixels&, int maxSide);
juce::Image toImage (const Pixels&);
Pixels fromImage (const juce::Image&);
/// JPEG of at most maxSide pixels and maxBytes bytes: the thumbnail that the plug-in's state carries.
std::vector<std::uint8_t> makeThumbnail (const Pixels&, int maxSide = 512, std::size_t maxBytes = 256 * 1024);

/// For display; an invalid image when the bytes (out of a state, so anybody's) are no JPEG.
juce::Image decodeThumbnail (const std::vector<std::uint8_t>& jpeg);

}  // namespace lumiverb::plugin
