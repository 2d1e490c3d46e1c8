// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/inference/model_package.h"
#include "lumiverb/room/room_description.h"
#include <memory>

namespace lumiverb {

/// sRGB picture, rows from the top, 3 bytes per pixel, upright (EXIF applied by the reader).
struct PictureView
{
    const std::uint8_t* rgb;
    int width, height;
};

/// Square network input: [3][size][size] of sRGB values in 0..1. The largest square around cropCentre (0..1 along the longer side, moved
/// inwards until it fits) is resampled by exact area averaging, or bilinearly where the picture is smaller than the input.
/// Plain sRGB values are averaged, not linear light: training uses this very function, so the two cannot differ.
/// Throws std::invalid_argument for an empty picture or a size outside 1..4096.
std::vector<float> preparePicture (const PictureView&, int size, float cropCentre = 0.5f);
/// Crop centres (0..1 along the longer side): 1 for near-square (up to 1.2 : 1), both ends up to 2 : 1 (they cover the picture),
/// both ends and the middle beyond.
std::vector<float> cropCentres (int width, int height);

/// Picture -> RoomDescription with spreads. Not real-time safe: worker threads only. Calls from several threads wait for each other.
/// Shared between plug-in instances through sharedSceneEncoder().
class SceneEncoder
{
public:
    /// provider: "CPU", "CUDA", "CoreML", "DirectML", ... Opens the runtime, checks the graph against the manifest, runs once to warm up.
    /// Throws ModelError.
    explicit SceneEncoder (const ModelPackage&, const std::string& provider = "CPU");
    ~SceneEncoder();

    /// Averages over cropCentres() in the log domain; disagreement between crops widens the spread:
    /// spread^2 = mean predicted variance + variance between crops.
    /// Volume and dimensions are made to agree (volume = length x width x height): the difference of their logarithms is shared out in
    /// proportion to the variance of each estimate, so that the one the network is sure of moves least. The spreads are left as
    /// predicted, since errors of volume and dimensions are not independent.
    /// DRR and C50 are carried from the network's 1 m and 2 m to source_distance_m.
    /// Throws ModelError, or std::invalid_argument for an empty picture.
    RoomDescription describe (const PictureView&);

    std::string provider() const;                    ///< the one in use (a provider that fails falls back to CPU)
    std::string warning() const;                     ///< why it fell back, or empty

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The encoder of a package folder (UTF-8) on the CPU: one session for the whole process, loaded by the first who asks (others wait),
/// freed with the last. Call from a worker thread. Throws ModelError; the next call tries again.
std::shared_ptr<SceneEncoder> sharedSceneEncoder (const std::string& folder);

}  // namespace lumiverb
