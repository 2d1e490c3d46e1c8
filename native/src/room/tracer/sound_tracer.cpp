// SPDX-License-Identifier: AGPL-3.0-or-later
// Energy ray tracing. Rays leave the source in small batches (populations). At every surface the scattered part is sent to
// the listener at once (next event, "diffuse rain"); what arrives after a mirror reflection is measured where rays cross a
// small sphere round the listener, unless image sources already hold that path. Both ask whether the listener is in sight.
//
// One ray serves seven bands although each scatters differently: a ray is guided by one band's coefficients and weighs in
// the others by the balance heuristic over the seven possible guides, so weights stay below seven however long the path.
// Populations are resampled when few rays hold most of the energy, so that late decays rest on as many rays as early ones.
#include "sound_tracer.h"
#include "directivity.h"
#include "parallel.h"
#include "simd.h"

namespace lumiverb::tracer {
namespace {

constexpr int numBatches = 8;                        ///< even: half A, half B
constexpr double directionStep_s = 0.010;
constexpr float silence = 3e-6f;                     ///< -55 dB of the emitted energy: nobody hears more, T30 needs less

struct alignas (32) Bands
{
    float v[8] {};
    Bands() = default;
    explicit Bands (float x) noexcept
    {
        for (int b = 0; b < numBands; ++b)
            v[b] = x;
    }
    Bands operator* (const Bands& other) const noexcept
    {
        Bands r;
        (Float8::load (v) * Float8::load (other.v)).store (r.v);
        return r;
    }
};
inline float sum (const Bands& a) noexcept { return ((a.v[0] + a.v[1]) + (a.v[2] + a.v[3])) + ((a.v[4] + a.v[5]) + a.v[6]); }
inline void scale (Bands& a, float s) noexcept { (Float8::load (a.v) * Float8 (s)).store (a.v); }

struct AcousticMaterial
{
    Bands reflected, scattered, mirrored;
};   ///< 1 - absorption; scattering; 1 - scattering

struct SoundRay
{
    Bands energy;                                    ///< of the path so far
    Bands path { 1.0f };                             ///< probability of its turns by band, mean over the bands = 1
    Ray ray;
    float travelled = 0;
    int guide = 0, order = 0, worstRank = 0;
    bool mirrorOnly = true, afterMirror = false;
};

/// Energy by time and band, and its direction; air is put in at the end since it only depends on time.
struct Histogram
{
    double binWidth_s;
    std::vector<std::array<float, 8>> energy;
    std::vector<std::array<std::array<float, numBands>, 4>> direction;   ///< W Y Z X

    void add (float distance, const Bands& value, Vec3 from)
    {
        const double time = distance / speedOfSound_m_s;
        const auto bin = static_cast<std::size_t> (time / binWidth_s), slot = static_cast<std::size_t> (time / directionStep_s);
        if (bin >= energy.size())
            energy.resize (bin + bin / 2 + 64);
        if (slot >= direction.size())
            direction.resize (slot + slot / 2 + 16);
        for (std::size_t b = 0; b < 8; ++b)
            energy[bin][b] += value.v[b];
        auto& wyzx = direction[slot];
        for (std::size_t b = 0; b < numBands; ++b)
        {
            wyzx[0][b] += value.v[b];
            wyzx[1][b] += value.v[b] * from.y;
            wyzx[2][b] += value.v[b] * from.z;
            wyzx[3][b] += value.v[b] * from.x;
        }
    }
};

/// The sphere round the listener in which mirror-reflected energy is measured: only the part of it that the listener sees.
struct Receiver
{
    Vec3 centre;
    float radius = 0.1f, volume = 0;

