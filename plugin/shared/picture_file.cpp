// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shared/picture_file.h"
#include "shared/gif_decoder.h"
#include "shared/jpeg_decoder.h"
#include "shared/png_decoder.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#if LUMIVERB_WEBP
    #include <webp/decode.h>
#endif

namespace lumiverb::plugin {
namespace {

using Format = PictureHeader::Format;

int big16 (const std::uint8_t* p) { return p[0] << 8 | p[1]; }
std::int64_t big32 (const std::uint8_t* p) { return (std::int64_t) p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]; }

/// EXIF tag 274 (orientation) of an APP1 segment, 1 when it has none or is damaged.
int exifOrientation (const std::uint8_t* data, std::size_t size)
{
    if (size < 14 || std::memcmp (data, "Exif\0\0", 6) != 0)
        return 1;
    const auto* tiff = data + 6;
    const std::size_t length = size - 6;
    const bool little = tiff[0] == 'I';
    const auto read16 = [&] (std::size_t at) { return little ? tiff[at] | tiff[at + 1] << 8 : big16 (tiff + at); };
    const auto read32 = [&] (std::size_t at) -> std::size_t
    {
        return little ? (std::size_t) tiff[at] | (std::size_t) tiff[at + 1] << 8 | (std::size_t) tiff[at + 2] << 16
                            | (std::size_t) tiff[at + 3] << 24
                      : (std::size_t) big32 (tiff + at);
    };
    const std::size_t directory = read32 (4);
    if (directory > length || length - directory < 2)
        return 1;
    const int entries = read16 (directory);
    for (int i = 0; i < entries; ++i)
    {
        const std::size_t entry = directory + 2 + 12 * (std::size_t) i;
        if (entry + 12 > length)
            break;
        if (read16 (entry) == 274)
        {
            const int value = read16 (entry + 8);
            return value >= 1 && value <= 8 ? value : 1;
        }
    }
    return 1;
}

PictureHeader jpegHeader (const std::uint8_t* data, std::size_t size)
{
    PictureHeader header;
    header.format = Format::jpeg;
    for (std::size_t at = 2; at + 4 <= size;)
    {
        if (data[at] != 0xff)
        {
            ++at;
            continue;
        }
        const int marker = data[at + 1];
        if (marker == 0xff)
        {
            ++at;
            continue;
        }
        if (marker == 0xd8 || marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7))
        {
            at += 2;
            continue;
        }
        if (marker == 0xd9 || marker == 0xda)
            break;
        const auto length = (std::size_t) big16 (data + at + 2);
        if (length < 2 || at + 2 + length > size)
            break;
        const bool frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        if (frame && length >= 8)
        {
            header.height = big16 (data + at + 5);
            header.width = big16 (data + at + 7);
        }
        else if (marker == 0xe1 && header.orientation == 1)
            header.orientation = exifOrientation (data + at + 4, length - 2);
        at += 2 + length;
    }
    // The end marker may be followed by a maker's own data.
    header.complete = false;
    for (std::size_t i = size; i >= 2 && ! header.complete; --i)
        header.complete = data[i - 2] == 0xff && data[i - 1] == 0xd9;
    return header;
}

PictureHeader pngHeader (const std::uint8_t* data, std::size_t size)
{
    PictureHeader header;
    header.format = Format::png;
    if (size >= 24)
    {
        header.width = (int) std::min<std::int64_t> (big32 (data + 16), INT32_MAX);
        header.height = (int) std::min<std::int64_t> (big32 (data + 20), INT32_MAX);
    }
    header.complete = false;
    for (std::size_t at = 8; at + 12 <= size;)
    {
        const auto length = (std::size_t) big32 (data + at);
        if (std::memcmp (data + at + 4, "IEND", 4) == 0)
        {
            header.complete = true;
            break;
        }
        if (length > size - at - 12)
            break;
        at += 12 + length;
    }
    return header;
}

juce::String nameOf (Format format)
{
    switch (format)
    {
        case Format::jpeg: return "JPEG";
        case Format::png: return "PNG";
        case Format::gif: return "GIF";
        case Format::webp: return "WebP";
        case Format::tiff: return "TIFF";
        case Format::heic: return "HEIC";
        case Format::bmp: return "BMP";
        case Format::unknown: break;
    }
    return "unknown";
}

bool canDecode (Format format)
{
#if LUMIVERB_WEBP
    if (format == Format::webp)
        return true;
#endif
    return format == Format::jpeg || format == Format::png || format == Format::gif;
}

[[noreturn]] void fail (const juce::String& sentence) { throw PictureError (sentence.toStdString()); }

