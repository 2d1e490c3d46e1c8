// SPDX-License-Identifier: AGPL-3.0-or-later
#include "../image_sources.h"
#include "../rir_builder.h"
#include "lumiverb/dsp/denormals.h"
#include "lumiverb/room/room_tracer.h"
#include "lumiverb/room/traced_rir.h"
#include "traced_rir.h"
#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace lumiverb {
namespace {

constexpr double neper = 13.815510558;               // ln 10^6
constexpr double directionStep_s = 0.010;
constexpr BandArray furnishedScattering { 0.20f, 0.25f, 0.30f, 0.35f, 0.40f, 0.45f, 0.50f };

void checkTracing (const TracedRirOptions& options)
{
    if (options.rays < 1)
        throw std::invalid_argument ("traced response: rays must be at least 1");
    if (options.threads < 1)
        throw std::invalid_argument ("traced response: threads must be at least 1");
}

bool cancelled (const TracedRirOptions& options)
{
    return options.rir.cancel != nullptr && options.rir.cancel->load (std::memory_order_relaxed);
}

void report (const TracedRirOptions& options, double share)
{
    if (options.progress)
        options.progress (static_cast<float> (share));
}

SoundOptions soundOptions (const TracedRirOptions& options, int rays)
{
    SoundOptions sound;
    sound.rays = rays;
    sound.seed = options.rir.seed;
    sound.threads = options.threads;
    sound.maxTime_s = std::clamp (options.rir.maxLength_s + 0.5f, 1.0f, 30.0f);
    sound.cancel = options.rir.cancel;
    return sound;
}

/// Energy that air takes per second.
double airRate (std::size_t band) { return static_cast<double> (airAbsorption_1_m[band]) * static_cast<double> (speedOfSound_m_s); }

/// Absorption coefficient <-> exponent of Eyring's formula.
float absorptionOf (double exponent) { return static_cast<float> (std::clamp (1 - std::exp (-exponent), 0.002, 0.99)); }
double exponentOf (float absorption) { return -std::log (1 - std::min (0.99, static_cast<double> (absorption))); }

std::optional<double> decayTime (const DecayParameters& decay)
{
    const auto t = decay.t30_s ? decay.t30_s : decay.t20_s ? decay.t20_s : decay.edt_s;
    return t && *t > 0 ? std::optional<double> (*t) : std::nullopt;
}

Quad wall (Vec3 corner, Vec3 u, Vec3 v) { return { corner, u, v, 0 }; }

void place (Scene& scene, const RoomDescription& room, double turn_deg)
{
    const auto [listener, source] = placeInBox (room, turn_deg);
    const auto point = [] (const std::array<double, 3>& p)
    { return Vec3 { static_cast<float> (p[0]), static_cast<float> (p[1]), static_cast<float> (p[2]) }; };
    scene.listener = point (listener);
    scene.source = point (source);
    scene.camera.position = scene.listener;
    scene.camera.target = { scene.listener.x + 1, scene.listener.y, scene.listener.z };
}

/// Absorption that gives the wanted decay when traced with few rays: Eyring's formula knows neither the box's shape nor its scattering.
/// Bands that air alone damps more than wanted keep the least absorption. False when cancelled.
bool adjustAbsorption (Scene& scene, const BandArray& rt60_s, const TracedRirOptions& options)
{
    constexpr int rounds = 3, rays = 1200;
    for (int round = 0; round < rounds; ++round)
    {
        const auto field = RoomTracer (scene).sound (soundOptions (options, rays));
        if (cancelled (options))
            return false;
        for (std::size_t b = 0; b < numBands; ++b)
            if (const auto found = decayTime (field.decay[b]))
            {
                const double walls = std::max (0.02, neper / *found - airRate (b)),
                             wanted = std::max (0.02, neper / static_cast<double> (rt60_s[b]) - airRate (b));
                for (auto& material : scene.materials)
                    if (auto& absorption = material.absorption[b]; absorption < 0.99f)   // openings stay open
                        absorption = absorptionOf (exponentOf (absorption) * std::clamp (wanted / walls, 0.3, 3.0));
            }
    }
    return true;
}

/// Factor of an energy that shall decay faster by `rate`; what decays too fast is stretched by 50 dB at most, since it ends in noise.
double bentBy (double rate, double time_s) { return std::exp (std::min (11.5, -rate * time_s)); }

/// A sound field without its direct sound, which becomes time 0; with other decays than were traced where they are given.
class Reverberation
{
public:
    Reverberation (const SoundField& field, double start_s, std::optional<BandArray> rt60_s = {})
        : field_ (field), start_s_ (start_s), rt60_s_ (rt60_s)
    {}

