// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shared/jpeg_decoder.h"
#include "shared/picture_file.h"
#if LUMIVERB_LIBJPEG
    #include <csetjmp>
    #include <cstdio>
    #include <jpeglib.h>
#endif

namespace lumiverb::plugin {

#if LUMIVERB_LIBJPEG
namespace {

/// What libjpeg's callbacks need; `error` and `progress` come first so that their addresses lead back here.
struct Decoder
{
    jpeg_error_mgr error;
    jpeg_progress_mgr progress;
    std::jmp_buf escape;
    const std::atomic<bool>* cancel = nullptr;
    juce::uint32 start = juce::Time::getMillisecondCounter();
    jpeg_decompress_struct jpeg;
};

[[noreturn]] void leave (j_common_ptr common) { std::longjmp (static_cast<Decoder*> (common->client_data)->escape, 1); }

void watch (j_common_ptr common)
{
    const auto& decoder = *static_cast<Decoder*> (common->client_data);
    if (decoder.cancel->load (std::memory_order_relaxed)
        || juce::Time::getMillisecondCounter() - decoder.start > (juce::uint32) pictureTimeLimit_ms)
        leave (common);
}

void ignoreMessage (j_common_ptr, int) {}
void ignoreOutput (j_common_ptr) {}

/// Adobe's programs store CMYK inverted, and nearly all CMYK JPEGs are theirs.
void cmykToRgb (const std::uint8_t* in, std::uint8_t* out, int width, bool inverted)
{
    for (int x = 0; x < width; ++x, in += 4, out += 3)
        for (int c = 0; c < 3; ++c)
            out[c] = (std::uint8_t) (inverted ? in[c] * in[3] / 255 : (255 - in[c]) * (255 - in[3]) / 255);
}

/// Everything between setjmp and longjmp: no object with a destructor lives in this frame.
bool decodeInto (Decoder& decoder, const std::uint8_t* data, std::size_t size, Pixels& pixels, std::vector<std::uint8_t>& row)
{
    auto& jpeg = decoder.jpeg;
    if (setjmp (decoder.escape) != 0)
        return false;
    jpeg_create_decompress (&jpeg);
    jpeg.client_data = &decoder;
    jpeg.progress = &decoder.progress;
    jpeg_mem_src (&jpeg, data, (unsigned long) size);
    jpeg_read_header (&jpeg, TRUE);
    const bool cmyk = jpeg.num_components == 4;
    jpeg.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    jpeg_calc_output_dimensions (&jpeg);
    if ((std::int64_t) jpeg.output_width * jpeg.output_height > maxPicturePixels)
        return false;
    pixels.width = (int) jpeg.output_width;
    pixels.height = (int) jpeg.output_height;
    pixels.rgb.resize ((std::size_t) pixels.width * (std::size_t) pixels.height * 3);
    row.resize ((std::size_t) pixels.width * 4);
    jpeg_start_decompress (&jpeg);
    if (jpeg.output_components != (cmyk ? 4 : 3))
        return false;
    while (jpeg.output_scanline < jpeg.output_height)
    {
        auto* out = &pixels.rgb[(std::size_t) jpeg.output_scanline * (std::size_t) pixels.width * 3];
        JSAMPROW target = cmyk ? row.data() : out;
        if (jpeg_read_scanlines (&jpeg, &target, 1) != 1)
            return false;
        if (cmyk)
            cmykToRgb (row.data(), out, pixels.width, jpeg.saw_Adobe_marker);
    }
    return true;
}

}  // namespace

Pixels decodeJpeg (const std::uint8_t* data, std::size_t size, const std::atomic<bool>& cancel)
{
    Pixels pixels;
    std::vector<std::uint8_t> row;
    Decoder decoder {};
    decoder.cancel = &cancel;
    decoder.jpeg.err = jpeg_std_error (&decoder.error);
    decoder.jpeg.client_data = &decoder;
    decoder.error.error_exit = leave;
    decoder.error.emit_message = ignoreMessage;
    decoder.error.output_message = ignoreOutput;
    decoder.progress.progress_monitor = watch;
    decoder.start = juce::Time::getMillisecondCounter();
    const bool good = decodeInto (decoder, data, size, pixels, row);
    jpeg_destroy_decompress (&decoder.jpeg);
    return good ? std::move (pixels) : Pixels {};
}

#else

// Only where JUCE decodes through the operating system (macOS).
Pixels decodeJpeg (const std::uint8_t* data, std::size_t size, const std::atomic<bool>&)
{
    return fromImage (juce::ImageFileFormat::loadFrom (data, size));
}

#endif

}  // namespace lumiverb::plugin
