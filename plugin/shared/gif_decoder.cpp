// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shared/gif_decoder.h"
#include "shared/picture_file.h"
#include <array>

namespace lumiverb::plugin {
namespace {

/// Reads a file from the front; past the end everything is zero and `ended` is set.
struct Reader
{
    const std::uint8_t* data;
    std::size_t size, at = 0;
    bool ended = false;

    int byte()
    {
        if (at < size)
            return data[at++];
        ended = true;
        return 0;
    }
    int word()
    {
        const int low = byte();
        return low | byte() << 8;
    }
    void skip (std::size_t n) { n <= size - at ? void (at += n) : void (ended = true); }
};

using Palette = std::array<std::uint8_t, 256 * 3>;

void readPalette (Reader& in, int flags, Palette& palette)
{
    const int colours = 2 << (flags & 7);
    for (std::size_t i = 0; i < (std::size_t) colours * 3; ++i)
        palette[i] = (std::uint8_t) in.byte();
}

void skipBlocks (Reader& in)
{
    for (int length = in.byte(); length > 0 && ! in.ended; length = in.byte())
        in.skip ((std::size_t) length);
}

/// Variable-width LZW (GIF89a, appendix F): palette indices, at most `count`. False when the data ends before or makes no sense.
bool readIndices (Reader& in, std::size_t count, std::vector<std::uint8_t>& indices)
{
    const int minimum = in.byte();
    if (minimum < 1 || minimum > 11)
        return false;
    const int clear = 1 << minimum, end = clear + 1;
    std::array<std::uint16_t, 4096> prefix {};
    std::array<std::uint8_t, 4096> suffix {}, stack {};
    for (int i = 0; i < clear; ++i)
        suffix[(std::size_t) i] = (std::uint8_t) i;
    int width = minimum + 1, next = end + 1, previous = -1, block = 0;
    std::uint8_t first = 0;
    std::uint32_t bits = 0;
    int available = 0;
    indices.reserve (count);
    while (indices.size() < count)
    {
        while (available < width)
        {
            if (block == 0 && (block = in.byte()) == 0)
                return false;
            bits |= (std::uint32_t) in.byte() << available;
            --block;
            available += 8;
            if (in.ended)
                return false;
        }
        const int code = (int) (bits & ((1u << width) - 1));
        bits >>= width;
        available -= width;
        if (code == clear)
        {
            width = minimum + 1;
            next = end + 1;
            previous = -1;
            continue;
        }
        if (code == end)
            return false;
        if (code > next || (code == next && previous < 0) || (previous < 0 && code >= clear))
            return false;
        std::size_t depth = 0;
        int walk = code;
        if (code == next)
        {
            stack[depth++] = first;
            walk = previous;
        }
        for (; walk >= clear && depth < stack.size(); walk = prefix[(std::size_t) walk])
            stack[depth++] = suffix[(std::size_t) walk];
        if (walk >= clear || depth >= stack.size())
            return false;
        first = suffix[(std::size_t) walk];
        stack[depth++] = first;
        while (depth > 0 && indices.size() < count)
            indices.push_back (stack[--depth]);
        if (previous >= 0 && next < 4096)
        {
            prefix[(std::size_t) next] = (std::uint16_t) previous;
            suffix[(std::size_t) next] = first;
            ++next;
            if (next == 1 << width && width < 12)
                ++width;
        }
        previous = code;
    }
    return true;
}

Pixels readFrame (Reader& in, int width, int height, Palette palette)
{
    const int left = in.word(), top = in.word(), w = in.word(), h = in.word(), flags = in.byte();
    if (w <= 0 || h <= 0 || left + w > width || top + h > height)
        return {};
    if (flags & 0x80)
        readPalette (in, flags, palette);
    std::vector<std::uint8_t> indices;
    if (! readIndices (in, (std::size_t) w * (std::size_t) h, indices))
        return {};
    Pixels pixels { width, height, std::vector<std::uint8_t> ((std::size_t) width * (std::size_t) height * 3) };
    // Interlaced rows come as every 8th from 0, every 8th from 4, every 4th from 2, every 2nd from 1.
    static constexpr int starts[] = { 0, 4, 2, 1 }, steps[] = { 8, 8, 4, 2 };
    const bool interlaced = (flags & 0x40) != 0;
    std::size_t row = 0;
    for (int pass = 0; pass < (interlaced ? 4 : 1); ++pass)
        for (int y = interlaced ? starts[pass] : 0; y < h; y += interlaced ? steps[pass] : 1, ++row)
            for (int x = 0; x < w; ++x)
            {
                const auto* colour = &palette[3 * (std::size_t) indices[row * (std::size_t) w + (std::size_t) x]];
                auto* out = &pixels.rgb[((std::size_t) (top + y) * (std::size_t) width + (std::size_t) (left + x)) * 3];
                for (int c = 0; c < 3; ++c)
                    out[c] = colour[c];
            }
    return pixels;
}

}  // namespace

Pixels decodeGif (const std::uint8_t* data, std::size_t size)
{
    Reader in { data, size };
    in.skip (6);
    const int width = in.word(), height = in.word(), flags = in.byte();
    in.skip (2);
    Palette palette {};
    if (flags & 0x80)
        readPalette (in, flags, palette);
    while (! in.ended)
    {
        const int kind = in.byte();
        if (kind == 0x2c)
            return readFrame (in, width, height, palette);
        if (kind != 0x21)
            break;
        in.skip (1);
        skipBlocks (in);
    }
    return {};
}

}  // namespace lumiverb::plugin
