// SPDX-License-Identifier: AGPL-3.0-or-later
// Traced sound field -> impulse response. Image sources become band-filtered pulses at their exact time and direction. All other
// energy becomes noise shaped per band by the histogram, sent as plane waves from twelve directions (the vertices of an
// icosahedron) whose share follows the traced direction; so every layout hears the same field with its own cues.
#include "traced_rir.h"
#include "../band_gains.h"
#include "../fractional_delay.h"
#include "../reflection_filter.h"
#include "../spatial.h"
#include "lumiverb/dsp/fft.h"
#include "lumiverb/room/head_model.h"
#include "random.h"
#include "vec.h"
#include <bit>
#include <stdexcept>

namespace lumiverb::tracer {
namespace {

constexpr float unitEnergy = 4 * pi;                 ///< a histogram energy of 1 / (4 pi) is a pulse of amplitude 1
constexpr double directionStep_s = 0.010;

/// The part of the field that no image source explains.
struct Residue
{
    std::array<std::vector<double>, numBands> energy;
    std::vector<std::array<std::array<float, 4>, numBands>> direction;
};

Residue residueOf (const SoundField& field)
{
    Residue rest { field.energy, field.direction };
    for (const auto& a : field.arrivals)
    {
        if (a.order == 0)
            continue;
        const auto bin = static_cast<std::size_t> (a.time_s / field.binWidth_s),
                   slot = static_cast<std::size_t> (a.time_s / directionStep_s);
        for (std::size_t b = 0; b < numBands; ++b)
        {
            if (bin < rest.energy[b].size())
                rest.energy[b][bin] = std::max (0.0, rest.energy[b][bin] - a.energy[b]);
            if (slot >= rest.direction.size())
                continue;
            auto& wyzx = rest.direction[slot][b];
            wyzx[0] = std::max (0.0f, wyzx[0] - a.energy[b]);
            wyzx[1] -= a.energy[b] * a.direction.y;
            wyzx[2] -= a.energy[b] * a.direction.z;
            wyzx[3] -= a.energy[b] * a.direction.x;
        }
    }
    return rest;
}

std::vector<Vec3> waveDirections (RirLayout layout)
{
    if (layout == RirLayout::mono)
        return { { 1, 0, 0 } };
    std::vector<Vec3> list { { 0, 0, 1 }, { 0, 0, -1 } };
    const float z = 1 / std::sqrt (5.0f), r = 2 * z;
    for (int i = 0; i < 5; ++i)
    {
        const float upper = 2 * pi * static_cast<float> (i) / 5, lower = upper + pi / 5;
        list.push_back ({ r * std::cos (upper), r * std::sin (upper), z });
        list.push_back ({ r * std::cos (lower), r * std::sin (lower), -z });
    }
    return list;
}

/// Share of each wave in the energy of one slot and band; they sum to 1.
std::vector<float> shares (const std::vector<Vec3>& waves, const std::array<float, 4>& wyzx)
{
    std::vector<float> share (waves.size(), 1.0f / static_cast<float> (waves.size()));
    if (waves.size() == 1 || ! (wyzx[0] > 0))
        return share;
    float total = 0;
    for (std::size_t i = 0; i < waves.size(); ++i)
    {
        const float towards = (waves[i].y * wyzx[1] + waves[i].z * wyzx[2] + waves[i].x * wyzx[3]) / wyzx[0];
        share[i] = std::max (0.02f, 1 + 3 * towards);
        total += share[i];
    }
    for (auto& s : share)
        s /= total;
    return share;
}

class TailMaker
{
public:
    TailMaker (const SoundField& field, const Residue& rest, double sampleRate, int length)
        : field_ (field)
        , rest_ (rest)
        , rate_ (sampleRate)
        , length_ (length)
        , crossovers_ (crossoversFor (field))
        , fft_ (static_cast<int> (std::bit_ceil (static_cast<unsigned> (std::max (64, length)))))
    {}

