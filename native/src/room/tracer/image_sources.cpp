// SPDX-License-Identifier: AGPL-3.0-or-later
#include "image_sources.h"
#include "directivity.h"

namespace lumiverb::tracer {
namespace {

struct Face
{
    int primitive, index;
    Vec3 normal, centre;
    float area;
};

std::vector<Face> flatFaces (const Geometry& geometry)
{
    std::vector<Face> faces;
    for (std::size_t i = 0; i < geometry.primitives().size(); ++i)
    {
        const auto& p = geometry.primitives()[i];
        const int id = static_cast<int> (i);
        if (p.shape == Shape::quad || p.shape == Shape::triangle)
        {
            const float whole = length (cross (p.axis[0], p.axis[1]));
            const bool quad = p.shape == Shape::quad;
            faces.push_back (
                { id, 0, p.axis[2], p.origin + (p.axis[0] + p.axis[1]) * (quad ? 0.5f : 1.0f / 3), quad ? whole : 0.5f * whole });
        }
        else if (p.shape == Shape::box)
            for (int face = 0; face < 6; ++face)
            {
                const int axis = face / 2;
                const auto out = p.axis[axis] * ((face & 1) != 0 ? 1.0f : -1.0f);
                faces.push_back (
                    { id, face, normalised (out), p.origin + out, 4 * length (cross (p.axis[(axis + 1) % 3], p.axis[(axis + 2) % 3])) });
            }
    }
    std::stable_sort (faces.begin(), faces.end(), [] (const Face& a, const Face& b) { return a.area > b.area; });
    return faces;
}

BandArray throughAir (float distance)
{
    BandArray factor;
    for (std::size_t b = 0; b < numBands; ++b)
        factor[b] = std::exp (-airAbsorption_1_m[b] * distance) / (4 * pi * distance * distance);
    return factor;
}

/// Depth-first over sequences of planes; a sequence counts if the reflected path from the listener back to the source is free.
class Search
{
public:
    Search (const Scene& scene, const Geometry& geometry, const MirrorPlanes& planes, int maxOrder)
        : scene_ (scene), geometry_ (geometry), planes_ (planes), directivity_ (scene), maxOrder_ (maxOrder)
    {}

    std::vector<Arrival> run()
    {
        images_.push_back (scene_.source);
        if (geometry_.visible (scene_.source, scene_.listener))
            add (scene_.source, throughAir (distanceTo (scene_.source)), scene_.listener);
        for (int order = 1; order <= maxOrder_; ++order)
            extend (order);
        std::stable_sort (arrivals_.begin(), arrivals_.end(), [] (const Arrival& a, const Arrival& b) { return a.time_s < b.time_s; });
        return std::move (arrivals_);
    }

private:
    float distanceTo (Vec3 image) const { return std::max (1e-3f, length (image - scene_.listener)); }

    void extend (int order)
    {
        const int limit = std::min (MirrorPlanes::limitFor (order), static_cast<int> (planes_.planes().size()));
        for (int i = 0; i < limit; ++i)
        {
            if (! sequence_.empty() && sequence_.back() == i)
                continue;
            const auto& plane = planes_.planes()[static_cast<std::size_t> (i)];
            const float height = dot (plane.normal, images_.back()) - plane.offset;
            if (std::abs (height) < 1e-4f)
                continue;
            images_.push_back (images_.back() - plane.normal * (2 * height));
            sequence_.push_back (i);
            if (static_cast<int> (sequence_.size()) == order)
                tryPath();
            else
                extend (order);
            sequence_.pop_back();
            images_.pop_back();
        }
    }

