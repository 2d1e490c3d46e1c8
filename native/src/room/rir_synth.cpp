// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/room/rir_synth.h"
#include "band_gains.h"
#include "decay_plan.h"
#include "diffuse_tail.h"
#include "energy_match.h"
#include "fractional_delay.h"
#include "image_sources.h"
#include "lumiverb/dsp/denormals.h"
#include "lumiverb/room/head_model.h"
#include "octave_bank.h"
#include "reflection_filter.h"
#include "rir_builder.h"
#include "spatial.h"
#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <stdexcept>
#include <string>

namespace lumiverb {

namespace {

constexpr int imageOrder = 4;
constexpr double measured_s = 0.3;                   // loudness: measured to here, from the plan behind
constexpr double stereoSource_deg = 30.0;            // the two inputs of a true-stereo response stand to the left and right by this

/// Long-term average spectrum of speech, octave levels in dB (Byrne et al. 1994: twelve languages, men and women).
constexpr BandArray speechLevels_db { 61.3f, 64.6f, 66.4f, 59.6f, 54.7f, 50.5f, 48.6f };

using BandEnergies = std::array<double, numBands>;

void checkOptions (const RirOptions& options)
{
    if (! (options.sampleRate >= 8000 && options.sampleRate <= 384000))
        throw std::invalid_argument ("impulse response: the sample rate must be 8000 to 384000 Hz, not "
                                     + std::to_string (options.sampleRate));
    if (! (options.maxLength_s >= 0.01f && options.maxLength_s <= 60.0f))
        throw std::invalid_argument ("impulse response: the greatest length must be 0.01 to 60 s, not "
                                     + std::to_string (options.maxLength_s));
}

/// Mean over the bands, weighted by the spectrum of speech.
double speechWeighted (const OctaveBank& bank, const BandEnergies& energy)
{
    double sum = 0, weights = 0;
    for (std::size_t b = 0; b < numBands; ++b)
        if (bank.hasBand (static_cast<int> (b)))
        {
            const double weight = std::pow (10.0, speechLevels_db[b] / 10);
            sum += weight * energy[b];
            weights += weight;
        }
    return sum / weights;
}

/// Energy per band relative to a delta.
BandEnergies relativeEnergy (const OctaveBank& bank, std::span<const float> signal, double sampleRate)
{
    const int ring = static_cast<int> (0.05 * sampleRate);
    const std::vector<float> one { 1.0f };
    const auto total = OctaveBank::total (bank.analyse (signal, ring, 4096)), delta = OctaveBank::total (bank.analyse (one, ring, 4096));
    BandEnergies result {};
    for (std::size_t b = 0; b < numBands; ++b)
        result[b] = delta[b] > 0 ? static_cast<double> (total[b]) / static_cast<double> (delta[b]) : 0.0;
    return result;
}

/// One response under construction: everything of one input.
class InputSynth
{
public:
    InputSynth (const RoomDescription& room, const RoomEdits& edits, const RirOptions& options, const DecayPlan& plan,
                const OctaveBank& bank, int input, int length)
        : room_ (room)
        , edits_ (edits)
        , options_ (options)
        , plan_ (plan)
        , bank_ (bank)
        , input_ (input)
        , length_ (length)
        , layout_ (singleInput (options.layout))
        , trueStereo_ (numInputs (options.layout) == 2)
        , filter_ (options.sampleRate)
    {}