    /// Time after the direct sound; reflections within 2.5 ms would count as part of it and are moved behind, as in the quick synthesis.
    double time (double since_s) const
    {
        constexpr double earliest_s = 0.0028;
        const double t = std::max (0.0, since_s - start_s_);
        return std::sqrt (t * t + earliest_s * earliest_s);
    }

    /// gain (band, time after the direct sound) multiplies energies.
    template <typename Gain>
    SoundField field (const Gain& gain) const
    {
        SoundField result;
        result.binWidth_s = field_.binWidth_s;
        result.decay = field_.decay;
        for (std::size_t b = 0; rt60_s_ && b < numBands; ++b)
            result.decay[b].t30_s = (*rt60_s_)[b];
        const auto width = static_cast<double> (field_.binWidth_s);
        const auto count = static_cast<std::size_t> (time (static_cast<double> (field_.energy[0].size()) * width) / width) + 1;
        for (std::size_t b = 0; b < numBands; ++b)
        {
            result.energy[b].assign (count, 0.0);
            for (std::size_t i = 0; i < field_.energy[b].size(); ++i)
            {
                const double t = time ((static_cast<double> (i) + 0.5) * width);
                result.energy[b][std::min (count - 1, static_cast<std::size_t> (t / width))] += field_.energy[b][i] * gain (b, t);
            }
        }
        result.direction.resize (static_cast<std::size_t> (static_cast<double> (count) * width / directionStep_s) + 1);
        for (std::size_t slot = 0; slot < field_.direction.size(); ++slot)
        {
            const double t = time ((static_cast<double> (slot) + 0.5) * directionStep_s);
            auto& target = result.direction[std::min (result.direction.size() - 1, static_cast<std::size_t> (t / directionStep_s))];
            for (std::size_t b = 0; b < numBands; ++b)
                for (std::size_t k = 0; k < 4; ++k)
                    target[b][k] += field_.direction[slot][b][k] * static_cast<float> (gain (b, t));
        }
        for (auto arrival : field_.arrivals)
        {
            if (arrival.order == 0)
                continue;
            const double t = time (static_cast<double> (arrival.time_s));
            arrival.time_s = static_cast<float> (t);
            for (std::size_t b = 0; b < numBands; ++b)
                arrival.energy[b] *= static_cast<float> (gain (b, t));
            result.arrivals.push_back (arrival);
        }
        return result;
    }

private:
    const SoundField& field_;
    double start_s_;
    std::optional<BandArray> rt60_s_;
};

/// Scales the bands of a field (its energies; what mono rendering needs) to given sums.
void setLevels (SoundField& field, const BandArray& energies)
{
    for (std::size_t b = 0; b < numBands; ++b)
    {
        double sum = 0;
        for (const double e : field.energy[b])
            sum += e;
        const double scale = sum > 0 ? static_cast<double> (energies[b]) / sum : 1.0;
        for (double& e : field.energy[b])
            e *= scale;
        for (auto& arrival : field.arrivals)
            arrival.energy[b] *= static_cast<float> (scale);
    }
}

/// Rates (1/s) by which the bands have to decay faster: the last per cents, and bands that no absorption brings there. Where a
/// neighbouring band rings on, it is heard in this one, too; then renderings show by how much.
std::array<double, numBands> decayCorrection (const SoundField& field, const Reverberation& raw, const DecayPlan& plan, double sampleRate,
                                              std::uint64_t seed)
{
    const auto& rt60_s = plan.rt60_s;
    std::array<double, numBands> bend {};
    bool leaks = false;
    const auto ringsBeside = [&] (std::size_t b)
    {
        const float beside = std::max (b > 0 ? rt60_s[b - 1] : 0.0f, b + 1 < numBands ? rt60_s[b + 1] : 0.0f);
        return beside > 1.15f * rt60_s[b];
    };
    for (std::size_t b = 0; b < numBands; ++b)
    {
        if (const auto found = decayTime (field.decay[b]))
            bend[b] = neper / static_cast<double> (rt60_s[b]) - neper / *found;
        leaks = leaks || ringsBeside (b);
    }
    for (int round = 0; leaks && round < 2; ++round)
    {
        auto bent = raw.field ([&] (std::size_t b, double t) { return bentBy (bend[b], t); });
        setLevels (bent, plan.reverberantEnergy);
        const auto heard = analyseDecay (tracer::renderRir (bent, RirLayout::mono, sampleRate, seed, false).paths[0], sampleRate);
        for (std::size_t b = 0; b < numBands; ++b)
            if (const auto found = decayTime (heard[b]); found && ringsBeside (b))
            {
                const double rate = neper / static_cast<double> (rt60_s[b]);
                bend[b] += std::clamp (1.5 * (rate - neper / *found), 0.0, rate);
            }
    }
    return bend;
}

/// The paths of a rendered response, cut or filled to a length.
Signals pathsOf (Rir rir, int length)
{
    for (auto& path : rir.paths)
        path.resize (static_cast<std::size_t> (length));
    return std::move (rir.paths);
}

SoundField directOnly (const SoundField& field, double time_s)
{
    SoundField result;
    result.binWidth_s = field.binWidth_s;
    for (auto arrival : field.arrivals)
        if (arrival.order == 0)
        {
            arrival.time_s = static_cast<float> (time_s);
            result.arrivals.push_back (arrival);
        }
    return result;
}

/// How much earlier than the listener's centre the direct sound reaches the first of two outputs.
double headStart_s (const SoundField& field, RirLayout layout)
{
    if (numOutputs (layout) != 2 || field.arrivals.empty() || field.arrivals[0].order != 0)
        return 0;
    const auto d = field.arrivals[0].direction;
    const auto cues = outputCues (layout, Direction { d.x, d.y, d.z });
    return std::max (0.0, -static_cast<double> (std::min (cues[0].delay_s, cues[1].delay_s)));
}

}  // namespace

