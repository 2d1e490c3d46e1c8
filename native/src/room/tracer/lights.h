// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "geometry.h"
#include "textures.h"

namespace lumiverb::tracer {

/// One shining surface: a flat primitive, a face of a box, a cylinder's side or cap, an ellipsoid.
struct Light
{
    enum class Form
    {
        parallelogram,
        triangle,
        curved
    } form = Form::curved;
    Vec3 corner, edge_u, edge_v, normal;            ///< of flat ones
    bool bothSides = true;
    int primitive = 0, face = 0;
    Rgb radiance;
    float area = 0;
};
/// area: inverse of the density there. Solids shine outwards only: their far sides are hidden by themselves.
struct LightPoint
{
    Vec3 position, normal;
    float area = 0;
    Rgb radiance;
    bool bothSides = true;
};

/// All shining surfaces, chosen in proportion to their power.
class Lights
{
public:
    Lights (const Scene&, const Geometry&, const std::vector<TextureMean>&);
    bool empty() const noexcept { return lights_.empty(); }
    std::size_t size() const noexcept { return lights_.size(); }
    struct Choice
    {
        std::size_t index;
        float probability;
    };
    Choice choose (float random) const noexcept;
    LightPoint pointOn (std::size_t index, float a, float b) const noexcept;

private:
    void add (Light);
    LightPoint curvedPoint (const Light&, float a, float b) const noexcept;
    const Geometry& geometry_;
    std::vector<Light> lights_;
    std::vector<float> cumulative_;
};

}  // namespace lumiverb::tracer
