// SPDX-License-Identifier: AGPL-3.0-or-later
// Reads pictures as the plug-in does and says what came out:
//   picture_probe FILE...   ->  per file: "ok WIDTH HEIGHT r g b  r g b  r g b  r g b  THUMBNAIL_BYTES" (corner pixels: top left,
//   top right, bottom left, bottom right), or "error SENTENCE", or "cancelled" (with --cancel before the files).
#include "shared/picture_file.h"
#include <cstdio>
#include <cstring>

using namespace lumiverb::plugin;

static void printCorner (const Pixels& pixels, int x, int y)
{
    const auto* p = &pixels.rgb[((std::size_t) y * (std::size_t) pixels.width + (std::size_t) x) * 3];
    std::printf (" %d %d %d", p[0], p[1], p[2]);
}

int main (int argc, char** argv)
{
    std::atomic<bool> cancel { false };
    for (int i = 1; i < argc; ++i)
    {
        if (std::strcmp (argv[i], "--cancel") == 0)
        {
            cancel = true;
            continue;
        }
        try
        {
            const auto pixels = readPicture (juce::File (juce::String::fromUTF8 (argv[i])), cancel);
            std::printf ("ok %d %d", pixels.width, pixels.height);
            for (const int y : { 0, pixels.height - 1 })
                for (const int x : { 0, pixels.width - 1 })
                    printCorner (pixels, x, y);
            std::printf (" %zu\n", makeThumbnail (pixels).size());
        }
        catch (const PictureCancelled&)
        {
            std::printf ("cancelled\n");
        }
        catch (const std::exception& e)
        {
            std::printf ("error %s\n", e.what());
        }
    }
    return 0;
}