/// EXIF orientation -> upright.
Pixels upright (Pixels in, int orientation)
{
    if (orientation <= 1 || orientation > 8)
        return in;
    const bool turned = orientation >= 5;
    Pixels out { turned ? in.height : in.width, turned ? in.width : in.height, {} };
    out.rgb.resize (in.rgb.size());
    for (int y = 0; y < out.height; ++y)
        for (int x = 0; x < out.width; ++x)
        {
            int sx = turned ? y : x, sy = turned ? x : y;
            if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
                sx = in.width - 1 - sx;
            if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7)
                sy = in.height - 1 - sy;
            std::memcpy (&out.rgb[((std::size_t) y * (std::size_t) out.width + (std::size_t) x) * 3],
                         &in.rgb[((std::size_t) sy * (std::size_t) in.width + (std::size_t) sx) * 3], 3);
        }
    return out;
}

#if LUMIVERB_WEBP
Pixels decodeWebp (const juce::MemoryBlock& block)
{
    Pixels pixels;
    const auto* data = static_cast<const std::uint8_t*> (block.getData());
    if (! WebPGetInfo (data, block.getSize(), &pixels.width, &pixels.height))
        return {};
    pixels.rgb.resize ((std::size_t) pixels.width * (std::size_t) pixels.height * 3);
    return WebPDecodeRGBInto (data, block.getSize(), pixels.rgb.data(), pixels.rgb.size(), pixels.width * 3) ? pixels : Pixels {};
}
#endif

Pixels decode (const juce::MemoryBlock& block, PictureHeader::Format format, const std::atomic<bool>& cancel)
{
    const auto* data = static_cast<const std::uint8_t*> (block.getData());
    if (format == Format::jpeg)
        return decodeJpeg (data, block.getSize(), cancel);
    if (format == Format::png)
        return decodePng (data, block.getSize(), cancel);
    if (format == Format::gif)
        return decodeGif (data, block.getSize());
#if LUMIVERB_WEBP
    if (format == Format::webp)
        return decodeWebp (block);
#endif
    return {};
}

}  // namespace

PictureHeader readPictureHeader (const std::uint8_t* data, std::size_t size)
{
    PictureHeader header;
    const auto starts = [&] (const char* text, std::size_t at)
    { return size >= at + std::strlen (text) && std::memcmp (data + at, text, std::strlen (text)) == 0; };
    if (size >= 3 && data[0] == 0xff && data[1] == 0xd8 && data[2] == 0xff)
        return jpegHeader (data, size);
    if (starts ("\x89PNG\r\n\x1a\n", 0))
        return pngHeader (data, size);
    if (starts ("GIF87a", 0) || starts ("GIF89a", 0))
    {
        header.format = Format::gif;
        if (size >= 10)
        {
            header.width = data[6] | data[7] << 8;
            header.height = data[8] | data[9] << 8;
        }
    }
    else if (starts ("RIFF", 0) && starts ("WEBP", 8))
    {
        header.format = Format::webp;
#if LUMIVERB_WEBP
        if (! WebPGetInfo (data, size, &header.width, &header.height))
            header.width = header.height = 0;
#endif
        const auto stated =
            size >= 8 ? (std::int64_t) data[4] | (std::int64_t) data[5] << 8 | (std::int64_t) data[6] << 16 | (std::int64_t) data[7] << 24
                      : 0;
        header.complete = stated + 8 <= (std::int64_t) size;
    }
    else if (starts ("II*", 0) || (size >= 4 && starts ("MM", 0) && data[3] == 42))
        header.format = Format::tiff;
    else if (starts ("ftyp", 4)
             && (starts ("heic", 8) || starts ("heix", 8) || starts ("mif1", 8) || starts ("avif", 8) || starts ("msf1", 8)))
        header.format = Format::heic;
    else if (starts ("BM", 0))
        header.format = Format::bmp;
    return header;
}

juce::String pictureFormats() { return canDecode (Format::webp) ? "JPEG, PNG, GIF and WebP" : "JPEG, PNG and GIF"; }
juce::String pictureWildcard() { return juce::String ("*.jpg;*.jpeg;*.jpe;*.png;*.gif") + (canDecode (Format::webp) ? ";*.webp" : ""); }

Pixels readPicture (const juce::File& file, const std::atomic<bool>& cancel)
{
    const auto name = file.getFileName();
    if (file.isDirectory())
        fail (name + " is a folder, not a picture.");
    if (! file.existsAsFile())
        fail (name + " was not found.");
    if (file.getSize() == 0)
        fail (name + " is empty (0 bytes).");
    if (file.getSize() > maxPictureBytes)
        fail (name + " is larger than " + juce::String (maxPictureBytes >> 20) + " MB.");
    juce::MemoryBlock block;
    {
        juce::FileInputStream in (file);
        if (in.failedToOpen())
            fail (name + " could not be opened: " + in.getStatus().getErrorMessage());
        in.readIntoMemoryBlock (block, (ssize_t) maxPictureBytes);
    }
    const auto header = readPictureHeader (static_cast<const std::uint8_t*> (block.getData()), block.getSize());
    if (header.format == Format::unknown)
        fail (name + " is not a picture (" + pictureFormats() + " are read).");
    if (! canDecode (header.format))
        fail (name + " is a " + nameOf (header.format) + " file; the plug-in reads " + pictureFormats() + ".");
    if (header.width <= 0 || header.height <= 0)
        fail (name + " is a damaged " + nameOf (header.format) + ": it states no size.");
    if ((std::int64_t) header.width * header.height > maxPicturePixels)
        fail (name + " is " + juce::String (header.width) + " x " + juce::String (header.height) + " pixels; at most "
              + juce::String (maxPicturePixels / 1000000) + " million are read.");
    if (! header.complete)
        fail (name + " ends early: the " + nameOf (header.format) + " is cut short.");
    if (cancel.load())
        throw PictureCancelled();
    const auto start = juce::Time::getMillisecondCounter();
    auto pixels = decode (block, header.format, cancel);
    if (cancel.load())
        throw PictureCancelled();
    if (pixels.width <= 0)
        fail (juce::Time::getMillisecondCounter() - start > (juce::uint32) pictureTimeLimit_ms
                  ? name + " took longer than " + juce::String (pictureTimeLimit_ms / 1000) + " s to decode."
                  : name + " is a damaged " + nameOf (header.format) + ".");
    return upright (std::move (pixels), header.orientation);
}

