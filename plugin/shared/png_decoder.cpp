// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shared/png_decoder.h"
#include "shared/picture_file.h"
#include <array>
#include <cstdlib>
#include <cstring>
#include <juce_core/juce_core.h>

namespace lumiverb::plugin {
namespace {

std::uint32_t big32 (const std::uint8_t* p)
{
    return (std::uint32_t) p[0] << 24 | (std::uint32_t) p[1] << 16 | (std::uint32_t) p[2] << 8 | p[3];
}

std::uint32_t crc32 (const std::uint8_t* data, std::size_t size)
{
    static const auto table = []
    {
        std::array<std::uint32_t, 256> t {};
        for (std::uint32_t i = 0; i < 256; ++i)
        {
            t[i] = i;
            for (int bit = 0; bit < 8; ++bit)
                t[i] = t[i] & 1 ? 0xedb88320u ^ (t[i] >> 1) : t[i] >> 1;
        }
        return t;
    }();
    std::uint32_t crc = 0xffffffffu;
    for (std::size_t i = 0; i < size; ++i)
        crc = table[(crc ^ data[i]) & 0xff] ^ (crc >> 8);
    return crc ^ 0xffffffffu;
}

/// The parts of a file that matter here.
struct Png
{
    std::uint32_t width = 0, height = 0;
    int depth = 0, colourType = 0;
    bool interlaced = false;
    std::array<std::uint8_t, 256 * 3> palette {};
    juce::MemoryOutputStream compressed;

