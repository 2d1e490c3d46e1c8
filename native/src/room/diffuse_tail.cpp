// SPDX-License-Identifier: AGPL-3.0-or-later
#include "diffuse_tail.h"
#include "lumiverb/dsp/aligned.h"
#include "lumiverb/dsp/denormals.h"
#include "lumiverb/dsp/fft.h"
#include "spatial.h"
#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace lumiverb {

namespace {

constexpr double neper = 13.815510558;
constexpr int maxBands = 12;                         // the seven, and what lies above 8 kHz

/// Bands up to Nyquist. Above 8 kHz a room loses energy to the air ever faster.
struct TailBand { double centre_hz, rate, level; };  // rate: energy decay per s

std::vector<TailBand> tailBands (const DecayPlan& plan, double sampleRate)
{
    std::vector<TailBand> bands;
    for (std::size_t b = 0; b < numBands; ++b)
        bands.push_back ({ bandCentres_hz[b], neper / plan.rt60_s[b], plan.level[b] });
    const auto airRate = [] (double f) { return airAbsorption_1_m[6] * std::pow (f / 8000.0, 1.8) * speedOfSound_m_s; };
    for (double f = 16000; f / std::numbers::sqrt2 < 0.5 * sampleRate && static_cast<int> (bands.size()) < maxBands; f *= 2)
        bands.push_back ({ f, bands[6].rate + airRate (f) - airRate (8000), bands[6].level });
    return bands;
}

/// Per bin: the lower of the two bands that it lies between, and the share of the upper one. The change takes a third of an octave.
struct BinPlace { int band; float share; };

std::vector<BinPlace> placeBins (const std::vector<TailBand>& bands, int bins, double binWidth_hz)
{
    std::vector<BinPlace> places;
    for (int k = 0; k < bins; ++k)
    {
        const double octave = std::log2 (std::max (k * binWidth_hz, 1.0) / bands.front().centre_hz);
        const double lower = std::clamp (std::floor (octave), 0.0, static_cast<double> (bands.size()) - 2);
        const double t = std::clamp ((octave - lower - 0.5) * 3 + 0.5, 0.0, 1.0);
        places.push_back ({ static_cast<int> (lower), static_cast<float> (t * t * (3 - 2 * t)) });
    }
    return places;
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

using Corrections = std::vector<std::array<float, maxBands>>;            // energy gain per frame and band

class TailWriter
{
public:
    TailWriter (const DecayPlan& plan, const OctaveBank& bank, const DiffuseTailOptions& options)
        : plan_ (plan), bank_ (bank), options_ (options), bands_ (tailBands (plan, options.sampleRate)), size_ (frameSize()), hop_ (size_ / 2),
          frames_ (options.length / hop_ + 2), fft_ (size_), places_ (placeBins (bands_, fft_.bins(), options.sampleRate / size_))
    {
        slowest_ = std::ranges::min (bands_, {}, &TailBand::rate).rate;
        for (int i = 0; i < size_; ++i)
            window_.push_back (static_cast<float> (std::sin (std::numbers::pi * (i + 0.5) / size_)));
        makeEnvelope();
    }

    std::vector<std::vector<float>> write()
    {
        std::vector<float> frequencies;
        for (int k = 0; k < fft_.bins(); ++k)
            frequencies.push_back (static_cast<float> (k * options_.sampleRate / size_));
        std::vector<std::vector<float>> outputs (static_cast<std::size_t> (numOutputs (options_.layout)));
        std::uint64_t stream = options_.seed * 0x2545f4914f6cdd1du + 1;
        for (const auto& group : diffuseGroups (options_.layout, frequencies))
        {
            stream += 0x632be59bd9b4e019u;
            std::array<Corrections, 2> corrections;
            for (auto& c : corrections)
                c.assign (static_cast<std::size_t> (frames_), filled (1.0f));
            const int passes = shortestRt60() < 0.5 ? 3 : 2;
            for (int pass = 0; pass < passes; ++pass)
            {
                auto pair = writeGroup (group, corrections, stream);
                if (cancelled())
                    return {};
                for (std::size_t channel = 0; channel < (group.second < 0 ? 1u : 2u); ++channel)
                {
                    if (pass + 1 < passes)
                        correct (pair[channel], corrections[channel]);
                    else
                        outputs[static_cast<std::size_t> (channel == 0 ? group.first : group.second)] = finished (std::move (pair[channel]), group.gain);
                }
            }
        }
        return outputs;
    }

private:
    static std::array<float, maxBands> filled (float value)
    {
        std::array<float, maxBands> result;
        result.fill (value);
        return result;
    }

    bool cancelled() const { return options_.cancel != nullptr && options_.cancel->load (std::memory_order_relaxed); }
    double shortestRt60() const { return *std::min_element (plan_.rt60_s.begin() + 1, plan_.rt60_s.begin() + 6); }

    /// Long frames separate the bands, short ones follow fast decays.
    int frameSize() const
    {
        const double seconds = std::clamp (0.12 * shortestRt60(), 0.005, 0.04);
        return static_cast<int> (std::bit_ceil (static_cast<unsigned> (seconds * options_.sampleRate)));
    }

    /// What all bands have in common is exact, sample by sample: the slowest decay, the fade-in, the early gain.
    void makeEnvelope()
    {
        envelope_.resize (static_cast<std::size_t> (options_.length));
        for (std::size_t i = 0; i < envelope_.size(); ++i)
        {
            const double t = static_cast<double> (i) / options_.sampleRate;
            const double share = t < plan_.mixing_s ? plan_.noiseShare (t) : 1.0;
            envelope_[i] = static_cast<float> (std::sqrt (share * (t < 0.06 ? plan_.earlyGain (t) : 1.0)) * std::exp (-0.5 * slowest_ * t));
        }
    }

    double frameTime_s (int frame) const { return std::max (0.0, static_cast<double> (frame) * hop_ / options_.sampleRate); }

    void magnitudes (int frame, const Corrections& corrections, std::vector<float>& result) const
    {
        const double t = frameTime_s (frame);
        std::array<float, maxBands> energies {};
        for (std::size_t b = 0; b < bands_.size(); ++b)
            energies[b] = static_cast<float> (bands_[b].level / options_.sampleRate / size_ * std::exp (-(bands_[b].rate - slowest_) * t))
                * corrections[static_cast<std::size_t> (frame)][b];
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

    std::array<std::vector<float>, 2> writeGroup (const DiffuseGroup& group, const std::array<Corrections, 2>& corrections, std::uint64_t stream)
    {
        const int channels = group.second < 0 ? 1 : 2, bins = fft_.bins();
        Phases phases (stream);
        std::array<std::vector<float>, 2> signals;
        for (int c = 0; c < channels; ++c)
            signals[static_cast<std::size_t> (c)].assign (static_cast<std::size_t> ((frames_ + 1) * hop_), 0.0f);

        // Sum and difference of a pair: their energies give the coherence, the width shifts energy between them.
        std::vector<float> mid (static_cast<std::size_t> (bins), 1.0f), side (static_cast<std::size_t> (bins), 0.0f);
        if (channels == 2)
            for (std::size_t k = 0; k < mid.size(); ++k)
            {
                const float m = 0.5f * (1 + group.coherence[k]), s = 0.5f * (1 - group.coherence[k]) * options_.width * options_.width;
                mid[k] = std::sqrt (m / (m + s));
                side[k] = std::sqrt (s / (m + s));
            }

        AlignedVector<float> random[2], re (static_cast<std::size_t> (bins)), im (re), block (static_cast<std::size_t> (size_));
        for (auto& r : random)
            r.resize (2 * static_cast<std::size_t> (bins));
        std::vector<float> magnitude (static_cast<std::size_t> (bins));
        for (int frame = 0; frame < frames_ && ! cancelled(); ++frame)
        {
            for (int c = 0; c < channels; ++c)
                phases.fill (random[c].data(), random[c].data() + bins, bins);
            for (int c = 0; c < channels; ++c)
            {
                magnitudes (frame, corrections[static_cast<std::size_t> (c)], magnitude);
                const float sign = c == 0 ? 1.0f : -1.0f;
                const float* a = random[0].data();
                const float* b = random[channels == 2 ? 1 : 0].data();
                for (int k = 0; k < bins; ++k)
                {
                    const auto i = static_cast<std::size_t> (k);
                    re[i] = magnitude[i] * (mid[i] * a[k] + sign * side[i] * b[k]);
                    im[i] = magnitude[i] * (mid[i] * a[k + bins] + sign * side[i] * b[k + bins]);
                }
                fft_.inverse (re.data(), im.data(), block.data());
                float* target = signals[static_cast<std::size_t> (c)].data() + static_cast<std::ptrdiff_t> (frame) * hop_;
                for (int i = 0; i < size_; ++i)
                    target[i] += window_[static_cast<std::size_t> (i)] * block[static_cast<std::size_t> (i)];
            }
        }
        for (int c = 0; c < channels; ++c)
        {
            auto& signal = signals[static_cast<std::size_t> (c)];
            signal.erase (signal.begin(), signal.begin() + hop_);        // the first frame is centred on the direct sound
            signal.resize (envelope_.size());
            for (std::size_t i = 0; i < signal.size(); ++i)
                signal[i] *= envelope_[i];
        }
        return signals;
    }

    /// Energy that the octave filter should show per block: the planned one, smeared as the filter smears.
    std::vector<float> expected (int band, int blockLength, std::size_t blocks) const
    {
        std::vector<float> impulse (static_cast<std::size_t> (blockLength), 0.0f);
        impulse.front() = 1;
        const int ring = static_cast<int> (0.03 * options_.sampleRate * std::max (1.0, 250.0 / bandCentres_hz[static_cast<std::size_t> (band)]));
        const auto response = bank_.analyse (impulse, ring, blockLength);
        std::vector<float> planned (blocks), result (blocks, 0.0f);
        for (std::size_t i = 0; i < blocks; ++i)
        {
            const double t = (static_cast<double> (i) + 0.5) * blockLength / options_.sampleRate;
            planned[i] = static_cast<float> (plan_.energyAt (band, t) * (t < plan_.mixing_s ? plan_.noiseShare (t) : 1.0) * blockLength / options_.sampleRate);
        }
        for (std::size_t j = 0; j < response.size(); ++j)
            for (std::size_t i = j; i < blocks; ++i)
                result[i] += planned[i - j] * response[j][static_cast<std::size_t> (band)];
        return result;
    }

    void correct (const std::vector<float>& signal, Corrections& corrections)
    {
        const double blockSeconds = std::clamp (shortestRt60() / 200, 0.0005, 0.005);
        const int blockLength = std::max (1, static_cast<int> (blockSeconds * options_.sampleRate));
        const auto measured = bank_.analyse (signal, 0, blockLength);
        for (int band = 0; band < numBands; ++band)
        {
            if (! bank_.hasBand (band))
                continue;
            auto& wanted = expected_[static_cast<std::size_t> (band)];
            if (wanted.empty())
                wanted = expected (band, blockLength, measured.size());
            // Over a time in which the decay falls by about 5 dB, but not less than some periods of the band's noise.
            const double seconds = std::max (static_cast<double> (plan_.rt60_s[static_cast<std::size_t> (band)]) / 12, 1.5 / bandCentres_hz[static_cast<std::size_t> (band)]);
            correctBand (band, measured, wanted, std::max (1, static_cast<int> (seconds * options_.sampleRate / blockLength)), blockLength, corrections);
        }
    }

    void correctBand (int band, const std::vector<OctaveBank::Energies>& measured, const std::vector<float>& wanted, int span, int blockLength,
                      Corrections& corrections) const
    {
        const auto b = static_cast<std::size_t> (band);
        std::vector<double> have (measured.size() + 1), want (measured.size() + 1);
        for (std::size_t i = 0; i < measured.size(); ++i)
        {
            // Weighted against the decay, so that every part of the span counts alike.
            const double flat = 1.0 / std::max (1.0e-30f, wanted[i]);
            have[i + 1] = have[i] + measured[i][b] * flat;
            want[i + 1] = want[i] + wanted[i] * flat;
        }
        for (int frame = 0; frame < frames_; ++frame)
        {
            const auto centre = static_cast<int> (static_cast<std::int64_t> (frame) * hop_ / blockLength);
            const int last = static_cast<int> (measured.size());
            const auto first = static_cast<std::size_t> (std::clamp (centre - span / 2, 0, std::max (0, last - span)));
            const auto end = static_cast<std::size_t> (std::min (static_cast<int> (first) + span, last));
            const double ratio = (want[end] - want[first]) / std::max (have[end] - have[first], 1.0e-12);
            auto& gain = corrections[static_cast<std::size_t> (frame)][b];
            gain = std::clamp (gain * static_cast<float> (std::clamp (ratio, 0.1, 10.0)), 0.05f, 20.0f);
        }
    }

    std::vector<float> finished (std::vector<float> signal, float gain) const
    {
        for (auto& sample : signal)
            sample *= gain;
        return signal;
    }

    const DecayPlan& plan_;
    const OctaveBank& bank_;
    const DiffuseTailOptions& options_;
    std::vector<TailBand> bands_;
    int size_, hop_, frames_;
    RealFft fft_;
    std::vector<BinPlace> places_;
    double slowest_ = 0;
    std::vector<float> window_, envelope_;
    std::array<std::vector<float>, numBands> expected_;
};

}  // namespace

std::vector<std::vector<float>> diffuseTail (const DecayPlan& plan, const OctaveBank& bank, const DiffuseTailOptions& options)
{
    const ScopedFlushDenormals flush;
    return TailWriter (plan, bank, options).write();
}

}  // namespace lumiverb
