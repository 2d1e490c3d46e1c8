// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "vec.h"

namespace lumiverb::tracer {

/// What a pattern says at one place of a surface.
struct TextureSample
{
    Rgb albedo;
    float tilt_u = 0, tilt_v = 0;                    ///< slope of the bumps along u and v
    float gloss = 1;                                 ///< scales the material's specular reflectance (joints are dull)
    Rgb glow { 1, 1, 1 };                            ///< scales the material's emission (window frames do not shine)
};

/// u, v and footprint (width of a pixel on the surface) in metres. `view` is the direction of the looking ray: windows
/// and skies show a distant view.
TextureSample sampleTexture (const Texture&, float u, float v, float footprint, Vec3 view) noexcept;

/// True for patterns that belong to one piece (a pane, a picture). All others go on across neighbouring quads of one plane,
/// so a wall that is cut up around its windows keeps its bricks whole.
constexpr bool startsAtCorner (Pattern pattern) noexcept
{
    return pattern == Pattern::window || pattern == Pattern::poster || pattern == Pattern::screen || pattern == Pattern::books;
}

/// Mean albedo of the pattern, and mean of `glow`: what indirect light sees.
struct TextureMean
{
    Rgb albedo, glow;
};
TextureMean meanOf (const Texture&) noexcept;

/// Radiance factor of the sky dome seen by the camera; its mean over the upper half is about 1.
Rgb skyView (Vec3 direction, std::uint32_t seed) noexcept;

}  // namespace lumiverb::tracer