Scene boxScene (const RoomDescription& room)
{
    const auto [l, w, h] = room.dimensions_m;
    Scene scene;
    scene.kind = room.room_kind;
    scene.volume_m3 = l * w * h;
    scene.surface_m2 = 2 * (l * w + w * h + h * l);
    scene.dimensions_m = room.dimensions_m;
    Material material;
    material.name = "estimated";
    material.scattering = furnishedScattering;
    for (std::size_t b = 0; b < numBands; ++b)
    {
        const double rate = neper / static_cast<double> (room.rt60_s[b]) - airRate (b);
        material.absorption[b] =
            absorptionOf (std::max (0.0, rate) * 4 * scene.volume_m3 / (static_cast<double> (speedOfSound_m_s * scene.surface_m2)));
    }
    scene.materials.push_back (material);
    const Vec3 x { l, 0, 0 }, y { 0, w, 0 }, z { 0, 0, h };
    scene.quads = { wall ({}, x, y), wall (z, y, x), wall ({}, y, z), wall (x, z, y), wall ({}, z, x), wall (y, x, z) };
    place (scene, room, 0);
    return scene;
}

namespace {

Vec3 scaled (Vec3 v, float k) { return { k * v.x, k * v.y, k * v.z }; }

/// The same place, larger or smaller in every direction.
void scaleScene (Scene& scene, float k)
{
    const auto scale = [k] (Vec3& v) { v = scaled (v, k); };
    for (auto& quad : scene.quads)
    {
        scale (quad.corner);
        scale (quad.edge_u);
        scale (quad.edge_v);
    }
    for (auto& box : scene.boxes)
    {
        scale (box.centre);
        scale (box.half);
    }
    for (auto& cylinder : scene.cylinders)
    {
        scale (cylinder.base);
        cylinder.radius *= k;
        cylinder.height *= k;
    }
    for (auto& ellipsoid : scene.ellipsoids)
    {
        scale (ellipsoid.centre);
        scale (ellipsoid.radii);
    }
    for (auto& triangle : scene.triangles)
        for (auto* corner : { &triangle.a, &triangle.b, &triangle.c })
            scale (*corner);
    for (auto* point : { &scene.camera.position, &scene.camera.target, &scene.source, &scene.listener })
        scale (*point);
    scene.volume_m3 *= k * k * k;
    scene.surface_m2 *= k * k;
    for (auto& dimension : scene.dimensions_m)
        dimension *= k;
}

bool hearsSource (const Scene& scene)
{
    SoundOptions few;
    few.rays = 2;
    few.maxTime_s = 1.0f;
    few.imageSourceOrder = 0;
    return RoomTracer (scene).sound (few).directEnergy[3] > 0;
}

/// The source at a distance along `from` (its place when nothing is edited), turned about the listener; nearer where something stands
/// between, and back where it was in the direction of `from` if nothing helps.
void placeInScene (Scene& scene, Vec3 from, double turn_deg, float distance_m)
{
    const double turn = (scene.mirrored ? -turn_deg : turn_deg) * std::numbers::pi / 180, c = std::cos (turn), s = std::sin (turn);
    const Vec3 turned { static_cast<float> (c * from.x - s * from.y), static_cast<float> (s * from.x + c * from.y), from.z };
    const float length = std::max (0.01f, std::sqrt (from.x * from.x + from.y * from.y + from.z * from.z));
    const auto at = [&] (Vec3 direction, float distance)
    {
        const auto offset = scaled (direction, distance / length);
        return Vec3 { scene.listener.x + offset.x, scene.listener.y + offset.y, scene.listener.z + offset.z };
    };
    for (const auto& direction : { turned, from })
        for (const float nearer : { 1.0f, 0.75f, 0.5f })
        {
            scene.source = at (direction, nearer * distance_m);
            if (hearsSource (scene))
                return;
        }
    scene.source = at (from, length);
}

Rir traceDescribed (const RoomDescription& room, const RoomEdits& edits, const TracedRirOptions& options,
                    const std::function<Scene (const RoomDescription& edited)>& sceneOf, bool adjust,
                    const std::function<void (Scene&, const RoomDescription& edited, double turn_deg)>& placeSource)
{
    checkTracing (options);
    const ScopedFlushDenormals flush;
    std::optional<Scene> adjusted;
    const int inputs = numInputs (options.rir.layout);
    const auto reverberator =
        [&] (const RoomDescription& edited, const DecayPlan& plan, int input, double turn_deg, int length, Signals& signals)
    {
        const auto step = [&] (double share) { report (options, 0.2 + 0.8 * (input + share) / inputs); };
        if (! adjusted)
        {
            report (options, 0);
            adjusted = sceneOf (edited);
            if (adjust && ! adjustAbsorption (*adjusted, plan.rt60_s, options))
                return false;
        }
        step (0);
        placeSource (*adjusted, edited, turn_deg);
        const auto field = RoomTracer (*adjusted).sound (soundOptions (options, options.rays));
        if (cancelled (options))
            return false;
        step (0.6);
        const auto seed = options.rir.seed * 2 + static_cast<std::uint64_t> (input);
        const Reverberation raw (field, static_cast<double> (field.directTime_s), plan.rt60_s);
        const auto bend = decayCorrection (field, raw, plan, options.rir.sampleRate, seed);
        const double early = std::pow (10.0, clampedEdits (edits).early_late_db / 10);
        const auto reverberation = raw.field ([&] (std::size_t b, double t) { return bentBy (bend[b], t) * (t < 0.05 ? early : 1.0); });
        signals =
            pathsOf (tracer::renderRir (reverberation, singleInput (options.rir.layout), options.rir.sampleRate, seed, false), length);
        step (1);
        return ! cancelled (options);
    };
    return buildRir (room, edits, options.rir, reverberator);
}

}  // namespace

