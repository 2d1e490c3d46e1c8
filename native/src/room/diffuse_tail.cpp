// SPDX-License-Identifier: AGPL-3.0-or-later
#include "diffuse_tail.h"
#include "lumiverb/dsp/aligned.h"
#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace lumiverb {

namespace {

constexpr double neper = 13.815510558;

/// Long frames separate the bands, short ones follow fast decays.
int frameSize (const DecayPlan& plan, double sampleRate)
{
    const double seconds = std::clamp (0.06 * plan.shortestRt60_s(), 0.004, 0.04);
    return static_cast<int> (std::bit_ceil (static_cast<unsigned> (seconds * sampleRate)));
}

/// Random unit vectors in the complex plane, from a table: the phases need no more than a thousand values.
class Phases
{
public:
    explicit Phases (std::uint64_t seed) : state_ (seed) {}

    void fill (float* re, float* im, int count)
    {
        static const auto table = []
        {
            std::array<std::array<float, 2>, 1024> values;
            for (std::size_t i = 0; i < values.size(); ++i)
            {
                const double angle = 2 * std::numbers::pi * (static_cast<double> (i) + 0.5) / static_cast<double> (values.size());
                values[i] = { static_cast<float> (std::cos (angle)), static_cast<float> (std::sin (angle)) };
            }
            return values;
        }();
        for (int i = 0; i < count;)
        {
            std::uint64_t bits = next();
            for (int j = 0; j < 6 && i < count; ++j, ++i, bits >>= 10)
            {
                const auto& unit = table[bits & 1023];
                re[i] = unit[0];
                im[i] = unit[1];
            }
        }
    }

private:
    std::uint64_t next()                              // splitmix64
    {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    std::uint64_t state_;
};

}  // namespace

DiffuseTail::DiffuseTail (const DecayPlan& plan, const DiffuseTailOptions& options)
    : plan_ (plan)
    , options_ (options)
    , bands_ (bandsUpToNyquist (plan, options.sampleRate))
    , size_ (frameSize (plan, options.sampleRate))
    , hop_ (size_ / 2)
    , frames_ (options.length / hop_ + 2)
    , fft_ (size_)
{
    slowest_ = std::ranges::min (bands_, {}, &Band::rate).rate;
    for (int i = 0; i < size_; ++i)
        window_.push_back (static_cast<float> (std::sin (std::numbers::pi * (i + 0.5) / size_)));
    placeBins();
    makeEnvelope();
    std::vector<float> frequencies;
    for (int k = 0; k < fft_.bins(); ++k)
        frequencies.push_back (static_cast<float> (k * options_.sampleRate / size_));
    groups_ = diffuseGroups (options_.layout, frequencies);
    signals_.resize (static_cast<std::size_t> (numOutputs (options_.layout)));
}

/// Above 8 kHz a room loses energy to the air ever faster.
std::vector<DiffuseTail::Band> DiffuseTail::bandsUpToNyquist (const DecayPlan& plan, double sampleRate)
{
    std::vector<Band> bands;
    for (std::size_t b = 0; b < numBands; ++b)
        bands.push_back ({ bandCentres_hz[b], neper / plan.rt60_s[b], plan.level[b] });
    const auto airRate = [] (double f) { return airAbsorption_1_m[6] * std::pow (f / 8000.0, 1.8) * speedOfSound_m_s; };
    for (double f = 16000; f / std::numbers::sqrt2 < 0.5 * sampleRate && static_cast<int> (bands.size()) < maxBands; f *= 2)
        bands.push_back ({ f, bands[6].rate + airRate (f) - airRate (8000), bands[6].level });
    return bands;
}

/// The change from one band to the next takes a third of an octave.
void DiffuseTail::placeBins()
{
    for (int k = 0; k < fft_.bins(); ++k)
    {
        const double octave = std::log2 (std::max (k * options_.sampleRate / size_, 1.0) / bands_.front().centre_hz);
        const double lower = std::clamp (std::floor (octave), 0.0, static_cast<double> (bands_.size()) - 2);
        const double t = std::clamp ((octave - lower - 0.5) * 3 + 0.5, 0.0, 1.0);
        places_.push_back ({ static_cast<int> (lower), static_cast<float> (t * t * (3 - 2 * t)) });
    }
}

/// What all bands have in common is exact, sample by sample: the slowest decay, the fade-in, the early gain.
void DiffuseTail::makeEnvelope()
{
    envelope_.resize (static_cast<std::size_t> (options_.length));
    const double step = std::exp (-0.5 * slowest_ / options_.sampleRate);
    double decay = std::exp (0.5 * slowest_ * DecayPlan::start_s);
    for (std::size_t i = 0; i < envelope_.size(); ++i, decay *= step)
    {
        const double t = static_cast<double> (i) / options_.sampleRate;
        const double share = t < plan_.mixing_s ? plan_.noiseShare (t) : 1.0;
        envelope_[i] = static_cast<float> (t < 0.1 ? std::sqrt (share * plan_.earlyGain (t)) * decay : decay);
    }
}

void DiffuseTail::magnitudes (int frame, const BandGains& gains, std::vector<float>& result) const
{
    const double t = static_cast<double> (frame) * hop_ / options_.sampleRate;
    std::array<float, maxBands> energies {};
    for (std::size_t b = 0; b < bands_.size(); ++b)
        energies[b] = static_cast<float> (bands_[b].level / options_.sampleRate / size_
                                          * std::exp (-(bands_[b].rate - slowest_) * std::max (0.0, t - DecayPlan::start_s)))
                      * gains.atTime (t, b);
    for (std::size_t k = 0; k < places_.size(); ++k)
    {
        const auto [band, share] = places_[k];
        const float low = energies[static_cast<std::size_t> (band)], high = energies[static_cast<std::size_t> (band) + 1];
        result[k] = std::sqrt (low + share * (high - low));
    }
    // No offset, and no energy below 20 Hz.
    const auto silent = static_cast<std::size_t> (std::ceil (20.0 * size_ / options_.sampleRate));
    std::fill (result.begin(), result.begin() + static_cast<std::ptrdiff_t> (std::min (silent, result.size())), 0.0f);
}

void DiffuseTail::renderGroup (const DiffuseGroup& group, const std::vector<BandGains>& gains, std::uint64_t stream)
{
    const int channels = group.second < 0 ? 1 : 2, bins = fft_.bins();
    const std::array<std::size_t, 2> outputs { static_cast<std::size_t> (group.first),
                                               static_cast<std::size_t> (std::max (0, group.second)) };
    Phases phases (stream);
    for (int c = 0; c < channels; ++c)
        signals_[outputs[static_cast<std::size_t> (c)]].assign (static_cast<std::size_t> ((frames_ + 1) * hop_), 0.0f);

    // Sum and difference of a pair: their energies give the coherence, the width shifts energy between them.
    std::vector<float> mid (static_cast<std::size_t> (bins), 1.0f), side (static_cast<std::size_t> (bins), 0.0f);
    if (channels == 2)
        for (std::size_t k = 0; k < mid.size(); ++k)
        {
            const float m = 0.5f * (1 + group.coherence[k]), s = 0.5f * (1 - group.coherence[k]) * options_.width * options_.width;
            mid[k] = std::sqrt (m / (m + s));
            side[k] = std::sqrt (s / (m + s));
        }

    const auto count = static_cast<std::size_t> (bins);
    std::array<AlignedVector<float>, 2> random { AlignedVector<float> (2 * count), AlignedVector<float> (2 * count) };
    AlignedVector<float> re (count), im (count), block (static_cast<std::size_t> (size_));
    std::vector<float> magnitude (count);
    for (int frame = 0; frame < frames_ && ! cancelled(); ++frame)
    {
        for (int c = 0; c < channels; ++c)
        {
            auto& r = random[static_cast<std::size_t> (c)];
            phases.fill (r.data(), r.data() + bins, bins);
        }
        for (int c = 0; c < channels; ++c)
        {
            const std::size_t output = outputs[static_cast<std::size_t> (c)];
            magnitudes (frame, gains[output], magnitude);
            const float sign = c == 0 ? 1.0f : -1.0f;
            const float* a = random[0].data();
            const float* b = random[1].data();
            for (std::size_t k = 0; k < count; ++k)
            {
                re[k] = magnitude[k] * (mid[k] * a[k] + sign * side[k] * b[k]);
                im[k] = magnitude[k] * (mid[k] * a[k + count] + sign * side[k] * b[k + count]);
            }
            fft_.inverse (re.data(), im.data(), block.data());
            float* target = signals_[output].data() + static_cast<std::ptrdiff_t> (frame) * hop_;
            for (int i = 0; i < size_; ++i)
                target[i] += window_[static_cast<std::size_t> (i)] * block[static_cast<std::size_t> (i)];
        }
    }
    for (int c = 0; c < channels; ++c)
    {
        auto& signal = signals_[outputs[static_cast<std::size_t> (c)]];
        signal.erase (signal.begin(), signal.begin() + hop_);            // the first frame is centred on the direct sound
        signal.resize (envelope_.size());
        for (std::size_t i = 0; i < signal.size(); ++i)
            signal[i] *= group.gain * envelope_[i];
    }
}

bool DiffuseTail::render (const std::vector<BandGains>& gains)
{
    std::uint64_t stream = options_.seed * 0x2545f4914f6cdd1du + 1;
    for (auto& signal : signals_)
        signal.assign (static_cast<std::size_t> (options_.length), 0.0f);
    for (const auto& group : groups_)
        renderGroup (group, gains, stream += 0x632be59bd9b4e019u);
    return ! cancelled();
}

}  // namespace lumiverb