    bool make (const Reverberator& reverberator)
    {
        makeDirect();
        if (reverberator)
            return takeReverberation (reverberator);
        images_ = imageSources (room_, offset_deg(), imageOrder);
        std::erase_if (images_, [&] (const ImageSource& image) { return image.time_s >= plan_.mixing_s; });
        early_.assign (direct_.size(), std::vector<float> (static_cast<std::size_t> ((plan_.mixing_s + 0.02) * options_.sampleRate), 0.0f));
        return makeReverberation();
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

    /// Energy per band, over the outputs that count, of what comes later than this, relative to a delta's.
    BandEnergies lateEnergy (double time_s) const
    {
        BandEnergies result {};
        for (std::size_t b = 0; b < numBands; ++b)
            result[b] = directEnergy_[b] * plan_.energyAfter (static_cast<int> (b), time_s - 0.001 * edits_.predelay_ms);
        return result;
    }

private:
    /// Reverberation from elsewhere, with the plan's energy in every band.
    bool takeReverberation (const Reverberator& reverberator)
    {
        tail_.clear();
        if (! reverberator (room_, plan_, input_, offset_deg(), length_, tail_))
            return false;
        early_.assign (direct_.size(), {});
        for (int pass = 0; pass < 2; ++pass)         // neighbouring bands overlap: what is left after one pass is small
        {
            const auto energy = relativeEnergies (tail_);
            BandArray gains;
            for (std::size_t b = 0; b < numBands; ++b)
                gains[b] =
                    energy[b] > 0 ? static_cast<float> (std::sqrt (directEnergy_[b] * plan_.reverberantEnergy[b] / energy[b])) : 1.0f;
            applyBandGains (tail_, gains, options_.sampleRate);
        }
        applyWidth (tail_);
        scaleDipoles (tail_);
        return true;
    }

    double offset_deg() const { return trueStereo_ ? (input_ == 0 ? stereoSource_deg : -stereoSource_deg) : 0.0; }

    /// Energy per band relative to a delta, over the outputs that count.
    BandEnergies relativeEnergies (const Signals& signals) const
    {
        BandEnergies sum {};
        for (const int o : energyOutputs (layout_))
        {
            const auto output = relativeEnergy (bank_, signals[static_cast<std::size_t> (o)], options_.sampleRate);
            for (std::size_t b = 0; b < numBands; ++b)
                sum[b] += output[b];
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
            energy = speechWeighted (bank_, relativeEnergies (direct_));
        const auto gain = static_cast<float> (std::sqrt (dryEnergy (options_.layout) / energy));
        for (auto& output : direct_)
            for (auto& sample : output)
                sample *= gain;
        directEnergy_ = relativeEnergies (direct_);
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

    void renderImages()
    {
        for (auto& output : early_)
            std::ranges::fill (output, 0.0f);
        for (const auto& image : images_)
        {
            const auto time = static_cast<double> (image.time_s);
            BandArray energy;
            for (std::size_t b = 0; b < numBands; ++b)
                energy[b] = image.energy[b] * imageScale_[b] * imageGains_.atTime (time, b);
            const double share = (1 - plan_.noiseShare (time)) * plan_.earlyGain (time);
            // Alternating signs keep the low end of close reflections from adding up.
            const float sign = image.order % 2 == 0 ? 1.0f : -1.0f;
            addPulse (early_, filter_.pulse (energy), image.direction, time, sign * static_cast<float> (std::sqrt (share)));
        }
        applyWidth (early_);
        scaleDipoles (early_);
    }

    /// First guess of the images' levels: all of them together have the energy that the plan leaves to them.
    void scaleImages()
    {
        for (std::size_t b = 0; b < numBands; ++b)
        {
            double sum = 0;
            for (const auto& image : images_)
                sum += image.energy[b] * (1 - plan_.noiseShare (image.time_s)) * plan_.earlyGain (image.time_s);
            imageScale_[b] = static_cast<float> (directEnergy_[b] / dryEnergy (options_.layout) * plan_.imageEnergy (static_cast<int> (b))
                                                 / std::max (sum, 1.0e-9));
        }
    }

    /// The plan at one output: the reverberant energy is shared alike by the outputs.
    DecayPlan outputPlan() const
    {
        DecayPlan plan = plan_;
        const double share = 1.0 / static_cast<double> (energyOutputs (layout_).size());
        for (std::size_t b = 0; b < numBands; ++b)
            plan.level[b] = static_cast<float> (plan.level[b] * directEnergy_[b] * share);
        return plan;
    }

    /// Reflections and tail, rendered, measured against the plan and rendered again.
    bool makeReverberation()
    {
        const DecayPlan plan = outputPlan();
        DiffuseTail tail (plan, { options_.sampleRate, layout_, options_.seed * 2 + static_cast<std::uint64_t> (input_), length_,
                                  edits_.width, options_.cancel });
        EnergyMatch match (plan, bank_, options_.sampleRate, length_);
        std::vector<BandGains> gains (direct_.size(), match.unitGains());
        imageGains_ = match.unitGains();
        scaleImages();

        // Long decays average chance out; short ones are measured more often, and at last their slope.
        const double shortest = plan_.shortestRt60_s();
        const int envelopePasses = shortest < 0.3 ? 5 : shortest < 1.5 ? 3 : 1, slopePasses = shortest < 0.3 ? 4 : shortest < 1.5 ? 2 : 0;
        for (int pass = 0;; ++pass)
        {
            renderImages();
            if (! tail.render (gains))
                return false;
            if (pass == envelopePasses + slopePasses)
                break;
            improve (match, tail.signals(), gains, pass >= envelopePasses);
        }
        tail_ = std::move (tail.signals());
        scaleDipoles (tail_);
        return true;
    }

    void improve (EnergyMatch& match, const Signals& tail, std::vector<BandGains>& gains, bool slope)
    {
        const auto counted = energyOutputs (layout_);
        std::vector<EnergyMatch::Blocks> whole;
        EnergyMatch::Blocks sum;
        for (const int output : counted)
        {
            auto signal = tail[static_cast<std::size_t> (output)];
            const auto& early = early_[static_cast<std::size_t> (output)];
            for (std::size_t i = 0; i < std::min (early.size(), signal.size()); ++i)
                signal[i] += early[i];
            whole.push_back (match.measure (signal));
            if (sum.empty())
                sum = whole.back();
            else
                for (std::size_t i = 0; i < sum.size(); ++i)
                    for (std::size_t lane = 0; lane < sum[i].size(); ++lane)
                        sum[i][lane] += whole.back()[i][lane];
        }
        if (slope)
            improveSlope (match, whole, gains);
        else
            improveEnvelope (match, whole, sum, gains);
    }

    /// Reflections are corrected alike in all outputs, because their differences are directions; the tail for every output.
    void improveEnvelope (EnergyMatch& match, const std::vector<EnergyMatch::Blocks>& whole, const EnergyMatch::Blocks& sum,
                          std::vector<BandGains>& gains)
    {
        const auto counted = energyOutputs (layout_);
        const auto common = match.ratios (sum, static_cast<double> (counted.size()), false);
        for (std::size_t step = 0; step < match.steps(); ++step)
            for (std::size_t b = 0; b < numBands; ++b)
                multiply (imageGains_.at (step, b), common[step][b]);
        for (std::size_t i = 0; i < counted.size(); ++i)
        {
            const auto own = match.ratios (whole[i], 1.0, false);
            auto& target = gains[static_cast<std::size_t> (counted[i])];
            for (std::size_t step = 0; step < match.steps(); ++step)
            {
                const auto share = static_cast<float> (plan_.noiseShare (match.time_s (step)));
                for (std::size_t b = 0; b < numBands; ++b)
                    multiply (target.at (step, b), common[step][b] + share * (own[step][b] - common[step][b]));
            }
        }
    }

    /// A pure exponential, turned about the time at which half of the energy is past, so that the energy stays.
    void improveSlope (EnergyMatch& match, const std::vector<EnergyMatch::Blocks>& whole, std::vector<BandGains>& gains)
    {
        const auto counted = energyOutputs (layout_);
        BandArray direct;
        for (std::size_t b = 0; b < numBands; ++b)
            direct[b] = 1 / plan_.reverberantEnergy[b];
        for (std::size_t i = 0; i < counted.size(); ++i)
        {
            const auto errors = match.slopeErrors (whole[i], 1.0, direct);
            auto& target = gains[static_cast<std::size_t> (counted[i])];
            for (std::size_t step = 0; step < match.steps(); ++step)
                for (std::size_t b = 0; b < numBands; ++b)
                {
                    const double turn =
                        static_cast<double> (errors[b]) * (match.time_s (step) - 0.05 * static_cast<double> (plan_.rt60_s[b]));
                    multiply (target.at (step, b), static_cast<float> (std::exp (std::clamp (turn, -3.0, 3.0))));
                }
        }
    }

    static void multiply (float& gain, float factor) { gain = std::clamp (gain * factor, 0.03f, 30.0f); }

    const RoomDescription& room_;
    const RoomEdits& edits_;
    const RirOptions& options_;
    const DecayPlan& plan_;
    const OctaveBank& bank_;
    int input_, length_;
    RirLayout layout_;
    bool trueStereo_;
    BandEnergies directEnergy_ {};
    std::vector<ImageSource> images_;
    Signals direct_, early_, tail_;
    std::vector<float> shadowed_;
    BandArray imageScale_ {};
    BandGains imageGains_ { 1, 1.0 };
    ReflectionFilter filter_;
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

/// Energy of the response for speech over that of the dry sound. The first 0.3 s are measured, because direct sound and reflections
/// interfere; of two inputs the mean of the same sound on both and of different ones.
double wetOverDry (const Rir& rir, const OctaveBank& bank, double late)
{
    const auto counted = std::min (static_cast<std::size_t> (measured_s * rir.sampleRate), static_cast<std::size_t> (rir.length));
    double energy = late;
    for (const int o : energyOutputs (rir.layout))
    {
        std::vector<float> both (counted, 0.0f);
        double apart = 0;
        for (int input = 0; input < rir.inputs; ++input)
        {
            const auto& path = rir.paths[static_cast<std::size_t> (input * rir.outputs + o)];
            apart += speechWeighted (bank, relativeEnergy (bank, std::span (path).first (counted), rir.sampleRate));
            for (std::size_t i = 0; i < counted; ++i)
                both[i] += path[i];
        }
        energy += rir.inputs == 1 ? apart : 0.5 * (apart + speechWeighted (bank, relativeEnergy (bank, both, rir.sampleRate)));
    }
    return energy / (static_cast<double> (dryEnergy (rir.layout)) * rir.inputs);
}

double speechEnergyFrom (const Rir& rir, const OctaveBank& bank, std::size_t first)
{
    double energy = 0;
    for (const int o : energyOutputs (rir.layout))
        for (int input = 0; input < rir.inputs; ++input)
        {
            const auto& path = rir.paths[static_cast<std::size_t> (input * rir.outputs + o)];
            energy +=
                speechWeighted (bank, relativeEnergy (bank, std::span (path).subspan (std::min (first, path.size())), rir.sampleRate));
        }
    return energy;
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
    return buildRir (source, wanted, options, {});
}

double lateSpeechEnergy (const Rir& rir)
{
    return speechEnergyFrom (rir, OctaveBank (rir.sampleRate), static_cast<std::size_t> (measured_s * rir.sampleRate));
}

void finishRir (Rir& rir, const RirOptions& options, double late)
{
    const OctaveBank bank (rir.sampleRate);
    const float gain = options.normaliseLoudness ? static_cast<float> (1 / std::sqrt (wetOverDry (rir, bank, late))) : 1.0f;
    for (auto& path : rir.paths)
    {
        fadeEnd (path);
        for (auto& sample : path)
            sample *= gain;
    }
}

Rir buildRir (const RoomDescription& source, const RoomEdits& wanted, const RirOptions& options, const Reverberator& reverberator)
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
    double late = 0;
    for (int input = 0; input < rir.inputs; ++input)
    {
        InputSynth synth (room, edits, options, plan, bank, input, rir.length);
        if (! synth.make (reverberator))
            return {};
        late += speechWeighted (bank, synth.lateEnergy (measured_s));
        for (auto& path : synth.take())
            rir.paths.push_back (std::move (path));
    }
    finishRir (rir, options, late);
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
    { return 0.5 * (image.energy[2] + image.energy[3]) * (1 - plan.noiseShare (image.time_s)) * plan.earlyGain (image.time_s); };
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
