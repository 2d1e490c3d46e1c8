// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/decay_analysis.h"
#include "lumiverb/room/rir.h"
#include "lumiverb/room/scene.h"
#include <atomic>
#include <memory>

namespace lumiverb {

struct PictureOptions
{
    int width = 192, height = 192;
    int samplesPerPixel = 32;
    int maxBounces = 6;
    std::uint64_t seed = 1;
    int threads = 1;                                 ///< the picture does not depend on it
    bool denoise = false;                            ///< edge-avoiding filter steered by albedo, normal, depth and noise
    float exposure_ev = 0;                           ///< relative to automatic
    std::array<float, 3> whiteBalance { 1, 1, 1 };
    float contrast = 0.85f;                          ///< slope about middle grey; 1 = film, lower lifts the shadows as phones do
};
struct Picture
{
    int width = 0, height = 0;
    std::vector<std::uint8_t> rgb;
};   ///< sRGB, row by row

/// What one pixel's centre shows first: the geometry behind the picture, to teach or to check those who read it.
struct SeenSurface
{
    float distance_m = 0;                            ///< 0: nothing but sky
    float facing = 0;                                ///< cosine between the view and the normal, 0..1
    float upward = 0;                                ///< vertical part of the normal: 1 floor, 0 wall, -1 ceiling
    BandArray absorption { 1, 1, 1, 1, 1, 1, 1 };    ///< of the material; open air takes all
};

struct SoundOptions
{
    int rays = 20000;
    std::uint64_t seed = 1;
    int threads = 1;                                 ///< the result does not depend on it
    float maxTime_s = 12;
    int imageSourceOrder = 3;                        ///< over planar surfaces, with visibility checks
    float binWidth_s = 0.001f;                       ///< at most; small rooms get finer bins (an eighth of the mean free path)
    float targetError = 0;                           ///< > 0: repeats with new rays until the median t30Error of the bands is below
    int maxRays = 200000;                            ///< ... or this many rays were traced
    const std::atomic<bool>* cancel = nullptr;
};

/// One discrete arrival at the listener. Energies are those of a 1 W source: 1 / (4 pi d^2) for the direct sound at d metres.
/// Directions are unit vectors from the listener, in the frame of someone who looks the camera's way: x ahead, y left, z up.
struct Arrival
{
    float time_s = 0;
    Vec3 direction;
    BandArray energy {};
    int order = 0;
};

struct SoundField
{
    float binWidth_s = 0.001f;
    std::array<std::vector<double>, numBands> energy;    ///< everything but the direct sound (image sources included), from t = 0
    std::vector<std::array<std::array<float, 4>, numBands>> direction;  ///< per 10 ms: energy-weighted W Y Z X (AmbiX), as `energy`
    std::vector<Arrival> arrivals;                       ///< image sources, sorted by time; arrivals[0] is the direct sound if visible
    BandArray directEnergy {};                          ///< 0 where the source is hidden
    std::array<DecayParameters, numBands> decay;         ///< T30, EDT, C50, DRR
    BandArray t30Error {};                              ///< relative difference between the two half-sets of rays (label noise)
    float directTime_s = 0;                              ///< distance / speed of sound, whether visible or not
    int raysTraced = 0;
};

/// Path-traced picture and energy-traced sound of one Scene. Immutable after construction: any thread may call it.
class RoomTracer
{
public:
    explicit RoomTracer (const Scene&);
    ~RoomTracer();
    RoomTracer (RoomTracer&&) noexcept;

    Picture picture (const PictureOptions&) const;
    /// Linear radiance, 3 floats per pixel, before exposure and tone curve (exposure_ev and whiteBalance are ignored).
    std::vector<float> radiance (const PictureOptions&) const;
    /// First surface at every pixel, row by row, of a picture of this size. Throws std::invalid_argument as picture() does.
    std::vector<SeenSurface> surfaces (int width, int height) const;
    SoundField sound (const SoundOptions&) const;
    /// Full impulse response at any rate from a traced sound field, with the microphones and heads of synthesiseRir: mono, stereo
    /// (spaced pair of cardioids), binaural (spherical head), foa, 5.1. Amplitude 1 is the direct sound at 1 m; the time of flight
    /// is kept. The same seed gives the same samples. Throws std::invalid_argument for layouts with two inputs.
    Rir rir (const SoundField&, RirLayout, double sampleRate, std::uint64_t seed = 1) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace lumiverb
