// SPDX-License-Identifier: AGPL-3.0-or-later
#include "room/tracer/geometry.h"
#include <doctest/doctest.h>

using namespace lumiverb;
using namespace lumiverb::tracer;

namespace {

Vec3 randomPoint (Random& random, float size)
{
    const auto x = [&] { return (2 * random.unit() - 1) * size; };
    const float a = x(), b = x(), c = x();
    return { a, b, c };
}

Scene clutter (int each)
{
    Random random (11);
    Scene scene;
    scene.materials.resize (1);
    const auto size = [&] { return 0.05f + 0.6f * random.unit(); };
    for (int i = 0; i < each; ++i)
    {
        scene.quads.push_back ({ randomPoint (random, 4), randomPoint (random, 1), randomPoint (random, 1), 0 });
        const auto a = randomPoint (random, 4);
        scene.triangles.push_back ({ a, a + randomPoint (random, 1), a + randomPoint (random, 1), 0 });
        scene.boxes.push_back ({ randomPoint (random, 4), { size(), size(), size() }, 360 * random.unit(), 0 });
        scene.cylinders.push_back ({ randomPoint (random, 4), size(), size(), 0 });
        scene.ellipsoids.push_back ({ randomPoint (random, 4), { size(), size(), size() }, 0 });
    }
    return scene;
}

/// One primitive alone, through the same code: no hierarchy to go wrong.
std::vector<Geometry> onePerPrimitive (const Scene& all)
{
    std::vector<Geometry> list;
    const auto with = [&list] (auto member, const auto& primitive)
    {
        Scene one;
        one.materials.resize (1);
        (one.*member).push_back (primitive);
        list.emplace_back (one);
    };
    for (const auto& q : all.quads)
        with (&Scene::quads, q);
    for (const auto& t : all.triangles)
        with (&Scene::triangles, t);
    for (const auto& b : all.boxes)
        with (&Scene::boxes, b);
    for (const auto& c : all.cylinders)
        with (&Scene::cylinders, c);
    for (const auto& e : all.ellipsoids)
        with (&Scene::ellipsoids, e);
    return list;
}

}  // namespace

TEST_CASE ("the hierarchy finds the hit that testing every primitive finds")
{
    const auto scene = clutter (60);
    const Geometry geometry (scene);
    const auto alone = onePerPrimitive (scene);
    Random random (3);
    int hits = 0;
    for (int i = 0; i < 3000; ++i)
    {
        const auto origin = randomPoint (random, 6);
        const float a = random.unit(), b = random.unit();
        const Ray ray { origin, uniformDirection (a, b) };
        Hit expected { 1e30f, -1 };
        for (std::size_t k = 0; k < alone.size(); ++k)
            if (const auto hit = alone[k].closest (ray); hit && hit.distance < expected.distance)
                expected = { hit.distance, static_cast<int> (k) };
        const auto found = geometry.closest (ray);
        REQUIRE (static_cast<bool> (found) == static_cast<bool> (expected));
        if (! found)
            continue;
        ++hits;
        CHECK (found.primitive == expected.primitive);
        CHECK (found.distance == doctest::Approx (expected.distance));
        CHECK (geometry.blocked (ray, found.distance * 1.001f));
        CHECK_FALSE (geometry.blocked (ray, found.distance * 0.999f));
    }
    CHECK (hits > 500);
}

TEST_CASE ("hits lie on their surface and normals face the ray")
{
    const auto scene = clutter (40);
    const Geometry geometry (scene);
    Random random (5);
    for (int i = 0; i < 3000; ++i)
    {
        const auto origin = randomPoint (random, 6);
        const float a = random.unit(), b = random.unit();
        const Ray ray { origin, uniformDirection (a, b) };
        const auto hit = geometry.closest (ray);
        if (! hit)
            continue;
        const auto s = geometry.surfaceAt (ray, hit);
        CHECK (dot (s.normal, ray.direction) <= 0);
        CHECK (length (s.normal) == doctest::Approx (1).epsilon (1e-3));
        CHECK (std::abs (dot (s.normal, s.tangent_u)) < 1e-3f);
        CHECK (std::abs (dot (s.normal, s.tangent_v)) < 1e-3f);
        const auto& p = geometry.primitives()[static_cast<std::size_t> (hit.primitive)];
        const auto u = p.toUnit (s.position);
        if (p.shape == Shape::ellipsoid)
            CHECK (length (u) == doctest::Approx (1).epsilon (1e-3));
        if (p.shape == Shape::box)
            CHECK (std::max (std::abs (u.x), std::max (std::abs (u.y), std::abs (u.z))) == doctest::Approx (1).epsilon (1e-3));
        if (p.shape == Shape::quad || p.shape == Shape::triangle)
            CHECK (std::abs (u.z) < 1e-3f);
    }
}

TEST_CASE ("rays leave a surface without meeting it again, near the origin and far from it")
{
    for (const float offset : { 0.0f, 90.0f })
    {
        Scene scene;
        scene.materials.resize (1);
        scene.boxes.push_back ({ { offset, offset, 0 }, { 1, 2, 3 }, 30, 0 });
        const Geometry geometry (scene);
        Random random (9);
        for (int i = 0; i < 2000; ++i)
        {
            const float a = random.unit(), b = random.unit();
            const auto outwards = uniformDirection (a, b);
            const Ray ray { Vec3 { offset, offset, 0 } + outwards * 10, -outwards };
            const auto hit = geometry.closest (ray);
            REQUIRE (hit);
            const auto s = geometry.surfaceAt (ray, hit);
            const float c = random.unit(), d = random.unit();
            CHECK_FALSE (geometry.closest ({ leaving (s.position, s.normal), cosineDirection (s.normal, c, d) }));
        }
    }
}

TEST_CASE ("an empty scene is never hit")
{
    const Geometry geometry { Scene() };
    CHECK_FALSE (geometry.closest ({ { 0, 0, 0 }, { 1, 0, 0 } }));
    CHECK (geometry.visible ({ 0, 0, 0 }, { 5, 0, 0 }));
}

TEST_CASE ("cosine directions have the mean of a Lambert lobe")
{
    Random random (1);
    const auto n = normalised ({ 0.3f, -0.5f, 0.8f });
    double sum = 0;
    for (int i = 0; i < 100000; ++i)
    {
        const float a = random.unit(), b = random.unit();
        sum += dot (cosineDirection (n, a, b), n);
    }
    CHECK (sum / 100000 == doctest::Approx (2.0 / 3).epsilon (0.01));
}

TEST_CASE ("the samples of a pixel cover each pair of dimensions evenly")
{
    PixelSampler sampler (5, 77);
    std::array<std::array<int, 16>, 3> cells {};
    for (std::uint32_t i = 0; i < 64; ++i)
    {
        sampler.startSample (i);
        for (auto& dimension : cells)
        {
            const auto [x, y] = sampler.pair();
            ++dimension[static_cast<std::size_t> (4 * static_cast<int> (4 * x) + static_cast<int> (4 * y))];
        }
    }
    for (const auto& dimension : cells)
        for (const int count : dimension)
            CHECK (count == 4);
}
