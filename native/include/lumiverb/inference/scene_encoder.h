// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/inference/model_package.h"
#include "lumiverb/room/room_description.h"
#include <memory>

namespace lumiverb {

/// sRGB picture, rows from the top, 3 bytes per pixel, upright (EXIF applied by the reader).
struct PictureView { const std::uint8_t* rgb; int width, height; };

/// Square network input: [3][size][size] in 0..1, antialiased (area-averaging) resampling of the crop.
std::vector<float> preparePicture (const PictureView&, int size, float cropCentre = 0.5f);
/// Crop centres (0..1 along the longer side) that cover a picture of this aspect ratio: 1 for near-square, up to 3.
std::vector<float> cropCentres (int width, int height);

/// Picture -> RoomDescription with spreads. Not real-time safe: worker threads only. One instance, one thread at a time.
/// Shared between plug-in instances through sharedSceneEncoder().
class SceneEncoder
{
public:
    explicit SceneEncoder (const ModelPackage&, const std::string& provider = "CPU");
    ~SceneEncoder();
    /// Averages over cropCentres() in the log domain; disagreement between crops widens the spread. Throws ModelError.
    RoomDescription describe (const PictureView&);
    std::string provider() const;                    ///< the one in use (a provider that fails falls back to CPU)
    std::string warning() const;                     ///< why it fell back, or empty

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace lumiverb