Rir tracedRir (const RoomDescription& room, const RoomEdits& edits, const TracedRirOptions& options)
{
    return traceDescribed (room, edits, options, boxScene, true, place);
}

Rir tracedRir (const Scene& scene, const RoomDescription& described, const RoomEdits& edits, const TracedRirOptions& options)
{
    const auto wanted = applyEdits (described, edits);
    const float size = std::cbrt (wanted.volume_m3 / described.volume_m3);
    const bool sameSize = std::abs (size - 1) < 1e-4f, sameDecay = wanted.rt60_s == described.rt60_s;
    const Vec3 from { scene.source.x - scene.listener.x, scene.source.y - scene.listener.y, scene.source.z - scene.listener.z };
    const auto sceneOf = [&] (const RoomDescription&)
    {
        Scene result = scene;
        if (! sameSize)
            scaleScene (result, size);
        return result;
    };
    const auto placeSource = [&] (Scene& place, const RoomDescription& edited, double turn_deg)
    {
        const double turn = static_cast<double> (edited.source_azimuth_deg - described.source_azimuth_deg) + turn_deg;
        if (sameSize && turn == 0 && edited.source_distance_m == described.source_distance_m)
            place.source = scene.source;
        else
            placeInScene (place, from, turn, edited.source_distance_m);
    };
    return traceDescribed (described, edits, options, sceneOf, ! sameSize || ! sameDecay, placeSource);
}

