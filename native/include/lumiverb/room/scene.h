// SPDX-License-Identifier: AGPL-3.0-or-later
// ONE description of a place, for light and for sound. Written by python/lumiverb/acoustics (scene maker), read by RoomTracer.
// Metres, z up, right-handed. JSON keys are the member names; vectors are arrays [x, y, z]; defaults may be left out.
// docs/scene-format.md has the schema.
#pragma once
#include "lumiverb/room/bands.h"
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace lumiverb {

struct Vec3
{
    float x = 0, y = 0, z = 0;
};

/// Procedural surface patterns, scaled by Texture::size_m (the size of one element: brick, tile, plank, fold...).
enum class Pattern
{
    plain,
    plaster,
    brick,
    tiles,
    planks,
    carpet,
    concrete,
    woodPanel,
    acousticTile,
    foam,
    curtain,
    books,
    window,
    marble,
    fabric,
    slats,
    perforated,
    grass,
    foliage,
    asphalt,
    sky,
    poster,
    screen,
    herringbone,
    hexTiles,
    stripes
};

struct Texture
{
    Pattern pattern = Pattern::plain;
    std::array<float, 3> colour { 0.7f, 0.7f, 0.7f }, colour2 { 0.6f, 0.6f, 0.6f }, joint { 0.3f, 0.3f, 0.3f };  ///< linear RGB albedo
    std::array<float, 2> size_m { 1, 1 };
    std::uint32_t seed = 0;
    float wear = 0;                                  ///< 0 new .. 1 stained and grimy
};

struct Material
{
    std::string name;
    Texture texture;
    float specular = 0, roughness = 0.9f;            ///< Fresnel reflectance at normal incidence; 0 mirror .. 1 dull
    std::array<float, 3> emission { 0, 0, 0 };       ///< linear RGB radiance: lamps, window light
    BandArray absorption { 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f };   ///< 0..1 per octave; 1 = open air
    BandArray scattering { 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f };   ///< 0..1 per octave
};

/// Flat parallelogram: corner, two edges. Both sides reflect sound and light, and shine if the material does.
/// Textures start at the corner, u along edge_u and v (up, for bricks and books) along edge_v.
struct Quad
{
    Vec3 corner, edge_u, edge_v;
    int material = 0;
};
/// Box turned about the vertical axis.
struct Box
{
    Vec3 centre, half;
    float yaw_deg = 0;
    int material = 0;
};
/// Vertical cylinder with caps.
struct Cylinder
{
    Vec3 base;
    float radius = 0.3f, height = 1;
    int material = 0;
};
/// Axis-aligned ellipsoid (plants, heads, lamps, boulders).
struct Ellipsoid
{
    Vec3 centre, radii;
    int material = 0;
};
struct Triangle
{
    Vec3 a, b, c;
    int material = 0;
};

/// How a source shines: the same in all directions, or as a talker does.
enum class SourcePattern
{
    omni,
    voice
};

struct Camera
{
    Vec3 position, target;
    float fov_deg = 80;
    float roll_deg = 0;
};   ///< horizontal field of view

struct Scene
{
    std::string kind, name;
    std::uint64_t seed = 0;
    std::vector<Material> materials;
    std::vector<Quad> quads;                         ///< room shell and anything flat (patches lie 1-3 mm before the wall)
    std::vector<Box> boxes;
    std::vector<Cylinder> cylinders;
    std::vector<Ellipsoid> ellipsoids;
    std::vector<Triangle> triangles;                 ///< vaults, gables, anything else
    std::array<float, 3> sky { 0, 0, 0 };            ///< radiance of rays that leave the scene (outdoors)
    std::array<float, 3> sun { 0, 0, 0 };            ///< irradiance of direct sunlight on a surface that faces it; 0 = no sun
    Vec3 sun_direction { 0.4f, 0.3f, 0.85f };        ///< towards the sun, any length
    bool mirrored = false;                           ///< picture and sound as in a mirror: left and right change places, exactly
    Camera camera;
    Vec3 source, listener;
    SourcePattern source_pattern = SourcePattern::omni;
    Vec3 source_facing;                              ///< where a voice talks to; 0 = towards the listener
    float volume_m3 = 0, surface_m2 = 0;             ///< of the air space; stated by the scene maker, 0 outdoors
    std::array<float, 3> dimensions_m {};           ///< bounding length, width, height of the air space
};

std::string toJson (const Scene&);
/// Throws std::invalid_argument naming the key (unknown keys, wrong types, indices out of range, non-finite numbers, over 100 000 primitives).
Scene sceneFromJson (const std::string& json);

}  // namespace lumiverb
