// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "geometry.h"
#include "lumiverb/room/room_tracer.h"

namespace lumiverb::tracer {

/// The planes of all flat surfaces, coplanar ones (a wall and its patches) as one, largest first. Image sources use the first
/// few of them, fewer at higher orders; the ray tracer asks `covers` so that no specular path counts twice.
class MirrorPlanes
{
public:
    explicit MirrorPlanes (const Geometry&);

    struct Plane
    {
        Vec3 normal;
        float offset = 0, area = 0;
    };
    const std::vector<Plane>& planes() const noexcept { return planes_; }

    static constexpr int curved = 1 << 30;
    /// Place of a surface's plane in the order of area; `curved` where it has none.
    int rankOf (int primitive, int face) const noexcept;
    /// How many planes image sources of this order use.
    static int limitFor (int order) noexcept;
    /// True if image sources of up to `maxOrder` contain the specular path of `order` whose smallest plane has this rank.
    static bool covers (int order, int worstRank, int maxOrder) noexcept { return order <= maxOrder && worstRank < limitFor (order); }

private:
    std::vector<Plane> planes_;
    std::vector<std::array<int, 6>> rank_;
};

/// Direct sound (order 0) and specular reflections that really reach the listener, sorted by time; world directions.
std::vector<Arrival> findArrivals (const Scene&, const Geometry&, const MirrorPlanes&, int maxOrder);

}  // namespace lumiverb::tracer