    void tryPath()
    {
        const auto image = images_.back();
        auto energy = throughAir (distanceTo (image));
        Vec3 from = scene_.listener;
        for (std::size_t k = sequence_.size(); k-- > 0;)
        {
            const auto way = images_[k + 1] - from;
            const Ray ray { from, normalised (way) };
            const auto hit = geometry_.closest (ray, length (way));
            if (! hit)
                return;
            const auto s = geometry_.surfaceAt (ray, hit);
            if (planes_.rankOf (hit.primitive, s.face) != sequence_[k])
                return;
            const auto& material = scene_.materials[static_cast<std::size_t> (s.material)];
            for (std::size_t b = 0; b < numBands; ++b)
                energy[b] *= (1 - material.absorption[b]) * (1 - material.scattering[b]);
            from = leaving (s.position, s.normal);
            if (dot (images_[k] - from, s.normal) <= 0)
                return;                              // the earlier image lies behind this surface: no mirror path
        }
        if (geometry_.visible (from, scene_.source) && *std::max_element (energy.begin(), energy.end()) > 0)
            add (image, energy, from);
    }

    /// `first`: where the path goes from the source.
    void add (Vec3 image, BandArray energy, Vec3 first)
    {
        const auto sent = directivity_.towards (normalised (first - scene_.source));
        for (std::size_t b = 0; b < numBands; ++b)
            energy[b] *= sent[b];
        arrivals_.push_back (
            { distanceTo (image) / speedOfSound_m_s, normalised (image - scene_.listener), energy, static_cast<int> (sequence_.size()) });
    }

    const Scene& scene_;
    const Geometry& geometry_;
    const MirrorPlanes& planes_;
    Directivity directivity_;
    int maxOrder_;
    std::vector<Vec3> images_;
    std::vector<int> sequence_;
    std::vector<Arrival> arrivals_;
};

}  // namespace

MirrorPlanes::MirrorPlanes (const Geometry& geometry) : rank_ (geometry.primitives().size())
{
    for (auto& faces : rank_)
        faces.fill (curved);
    std::vector<int> group;
    const auto faces = flatFaces (geometry);
    for (const auto& face : faces)
    {
        int found = -1;
        for (std::size_t i = 0; i < planes_.size() && found < 0; ++i)
            if (std::abs (dot (planes_[i].normal, face.normal)) > 1 - 1e-5f
                && std::abs (dot (planes_[i].normal, face.centre) - planes_[i].offset) < 0.006f)
                found = static_cast<int> (i);
        if (found < 0)
        {
            found = static_cast<int> (planes_.size());
            if (planes_.size() < 4096)               // grouping is quadratic; small faces beyond this stay with the rays
                planes_.push_back ({ face.normal, dot (face.normal, face.centre), 0 });
            else
                found = curved;
        }
        if (found != curved)
            planes_[static_cast<std::size_t> (found)].area += face.area;
        group.push_back (found);
    }
    std::vector<int> order (planes_.size()), rankOfGroup (planes_.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = static_cast<int> (i);
    std::stable_sort (order.begin(), order.end(), [this] (int a, int b)
                      { return planes_[static_cast<std::size_t> (a)].area > planes_[static_cast<std::size_t> (b)].area; });
    std::vector<Plane> sorted;
    for (std::size_t i = 0; i < order.size(); ++i)
    {
        rankOfGroup[static_cast<std::size_t> (order[i])] = static_cast<int> (i);
        sorted.push_back (planes_[static_cast<std::size_t> (order[i])]);
    }
    planes_ = std::move (sorted);
    for (std::size_t i = 0; i < faces.size(); ++i)
        if (group[i] != curved)
            rank_[static_cast<std::size_t> (faces[i].primitive)][static_cast<std::size_t> (faces[i].index)] =
                rankOfGroup[static_cast<std::size_t> (group[i])];
}

int MirrorPlanes::rankOf (int primitive, int face) const noexcept
{
    return rank_[static_cast<std::size_t> (primitive)][static_cast<std::size_t> (face)];
}

int MirrorPlanes::limitFor (int order) noexcept
{
    // About 256 + 1600 + 2700 + 3600 ... sequences, a few milliseconds.
    constexpr int limits[] { 0, 256, 40, 14, 8, 6, 6 };
    return order < 7 ? limits[order] : 6;
}

std::vector<Arrival> findArrivals (const Scene& scene, const Geometry& geometry, const MirrorPlanes& planes, int maxOrder)
{
    return Search (scene, geometry, planes, maxOrder).run();
}

}  // namespace lumiverb::tracer
