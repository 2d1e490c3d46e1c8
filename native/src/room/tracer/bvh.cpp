// SPDX-License-Identifier: AGPL-3.0-or-later
// Eight-wide bounding volume hierarchy: a binned-SAH binary tree is built for each kind of shape, then the levels of all are
// collapsed into one. A node tests eight child boxes at once; a leaf is a packet of up to eight primitives of one shape, tested
// at once in their unit spaces.
#include "geometry.h"
#include "simd.h"
#include <bit>

namespace lumiverb::tracer {
namespace {

constexpr float noHit = 1e30f;
constexpr float nearest = 1e-5f;                     ///< hits closer than this are the surface that the ray leaves

struct alignas (32) Node
{
    float low[3][8], high[3][8];
    std::int32_t child[8];                           ///< >= 0: node; < 0: packet ~child
};

struct alignas (32) Packet
{
    float row[3][4][8];                              ///< rows of the map to unit space: x, y, z, offset
    float limit[8];                                  ///< of u + v: 1 in triangles, more in quads
    std::int32_t primitive[8];
    Shape shape = Shape::quad;
};

struct RayPack
{
    Float8 ox, oy, oz, dx, dy, dz;
    explicit RayPack (const Ray& r) noexcept
        : ox (r.origin.x), oy (r.origin.y), oz (r.origin.z), dx (r.direction.x), dy (r.direction.y), dz (r.direction.z)
    {}
};

struct UnitRay
{
    Float8 ox, oy, oz, dx, dy, dz;
};

inline UnitRay toUnitSpace (const Packet& p, const RayPack& r) noexcept
{
    const auto row = [&p] (int i, int j) { return Float8::load (p.row[i][j]); };
    UnitRay u;
    u.ox = row (0, 0) * r.ox + row (0, 1) * r.oy + row (0, 2) * r.oz + row (0, 3);
    u.oy = row (1, 0) * r.ox + row (1, 1) * r.oy + row (1, 2) * r.oz + row (1, 3);
    u.oz = row (2, 0) * r.ox + row (2, 1) * r.oy + row (2, 2) * r.oz + row (2, 3);
    u.dx = row (0, 0) * r.dx + row (0, 1) * r.dy + row (0, 2) * r.dz;
    u.dy = row (1, 0) * r.dx + row (1, 1) * r.dy + row (1, 2) * r.dz;
    u.dz = row (2, 0) * r.dx + row (2, 1) * r.dy + row (2, 2) * r.dz;
    return u;
}

inline Float8 hitFlat (const Packet& p, const UnitRay& r) noexcept
{
    const auto t = Float8 (0.0f) - r.oz / r.dz;
    const auto u = r.ox + t * r.dx, v = r.oy + t * r.dy;
    const Float8 zero (0.0f), one (1.0f);
    const auto inside = (zero <= u) & (u <= one) & (zero <= v) & (v <= one) & (u + v <= Float8::load (p.limit));
    return select (inside, t, noHit);
}

inline Float8 firstAfterStart (Float8 enter, Float8 leave) noexcept
{
    const auto t = select (Float8 (nearest) < enter, enter, leave);
    return select (enter <= leave, t, noHit);
}

inline Float8 hitBox (const UnitRay& r) noexcept
{
    const Float8 one (1.0f), minusOne (-1.0f);
    const auto ix = one / r.dx, iy = one / r.dy, iz = one / r.dz;
    const auto ax = (minusOne - r.ox) * ix, bx = (one - r.ox) * ix;
    const auto ay = (minusOne - r.oy) * iy, by = (one - r.oy) * iy;
    const auto az = (minusOne - r.oz) * iz, bz = (one - r.oz) * iz;
    return firstAfterStart (max (max (min (ax, bx), min (ay, by)), min (az, bz)), min (min (max (ax, bx), max (ay, by)), max (az, bz)));
}

inline Float8 hitEllipsoid (const UnitRay& r) noexcept
{
    const auto a = r.dx * r.dx + r.dy * r.dy + r.dz * r.dz, b = r.ox * r.dx + r.oy * r.dy + r.oz * r.dz;
    const auto c = r.ox * r.ox + r.oy * r.oy + r.oz * r.oz - Float8 (1.0f);
    const auto discriminant = b * b - a * c;
    const auto root = sqrt (max (discriminant, 0.0f)), scale = Float8 (1.0f) / a;
    const auto t = firstAfterStart ((Float8 (0.0f) - b - root) * scale, (root - b) * scale);
    return select (Float8 (0.0f) < discriminant, t, noHit);
}

/// The solid cylinder is the intersection of an infinite one with the slab of its caps.
inline Float8 hitCylinder (const UnitRay& r) noexcept
{
    const Float8 zero (0.0f), one (1.0f);
    const auto a = max (r.dx * r.dx + r.dy * r.dy, 1e-12f), b = r.ox * r.dx + r.oy * r.dy, c = r.ox * r.ox + r.oy * r.oy - one;
    const auto discriminant = b * b - a * c;
    const auto root = sqrt (max (discriminant, zero)), scale = one / a, iz = one / r.dz;
    const auto z0 = (zero - r.oz) * iz, z1 = (one - r.oz) * iz;
    const auto t = firstAfterStart (max ((zero - b - root) * scale, min (z0, z1)), min ((root - b) * scale, max (z0, z1)));
    return select (zero < discriminant, t, noHit);
}

inline Float8 intersect (const Packet& p, const RayPack& ray) noexcept
{
    const auto unit = toUnitSpace (p, ray);
    switch (p.shape)
    {
        case Shape::box: return hitBox (unit);
        case Shape::cylinder: return hitCylinder (unit);
        case Shape::ellipsoid: return hitEllipsoid (unit);
        default: return hitFlat (p, unit);
    }
}

struct Bounds
{
    Vec3 low { 1e30f, 1e30f, 1e30f }, high { -1e30f, -1e30f, -1e30f };
    void add (Vec3 l, Vec3 h) noexcept
    {
        low = minimum (low, l);
        high = maximum (high, h);
    }
    float area() const noexcept
    {
        const auto d = high - low;
        return d.x < 0 ? 0.0f : d.x * d.y + d.y * d.z + d.z * d.x;
    }
};

struct BinaryNode
{
    Bounds bounds;
    int left = -1, right = -1, first = 0, count = 0;
};

/// Quads and triangles share one intersection routine.
Shape routineOf (Shape shape) { return shape == Shape::triangle ? Shape::quad : shape; }

/// Binned SAH (Wald 2007); leaves of at most eight primitives of one shape.
class BinaryBuilder
{
public:
    explicit BinaryBuilder (const std::vector<Primitive>& primitives) : primitives_ (primitives), order_ (primitives.size())
    {
        for (std::size_t i = 0; i < order_.size(); ++i)
            order_[i] = static_cast<int> (i);
        const auto shapeOf = [&] (int id) { return routineOf (primitives_[static_cast<std::size_t> (id)].shape); };
        std::stable_sort (order_.begin(), order_.end(), [&] (int a, int b) { return shapeOf (a) < shapeOf (b); });
        for (std::size_t first = 0, last = 0; first < order_.size(); first = last)
        {
            while (last < order_.size() && shapeOf (order_[last]) == shapeOf (order_[first]))
                ++last;
            roots_.push_back (build (static_cast<int> (first), static_cast<int> (last)));
        }
    }
    const std::vector<int>& roots() const { return roots_; }
    const std::vector<BinaryNode>& nodes() const { return nodes_; }
    const std::vector<int>& order() const { return order_; }

private:
    static constexpr int numBins = 16;

