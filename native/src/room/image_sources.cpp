// SPDX-License-Identifier: AGPL-3.0-or-later
#include "image_sources.h"
#include <algorithm>
#include <cmath>
#include <cstdint>

namespace lumiverb {

namespace {

/// Repeatable value in -1..1 of an image and an axis.
double jitter (int nx, int ny, int nz, int axis)
{
    std::uint64_t h = static_cast<std::uint64_t> (nx + 64) | static_cast<std::uint64_t> (ny + 64) << 8
                      | static_cast<std::uint64_t> (nz + 64) << 16 | static_cast<std::uint64_t> (axis) << 24;
    h = (h + 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
    return static_cast<double> ((h ^ (h >> 31)) >> 11) / 4503599627370496.0 - 1.0;
}

double mirrored (double place, double size, int n) { return n * size + (n % 2 == 0 ? place : size - place); }

}  // namespace

/// Listener and source in the box: the line between them through a point beside the centre, shortened where the box is too small.
Placement placeInBox (const RoomDescription& room, double offset_deg)
{
    const auto [length, width, height] = room.dimensions_m;
    const Direction d = direction (room.source_azimuth_deg + offset_deg, room.source_elevation_deg);
    double distance = room.source_distance_m;
    const auto fit = [&] (double size, double part) { return std::abs (part) < 1.0e-3 ? distance : 0.8 * size / std::abs (part); };
    distance = std::min ({ distance, fit (length, d.x), fit (width, d.y), fit (0.6 * height, d.z) });

    const double earHeight = std::min (1.5, 0.45 * height);
    const double middleX = 0.53 * length, middleY = 0.46 * width;
    const auto inside = [] (double value, double size) { return std::clamp (value, 0.05 * size, 0.95 * size); };
    const std::array<double, 3> listener { inside (middleX - 0.5 * distance * d.x, length), inside (middleY - 0.5 * distance * d.y, width),
                                           earHeight };
    return { listener,
             { inside (listener[0] + distance * d.x, length), inside (listener[1] + distance * d.y, width),
               inside (listener[2] + distance * d.z + 0.07, height) } };
}

std::vector<ImageSource> imageSources (const RoomDescription& room, double offset_deg, int maxOrder)
{
    constexpr double jitterPerReflection_m = 0.03;
    // Reflections closer than this to the direct sound would count as part of it (and colour it): they are moved behind.
    constexpr double earliest_s = 0.0028;

    const auto [listener, source] = placeInBox (room, offset_deg);
    const auto [length, width, height] = room.dimensions_m;
    const double direct =
        std::sqrt ((source[0] - listener[0]) * (source[0] - listener[0]) + (source[1] - listener[1]) * (source[1] - listener[1])
                   + (source[2] - listener[2]) * (source[2] - listener[2]));
    std::vector<ImageSource> images;
    for (int nx = -maxOrder; nx <= maxOrder; ++nx)
        for (int ny = -maxOrder; ny <= maxOrder; ++ny)
            for (int nz = -maxOrder; nz <= maxOrder; ++nz)
            {
                const int order = std::abs (nx) + std::abs (ny) + std::abs (nz);
                if (order == 0 || order > maxOrder)
                    continue;
                const double shift = jitterPerReflection_m * order;
                const double x = mirrored (source[0], length, nx) - listener[0] + shift * jitter (nx, ny, nz, 0);
                const double y = mirrored (source[1], width, ny) - listener[1] + shift * jitter (nx, ny, nz, 1);
                const double z = mirrored (source[2], height, nz) - listener[2] + shift * jitter (nx, ny, nz, 2);
                const double distance = std::max (std::sqrt (x * x + y * y + z * z), direct);
                ImageSource image;
                const double time = (distance - direct) / static_cast<double> (speedOfSound_m_s);
                image.time_s = static_cast<float> (std::sqrt (time * time + earliest_s * earliest_s));
                image.direction = { static_cast<float> (x / distance), static_cast<float> (y / distance),
                                    static_cast<float> (z / distance) };
                image.order = order;
                for (std::size_t band = 0; band < numBands; ++band)
                    image.energy[band] = static_cast<float> (
                        direct * direct / (distance * distance) * std::pow (1.0 - std::min (room.absorption[band], 0.99f), order)
                        * std::exp (-static_cast<double> (airAbsorption_1_m[band]) * (distance - direct)));
                images.push_back (image);
            }
    std::ranges::stable_sort (images, {}, &ImageSource::time_s);
    return images;
}

}  // namespace lumiverb
