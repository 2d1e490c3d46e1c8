// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lights.h"

namespace lumiverb::tracer {
namespace {

float sphereLikeArea (const Primitive& p)
{
    // Knud Thomsen's formula; only used to weigh lights against each other.
    const float a = length (p.axis[0]), b = length (p.axis[1]), c = length (p.axis[2]);
    const auto product = [] (float x, float y) { return std::pow (x * y, 1.6075f); };
    return 4 * pi * std::pow ((product (a, b) + product (a, c) + product (b, c)) / 3, 1 / 1.6075f);
}

}  // namespace

Lights::Lights (const Scene& scene, const Geometry& geometry, const std::vector<TextureMean>& means) : geometry_ (geometry)
{
    for (std::size_t i = 0; i < geometry.primitives().size(); ++i)
    {
        const auto& p = geometry.primitives()[i];
        const auto material = static_cast<std::size_t> (p.material);
        const Rgb radiance = Rgb (scene.materials[material].emission) * means[material].glow;
        if (largest (radiance) <= 0)
            continue;
        const int id = static_cast<int> (i);
        const auto parallelogram = [&p] (int a, int b) { return length (cross (p.axis[a], p.axis[b])); };
        switch (p.shape)
        {
            case Shape::quad:
                add (
                    { Light::Form::parallelogram, p.origin, p.axis[0], p.axis[1], p.axis[2], true, id, 0, radiance, parallelogram (0, 1) });
                break;
            case Shape::triangle:
                add ({ Light::Form::triangle, p.origin, p.axis[0], p.axis[1], p.axis[2], true, id, 0, radiance,
                       0.5f * parallelogram (0, 1) });
                break;
            case Shape::box:
                for (int face = 0; face < 6; ++face)
                {
                    const int axis = face / 2, u = (axis + 1) % 3, v = (axis + 2) % 3;
                    const float side = (face & 1) != 0 ? 1.0f : -1.0f;
                    add ({ Light::Form::parallelogram, p.origin + p.axis[axis] * side - p.axis[u] - p.axis[v], p.axis[u] * 2, p.axis[v] * 2,
                           p.direction[axis] * side, false, id, face, radiance, 4 * parallelogram (u, v) });
                }
                break;
            case Shape::cylinder:
                for (int face = 0; face < 3; ++face)
                    add ({ Light::Form::curved,
                           {},
                           {},
                           {},
                           {},
                           false,
                           id,
                           face,
                           radiance,
                           face == 0 ? 2 * pi * p.size[0] * p.size[2] : pi * p.size[0] * p.size[0] });
                break;
            case Shape::ellipsoid: add ({ Light::Form::curved, {}, {}, {}, {}, false, id, 0, radiance, sphereLikeArea (p) }); break;
        }
    }
    if (! cumulative_.empty())
        for (auto& c : cumulative_)
            c /= cumulative_.back();
}

void Lights::add (Light light)
{
    cumulative_.push_back ((cumulative_.empty() ? 0.0f : cumulative_.back()) + light.area * luminance (light.radiance));
    lights_.push_back (light);
}

Lights::Choice Lights::choose (float random) const noexcept
{
    const auto found = std::upper_bound (cumulative_.begin(), cumulative_.end() - 1, random);
    const auto index = static_cast<std::size_t> (found - cumulative_.begin());
    return { index, cumulative_[index] - (index > 0 ? cumulative_[index - 1] : 0.0f) };
}

LightPoint Lights::pointOn (std::size_t index, float a, float b) const noexcept
{
    const auto& light = lights_[index];
    if (light.form == Light::Form::curved)
        return curvedPoint (light, a, b);
    if (light.form == Light::Form::triangle && a + b > 1)
    {
        a = 1 - a;
        b = 1 - b;
    }
    return { light.corner + light.edge_u * a + light.edge_v * b, light.normal, light.area, light.radiance, light.bothSides };
}

LightPoint Lights::curvedPoint (const Light& light, float a, float b) const noexcept
{
    const auto& p = geometry_.primitives()[static_cast<std::size_t> (light.primitive)];
    if (p.shape == Shape::ellipsoid)
    {
        // A uniform point of the unit sphere; the map stretches area by |det| x |inverse transpose of the normal|.
        const auto unit = uniformDirection (a, b);
        const auto stretched = p.inverse[0] * unit.x + p.inverse[1] * unit.y + p.inverse[2] * unit.z;
        const float area = 4 * pi * length (stretched) * std::abs (dot (p.axis[0], cross (p.axis[1], p.axis[2])));
        return { p.toWorld (unit), normalised (stretched), area, light.radiance, false };
    }
    const float angle = 2 * pi * a, radius = light.face == 0 ? 1.0f : std::sqrt (b);
    const Vec3 unit { radius * std::cos (angle), radius * std::sin (angle), light.face == 0 ? b : light.face == 1 ? 0.0f : 1.0f };
    const auto normal = light.face == 0 ? normalised ({ unit.x, unit.y, 0 }) : Vec3 { 0, 0, light.face == 1 ? -1.0f : 1.0f };
    return { p.toWorld (unit), normal, light.area, light.radiance, false };
}

}  // namespace lumiverb::tracer
