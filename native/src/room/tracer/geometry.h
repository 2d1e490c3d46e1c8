// SPDX-License-Identifier: AGPL-3.0-or-later
// Every primitive is a unit shape under an affine map, so one intersection routine per shape serves all, eight at a time.
#pragma once
#include "random.h"
#include "vec.h"
#include <cstdint>
#include <memory>
#include <vector>

namespace lumiverb::tracer {

enum class Shape : std::uint8_t
{
    quad,
    triangle,
    box,
    cylinder,
    ellipsoid
};

struct Primitive
{
    Shape shape = Shape::quad;
    int material = 0;
    Vec3 origin;                    ///< of the unit shape: corner, centre, base centre
    Vec3 axis[3];                   ///< images of the unit axes; for flat shapes axis[2] is the unit normal
    Vec3 inverse[3];                ///< rows of the inverse of [axis]
    Vec3 low, high;                 ///< bounds
    Vec3 direction[3];              ///< unit vectors along the axes
    float size[3] {};               ///< lengths of the axes
    Vec3 tangent_u, tangent_v;      ///< texture frame of flat shapes

    Vec3 toUnit (Vec3 p) const noexcept
    {
        const auto q = p - origin;
        return { dot (inverse[0], q), dot (inverse[1], q), dot (inverse[2], q) };
    }
    Vec3 toWorld (Vec3 unit) const noexcept { return origin + axis[0] * unit.x + axis[1] * unit.y + axis[2] * unit.z; }
};

std::vector<Primitive> makePrimitives (const Scene&);

struct Ray
{
    Vec3 origin, direction;
};             ///< direction of unit length
struct Hit
{
    float distance = 0;
    int primitive = -1;                             ///< index, -1: nothing hit
    explicit operator bool() const noexcept { return primitive >= 0; }
};

/// Where a ray met a surface, with the coordinates that textures use (metres).
struct SurfacePoint
{
    Vec3 position, normal;                          ///< normal faces the ray
    Vec3 tangent_u, tangent_v;                      ///< unit vectors along u and v
    float u = 0, v = 0;
    int material = 0, face = 0;                     ///< face: 0 except for boxes (0..5: -x +x -y +y -z +z) and caps
    bool flat = false;
};

/// All primitives in an eight-wide bounding volume hierarchy. Immutable: any thread may ask.
class Geometry
{
public:
    explicit Geometry (const Scene&);
    ~Geometry();
    Geometry (Geometry&&) noexcept;

    Hit closest (const Ray&, float maxDistance = 1e30f) const noexcept;
    bool blocked (const Ray&, float maxDistance) const noexcept;
    /// True if nothing stands between two points (surfaces at the very ends do not count).
    bool visible (Vec3 from, Vec3 to) const noexcept;

    SurfacePoint surfaceAt (const Ray&, const Hit&) const noexcept;
    const std::vector<Primitive>& primitives() const noexcept { return primitives_; }
    Vec3 low() const noexcept { return low_; }
    Vec3 high() const noexcept { return high_; }

private:
    struct Tree;
    std::vector<Primitive> primitives_;
    Vec3 low_, high_;
    std::unique_ptr<Tree> tree_;
};

/// Start of a ray that leaves a surface, far enough from it not to meet it again.
inline Vec3 leaving (Vec3 position, Vec3 normal) noexcept
{
    const float scale = std::max (std::abs (position.x), std::max (std::abs (position.y), std::abs (position.z)));
    return position + normal * (2e-4f + 1e-6f * scale);
}

}  // namespace lumiverb::tracer