Pixels reduced (const Pixels& in, int maxSide)
{
    const int longest = std::max (in.width, in.height);
    if (longest <= maxSide)
        return in;
    Pixels out { std::max (1, (int) std::lround ((double) in.width * maxSide / longest)),
                 std::max (1, (int) std::lround ((double) in.height * maxSide / longest)),
                 {} };
    out.rgb.resize ((std::size_t) out.width * (std::size_t) out.height * 3);
    for (int y = 0; y < out.height; ++y)
    {
        const int y0 = (int) ((std::int64_t) y * in.height / out.height);
        const int y1 = std::max (y0 + 1, (int) ((std::int64_t) (y + 1) * in.height / out.height));
        for (int x = 0; x < out.width; ++x)
        {
            const int x0 = (int) ((std::int64_t) x * in.width / out.width);
            const int x1 = std::max (x0 + 1, (int) ((std::int64_t) (x + 1) * in.width / out.width));
            unsigned sum[3] = {};
            for (int v = y0; v < y1; ++v)
            {
                const auto* p = &in.rgb[((std::size_t) v * (std::size_t) in.width + (std::size_t) x0) * 3];
                for (int u = x0; u < x1; ++u, p += 3)
                    for (int c = 0; c < 3; ++c)
                        sum[c] += p[c];
            }
            const auto count = (unsigned) ((y1 - y0) * (x1 - x0));
            for (int c = 0; c < 3; ++c)
                out.rgb[((std::size_t) y * (std::size_t) out.width + (std::size_t) x) * 3 + (std::size_t) c] =
                    (std::uint8_t) ((sum[c] + count / 2) / count);
        }
    }
    return out;
}

juce::Image toImage (const Pixels& pixels)
{
    juce::Image image (juce::Image::RGB, pixels.width, pixels.height, false, juce::SoftwareImageType());
    juce::Image::BitmapData bitmap (image, juce::Image::BitmapData::writeOnly);
    const auto* in = pixels.rgb.data();
    for (int y = 0; y < pixels.height; ++y)
        for (int x = 0; x < pixels.width; ++x, in += 3)
            bitmap.setPixelColour (x, y, juce::Colour (in[0], in[1], in[2]));
    return image;
}

Pixels fromImage (const juce::Image& image)
{
    if (! image.isValid())
        return {};
    Pixels pixels { image.getWidth(), image.getHeight(), {} };
    pixels.rgb.resize ((std::size_t) pixels.width * (std::size_t) pixels.height * 3);
    const juce::Image::BitmapData bitmap (image, juce::Image::BitmapData::readOnly);
    auto* out = pixels.rgb.data();
    for (int y = 0; y < pixels.height; ++y)
        for (int x = 0; x < pixels.width; ++x, out += 3)
        {
            const auto colour = bitmap.getPixelColour (x, y);
            out[0] = colour.getRed();
            out[1] = colour.getGreen();
            out[2] = colour.getBlue();
        }
    return pixels;
}

juce::Image decodeThumbnail (const std::vector<std::uint8_t>& jpeg)
{
    const std::atomic<bool> never { false };
    const auto pixels = jpeg.size() < 4 ? Pixels {} : decodeJpeg (jpeg.data(), jpeg.size(), never);
    return pixels.width > 0 ? toImage (pixels) : juce::Image();
}

std::vector<std::uint8_t> makeThumbnail (const Pixels& pixels, int maxSide, std::size_t maxBytes)
{
    const auto image = toImage (reduced (pixels, maxSide));
    for (float quality = 0.86f; quality > 0.05f; quality -= 0.15f)
    {
        juce::MemoryOutputStream out;
        juce::JPEGImageFormat format;
        format.setQuality (quality);
        if (format.writeImageToStream (image, out) && out.getDataSize() <= maxBytes)
        {
            const auto* data = static_cast<const std::uint8_t*> (out.getData());
            return { data, data + out.getDataSize() };
        }
    }
    return {};
}

}  // namespace lumiverb::plugin
