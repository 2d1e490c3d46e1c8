// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "geometry.h"
#include "lights.h"
#include "lumiverb/room/room_tracer.h"
#include "radiance_cache.h"

namespace lumiverb::tracer {

/// Linear radiance and what the denoiser needs to know, row by row.
struct Film
{
    int width = 0, height = 0;
    std::vector<Rgb> reflected, emitted;             ///< the picture is their sum; emitted: lamps and windows seen directly (no noise)
    std::vector<Rgb> albedo;                         ///< of the first surface that is no mirror
    std::vector<Vec3> normal;
    std::vector<float> depth;                        ///< metres along the ray
    std::vector<float> variance;                     ///< of the mean luminance of `reflected`
    Rgb at (std::size_t i) const noexcept { return reflected[i] + emitted[i]; }
};

/// Path tracing with next-event estimation; from the second diffuse surface on, light comes from a radiance cache.
class PathTracer
{
public:
    PathTracer (const Scene&, const Geometry&);
    Film render (const PictureOptions&) const;
    std::vector<SeenSurface> surfaces (const PictureOptions&) const;

private:
    struct Path;
    struct Eye
    {
        Vec3 position, forward, right, up;
        float pixelAngle = 0;
    };
    Eye eyeFor (const PictureOptions&) const;
    Ray rayThrough (const Eye&, const PictureOptions&, float x, float y) const noexcept;
    template <typename Sampler>
    Rgb lightAt (const SurfacePoint&, Vec3 shadingNormal, Sampler&) const noexcept;
    template <typename Sampler>
    Rgb reflectedLight (const Ray&, const RadianceCache&, Sampler&) const noexcept;
    RadianceCache fillCache (const Eye&, const PictureOptions&, float& brightness) const;
    void trace (Ray, const Eye&, int maxBounces, const RadianceCache&, float clamp, PixelSampler&, Path&) const noexcept;
    Rgb skyRadiance (Vec3 direction, bool seen) const noexcept;
    bool sunShines (Ray) const noexcept;

    const Scene& scene_;
    const Geometry& geometry_;
    std::vector<TextureMean> means_;
    Lights lights_;
    Vec3 sunDirection_;
    bool hasPanes_;                                  ///< indoors with windows that sunlight may pass
};

}  // namespace lumiverb::tracer