    Receiver (const Geometry& geometry, Vec3 listener, float size) : centre (listener), radius (size)
    {
        constexpr int points = 512;
        int seen = 0;
        for (int i = 0; i < points; ++i)
        {
            const float a = (static_cast<float> (i) + 0.5f) / points, b = 0.618034f * static_cast<float> (i),
                        c = 0.754878f * static_cast<float> (i);
            const auto p = centre + uniformDirection (a, b - std::floor (b)) * (radius * std::cbrt (c - std::floor (c)));
            seen += geometry.visible (centre, p) ? 1 : 0;
        }
        volume = 4 * pi / 3 * radius * radius * radius * static_cast<float> (std::max (seen, 1)) / points;
    }
};

struct Setup
{
    const Scene& scene;
    const Geometry& geometry;
    const MirrorPlanes& planes;
    const SoundOptions& options;
    std::vector<AcousticMaterial> materials;
    ListenerFrame frame;
    Receiver receiver;
    float meanFreePath;
    double binWidth_s;
};

float meanFreePathOf (const Scene& scene, const Geometry& geometry)
{
    if (scene.volume_m3 > 0 && scene.surface_m2 > 0)
        return 4 * scene.volume_m3 / scene.surface_m2;
    const auto d = maximum (geometry.high() - geometry.low(), { 0.5f, 0.5f, 0.5f });
    return 2 / (1 / d.x + 1 / d.y + 1 / d.z);
}

class Population
{
public:
    Population (const Setup& setup, int rays, std::uint64_t seed, int index)
        : setup_ (setup)
        , random_ (hash64 (seed) ^ hash64 (static_cast<std::uint64_t> (index) + 77))
        , histogram_ { setup.binWidth_s, {}, {} }
    {
        // Directions of all populations together cover the sphere evenly; each is turned at random about the vertical.
        const Directivity directivity (setup.scene);
        const float turn = random_.unit(), lift = random_.unit();
        for (int i = 0; i < rays; ++i)
        {
            SoundRay r;
            const float golden = 0.618034f * static_cast<float> (i) + turn;
            const auto direction =
                uniformDirection ((static_cast<float> (i) + lift) / static_cast<float> (rays), golden - std::floor (golden));
            r.ray = { setup.scene.source, direction };
            const auto sent = directivity.towards (direction);
            for (std::size_t b = 0; b < numBands; ++b)
                r.energy.v[b] = sent[b] / static_cast<float> (rays);
            r.guide = static_cast<int> ((static_cast<std::uint32_t> (i) * 5U + random_.next() % 7U) % 7U);
            rays_.push_back (r);
        }
    }

    Histogram run()
    {
        const float step = 2.5f * setup_.meanFreePath, end = setup_.options.maxTime_s * speedOfSound_m_s;
        const auto wanted = rays_.size();
        for (float until = step; ! rays_.empty() && until < end + step; until += step)
        {
            for (std::size_t i = 0; i < rays_.size();)
            {
                bool alive = true;
                while (alive && rays_[i].travelled < until)
                    alive = advance (rays_[i]) && rays_[i].travelled < end;
                if (alive)
                    ++i;
                else
                {
                    rays_[i] = rays_.back();
                    rays_.pop_back();
                }
            }
            if (! rebalance (until, wanted)
                || (setup_.options.cancel != nullptr && setup_.options.cancel->load (std::memory_order_relaxed)))
                break;
        }
        return std::move (histogram_);
    }

private:
    /// One flight and one reflection; false if the ray is lost.
    bool advance (SoundRay& r)
    {
        const auto hit = setup_.geometry.closest (r.ray);
        if (r.afterMirror && ! (r.mirrorOnly && MirrorPlanes::covers (r.order, r.worstRank, setup_.options.imageSourceOrder)))
            measureCrossing (r, hit ? hit.distance : 1e9f);
        if (! hit)
            return false;
        r.travelled += hit.distance;
        const auto s = setup_.geometry.surfaceAt (r.ray, hit);
        const auto& material = setup_.materials[static_cast<std::size_t> (s.material)];
        r.energy = r.energy * material.reflected;
        const auto start = leaving (s.position, s.normal);
        rain (r, s, start, material);

        const float diffuseChance = material.scattered.v[r.guide];
        const bool diffuse = random_.unit() < diffuseChance;
        r.path = r.path * (diffuse ? material.scattered : material.mirrored);
        const float total = sum (r.path);
        if (! (total > 0))
            return false;
        scale (r.path, numBands / total);
        if (diffuse)
        {
            const float a = random_.unit(), b = random_.unit();
            r.ray.direction = cosineDirection (s.normal, a, b);
            r.mirrorOnly = r.afterMirror = false;
        }
        else
        {
            r.ray.direction = normalised (reflect (r.ray.direction, s.normal));
            r.afterMirror = true;
            if (r.mirrorOnly)
            {
                ++r.order;
                r.worstRank = std::max (r.worstRank, setup_.planes.rankOf (hit.primitive, s.face));
            }
        }
        r.ray.origin = start;
        return true;
    }

