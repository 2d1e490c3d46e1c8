// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/room/rir_synth.h"
#include "decay_plan.h"
#include "diffuse_tail.h"
#include "fractional_delay.h"
#include "image_sources.h"
#include "lumiverb/dsp/denormals.h"
#include "lumiverb/room/head_model.h"
#include "octave_bank.h"
#include "reflection_filter.h"
#include "spatial.h"
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace lumiverb {

namespace {

constexpr int imageOrder = 4;
constexpr double stereoSource_deg = 30.0;            // the two inputs of a true-stereo response stand to the left and right by this

/// Long-term spectrum of speech, octave levels in dB (IEC 60268-16, male).
constexpr BandArray speechLevels_db { 2.9f, 2.9f, -0.8f, -6.8f, -12.8f, -18.8f, -24.8f };

using Signals = std::vector<std::vector<float>>;
using BandEnergies = std::array<double, numBands>;

void checkOptions (const RirOptions& options)
{
    if (! (options.sampleRate >= 8000 && options.sampleRate <= 384000))
        throw std::invalid_argument ("impulse response: the sample rate must be 8000 to 384000 Hz, not " + std::to_string (options.sampleRate));
    if (! (options.maxLength_s >= 0.01f && options.maxLength_s <= 60.0f))
        throw std::invalid_argument ("impulse response: the greatest length must be 0.01 to 60 s, not " + std::to_string (options.maxLength_s));
}

/// One response under construction: everything of one input.
class InputSynth
{
public:
    InputSynth (const RoomDescription& room, const RoomEdits& edits, const RirOptions& options, const DecayPlan& plan, const OctaveBank& bank,
                int input, int length)
        : room_ (room), edits_ (edits), options_ (options), plan_ (plan), bank_ (bank), input_ (input), length_ (length),
          layout_ (singleInput (options.layout)), trueStereo_ (numInputs (options.layout) == 2)
    {
        delta_ = energies (std::vector<float> { 1.0f });
    }

    bool make()
    {
        makeDirect();
        // Where the plan leaves something to image sources there are some: the first reflections of any box come within the mixing time,
        // or the diffuse part begins at once.
        images_ = imageSources (room_, offset_deg(), imageOrder);
        std::erase_if (images_, [&] (const ImageSource& image) { return image.time_s >= plan_.mixing_s; });
        makeImages();
        return makeTail();
    }

    /// direct + reverberation, delayed by the pre-delay, width applied.
    Signals take()
    {
        Signals result (direct_.size());
        const auto delay = static_cast<std::size_t> (std::lround (0.001 * edits_.predelay_ms * options_.sampleRate));
        for (std::size_t o = 0; o < result.size(); ++o)
        {
            auto& target = result[o];
            target.assign (static_cast<std::size_t> (length_), 0.0f);
            std::copy_n (direct_[o].begin(), std::min (direct_[o].size(), target.size()), target.begin());
            for (const auto* part : { &early_[o], &tail_[o] })
                for (std::size_t i = 0; i < part->size() && i + delay < target.size(); ++i)
                    target[i + delay] += (*part)[i];
        }
        return result;
    }

    /// Energy of direct sound and reverberation over the outputs that count, weighted by the spectrum of speech; 1 for a lone delta.
    double speechEnergy() const
    {
        double sum = 0, weights = 0;
        for (std::size_t b = 0; b < numBands; ++b)
        {
            const double weight = std::pow (10.0, speechLevels_db[b] / 10);
            if (! bank_.hasBand (static_cast<int> (b)))
                continue;
            weights += weight;
            sum += weight * directEnergy_[b] * (1 + plan_.reverberantEnergy[b]);
        }
        return sum / weights;
    }

private:
    double offset_deg() const { return trueStereo_ ? (input_ == 0 ? stereoSource_deg : -stereoSource_deg) : 0.0; }

    BandEnergies energies (const std::vector<float>& signal) const
    {
        const auto total = OctaveBank::total (bank_.analyse (signal, static_cast<int> (0.05 * options_.sampleRate), 4096));
        BandEnergies result {};
        for (std::size_t b = 0; b < numBands; ++b)
            result[b] = total[b];
        return result;
    }

    /// Energy per band relative to a delta, over the outputs that count.
    BandEnergies relativeEnergies (const Signals& signals) const
    {
        BandEnergies sum {};
        for (const int o : energyOutputs (layout_))
        {
            const auto output = energies (signals[static_cast<std::size_t> (o)]);
            for (std::size_t b = 0; b < numBands; ++b)
                sum[b] += delta_[b] > 0 ? output[b] / delta_[b] : 0.0;
        }
        return sum;
    }

    /// Width of a pair: the difference of the channels is scaled, their energy kept.
    void applyWidth (Signals& signals) const
    {
        if (edits_.width == 1.0f)
            return;
        const auto pair = [&] (std::size_t a, std::size_t b)
        {
            double before = 0, after = 0;
            for (std::size_t i = 0; i < signals[a].size(); ++i)
            {
                const float mid = 0.5f * (signals[a][i] + signals[b][i]), side = 0.5f * edits_.width * (signals[a][i] - signals[b][i]);
                before += static_cast<double> (signals[a][i]) * signals[a][i] + static_cast<double> (signals[b][i]) * signals[b][i];
                signals[a][i] = mid + side;
                signals[b][i] = mid - side;
                after += static_cast<double> (signals[a][i]) * signals[a][i] + static_cast<double> (signals[b][i]) * signals[b][i];
            }
            const float gain = after > 0 ? static_cast<float> (std::sqrt (before / after)) : 1.0f;
            for (std::size_t i = 0; i < signals[a].size(); ++i)
            {
                signals[a][i] *= gain;
                signals[b][i] *= gain;
            }
        };
        if (layout_ == RirLayout::stereo || layout_ == RirLayout::binaural)
            pair (0, 1);
        else if (layout_ == RirLayout::surround51)
        {
            pair (0, 1);
            pair (4, 5);
        }
    }

    void scaleDipoles (Signals& signals) const
    {
        if (layout_ == RirLayout::foa && edits_.width != 1.0f)
            for (std::size_t o = 1; o < 4; ++o)
                for (auto& sample : signals[o])
                    sample *= edits_.width;
    }

    /// Adds a pulse from a direction to all outputs. startDelay: samples by which output 0 seconds stands after sample 0.
    void addPulse (Signals& signals, const std::vector<float>& pulse, const Direction& d, double delay_s, float gain)
    {
        const auto cues = outputCues (layout_, d);
        for (std::size_t o = 0; o < signals.size(); ++o)
        {
            if (layout_ == RirLayout::surround51 && o == 3)
                continue;
            const double delay = (delay_s + static_cast<double> (cues[o].delay_s)) * options_.sampleRate;
            if (layout_ == RirLayout::binaural)
            {
                shadowed_ = pulse;
                const auto shadow = HeadModel::shadow (HeadModel::incidence_rad (static_cast<int> (o), d.x, d.y, d.z), options_.sampleRate);
                float x1 = 0, y1 = 0;
                for (auto& sample : shadowed_)
                {
                    const float y0 = shadow.b0 * sample + shadow.b1 * x1 - shadow.a1 * y1;
                    x1 = sample;
                    sample = y1 = y0;
                }
                addDelayed (shadowed_, delay, gain, signals[o]);
            }
            else if (cues[o].gain != 0.0f)
                addDelayed (pulse, delay, gain * cues[o].gain, signals[o]);
        }
    }

    /// Outputs at sample 0 exactly; the later channel of a pair by a fractional delay.
    void makeDirect()
    {
        const auto outputs = static_cast<std::size_t> (numOutputs (layout_));
        direct_.assign (outputs, std::vector<float> (static_cast<std::size_t> (0.012 * options_.sampleRate), 0.0f));
        if (trueStereo_ && layout_ == RirLayout::stereo)
            panDirect();
        else
            placeDirect();
        applyWidth (direct_);
        scaleDipoles (direct_);

        double energy = 0;
        for (const int o : energyOutputs (layout_))
            for (const float sample : direct_[static_cast<std::size_t> (o)])
                energy += static_cast<double> (sample) * sample;
        if (layout_ == RirLayout::binaural)          // its ears are not flat: what counts is speech
            energy = speechWeighted (relativeEnergies (direct_));
        const auto gain = static_cast<float> (std::sqrt (dryEnergy (options_.layout) / energy));
        for (auto& output : direct_)
            for (auto& sample : output)
                sample *= gain;
        directEnergy_ = relativeEnergies (direct_);
    }

    double speechWeighted (const BandEnergies& energy) const
    {
        double sum = 0, weights = 0;
        for (std::size_t b = 0; b < numBands; ++b)
            if (bank_.hasBand (static_cast<int> (b)))
            {
                const double weight = std::pow (10.0, speechLevels_db[b] / 10);
                sum += weight * energy[b];
                weights += weight;
            }
        return sum / weights;
    }

    /// The direct sound of a stereo track keeps its stereo picture: left stays left; the angle pans it, without delays that would comb
    /// what both channels share.
    void panDirect()
    {
        const double place = std::clamp (static_cast<double> (room_.source_azimuth_deg) / 90.0, -1.0, 1.0);          // + = left
        const double angle = std::abs (place) * std::numbers::pi / 4;
        const std::size_t own = input_ == 0 ? 0 : 1, towards = place > 0 ? 0 : 1;
        const bool moves = own != towards && place != 0;
        direct_[own][0] = moves ? static_cast<float> (std::cos (2 * angle)) : 1.0f;
        if (moves)
            direct_[towards][0] = static_cast<float> (std::sin (2 * angle));
    }

    void placeDirect()
    {
        const Direction d = direction (room_.source_azimuth_deg + offset_deg(), room_.source_elevation_deg);
        const auto cues = outputCues (layout_, d);
        float earliest = cues[0].delay_s;
        if (direct_.size() == 2)
            earliest = std::min (earliest, cues[1].delay_s);
        const std::vector<float> one { 1.0f };
        for (std::size_t o = 0; o < direct_.size(); ++o)
        {
            const double delay = static_cast<double> (cues[o].delay_s - earliest) * options_.sampleRate;
            if ((layout_ == RirLayout::surround51 && o == 3) || cues[o].gain == 0.0f)
                continue;
            if (delay < 1.0e-3)
                direct_[o][0] = cues[o].gain;
            else
                addDelayed (one, delay, cues[o].gain, direct_[o]);
            if (layout_ == RirLayout::binaural)
            {
                const auto shadow = HeadModel::shadow (HeadModel::incidence_rad (static_cast<int> (o), d.x, d.y, d.z), options_.sampleRate);
                float x1 = 0, y1 = 0;
                for (auto& sample : direct_[o])
                {
                    const float y0 = shadow.b0 * sample + shadow.b1 * x1 - shadow.a1 * y1;
                    x1 = sample;
                    sample = y1 = y0;
                }
            }
        }
    }

    void renderImages (const BandArray& scale)
    {
        ReflectionFilter filter (options_.sampleRate);
        for (auto& output : early_)
            std::ranges::fill (output, 0.0f);
        for (const auto& image : images_)
        {
            const auto time = static_cast<double> (image.time_s);
            BandArray energy;
            for (std::size_t b = 0; b < numBands; ++b)
                energy[b] = image.energy[b] * scale[b];
            const double share = (1 - plan_.noiseShare (time)) * plan_.earlyGain (time);
            // Images of odd order arrive with either polarity from real walls; alternating signs keep the low end from adding up.
            const float sign = image.order % 2 == 0 ? 1.0f : -1.0f;
            addPulse (early_, filter.pulse (energy), image.direction, time, sign * static_cast<float> (std::sqrt (share)));
        }
        applyWidth (early_);
    }

    void makeImages()
    {
        const auto size = static_cast<std::size_t> ((plan_.mixing_s + 0.02) * options_.sampleRate);
        early_.assign (direct_.size(), std::vector<float> (size, 0.0f));
        if (images_.empty())
            return;
        BandArray scale {};
        for (std::size_t b = 0; b < numBands; ++b)
        {
            double sum = 0;
            for (const auto& image : images_)
                sum += image.energy[b] * (1 - plan_.noiseShare (image.time_s)) * plan_.earlyGain (image.time_s);
            scale[b] = static_cast<float> (directEnergy_[b] * plan_.imageEnergy (static_cast<int> (b)) / std::max (sum, 1.0e-9));
        }
        // Pulses overlap and directions weigh: what was planned is reached by measuring.
        for (int pass = 0; pass < 2; ++pass)
        {
            renderImages (scale);
            const auto have = relativeEnergies (early_);
            for (std::size_t b = 0; b < numBands; ++b)
            {
                const double want = directEnergy_[b] * plan_.imageEnergy (static_cast<int> (b));
                if (have[b] > 0)
                    scale[b] *= static_cast<float> (std::clamp (want / have[b], 0.1, 10.0));
            }
        }
        renderImages (scale);
        scaleDipoles (early_);
    }

    bool makeTail()
    {
        DecayPlan plan = plan_;
        const double share = 1.0 / static_cast<double> (energyOutputs (layout_).size());
        for (std::size_t b = 0; b < numBands; ++b)
            plan.level[b] = static_cast<float> (plan.level[b] * directEnergy_[b] * share);
        DiffuseTailOptions tail;
        tail.sampleRate = options_.sampleRate;
        tail.layout = layout_;
        tail.seed = options_.seed * 2 + static_cast<std::uint64_t> (input_);
        tail.length = length_;
        tail.width = edits_.width;
        tail.cancel = options_.cancel;
        tail_ = diffuseTail (plan, bank_, tail);
        if (tail_.empty())
            return false;
        for (auto& output : tail_)                   // a channel without diffuse sound: LFE
            output.resize (static_cast<std::size_t> (length_), 0.0f);
        scaleDipoles (tail_);
        return true;
    }

    const RoomDescription& room_;
    const RoomEdits& edits_;
    const RirOptions& options_;
    const DecayPlan& plan_;
    const OctaveBank& bank_;
    int input_, length_;
    RirLayout layout_;
    bool trueStereo_;
    BandEnergies delta_ {}, directEnergy_ {};
    std::vector<ImageSource> images_;
    Signals direct_, early_, tail_;
    std::vector<float> shadowed_;
};

int responseLength (const DecayPlan& plan, const RoomEdits& edits, const RirOptions& options)
{
    const float longest = *std::ranges::max_element (plan.rt60_s);
    const double seconds = std::min (1.25 * longest + plan.mixing_s + 0.001 * edits.predelay_ms, static_cast<double> (options.maxLength_s));
    return std::max (256, static_cast<int> (seconds * options.sampleRate));
}

void fadeEnd (std::vector<float>& path)
{
    const auto length = std::max<std::size_t> (1, path.size() / 20);
    for (std::size_t i = 0; i < length; ++i)
    {
        const float t = (static_cast<float> (i) + 0.5f) / static_cast<float> (length);
        path[path.size() - 1 - i] *= t * t * (3 - 2 * t);
    }
}

/// The edited room without the early/late knob, which the plan applies itself.
RoomDescription editedRoom (const RoomDescription& room, const RoomEdits& edits)
{
    RoomEdits others = edits;
    others.early_late_db = 0;
    return applyEdits (roomDescriptionFromJson (toJson (room)), others);
}

}  // namespace

Rir synthesiseRir (const RoomDescription& source, const RoomEdits& wanted, const RirOptions& options)
{
    checkOptions (options);
    const ScopedFlushDenormals flush;
    const RoomEdits edits = clampedEdits (wanted);
    const RoomDescription room = editedRoom (source, edits);
    const DecayPlan plan = makeDecayPlan (room, edits.early_late_db);
    const OctaveBank bank (options.sampleRate);

    Rir rir;
    rir.sampleRate = options.sampleRate;
    rir.layout = options.layout;
    rir.inputs = numInputs (options.layout);
    rir.outputs = numOutputs (options.layout);
    rir.length = responseLength (plan, edits, options);
    double energy = 0, dry = 0;
    for (int input = 0; input < rir.inputs; ++input)
    {
        InputSynth synth (room, edits, options, plan, bank, input, rir.length);
        if (! synth.make())
            return {};
        energy += synth.speechEnergy();
        dry += dryEnergy (options.layout);
        for (auto& path : synth.take())
            rir.paths.push_back (std::move (path));
    }
    const float gain = options.normaliseLoudness ? static_cast<float> (std::sqrt (dry / energy)) : 1.0f;
    for (auto& path : rir.paths)
    {
        fadeEnd (path);
        for (auto& sample : path)
            sample *= gain;
    }
    return rir;
}

std::vector<Reflection> earlyReflections (const RoomDescription& source, const RoomEdits& wanted, int maxCount)
{
    const RoomEdits edits = clampedEdits (wanted);
    const RoomDescription room = editedRoom (source, edits);
    const DecayPlan plan = makeDecayPlan (room, edits.early_late_db);
    auto images = imageSources (room, 0, imageOrder);
    std::erase_if (images, [&] (const ImageSource& image) { return image.time_s >= plan.mixing_s; });

    // Mid-band levels on the scale that synthesiseRir gives them.
    double sum = 0;
    const auto energy = [&] (const ImageSource& image)
    {
        return 0.5 * (image.energy[2] + image.energy[3]) * (1 - plan.noiseShare (image.time_s)) * plan.earlyGain (image.time_s);
    };
    for (const auto& image : images)
        sum += energy (image);
    const double scale = 0.5 * (plan.imageEnergy (2) + plan.imageEnergy (3)) / std::max (sum, 1.0e-12);
    std::vector<Reflection> result;
    for (const auto& image : images)
        if (static_cast<int> (result.size()) < maxCount)
            result.push_back ({ image.time_s + 0.001f * edits.predelay_ms,
                                static_cast<float> (10 * std::log10 (std::max (energy (image) * scale, 1.0e-12))) });
    return result;
}

}  // namespace lumiverb