    /// Noise of one wave: band by band under the square root of its energy per sample.
    std::vector<float> wave (std::uint64_t seed, const std::vector<std::array<float, numBands>>& share)
    {
        const auto size = static_cast<std::size_t> (fft_.size()), bins = static_cast<std::size_t> (fft_.bins());
        AlignedVector<float> noise (size), re (bins), im (bins), bandRe (bins), bandIm (bins), band (size);
        fillNoise (seed, noise);
        fft_.forward (noise.data(), re.data(), im.data());
        std::vector<float> result (static_cast<std::size_t> (length_));
        for (std::size_t b = 0; b < numBands; ++b)
        {
            for (std::size_t k = 0; k < bins; ++k)
            {
                const float mask =
                    bandMask (b, static_cast<double> (k) * rate_ / static_cast<double> (size), crossovers_) / static_cast<float> (size);
                bandRe[k] = re[k] * mask;
                bandIm[k] = im[k] * mask;
            }
            fft_.inverse (bandRe.data(), bandIm.data(), band.data());
            const auto envelope = envelopeOf (b, share);
            for (std::size_t i = 0; i < result.size(); ++i)
                result[i] += band[i] * envelope[i];
        }
        return result;
    }

private:
    /// Steep, and moved into the band that rings longer: what leaks out of it is all that is heard of its neighbours in the end.
    static Crossovers crossoversFor (const SoundField& field)
    {
        Crossovers result { 0.04f, {} };
        for (std::size_t b = 0; b + 1 < numBands; ++b)
            if (const auto &below = field.decay[b].t30_s, &above = field.decay[b + 1].t30_s; below && above && *below > 0 && *above > 0)
                result.shift[b] = std::clamp (-0.4f * std::log2 (*below / *above), -0.3f, 0.3f);
        return result;
    }

    static void fillNoise (std::uint64_t seed, AlignedVector<float>& noise)
    {
        Random random (seed);
        for (std::size_t i = 0; i + 1 < noise.size(); i += 2)    // Box-Muller
        {
            const float radius = std::sqrt (-2 * std::log (1 - random.unit())), angle = 2 * pi * random.unit();
            noise[i] = radius * std::cos (angle);
            noise[i + 1] = radius * std::sin (angle);
        }
    }

    /// Amplitude per sample. Steps, not lines: energy must not move ahead of the bin in which it arrives.
    std::vector<float> envelopeOf (std::size_t b, const std::vector<std::array<float, numBands>>& share) const
    {
        const auto& energy = rest_.energy[b];
        std::vector<float> amplitude (energy.size());
        for (std::size_t i = 0; i < energy.size(); ++i)
        {
            const auto slot = std::min (share.size() - 1,
                                        static_cast<std::size_t> ((static_cast<double> (i) + 0.5) * field_.binWidth_s / directionStep_s));
            amplitude[i] = static_cast<float> (std::sqrt (unitEnergy * energy[i] * share[slot][b] / (field_.binWidth_s * rate_)));
        }
        std::vector<float> result (static_cast<std::size_t> (length_));
        for (std::size_t i = 0; i < result.size(); ++i)
        {
            const auto bin = static_cast<std::size_t> (static_cast<double> (i) / rate_ / field_.binWidth_s);
            result[i] = bin < amplitude.size() ? amplitude[bin] : 0.0f;
        }
        return result;
    }