    /// Scattered energy that goes straight from a surface to the listener.
    void rain (const SoundRay& r, const SurfacePoint& s, Vec3 start, const AcousticMaterial& material)
    {
        const auto way = setup_.scene.listener - start;
        const float squared = std::max (dot (way, way), 1e-3f), distance = std::sqrt (squared), cosine = dot (way, s.normal) / distance;
        if (cosine <= 0)
            return;
        auto value = r.energy * r.path * material.scattered;
        if (! (sum (value) > 0) || ! setup_.geometry.visible (start, setup_.scene.listener))
            return;
        scale (value, cosine / (pi * squared));
        histogram_.add (r.travelled + distance, value, setup_.frame.turned (way * (-1 / distance)));
    }

    /// Energy density in the receiver: energy x length of the crossing / volume.
    void measureCrossing (const SoundRay& r, float flight)
    {
        const auto toCentre = setup_.receiver.centre - r.ray.origin;
        const float along = dot (toCentre, r.ray.direction), radius = setup_.receiver.radius;
        const float miss = dot (toCentre, toCentre) - along * along;
        if (miss >= radius * radius)
            return;
        const float half = std::sqrt (radius * radius - miss), enter = std::max (0.0f, along - half),
                    leave = std::min (flight, along + half);
        if (leave <= enter)
            return;
        const float middle = 0.5f * (enter + leave);
        if (! setup_.geometry.visible (setup_.receiver.centre, r.ray.origin + r.ray.direction * middle))
            return;
        auto value = r.energy * r.path;
        scale (value, (leave - enter) / setup_.receiver.volume);
        histogram_.add (r.travelled + middle, value, setup_.frame.turned (-r.ray.direction));
    }

    /// False when all bands are silent. Where few rays hold the energy, drops weak rays and splits strong ones, without bias.
    bool rebalance (float travelled, std::size_t wanted)
    {
        Bands totals;
        for (const auto& r : rays_)
        {
            const auto share = r.energy * r.path;
            for (int b = 0; b < numBands; ++b)
                totals.v[b] += share.v[b];
        }
        Bands need;                                  // 1 / energy of the bands that still sound
        bool sounding = false;
        for (std::size_t b = 0; b < numBands; ++b)
            if (totals.v[b] * std::exp (-airAbsorption_1_m[b] * travelled) > silence)
            {
                need.v[b] = 1 / totals.v[b];
                sounding = true;
            }
        if (! sounding)
            return false;

        std::vector<float> weights (rays_.size());
        float total = 0, squares = 0;
        for (std::size_t i = 0; i < rays_.size(); ++i)
        {
            weights[i] = sum (rays_[i].energy * rays_[i].path * need);
            total += weights[i];
            squares += weights[i] * weights[i];
        }
        const float effective = total * total / squares, count = static_cast<float> (wanted);
        if (effective > 0.75f * count)
            return true;
        std::vector<SoundRay> next;
        next.reserve (wanted + 1);
        float position = random_.unit();             // systematic resampling
        for (std::size_t i = 0; i < rays_.size(); ++i)
        {
            const float copies = weights[i] / total * count;
            if (! (copies > 0))
                continue;
            for (position += copies; position >= 1; position -= 1)
            {
                next.push_back (rays_[i]);
                scale (next.back().energy, 1 / copies);
            }
        }
        rays_.swap (next);
        return ! rays_.empty();
    }

