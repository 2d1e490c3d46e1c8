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
    bool denoise = false;                            ///< joint bilateral on albedo and normal
    float exposure_ev = 0;                           ///< relative to automatic
    std::array<float, 3> whiteBalance { 1, 1, 1 };
};
struct Picture { int width = 0, height = 0; std::vector<std::uint8_t> rgb; };   ///< sRGB, row by row

struct SoundOptions
{
    int rays = 20000;
    std::uint64_t seed = 1;
    int threads = 1;                                 ///< the result does not depend on it
    float maxTime_s = 12;
    int imageSourceOrder = 3;                        ///< over planar surfaces, with visibility checks
    float binWidth_s = 0.001f;
    const std::atomic<bool>* cancel = nullptr;
};

/// One discrete arrival at the listener.
struct Arrival { float time_s; Vec3 direction; BandArray energy; int order; };   ///< direction: unit vector from the listener

struct SoundField
{
    float binWidth_s = 0.001f;
    std::array<std::vector<double>, numBands> energy;    ///< diffuse + specular histogram without the direct sound; 1 W source
    std::vector<std::array<std::array<float, 4>, numBands>> direction;  ///< per 10 ms: energy-weighted W Y Z X (AmbiX) per band
    std::vector<Arrival> arrivals;                       ///< image sources, sorted by time; arrivals[0] is the direct sound if visible
    BandArray directEnergy { };                          ///< 0 where the source is hidden
    std::array<DecayParameters, numBands> decay;         ///< T30, EDT, C50, DRR
    BandArray t30Error { };                              ///< relative difference between the two half-sets of rays (label noise)
};

/// Path-traced picture and energy-traced sound of one Scene. Immutable after construction: any thread may call it.
class RoomTracer
{
public:
    explicit RoomTracer (const Scene&);
    ~RoomTracer();
    RoomTracer (RoomTracer&&) noexcept;

    Picture picture (const PictureOptions&) const;
    SoundField sound (const SoundOptions&) const;
    /// Full impulse response at any rate from a traced sound field; mono, stereo, binaural and foa.
    Rir rir (const SoundField&, RirLayout, double sampleRate, std::uint64_t seed = 1) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace lumiverb