    Vec3 centre (int i) const
    {
        const auto& p = primitives_[static_cast<std::size_t> (order_[static_cast<std::size_t> (i)])];
        return (p.low + p.high) * 0.5f;
    }

    int build (int first, int last)
    {
        const auto index = nodes_.size();
        nodes_.push_back ({});
        Bounds bounds, centres;
        for (int i = first; i < last; ++i)
        {
            const auto& p = primitives_[static_cast<std::size_t> (order_[static_cast<std::size_t> (i)])];
            bounds.add (p.low, p.high);
            centres.add (centre (i), centre (i));
        }
        BinaryNode node { bounds, -1, -1, first, last - first };
        if (last - first > 8)
        {
            const int middle = split (first, last, centres);
            node.left = build (first, middle);
            node.right = build (middle, last);
        }
        nodes_[index] = node;
        return static_cast<int> (index);
    }

    int split (int first, int last, const Bounds& centres)
    {
        float bestCost = noHit;
        int bestAxis = -1, bestBin = 0;
        for (int axis = 0; axis < 3; ++axis)
        {
            const float low = component (centres.low, axis), extent = component (centres.high, axis) - low;
            if (extent < 1e-6f)
                continue;
            Bounds bins[numBins];
            int counts[numBins] {};
            for (int i = first; i < last; ++i)
            {
                const auto& p = primitives_[static_cast<std::size_t> (order_[static_cast<std::size_t> (i)])];
                const int bin = binOf (component (centre (i), axis), low, extent);
                bins[bin].add (p.low, p.high);
                ++counts[bin];
            }
            for (int bin = 1; bin < numBins; ++bin)
            {
                Bounds left, right;
                int leftCount = 0, rightCount = 0;
                for (int i = 0; i < numBins; ++i)
                {
                    auto& side = i < bin ? left : right;
                    if (counts[i] > 0)
                        side.add (bins[i].low, bins[i].high);
                    (i < bin ? leftCount : rightCount) += counts[i];
                }
                // Eight primitives cost about as much as one.
                const auto cost =
                    left.area() * static_cast<float> ((leftCount + 7) / 8) + right.area() * static_cast<float> ((rightCount + 7) / 8);
                if (leftCount > 0 && rightCount > 0 && cost < bestCost)
                {
                    bestCost = cost;
                    bestAxis = axis;
                    bestBin = bin;
                }
            }
        }
        if (bestAxis < 0)
            return (first + last) / 2;               // all centres coincide
        const float low = component (centres.low, bestAxis), extent = component (centres.high, bestAxis) - low;
        const auto middle = std::partition (order_.begin() + first, order_.begin() + last,
                                            [&] (int id)
                                            {
                                                const auto& p = primitives_[static_cast<std::size_t> (id)];
                                                return binOf (component ((p.low + p.high) * 0.5f, bestAxis), low, extent) < bestBin;
                                            });
        return static_cast<int> (middle - order_.begin());
    }

