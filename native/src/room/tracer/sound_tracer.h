// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "geometry.h"
#include "image_sources.h"
#include "lumiverb/room/room_tracer.h"

namespace lumiverb::tracer {

/// Horizontal axes of the listener, who looks the camera's way.
struct ListenerFrame
{
    Vec3 ahead, left;
    explicit ListenerFrame (const Camera&);
    Vec3 turned (Vec3 world) const noexcept { return { dot (world, ahead), dot (world, left), world.z }; }
};

SoundField traceSound (const Scene&, const Geometry&, const MirrorPlanes&, const SoundOptions&);

}  // namespace lumiverb::tracer
