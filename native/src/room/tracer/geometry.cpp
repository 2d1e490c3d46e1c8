// SPDX-License-Identifier: AGPL-3.0-or-later
#include "geometry.h"

namespace lumiverb::tracer {
namespace {

/// A texture frame for a face: u level, v upwards (or away from x on level faces).
template <typename Target>
void frameFace (Target& s, Vec3 outward)
{
    if (std::abs (outward.z) > 0.9f)
        s.tangent_u = normalised (Vec3 { 1, 0, 0 } - outward * outward.x);
    else
        s.tangent_u = normalised ({ -outward.y, outward.x, 0 });
    s.tangent_v = normalised (cross (outward, s.tangent_u));
    if (s.tangent_v.z < 0 || (std::abs (outward.z) > 0.9f && s.tangent_v.y < 0))
        s.tangent_v = -s.tangent_v;
}

/// Fills what follows from the axes; the inverse's rows are cofactors / determinant.
void complete (Primitive& p)
{
    for (int i = 0; i < 3; ++i)
    {
        p.size[i] = length (p.axis[i]);
        p.direction[i] = p.axis[i] * (1 / p.size[i]);
    }
    const auto c0 = cross (p.axis[1], p.axis[2]), c1 = cross (p.axis[2], p.axis[0]), c2 = cross (p.axis[0], p.axis[1]);
    const float scale = 1.0f / dot (p.axis[0], c0);
    p.inverse[0] = c0 * scale;
    p.inverse[1] = c1 * scale;
    p.inverse[2] = c2 * scale;
}

Primitive flat (Shape shape, Vec3 corner, Vec3 u, Vec3 v, int material)
{
    Primitive p;
    p.shape = shape;
    p.material = material;
    p.origin = corner;
    p.axis[0] = u;
    p.axis[1] = v;
    p.axis[2] = normalised (cross (u, v));
    const Vec3 corners[4] { corner, corner + u, corner + v, shape == Shape::quad ? corner + u + v : corner };
    p.low = p.high = corner;
    for (const auto& c : corners)
    {
        p.low = minimum (p.low, c);
        p.high = maximum (p.high, c);
    }
    complete (p);
    if (shape == Shape::quad)
    {
        p.tangent_u = p.direction[0];
        p.tangent_v = normalised (v - p.tangent_u * dot (v, p.tangent_u));
    }
    else
        frameFace (p, p.axis[2]);                    // neighbouring triangles of a vault share one texture frame
    return p;
}

Primitive solid (Shape shape, Vec3 origin, Vec3 x, Vec3 y, Vec3 z, Vec3 low, Vec3 high, int material)
{
    Primitive p { shape, material, origin, { x, y, z }, {}, low, high, {}, {}, {}, {} };
    complete (p);
    return p;
}

Primitive fromBox (const Box& b)
{
    const float angle = b.yaw_deg * pi / 180.0f, c = std::cos (angle), s = std::sin (angle);
    const Vec3 x { c * b.half.x, s * b.half.x, 0 }, y { -s * b.half.y, c * b.half.y, 0 }, z { 0, 0, b.half.z };
    const Vec3 reach { std::abs (x.x) + std::abs (y.x), std::abs (x.y) + std::abs (y.y), b.half.z };
    return solid (Shape::box, b.centre, x, y, z, b.centre - reach, b.centre + reach, b.material);
}

void onBox (SurfacePoint& s, const Primitive& p, Vec3 unit)
{
    const float away[3] { std::abs (std::abs (unit.x) - 1), std::abs (std::abs (unit.y) - 1), std::abs (std::abs (unit.z) - 1) };
    const float metres[3] { away[0] * p.size[0], away[1] * p.size[1], away[2] * p.size[2] };
    const int axis = metres[0] <= metres[1] && metres[0] <= metres[2] ? 0 : metres[1] <= metres[2] ? 1 : 2;
    const float side = component (unit, axis) < 0 ? -1.0f : 1.0f;
    s.face = 2 * axis + (side > 0 ? 1 : 0);
    s.normal = p.direction[axis] * side;
    const int u = axis == 0 ? 1 : 0, v = axis == 2 ? 1 : 2;
    s.tangent_u = p.direction[u];
    s.tangent_v = p.direction[v];
    s.u = (component (unit, u) + 1) * p.size[u];
    s.v = (component (unit, v) + 1) * p.size[v];
    s.flat = true;
}

void onCylinder (SurfacePoint& s, const Primitive& p, Vec3 unit)
{
    const float radius = p.size[0], height = p.size[2], r = std::hypot (unit.x, unit.y);
    const float toSide = std::abs (1 - r) * radius, toCap = std::min (std::abs (unit.z), std::abs (1 - unit.z)) * height;
    if (toCap < toSide)
    {
        s.face = unit.z < 0.5f ? 1 : 2;
        s.normal = { 0, 0, unit.z < 0.5f ? -1.0f : 1.0f };
        s.tangent_u = { 1, 0, 0 };
        s.tangent_v = { 0, 1, 0 };
        s.u = unit.x * radius;
        s.v = unit.y * radius;
        s.flat = true;
        return;
    }
    s.normal = normalised ({ unit.x, unit.y, 0 });
    frameFace (s, s.normal);
    s.u = std::atan2 (unit.y, unit.x) * radius;
    s.v = unit.z * height;
}

void onEllipsoid (SurfacePoint& s, const Primitive& p, Vec3 unit)
{
    s.normal = normalised (p.inverse[0] * unit.x + p.inverse[1] * unit.y + p.inverse[2] * unit.z);
    frameFace (s, s.normal);
    s.u = std::atan2 (unit.y, unit.x) * 0.5f * (p.size[0] + p.size[1]);
    s.v = std::asin (std::clamp (unit.z, -1.0f, 1.0f)) * p.size[2];
}

void onFlat (SurfacePoint& s, const Primitive& p, Vec3 unit)
{
    s.normal = p.axis[2];
    s.flat = true;
    s.tangent_u = p.tangent_u;
    s.tangent_v = p.tangent_v;
    s.u = p.shape == Shape::quad ? unit.x * p.size[0] : dot (s.position, p.tangent_u);
    s.v = p.shape == Shape::quad ? unit.y * p.size[1] : dot (s.position, p.tangent_v);
}

}  // namespace

std::vector<Primitive> makePrimitives (const Scene& scene)
{
    std::vector<Primitive> list;
    for (const auto& q : scene.quads)
        list.push_back (flat (Shape::quad, q.corner, q.edge_u, q.edge_v, q.material));
    for (const auto& t : scene.triangles)
        list.push_back (flat (Shape::triangle, t.a, t.b - t.a, t.c - t.a, t.material));
    for (const auto& b : scene.boxes)
        list.push_back (fromBox (b));
    for (const auto& c : scene.cylinders)
        list.push_back (solid (Shape::cylinder, c.base, { c.radius, 0, 0 }, { 0, c.radius, 0 }, { 0, 0, c.height },
                               c.base - Vec3 { c.radius, c.radius, 0 }, c.base + Vec3 { c.radius, c.radius, c.height }, c.material));
    for (const auto& e : scene.ellipsoids)
        list.push_back (solid (Shape::ellipsoid, e.centre, { e.radii.x, 0, 0 }, { 0, e.radii.y, 0 }, { 0, 0, e.radii.z },
                               e.centre - e.radii, e.centre + e.radii, e.material));
    return list;
}

bool Geometry::visible (Vec3 from, Vec3 to) const noexcept
{
    const auto way = to - from;
    const float distance = length (way);
    return distance < 1e-3f || ! blocked ({ from, way * (1.0f / distance) }, distance - 5e-4f);
}

SurfacePoint Geometry::surfaceAt (const Ray& ray, const Hit& hit) const noexcept
{
    const auto& p = primitives_[static_cast<std::size_t> (hit.primitive)];
    SurfacePoint s;
    s.position = ray.origin + ray.direction * hit.distance;
    s.material = p.material;
    const auto unit = p.toUnit (s.position);
    switch (p.shape)
    {
        case Shape::quad:
        case Shape::triangle: onFlat (s, p, unit); break;
        case Shape::box: onBox (s, p, unit); break;
        case Shape::cylinder: onCylinder (s, p, unit); break;
        case Shape::ellipsoid: onEllipsoid (s, p, unit); break;
    }
    if (dot (s.normal, ray.direction) > 0)
        s.normal = -s.normal;
    return s;
}

}  // namespace lumiverb::tracer