    static int binOf (float x, float low, float extent)
    {
        return std::clamp (static_cast<int> ((x - low) / extent * numBins), 0, numBins - 1);
    }

    const std::vector<Primitive>& primitives_;
    std::vector<int> order_, roots_;
    std::vector<BinaryNode> nodes_;
};

}  // namespace

struct Geometry::Tree
{
    std::vector<Node> nodes;
    std::vector<Packet> packets;

    explicit Tree (const std::vector<Primitive>& primitives)
    {
        if (primitives.empty())
            return;
        const BinaryBuilder binary (primitives);
        collapse (binary, binary.roots(), primitives);
    }

    int collapse (const BinaryBuilder& binary, std::vector<int> children, const std::vector<Primitive>& primitives)
    {
        const auto index = nodes.size();
        nodes.push_back (emptyNode());
        while (children.size() < 8)
        {
            int widest = -1;
            for (std::size_t i = 0; i < children.size(); ++i)
            {
                const auto& candidate = binary.nodes()[static_cast<std::size_t> (children[i])];
                if (candidate.left >= 0
                    && (widest < 0
                        || candidate.bounds.area()
                               > binary.nodes()[static_cast<std::size_t> (children[static_cast<std::size_t> (widest)])].bounds.area()))
                    widest = static_cast<int> (i);
            }
            if (widest < 0)
                break;
            const auto& parent = binary.nodes()[static_cast<std::size_t> (children[static_cast<std::size_t> (widest)])];
            children[static_cast<std::size_t> (widest)] = parent.left;
            children.push_back (parent.right);
        }
        for (std::size_t lane = 0; lane < children.size(); ++lane)
        {
            const auto& child = binary.nodes()[static_cast<std::size_t> (children[lane])];
            const int code =
                child.left >= 0 ? collapse (binary, { child.left, child.right }, primitives) : addPacket (binary, child, primitives);
            auto& node = nodes[index];
            node.child[lane] = code;
            for (int axis = 0; axis < 3; ++axis)
            {
                const float low = component (child.bounds.low, axis), high = component (child.bounds.high, axis);
                const float pad = 1e-5f + 1e-6f * std::max (std::abs (low), std::abs (high));   // flat boxes need some thickness
                node.low[axis][lane] = low - pad;
                node.high[axis][lane] = high + pad;
            }
        }
        return static_cast<int> (index);
    }

    static Node emptyNode()
    {
        Node node;
        for (int lane = 0; lane < 8; ++lane)
        {
            for (int axis = 0; axis < 3; ++axis)
            {
                node.low[axis][lane] = node.high[axis][lane] = 4 * noHit;   // a point beyond every ray
            }
            node.child[lane] = 0;
        }
        return node;
    }

    int addPacket (const BinaryBuilder& binary, const BinaryNode& leaf, const std::vector<Primitive>& primitives)
    {
        const auto idAt = [&] (int i) { return binary.order()[static_cast<std::size_t> (leaf.first + i)]; };
        auto packet = emptyPacket (routineOf (primitives[static_cast<std::size_t> (idAt (0))].shape));
        for (int lane = 0; lane < leaf.count; ++lane)
            fillLane (packet, lane, idAt (lane), primitives[static_cast<std::size_t> (idAt (lane))]);
        packets.push_back (packet);
        return ~static_cast<int> (packets.size() - 1);
    }