    int channels() const { return colourType == 2 ? 3 : colourType == 4 ? 2 : colourType == 6 ? 4 : 1; }
    std::size_t bitsPerPixel() const { return (std::size_t) (channels() * depth); }
};

bool readHeader (const std::uint8_t* data, std::uint32_t length, Png& png)
{
    if (length != 13)
        return false;
    png.width = big32 (data);
    png.height = big32 (data + 4);
    png.depth = data[8];
    png.colourType = data[9];
    png.interlaced = data[12] == 1;
    const int depth = png.depth;
    const bool known = png.colourType == 0 ? depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16
                       : png.colourType == 3
                           ? depth == 1 || depth == 2 || depth == 4 || depth == 8
                           : (png.colourType == 2 || png.colourType == 4 || png.colourType == 6) && (depth == 8 || depth == 16);
    return known && png.width > 0 && png.height > 0 && data[10] == 0 && data[11] == 0 && data[12] <= 1;
}

bool readChunks (const std::uint8_t* data, std::size_t size, Png& png)
{
    bool header = false;
    for (std::size_t at = 8; size - at >= 12;)
    {
        const auto length = big32 (data + at);
        if (length > size - at - 12)
            return false;
        const auto* kind = data + at + 4;
        const auto* content = kind + 4;
        if (crc32 (kind, length + 4) != big32 (content + length))
            return false;
        const auto is = [kind] (const char* name) { return std::memcmp (kind, name, 4) == 0; };
        if (is ("IHDR"))
        {
            if (header || ! readHeader (content, length, png))
                return false;
            header = true;
        }
        else if (! header)
            return false;
        else if (is ("PLTE"))
            std::memcpy (png.palette.data(), content, std::min<std::size_t> (length, png.palette.size()));
        else if (is ("IDAT"))
            png.compressed.write (content, length);
        else if (is ("IEND"))
            return png.compressed.getDataSize() > 0;
        at += 12 + (std::size_t) length;
        if (at > size)
            return false;
    }
    return false;
}

/// PNG specification, section 9: undoes the filter of one row in place. `before` is the row above (zeros at the top).
bool unfilter (int filter, std::uint8_t* row, const std::uint8_t* before, std::size_t bytes, std::size_t pixelBytes)
{
    for (std::size_t i = 0; i < bytes; ++i)
    {
        const int left = i >= pixelBytes ? row[i - pixelBytes] : 0, up = before[i], upLeft = i >= pixelBytes ? before[i - pixelBytes] : 0;
        int guess = 0;
        switch (filter)
        {
            case 0: return true;
            case 1: guess = left; break;
            case 2: guess = up; break;
            case 3: guess = (left + up) / 2; break;
            case 4:
            {
                const int p = left + up - upLeft, a = std::abs (p - left), b = std::abs (p - up), c = std::abs (p - upLeft);
                guess = a <= b && a <= c ? left : b <= c ? up : upLeft;
                break;
            }
            default: return false;
        }
        row[i] = (std::uint8_t) (row[i] + guess);
    }
    return filter <= 4;
}

/// Sample `index` of a row, as 0..255 (palette: as index).
int sample (const Png& png, const std::uint8_t* row, std::size_t index)
{
    switch (png.depth)
    {
        case 8: return row[index];
        case 16: return row[2 * index];
        default: break;
    }
    const std::size_t bit = index * (std::size_t) png.depth;
    const int mask = (1 << png.depth) - 1;
    const int value = row[bit / 8] >> (8 - png.depth - (int) (bit % 8)) & mask;
    return png.colourType == 3 ? value : value * 255 / mask;
}

void writePixel (const Png& png, const std::uint8_t* row, std::size_t x, std::uint8_t* out)
{
    const auto first = x * (std::size_t) png.channels();
    const int value = sample (png, row, first);
    if (png.colourType == 3)
        std::memcpy (out, png.palette.data() + 3 * value, 3);
    else if (png.colourType == 2 || png.colourType == 6)
        for (std::size_t c = 0; c < 3; ++c)
            out[c] = (std::uint8_t) sample (png, row, first + c);
    else
        std::memset (out, value, 3);
}

struct Pass
{
    std::uint32_t x0, y0, dx, dy;
};

bool decodePass (const Png& png, const Pass& pass, juce::InputStream& in, Pixels& pixels, const std::atomic<bool>& cancel)
{
    if (png.width <= pass.x0 || png.height <= pass.y0)
        return true;
    const std::uint32_t columns = (png.width - pass.x0 + pass.dx - 1) / pass.dx, rows = (png.height - pass.y0 + pass.dy - 1) / pass.dy;
    const std::size_t bytes = (columns * png.bitsPerPixel() + 7) / 8, pixelBytes = std::max<std::size_t> (1, png.bitsPerPixel() / 8);
    std::vector<std::uint8_t> row (bytes), before (bytes);
    for (std::uint32_t r = 0; r < rows; ++r)
    {
        std::uint8_t filter = 0;
        if (cancel.load (std::memory_order_relaxed) || in.read (&filter, 1) != 1 || in.read (row.data(), (int) bytes) != (int) bytes
            || ! unfilter (filter, row.data(), before.data(), bytes, pixelBytes))
            return false;
        const std::size_t y = pass.y0 + (std::size_t) r * pass.dy;
        for (std::uint32_t c = 0; c < columns; ++c)
            writePixel (png, row.data(), c, &pixels.rgb[(y * png.width + pass.x0 + (std::size_t) c * pass.dx) * 3]);
        std::swap (row, before);
    }
    return true;
}

}  // namespace

Pixels decodePng (const std::uint8_t* data, std::size_t size, const std::atomic<bool>& cancel)
{
    Png png;
    if (size < 8 || ! readChunks (data, size, png))
        return {};
    Pixels pixels { (int) png.width, (int) png.height, std::vector<std::uint8_t> ((std::size_t) png.width * png.height * 3) };
    juce::MemoryInputStream compressed (png.compressed.getData(), png.compressed.getDataSize(), false);
    juce::GZIPDecompressorInputStream in (&compressed, false, juce::GZIPDecompressorInputStream::zlibFormat);
    static constexpr Pass plain[] = { { 0, 0, 1, 1 } };
    static constexpr Pass adam7[] = { { 0, 0, 8, 8 }, { 4, 0, 8, 8 }, { 0, 4, 4, 8 }, { 2, 0, 4, 4 },
                                      { 0, 2, 2, 4 }, { 1, 0, 2, 2 }, { 0, 1, 1, 2 } };
    for (int i = 0; i < (png.interlaced ? 7 : 1); ++i)
        if (! decodePass (png, png.interlaced ? adam7[i] : plain[i], in, pixels, cancel))
            return {};
    return pixels;
}

}  // namespace lumiverb::plugin
