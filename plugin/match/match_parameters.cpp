// SPDX-License-Identifier: AGPL-3.0-or-later
#include "match/match_parameters.h"

namespace lumiverb::plugin {

const std::array<KnobSpec, numMatchKnobs>& matchKnobSpecs()
{
    // A unit in the text and not in the label keeps the plain attribute names in Python hosts ("low", not "low_db").
    using Scale = KnobSpec::Scale;
    static const std::array<KnobSpec, numMatchKnobs> specs { {
        { "mix", "Mix", "%", "", 0, 100, 35, Scale::linear, 1, false, 0.01f,
          "How much of the room is heard: 0 % is the dry sound, untouched" },
        { "decay", "Decay", "", "", 0.25f, 4, 1, Scale::log, 2, true, 1, "Reverberation time, as a multiple of what the picture says" },
        { "size", "Size", "", "", 0.5f, 2, 1, Scale::log, 2, true, 1, "Dimensions of the room: early reflections move closer or farther" },
        { "distance", "Distance", "", "", 0.25f, 4, 1, Scale::log, 2, true, 1, "How far away the source stands" },
        { "angle", "Angle", "\xc2\xb0", "", -90, 90, 0, Scale::linear, 1, true, 1,
          "Where the source stands: positive is left, negative is right" },
        { "pre_delay", "Pre-delay", "", " ms", 0, 250, 0, Scale::square, 1, false, 1, "Time between the direct sound and the room" },
        { "early_late", "Early / Late", "", " dB", -12, 12, 0, Scale::linear, 1, true, 1,
          "Balance of early reflections (+) against the tail (-)" },
        { "width", "Width", "%", "", 0, 200, 100, Scale::linear, 0, true, 0.01f, "Stereo width of the room; 100 % is physical" },
        { "low", "Low", "", " dB", -12, 12, 0, Scale::linear, 1, true, 1, "Level of the room at 125-250 Hz" },
        { "high", "High", "", " dB", -12, 12, 0, Scale::linear, 1, true, 1, "Level of the room at 4-8 kHz" },
        { "output", "Output", "", " dB", -24, 12, 0, Scale::linear, 1, true, 1, "Level of the whole" },
    } };
    return specs;
}

static float& fieldOf (MatchParameters& p, MatchKnob knob) noexcept
{
    switch (knob)
    {
        case MatchKnob::mix: return p.mix;
        case MatchKnob::decay: return p.edits.decay_scale;
        case MatchKnob::size: return p.edits.size_scale;
        case MatchKnob::distance: return p.edits.distance_scale;
        case MatchKnob::angle: return p.edits.angle_deg;
        case MatchKnob::preDelay: return p.edits.predelay_ms;
        case MatchKnob::earlyLate: return p.edits.early_late_db;
        case MatchKnob::width: return p.edits.width;
        case MatchKnob::low: return p.edits.low_db;
        case MatchKnob::high: return p.edits.high_db;
        case MatchKnob::output: break;
    }
    return p.output_db;
}

MatchKnobs::MatchKnobs (juce::AudioProcessor& processor)
    : KnobSet (processor, matchKnobSpecs(), fieldOf, { { "bypass", "Bypass", &MatchParameters::bypass } })
{
    // A parameter and not a knob's value: automation of Decay and choice of the candidate do not write over each other. Named values keep
    // their meaning with every picture. It comes after the older ones (version hint 2) so that hosts which count parameters keep theirs.
    auto candidate = std::make_unique<juce::AudioParameterChoice> (juce::ParameterID { "candidate", 2 }, "Candidate",
                                                                   juce::StringArray { "Drier", "As seen", "Livelier" }, 1);
    candidate_ = candidate.get();
    processor.addParameter (candidate.release());
    // Not automatable: every change costs seconds of tracing.
    auto quality = std::make_unique<juce::AudioParameterChoice> (juce::ParameterID { "quality", 2 }, "Quality",
                                                                 juce::StringArray { "Real-time", "Traced" }, 0,
                                                                 juce::AudioParameterChoiceAttributes().withAutomatable (false));
    quality_ = quality.get();
    processor.addParameter (quality.release());
}

MatchParameters MatchKnobs::read() const noexcept { return withChoices (KnobSet::read()); }
MatchParameters MatchKnobs::readExact() const { return withChoices (KnobSet::readExact()); }

MatchParameters MatchKnobs::withChoices (MatchParameters p) const noexcept
{
    p.edits.candidate = (float) (candidate_->getIndex() - 1);
    p.traced = quality_->getIndex() == 1;
    return p;
}

void MatchKnobs::write (const MatchParameters& parameters)
{
    KnobSet::write (parameters);
    if (const int index = juce::roundToInt (parameters.edits.candidate) + 1; index != candidate_->getIndex())
        *candidate_ = index;
    if (const int index = parameters.traced ? 1 : 0; index != quality_->getIndex())
        *quality_ = index;
}

}  // namespace lumiverb::plugin