    static Packet emptyPacket (Shape shape)
    {
        Packet packet {};
        packet.shape = shape;
        for (int lane = 0; lane < 8; ++lane)
        {
            packet.primitive[lane] = -1;
            for (auto& row : packet.row)
                row[3][lane] = 4.0f;                 // outside every unit shape, with a zero direction: never hit
        }
        return packet;
    }

    static void fillLane (Packet& packet, int lane, int id, const Primitive& p)
    {
        for (int i = 0; i < 3; ++i)
        {
            packet.row[i][0][lane] = p.inverse[i].x;
            packet.row[i][1][lane] = p.inverse[i].y;
            packet.row[i][2][lane] = p.inverse[i].z;
            packet.row[i][3][lane] = -dot (p.inverse[i], p.origin);
        }
        packet.limit[lane] = p.shape == Shape::triangle ? 1.0f : 3.0f;
        packet.primitive[lane] = id;
    }

    template <bool anyHit>
    Hit trace (const Ray& ray, float maxDistance) const noexcept
    {
        Hit best { maxDistance, -1 };
        if (nodes.empty())
            return best;
        const RayPack pack (ray);
        const auto safe = [] (float d) { return 1.0f / (std::abs (d) < 1e-12f ? std::copysign (1e-12f, d) : d); };
        const Vec3 inverse { safe (ray.direction.x), safe (ray.direction.y), safe (ray.direction.z) };
        const Float8 ix (inverse.x), iy (inverse.y), iz (inverse.z);
        const Float8 ox (ray.origin.x * inverse.x), oy (ray.origin.y * inverse.y), oz (ray.origin.z * inverse.z);

        struct Entry
        {
            float distance;
            std::int32_t child;
        };
        Entry stack[128];
        int size = 0;
        stack[size++] = { 0.0f, 0 };
        while (size > 0)
        {
            const auto entry = stack[--size];
            if (entry.distance >= best.distance)
                continue;
            if (entry.child < 0)
            {
                if (testPacket (packets[static_cast<std::size_t> (~entry.child)], pack, best) && anyHit)
                    return best;
                continue;
            }
            const auto& node = nodes[static_cast<std::size_t> (entry.child)];
            const auto ax = Float8::load (node.low[0]) * ix - ox, bx = Float8::load (node.high[0]) * ix - ox;
            const auto ay = Float8::load (node.low[1]) * iy - oy, by = Float8::load (node.high[1]) * iy - oy;
            const auto az = Float8::load (node.low[2]) * iz - oz, bz = Float8::load (node.high[2]) * iz - oz;
            const auto enter = max (max (max (min (ax, bx), min (ay, by)), min (az, bz)), 0.0f);
            const auto leave = min (min (min (max (ax, bx), max (ay, by)), max (az, bz)), best.distance);
            auto hits = bits (enter <= leave);
            alignas (32) float distance[8];
            enter.store (distance);
            const int base = size;
            for (; hits != 0; hits &= hits - 1)
            {
                const auto lane = static_cast<std::size_t> (std::countr_zero (hits));
                if (size == 128)
                    break;                           // deeper than any tree of 100 000 primitives
                const Entry next { distance[lane], node.child[lane] };
                int place = size++;
                while (place > base && stack[place - 1].distance < next.distance)
                {
                    stack[place] = stack[place - 1];
                    --place;
                }
                stack[place] = next;
            }
        }
        return best;
    }

    static bool testPacket (const Packet& packet, const RayPack& pack, Hit& best) noexcept
    {
        const auto t = intersect (packet, pack);
        auto closer = bits ((Float8 (nearest) < t) & (t < Float8 (best.distance)));
        if (closer == 0)
            return false;
        alignas (32) float distances[8];
        t.store (distances);
        for (; closer != 0; closer &= closer - 1)
        {
            const auto lane = static_cast<std::size_t> (std::countr_zero (closer));
            if (distances[lane] < best.distance)
                best = { distances[lane], packet.primitive[lane] };
        }
        return true;
    }
};

Geometry::Geometry (const Scene& scene) : primitives_ (makePrimitives (scene)), tree_ (std::make_unique<Tree> (primitives_))
{
    Bounds all;
    for (const auto& p : primitives_)
        all.add (p.low, p.high);
    low_ = primitives_.empty() ? Vec3 {} : all.low;
    high_ = primitives_.empty() ? Vec3 {} : all.high;
}
Geometry::~Geometry() = default;
Geometry::Geometry (Geometry&&) noexcept = default;

Hit Geometry::closest (const Ray& ray, float maxDistance) const noexcept { return tree_->trace<false> (ray, maxDistance); }
bool Geometry::blocked (const Ray& ray, float maxDistance) const noexcept
{
    return static_cast<bool> (tree_->trace<true> (ray, maxDistance));
}

}  // namespace lumiverb::tracer