    const Setup& setup_;
    Random random_;
    Histogram histogram_;
    std::vector<SoundRay> rays_;
};

std::vector<AcousticMaterial> acousticMaterials (const Scene& scene)
{
    std::vector<AcousticMaterial> list (scene.materials.size());
    for (std::size_t m = 0; m < list.size(); ++m)
        for (std::size_t b = 0; b < numBands; ++b)
        {
            list[m].reflected.v[b] = 1 - scene.materials[m].absorption[b];
            list[m].scattered.v[b] = scene.materials[m].scattering[b];
            list[m].mirrored.v[b] = 1 - scene.materials[m].scattering[b];
        }
    return list;
}

using Energies = std::array<std::vector<double>, numBands>;
using Directions = std::vector<std::array<std::array<float, 4>, numBands>>;

/// Sum of the histograms in the order of the populations, with the air's absorption.
struct Halves
{
    Energies half[2];
    Directions direction;
};

void accumulate (Halves& sums, const Histogram& h, int half)
{
    for (std::size_t b = 0; b < numBands; ++b)
    {
        auto& energy = sums.half[half][b];
        if (energy.size() < h.energy.size())
            energy.resize (h.energy.size());
        for (std::size_t i = 0; i < h.energy.size(); ++i)
            energy[i] += h.energy[i][b];
    }
    if (sums.direction.size() < h.direction.size())
        sums.direction.resize (h.direction.size());
    for (std::size_t i = 0; i < h.direction.size(); ++i)
        for (std::size_t b = 0; b < numBands; ++b)
            for (std::size_t k = 0; k < 4; ++k)
                sums.direction[i][b][k] += h.direction[i][k][b];
}

double airFactor (std::size_t band, double time_s)
{
    return std::exp (-static_cast<double> (airAbsorption_1_m[band]) * time_s * speedOfSound_m_s);
}

void addArrival (Energies& energy, const Arrival& arrival, double binWidth)
{
    const auto bin = static_cast<std::size_t> (arrival.time_s / binWidth);
    for (std::size_t b = 0; b < numBands; ++b)
    {
        if (bin >= energy[b].size())
            energy[b].resize (bin + 1);
        energy[b][bin] += arrival.energy[b];
    }
}

void addArrival (Directions& direction, const Arrival& arrival)
{
    const auto slot = static_cast<std::size_t> (arrival.time_s / directionStep_s);
    if (slot >= direction.size())
        direction.resize (slot + 1);
    for (std::size_t b = 0; b < numBands; ++b)
    {
        direction[slot][b][0] += arrival.energy[b];
        direction[slot][b][1] += arrival.energy[b] * arrival.direction.y;
        direction[slot][b][2] += arrival.energy[b] * arrival.direction.z;
        direction[slot][b][3] += arrival.energy[b] * arrival.direction.x;
    }
}

/// Rays' energy of one half or both, air included, with the reflections of the image sources.
Energies finish (const Halves& sums, bool first, bool second, double scale, const std::vector<Arrival>& arrivals, double binWidth)
{
    Energies result;
    for (std::size_t b = 0; b < numBands; ++b)
    {
        result[b].resize (std::max (sums.half[0][b].size(), sums.half[1][b].size()));
        for (int half = 0; half < 2; ++half)
            if (half == 0 ? first : second)
                for (std::size_t i = 0; i < sums.half[half][b].size(); ++i)
                    result[b][i] += sums.half[half][b][i];
        for (std::size_t i = 0; i < result[b].size(); ++i)
            result[b][i] *= scale * airFactor (b, (static_cast<double> (i) + 0.5) * binWidth);
    }
    for (const auto& arrival : arrivals)
        if (arrival.order > 0)
            addArrival (result, arrival, binWidth);
    std::size_t used = 0;
    for (const auto& band : result)
        for (std::size_t i = band.size(); i > used; --i)
            if (band[i - 1] > 0)
            {
                used = i;
                break;
            }
    for (auto& band : result)
        band.resize (used);
    return result;
}

float relativeDifference (const std::optional<float>& a, const std::optional<float>& b)
{
    if (! a && ! b)
        return 0;
    return a && b ? 2 * std::abs (*a - *b) / (*a + *b) : 1.0f;
}

float medianOf (BandArray values)
{
    std::sort (values.begin(), values.end());
    return values[numBands / 2];
}

}  // namespace

ListenerFrame::ListenerFrame (const Camera& camera)
{
    auto look = camera.target - camera.position;
    look.z = 0;
    ahead = length (look) > 1e-6f ? normalised (look) : Vec3 { 1, 0, 0 };
    left = { -ahead.y, ahead.x, 0 };
}

SoundField traceSound (const Scene& scene, const Geometry& geometry, const MirrorPlanes& planes, const SoundOptions& options)
{
    const float freePath = meanFreePathOf (scene, geometry);
    const double binWidth = std::clamp (freePath / 8.0 / speedOfSound_m_s, 5e-5, static_cast<double> (options.binWidth_s));
    const Setup setup { scene,
                        geometry,
                        planes,
                        options,
                        acousticMaterials (scene),
                        ListenerFrame (scene.camera),
                        Receiver (geometry, scene.listener, std::clamp (0.25f * freePath, 0.05f, 2.0f)),
                        freePath,
                        binWidth };
    SoundField field;
    field.binWidth_s = static_cast<float> (binWidth);
    field.arrivals = findArrivals (scene, geometry, planes, options.imageSourceOrder);
    for (auto& arrival : field.arrivals)
    {
        arrival.direction = setup.frame.turned (arrival.direction);
        if (arrival.order == 0)
            field.directEnergy = arrival.energy;
    }
    field.directTime_s = length (scene.source - scene.listener) / speedOfSound_m_s;

    Halves sums;
    const int raysPerBatch = std::max (8, options.rays / numBatches);
    double batches = 0;
    for (std::uint64_t round = 0;; ++round)
    {
        std::vector<Histogram> histograms (numBatches);
        parallelFor (
            numBatches, options.threads, [&] (int i)
            { histograms[static_cast<std::size_t> (i)] = Population (setup, raysPerBatch, hash64 (options.seed) + round, i).run(); });
        for (int i = 0; i < numBatches; ++i)
            accumulate (sums, histograms[static_cast<std::size_t> (i)], i & 1);
        batches += numBatches;
        field.raysTraced += raysPerBatch * numBatches;
        const auto first = finish (sums, true, false, 2 / batches, field.arrivals, binWidth),
                   second = finish (sums, false, true, 2 / batches, field.arrivals, binWidth);
        for (std::size_t b = 0; b < numBands; ++b)
            field.t30Error[b] =
                relativeDifference (analyseEnergyDecay (first[b], field.directEnergy[b], binWidth, field.directTime_s).t30_s,
                                    analyseEnergyDecay (second[b], field.directEnergy[b], binWidth, field.directTime_s).t30_s);
        const bool cancelled = options.cancel != nullptr && options.cancel->load (std::memory_order_relaxed);
        if (cancelled || options.targetError <= 0 || medianOf (field.t30Error) < options.targetError
            || field.raysTraced + raysPerBatch * numBatches > options.maxRays)
            break;
    }

    field.energy = finish (sums, true, true, 1 / batches, field.arrivals, binWidth);
    field.direction = std::move (sums.direction);
    for (std::size_t slot = 0; slot < field.direction.size(); ++slot)
        for (std::size_t b = 0; b < numBands; ++b)
            for (auto& component : field.direction[slot][b])
                component *= static_cast<float> (airFactor (b, (static_cast<double> (slot) + 0.5) * directionStep_s) / batches);
    for (const auto& arrival : field.arrivals)
        if (arrival.order > 0)
            addArrival (field.direction, arrival);
    field.direction.resize (
        static_cast<std::size_t> (std::ceil (static_cast<double> (field.energy[0].size()) * binWidth / directionStep_s)));
    for (std::size_t b = 0; b < numBands; ++b)
        field.decay[b] = analyseEnergyDecay (field.energy[b], field.directEnergy[b], binWidth, field.directTime_s);
    return field;
}

}  // namespace lumiverb::tracer