Rir tracedRir (const Scene& scene, const TracedRirOptions& options)
{
    checkTracing (options);
    const ScopedFlushDenormals flush;
    const auto& wanted = options.rir;
    report (options, 0);
    const RoomTracer room (scene);
    auto field = room.sound (soundOptions (options, options.rays));
    if (cancelled (options))
        return {};
    report (options, 0.7);
    // Reflections first, then the direct sound at sample 0, on the scale where its energy is that of the dry sound.
    const double ahead = headStart_s (field, wanted.layout);
    const auto direct = tracer::renderRir (directOnly (field, ahead), wanted.layout, wanted.sampleRate, wanted.seed, false);
    Rir rir = tracer::renderRir (
        Reverberation (field, static_cast<double> (field.directTime_s) - ahead).field ([] (std::size_t, double) { return 1.0; }),
        wanted.layout, wanted.sampleRate, wanted.seed, false);
    double energy = 0;
    for (const int o : energyOutputs (wanted.layout))
        for (const float sample : direct.paths[static_cast<std::size_t> (o)])
            energy += static_cast<double> (sample) * sample;
    const double distance = static_cast<double> (field.directTime_s * speedOfSound_m_s);   // hidden sources: as loud as seen ones
    const auto gain = static_cast<float> (energy > 0 ? std::sqrt (dryEnergy (wanted.layout) / energy) : distance);
    rir.length = std::min (rir.length, static_cast<int> (wanted.maxLength_s * wanted.sampleRate));
    for (std::size_t o = 0; o < rir.paths.size(); ++o)
    {
        rir.paths[o].resize (static_cast<std::size_t> (rir.length));
        for (std::size_t i = 0; i < std::min (direct.paths[o].size(), rir.paths[o].size()); ++i)
            rir.paths[o][i] += direct.paths[o][i];
        for (auto& sample : rir.paths[o])
            sample *= gain;
    }
    finishRir (rir, wanted, lateSpeechEnergy (rir));
    report (options, 1);
    return rir;
}

}  // namespace lumiverb
