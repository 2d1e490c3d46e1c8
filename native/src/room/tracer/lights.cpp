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
            case Shape::quad: add (id, 0, parallelogram (0, 1), radiance); break;
            case Shape::triangle: add (id, 0, 0.5f * parallelogram (0, 1), radiance); break;
            case Shape::box:
                for (int face = 0; face < 6; ++face)
                    add (id, face, 4 * parallelogram ((face / 2 + 1) % 3, (face / 2 + 2) % 3), radiance);
                break;
            case Shape::cylinder:
                add (id, 0, 2 * pi * length (p.axis[0]) * length (p.axis[2]), radiance);
                add (id, 1, pi * parallelogram (0, 1), radiance);
                add (id, 2, pi * parallelogram (0, 1), radiance);
                break;
            case Shape::ellipsoid: add (id, 0, sphereLikeArea (p), radiance); break;
        }
    }
    if (! cumulative_.empty())
        for (auto& c : cumulative_)
            c /= cumulative_.back();
}

void Lights::add (int primitive, int face, float area, Rgb radiance)
{
    lights_.push_back ({ primitive, face, radiance, area });
    cumulative_.push_back ((cumulative_.empty() ? 0.0f : cumulative_.back()) + area * luminance (radiance));
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
    const auto& p = geometry_.primitives()[static_cast<std::size_t> (light.primitive)];
    LightPoint point { {}, {}, light.area, light.radiance, p.shape == Shape::quad || p.shape == Shape::triangle };
    switch (p.shape)
    {
        case Shape::triangle:
            if (a + b > 1)
            {
                a = 1 - a;
                b = 1 - b;
            }
            [[fallthrough]];
        case Shape::quad:
            point.position = p.toWorld ({ a, b, 0 });
            point.normal = p.axis[2];
            break;
        case Shape::box:
        {
            const int axis = light.face / 2;
            const float side = (light.face & 1) != 0 ? 1.0f : -1.0f;
            point.position = p.origin + p.axis[axis] * side + p.axis[(axis + 1) % 3] * (2 * a - 1) + p.axis[(axis + 2) % 3] * (2 * b - 1);
            point.normal = p.direction[axis] * side;
            break;
        }
        case Shape::cylinder:
        {
            const float angle = 2 * pi * a, radius = light.face == 0 ? 1.0f : std::sqrt (b);
            const Vec3 unit { radius * std::cos (angle), radius * std::sin (angle), light.face == 0 ? b : light.face == 1 ? 0.0f : 1.0f };
            point.position = p.toWorld (unit);
            point.normal = light.face == 0 ? normalised ({ unit.x, unit.y, 0 }) : Vec3 { 0, 0, light.face == 1 ? -1.0f : 1.0f };
            break;
        }
        case Shape::ellipsoid:
        {
            // A uniform point of the unit sphere; the map stretches area by |det| x |inverse transpose of the normal|.
            const auto unit = uniformDirection (a, b);
            const auto stretched = p.inverse[0] * unit.x + p.inverse[1] * unit.y + p.inverse[2] * unit.z;
            point.position = p.toWorld (unit);
            point.normal = normalised (stretched);
            point.area = 4 * pi * length (stretched) * std::abs (dot (p.axis[0], cross (p.axis[1], p.axis[2])));
            break;
        }
    }
    return point;
}

}  // namespace lumiverb::tracer
