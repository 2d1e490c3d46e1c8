// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/room/scene_description.h"
#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace lumiverb {

namespace {

constexpr float leastRt60_s = 0.03f;
constexpr double degrees = 180 / std::numbers::pi;

double length (Vec3 v)
{
    return std::sqrt (static_cast<double> (v.x) * v.x + static_cast<double> (v.y) * v.y + static_cast<double> (v.z) * v.z);
}
Vec3 minus (Vec3 a, Vec3 b) { return { a.x - b.x, a.y - b.y, a.z - b.z }; }
Vec3 cross (Vec3 a, Vec3 b) { return { a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x }; }

/// Thomsen's approximation, within 1.1 %.
double area (const Ellipsoid& e)
{
    const double p = 1.6075, a = std::pow (e.radii.x, p), b = std::pow (e.radii.y, p), c = std::pow (e.radii.z, p);
    return 4 * std::numbers::pi * std::pow ((a * b + a * c + b * c) / 3, 1 / p);
}

/// Length along the view, width across it, height. A view between the axes gets the weighted geometric mean of the two sides.
std::array<float, 3> viewDimensions (const Scene& scene)
{
    const auto [a, b, height] = scene.dimensions_m;
    const auto view = minus (scene.camera.target, scene.camera.position);
    const double alongX = view.x * view.x / std::max (1e-12, static_cast<double> (view.x * view.x + view.y * view.y));
    const double along = std::exp (alongX * std::log (a) + (1 - alongX) * std::log (b));
    return { static_cast<float> (along), static_cast<float> (static_cast<double> (a) * b / along), height };
}

void placeSource (const Scene& scene, RoomDescription& room)
{
    const auto to = minus (scene.source, scene.listener), view = minus (scene.camera.target, scene.camera.position);
    const double distance = std::max (0.05, length (to));
    const double turn = degrees * (std::atan2 (to.y, to.x) - std::atan2 (view.y, view.x));
    const double azimuth = std::remainder (turn, 360.0);
    room.source_distance_m = static_cast<float> (distance);
    room.source_azimuth_deg = static_cast<float> (scene.mirrored ? -azimuth : azimuth);
    room.source_elevation_deg = static_cast<float> (degrees * std::asin (std::clamp (to.z / distance, -1.0, 1.0)));
}

}  // namespace

BandArray meanAbsorption (const Scene& scene)
{
    std::array<double, numBands> sum {};
    double total = 0;
    const auto add = [&] (int material, double face)
    {
        total += face;
        for (std::size_t b = 0; b < numBands; ++b)
            sum[b] += face * scene.materials[static_cast<std::size_t> (material)].absorption[b];
    };
    for (const auto& q : scene.quads)
        add (q.material, length (cross (q.edge_u, q.edge_v)));
    for (const auto& t : scene.triangles)
        add (t.material, 0.5 * length (cross (minus (t.b, t.a), minus (t.c, t.a))));
    for (const auto& box : scene.boxes)
        add (box.material, 8.0 * (box.half.x * box.half.y + box.half.y * box.half.z + box.half.z * box.half.x));
    for (const auto& c : scene.cylinders)
        add (c.material, 2 * std::numbers::pi * c.radius * (c.height + c.radius));
    for (const auto& e : scene.ellipsoids)
        add (e.material, area (e));
    BandArray mean;
    for (std::size_t b = 0; b < numBands; ++b)
        mean[b] = static_cast<float> (std::clamp (sum[b] / std::max (total, 1e-9), 0.0, 1.0));
    return mean;
}

RoomDescription describeScene (const Scene& scene, const SoundField& sound)
{
    if (! (scene.volume_m3 > 0) || *std::min_element (scene.dimensions_m.begin(), scene.dimensions_m.end()) <= 0)
        throw std::invalid_argument ("the scene is not an enclosed room: volume_m3 and dimensions_m must be stated");
    RoomDescription room;
    double clarity = 0;
    for (std::size_t b = 0; b < numBands; ++b)
    {
        const auto& decay = sound.decay[b];
        if (! decay.drr_db || ! decay.c50_db)
            throw std::invalid_argument ("the scene's source is hidden from its listener, or nothing reflects its sound");
        const auto rt60 = decay.t30_s ? decay.t30_s : decay.t20_s ? decay.t20_s : decay.edt_s;
        room.rt60_s[b] = std::max (leastRt60_s, rt60.value_or (leastRt60_s));
        room.drr_db[b] = *decay.drr_db;
        clarity += b >= 2 && b <= 4 ? static_cast<double> (*decay.c50_db) / 3 : 0.0;
    }
    room.clarity_c50_db = static_cast<float> (clarity);
    room.volume_m3 = scene.volume_m3;
    room.dimensions_m = viewDimensions (scene);
    room.absorption = meanAbsorption (scene);
    room.room_kind = scene.kind.empty() ? "unknown" : scene.kind.substr (0, 64);
    placeSource (scene, room);
    return room;
}

}  // namespace lumiverb