    const SoundField& field_;
    const Residue& rest_;
    double rate_;
    int length_;
    Crossovers crossovers_;
    RealFft fft_;
};

/// The head's shadow on one ear; other layouts have none.
std::vector<float> shadowed (std::vector<float> signal, RirLayout layout, int output, Vec3 d, double rate)
{
    if (layout != RirLayout::binaural)
        return signal;
    const auto shadow = HeadModel::shadow (HeadModel::incidence_rad (output, d.x, d.y, d.z), rate);
    float x1 = 0, y1 = 0;
    for (auto& sample : signal)
    {
        const float y0 = shadow.b0 * sample + shadow.b1 * x1 - shadow.a1 * y1;
        x1 = sample;
        sample = y1 = y0;
    }
    return signal;
}

void addWave (Rir& rir, const std::vector<float>& signal, Vec3 from, double time_s)
{
    const auto cues = outputCues (rir.layout, Direction { from.x, from.y, from.z });
    for (int output = 0; output < rir.outputs; ++output)
    {
        const auto& cue = cues[static_cast<std::size_t> (output)];
        if (cue.gain == 0)
            continue;
        addDelayed (shadowed (signal, rir.layout, output, from, rir.sampleRate), (time_s + cue.delay_s) * rir.sampleRate, cue.gain,
                    rir.paths[static_cast<std::size_t> (output)]);
    }
}

void addArrivals (Rir& rir, const SoundField& field)
{
    ReflectionFilter filter (rir.sampleRate);
    for (const auto& arrival : field.arrivals)
    {
        const float peak = *std::max_element (arrival.energy.begin(), arrival.energy.end());
        BandArray relative = arrival.energy;
        for (auto& e : relative)
            e /= peak;
        auto pulse = filter.pulse (relative);
        for (auto& sample : pulse)
            sample *= std::sqrt (unitEnergy * peak);
        addWave (rir, pulse, arrival.direction, arrival.time_s);
    }
}

void addTail (Rir& rir, const SoundField& field, std::uint64_t seed)
{
    const auto rest = residueOf (field);
    if (rest.direction.empty())
        return;
    const auto waves = waveDirections (rir.layout);
    std::vector<std::vector<std::array<float, numBands>>> share (waves.size(),
                                                                 std::vector<std::array<float, numBands>> (rest.direction.size()));
    for (std::size_t slot = 0; slot < rest.direction.size(); ++slot)
        for (std::size_t b = 0; b < numBands; ++b)
        {
            const auto parts = shares (waves, rest.direction[slot][b]);
            for (std::size_t i = 0; i < waves.size(); ++i)
                share[i][slot][b] = parts[i];
        }
    TailMaker maker (field, rest, rir.sampleRate, rir.length);
    for (std::size_t i = 0; i < waves.size(); ++i)
        addWave (rir, maker.wave (hash64 (seed) + i, share[i]), waves[i], 0);
}

void mirror (SoundField& field)
{
    for (auto& arrival : field.arrivals)
        arrival.direction.y = -arrival.direction.y;
    for (auto& slot : field.direction)
        for (auto& band : slot)
            band[1] = -band[1];
}

void mirror (Rir& rir)
{
    switch (rir.layout)
    {
        case RirLayout::stereo:
        case RirLayout::binaural: std::swap (rir.paths[0], rir.paths[1]); break;
        case RirLayout::surround51:
            std::swap (rir.paths[0], rir.paths[1]);
            std::swap (rir.paths[4], rir.paths[5]);
            break;
        case RirLayout::foa:
            for (auto& sample : rir.paths[1])
                sample = -sample;
            break;
        default: break;
    }
}

}  // namespace

Rir renderRir (const SoundField& given, RirLayout layout, double sampleRate, std::uint64_t seed, bool mirrored)
{
    if (numInputs (layout) != 1)
        throw std::invalid_argument ("traced rir: layout " + std::string (name (layout)) + " has two inputs, but one source was traced");
    SoundField field = given;
    if (mirrored)
        mirror (field);                              // made as seen without the mirror, so that the ends agree sample by sample
    double end = static_cast<double> (field.energy[0].size()) * field.binWidth_s;
    for (const auto& arrival : field.arrivals)
        end = std::max (end, static_cast<double> (arrival.time_s));
    const int length = static_cast<int> (std::ceil ((end + 0.02) * sampleRate));
    Rir rir { sampleRate, layout, 1, numOutputs (layout), length, {} };
    rir.paths.assign (static_cast<std::size_t> (rir.outputs), std::vector<float> (static_cast<std::size_t> (length)));
    addArrivals (rir, field);
    addTail (rir, field, seed);
    if (mirrored)
        mirror (rir);
    return rir;
}

}  // namespace lumiverb::tracer
