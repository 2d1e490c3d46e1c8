// SPDX-License-Identifier: AGPL-3.0-or-later
// Scene <-> JSON. Each structure lists its members once (`fields`); reading, writing and the error messages follow from the list.
#include "lumiverb/room/scene.h"
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace lumiverb {
namespace {

using Json = nlohmann::json;

constexpr std::size_t maxPrimitives = 100000;
constexpr std::string_view formatName = "lumiverb-scene";
constexpr std::array<std::string_view, 2> sourcePatternNames { "omni", "voice" };
constexpr std::array<std::string_view, 26> patternNames { "plain",    "plaster",   "brick",        "tiles",  "planks",     "carpet",
                                                          "concrete", "woodPanel", "acousticTile", "foam",   "curtain",    "books",
                                                          "window",   "marble",    "fabric",       "slats",  "perforated", "grass",
                                                          "foliage",  "asphalt",   "sky",          "poster", "screen",     "herringbone",
                                                          "hexTiles", "stripes" };

[[noreturn]] void fail (const std::string& where, const std::string& reason)
{
    throw std::invalid_argument ("scene: " + where + ": " + reason);
}

// ---- scalar values -------------------------------------------------------------------------------------------------
void read (const Json& json, const std::string& where, float& value)
{
    if (! json.is_number())
        fail (where, std::string ("expected a number, got ") + json.type_name());
    value = json.get<float>();
    if (! std::isfinite (value))
        fail (where, "is not a finite number");
}

void read (const Json& json, const std::string& where, int& value)
{
    if (! json.is_number_integer() || json.get<std::int64_t>() != static_cast<int> (json.get<std::int64_t>()))
        fail (where, std::string ("expected an integer, got ") + json.dump());
    value = json.get<int>();
}

template <typename Unsigned>
void readUnsigned (const Json& json, const std::string& where, Unsigned& value)
{
    if (! json.is_number_integer() || (! json.is_number_unsigned() && json.get<std::int64_t>() < 0)
        || json.get<std::uint64_t>() > std::numeric_limits<Unsigned>::max())
        fail (where, "expected an integer of 0 to " + std::to_string (std::numeric_limits<Unsigned>::max()) + ", got " + json.dump());
    value = json.get<Unsigned>();
}
void read (const Json& json, const std::string& where, std::uint32_t& value) { readUnsigned (json, where, value); }
void read (const Json& json, const std::string& where, std::uint64_t& value) { readUnsigned (json, where, value); }

void read (const Json& json, const std::string& where, bool& value)
{
    if (! json.is_boolean())
        fail (where, std::string ("expected true or false, got ") + json.type_name());
    value = json.get<bool>();
}

void read (const Json& json, const std::string& where, std::string& value)
{
    if (! json.is_string())
        fail (where, std::string ("expected a text, got ") + json.type_name());
    value = json.get<std::string>();
}

template <typename Enum, std::size_t count>
void readName (const Json& json, const std::string& where, const std::array<std::string_view, count>& names, Enum& value)
{
    std::string text;
    read (json, where, text);
    for (std::size_t i = 0; i < count; ++i)
        if (text == names[i])
        {
            value = static_cast<Enum> (i);
            return;
        }
    fail (where, "unknown pattern \"" + text + "\"");
}
void read (const Json& json, const std::string& where, Pattern& value) { readName (json, where, patternNames, value); }
void read (const Json& json, const std::string& where, SourcePattern& value) { readName (json, where, sourcePatternNames, value); }

template <std::size_t size>
void read (const Json& json, const std::string& where, std::array<float, size>& value)
{
    if (! json.is_array() || json.size() != size)
        fail (where, "expected an array of " + std::to_string (size) + " numbers");
    for (std::size_t i = 0; i < size; ++i)
        read (json[i], where + '[' + std::to_string (i) + ']', value[i]);
}

void read (const Json& json, const std::string& where, Vec3& value)
{
    std::array<float, 3> xyz;
    read (json, where, xyz);
    value = { xyz[0], xyz[1], xyz[2] };
}

template <typename Value>
Json write (const Value& value)
{
    return value;
}
Json write (const Vec3& value) { return Json { value.x, value.y, value.z }; }
Json write (Pattern value) { return std::string (patternNames.at (static_cast<std::size_t> (value))); }

Json write (SourcePattern value) { return std::string (sourcePatternNames.at (static_cast<std::size_t> (value))); }

// ---- structures: every member with its key ----------------------------------------------------------------------------
template <typename Visit>
void fields (auto& t, Texture*, const Visit& visit)
{
    visit ("pattern", t.pattern);
    visit ("colour", t.colour);
    visit ("colour2", t.colour2);
    visit ("joint", t.joint);
    visit ("size_m", t.size_m);
    visit ("seed", t.seed);
    visit ("wear", t.wear);
}
template <typename Visit>
void fields (auto& m, Material*, const Visit& visit)
{
    visit ("name", m.name);
    visit ("texture", m.texture);
    visit ("specular", m.specular);
    visit ("roughness", m.roughness);
    visit ("emission", m.emission);
    visit ("absorption", m.absorption);
    visit ("scattering", m.scattering);
}
template <typename Visit>
void fields (auto& q, Quad*, const Visit& visit)
{
    visit ("corner", q.corner);
    visit ("edge_u", q.edge_u);
    visit ("edge_v", q.edge_v);
    visit ("material", q.material);
}
template <typename Visit>
void fields (auto& b, Box*, const Visit& visit)
{
    visit ("centre", b.centre);
    visit ("half", b.half);
    visit ("yaw_deg", b.yaw_deg);
    visit ("material", b.material);
}
template <typename Visit>
void fields (auto& c, Cylinder*, const Visit& visit)
{
    visit ("base", c.base);
    visit ("radius", c.radius);
    visit ("height", c.height);
    visit ("material", c.material);
}
template <typename Visit>
void fields (auto& e, Ellipsoid*, const Visit& visit)
{
    visit ("centre", e.centre);
    visit ("radii", e.radii);
    visit ("material", e.material);
}
template <typename Visit>
void fields (auto& t, Triangle*, const Visit& visit)
{
    visit ("a", t.a);
    visit ("b", t.b);
    visit ("c", t.c);
    visit ("material", t.material);
}
template <typename Visit>
void fields (auto& c, Camera*, const Visit& visit)
{
    visit ("position", c.position);
    visit ("target", c.target);
    visit ("fov_deg", c.fov_deg);
    visit ("roll_deg", c.roll_deg);
}
template <typename Visit>
void fields (auto& s, Scene*, const Visit& visit)
{
    visit ("kind", s.kind);
    visit ("name", s.name);
    visit ("seed", s.seed);
    visit ("materials", s.materials);
    visit ("quads", s.quads);
    visit ("boxes", s.boxes);
    visit ("cylinders", s.cylinders);
    visit ("ellipsoids", s.ellipsoids);
    visit ("triangles", s.triangles);
    visit ("sky", s.sky);
    visit ("sun", s.sun);
    visit ("sun_direction", s.sun_direction);
    visit ("mirrored", s.mirrored);
    visit ("camera", s.camera);
    visit ("source", s.source);
    visit ("listener", s.listener);
    visit ("source_pattern", s.source_pattern);
    visit ("source_facing", s.source_facing);
    visit ("volume_m3", s.volume_m3);
    visit ("surface_m2", s.surface_m2);
    visit ("dimensions_m", s.dimensions_m);
}

template <typename T>
concept Structure = std::is_same_v<T, Texture> || std::is_same_v<T, Material> || std::is_same_v<T, Quad> || std::is_same_v<T, Box>
                    || std::is_same_v<T, Cylinder> || std::is_same_v<T, Ellipsoid> || std::is_same_v<T, Triangle>
                    || std::is_same_v<T, Camera> || std::is_same_v<T, Scene>;

template <Structure T>
void read (const Json&, const std::string& where, T&);
template <Structure T>
Json write (const T&);

template <Structure T>
void read (const Json& json, const std::string& where, std::vector<T>& list)
{
    if (! json.is_array())
        fail (where, std::string ("expected an array, got ") + json.type_name());
    if (json.size() > maxPrimitives)
        fail (where, "has more than " + std::to_string (maxPrimitives) + " entries");
    list.resize (json.size());
    for (std::size_t i = 0; i < list.size(); ++i)
        read (json[i], where + '[' + std::to_string (i) + ']', list[i]);
}

template <Structure T>
Json write (const std::vector<T>& list)
{
    auto json = Json::array();
    for (const auto& entry : list)
        json.push_back (write (entry));
    return json;
}

template <Structure T>
void read (const Json& json, const std::string& where, T& value)
{
    if (! json.is_object())
        fail (where, std::string ("expected an object, got ") + json.type_name());
    std::set<std::string_view> known;
    const auto prefix = where == "scene" ? std::string() : where + '.';
    fields (value, static_cast<T*> (nullptr),
            [&] (const char* key, auto& member)
            {
                known.insert (key);
                if (const auto found = json.find (key); found != json.end())
                    read (*found, prefix + key, member);
            });
    for (const auto& [key, unused] : json.items())
        if (! known.contains (key))
            fail (prefix + key, "unknown key");
}

template <Structure T>
Json write (const T& value)
{
    auto json = Json::object();
    fields (value, static_cast<T*> (nullptr), [&json] (const char* key, const auto& member) { json[key] = write (member); });
    return json;
}

// ---- what the types alone do not say ----------------------------------------------------------------------------------
void require (bool condition, const std::string& where, const char* reason)
{
    if (! condition)
        fail (where, reason);
}

template <std::size_t size>
void requireRange (const std::array<float, size>& values, float lo, float hi, const std::string& where)
{
    for (std::size_t i = 0; i < size; ++i)
        if (! (values[i] >= lo && values[i] <= hi))
        {
            std::ostringstream range;
            range << "must lie between " << lo << " and " << hi;
            fail (where + '[' + std::to_string (i) + ']', range.str());
        }
}

void checkMaterial (const Material& material, const std::string& where)
{
    requireRange (material.texture.colour, 0, 1, where + ".texture.colour");
    requireRange (material.texture.colour2, 0, 1, where + ".texture.colour2");
    requireRange (material.texture.joint, 0, 1, where + ".texture.joint");
    requireRange (material.texture.size_m, 1e-4f, 1e4f, where + ".texture.size_m");
    requireRange (material.emission, 0, 1e6f, where + ".emission");
    requireRange (material.absorption, 0, 1, where + ".absorption");
    requireRange (material.scattering, 0, 1, where + ".scattering");
    require (material.specular >= 0 && material.specular <= 1, where + ".specular", "must lie between 0 and 1");
    require (material.roughness >= 0 && material.roughness <= 1, where + ".roughness", "must lie between 0 and 1");
}

template <typename Primitives>
void checkMaterialIndices (const Primitives& primitives, const char* list, std::size_t numMaterials)
{
    for (std::size_t i = 0; i < primitives.size(); ++i)
        if (primitives[i].material < 0 || static_cast<std::size_t> (primitives[i].material) >= numMaterials)
            fail (std::string (list) + '[' + std::to_string (i) + "].material",
                  "index " + std::to_string (primitives[i].material) + " but there are " + std::to_string (numMaterials) + " materials");
}

bool positive (Vec3 v) { return v.x > 0 && v.y > 0 && v.z > 0; }
float squared (Vec3 v) { return v.x * v.x + v.y * v.y + v.z * v.z; }
Vec3 difference (Vec3 a, Vec3 b) { return { a.x - b.x, a.y - b.y, a.z - b.z }; }
Vec3 cross (Vec3 a, Vec3 b) { return { a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x }; }

template <typename Primitives, typename Test>
void checkShapes (const Primitives& primitives, const char* list, const Test& test, const char* reason)
{
    for (std::size_t i = 0; i < primitives.size(); ++i)
        require (test (primitives[i]), std::string (list) + '[' + std::to_string (i) + ']', reason);
}

void check (const Scene& s)
{
    const auto total = s.quads.size() + s.boxes.size() + s.cylinders.size() + s.ellipsoids.size() + s.triangles.size();
    require (total <= maxPrimitives, "primitives", "there are more than 100000");
    for (std::size_t i = 0; i < s.materials.size(); ++i)
        checkMaterial (s.materials[i], "materials[" + std::to_string (i) + ']');
    checkMaterialIndices (s.quads, "quads", s.materials.size());
    checkMaterialIndices (s.boxes, "boxes", s.materials.size());
    checkMaterialIndices (s.cylinders, "cylinders", s.materials.size());
    checkMaterialIndices (s.ellipsoids, "ellipsoids", s.materials.size());
    checkMaterialIndices (s.triangles, "triangles", s.materials.size());
    checkShapes (s.quads, "quads", [] (const Quad& q) { return squared (cross (q.edge_u, q.edge_v)) > 1e-14f; }, "has no area");
    checkShapes (s.boxes, "boxes", [] (const Box& b) { return positive (b.half); }, "half must be positive in x, y and z");
    checkShapes (
        s.cylinders, "cylinders", [] (const Cylinder& c) { return c.radius > 0 && c.height > 0; }, "radius and height must be positive");
    checkShapes (s.ellipsoids, "ellipsoids", [] (const Ellipsoid& e) { return positive (e.radii); }, "radii must be positive");
    checkShapes (
        s.triangles, "triangles",
        [] (const Triangle& t) { return squared (cross (difference (t.b, t.a), difference (t.c, t.a))) > 1e-14f; }, "has no area");
    requireRange (s.sky, 0, 1e6f, "sky");
    requireRange (s.sun, 0, 1e6f, "sun");
    require (squared (s.sun_direction) > 0, "sun_direction", "has no length");
    require (s.camera.fov_deg >= 1 && s.camera.fov_deg <= 170, "camera.fov_deg", "must lie between 1 and 170");
    require (s.volume_m3 >= 0, "volume_m3", "must not be negative");
    require (s.surface_m2 >= 0, "surface_m2", "must not be negative");
}

}  // namespace

std::string toJson (const Scene& scene)
{
    auto json = write (scene);
    json["format"] = formatName;
    json["version"] = 1;
    return json.dump();
}

Scene sceneFromJson (const std::string& text)
{
    auto json = Json::parse (text, nullptr, false);
    if (json.is_discarded())
        throw std::invalid_argument ("scene: the text is not JSON");
    if (json.is_object())
    {
        if (json.contains ("format") && json["format"] != formatName)
            fail ("format", "expected \"lumiverb-scene\", got " + json["format"].dump());
        if (json.contains ("version") && json["version"] != 1)
            fail ("version", "this build reads version 1, got " + json["version"].dump());
        json.erase ("format");
        json.erase ("version");
    }
    Scene scene;
    read (json, "scene", scene);
    check (scene);
    return scene;
}

}  // namespace lumiverb
