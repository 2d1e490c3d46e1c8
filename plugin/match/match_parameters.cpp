// SPDX-License-Identifier: AGPL-3.0-or-later
#include "match/match_parameters.h"
#include <algorithm>
#include <cmath>

namespace lumiverb::plugin {
namespace {

using Scale = MatchKnobSpec::Scale;

double toNormalised (const MatchKnobSpec& spec, double value)
{
    value = std::clamp (value, (double) spec.min, (double) spec.max);
    if (spec.scale == Scale::log)
        return std::log (value / spec.min) / std::log ((double) spec.max / spec.min);
    const double x = (value - spec.min) / (spec.max - spec.min);
    return spec.scale == Scale::square ? std::sqrt (x) : x;
}

double fromNormalised (const MatchKnobSpec& spec, double x)
{
    x = std::clamp (x, 0.0, 1.0);
    if (spec.scale == Scale::log)
        return spec.min * std::pow ((double) spec.max / spec.min, x);
    return spec.min + (spec.max - spec.min) * (spec.scale == Scale::square ? x * x : x);
}

juce::NormalisableRange<float> makeRange (const MatchKnobSpec& spec)
{
    return { spec.min, spec.max,
             [&spec] (float, float, float x) { return (float) fromNormalised (spec, x); },
             [&spec] (float, float, float value) { return (float) toNormalised (spec, value); },
             [&spec] (float, float, float value) { return std::clamp (value, spec.min, spec.max); } };
}

/// "12 ms", "-3.5", "x1.2", "8 R" (degrees, right is negative): a number with anything around it.
float parseText (const juce::String& text)
{
    const auto number = text.replaceCharacter (juce::juce_wchar (0x2212), '-').retainCharacters ("+-.,0123456789").replaceCharacter (',', '.');
    const float value = number.getFloatValue();
    return text.trimEnd().endsWithIgnoreCase ("r") ? -value : value;
}

}  // namespace

const std::array<MatchKnobSpec, numMatchKnobs>& matchKnobSpecs()
{
    // A unit in the text and not in the label keeps the plain attribute names in Python hosts ("low", not "low_db").
    static const std::array<MatchKnobSpec, numMatchKnobs> specs { {
        { "mix", "Mix", "%", "", 0, 100, 35, Scale::linear, 1, false, 0.01f,
          "How much of the room is heard: 0 % is the dry sound, untouched" },
        { "decay", "Decay", "", "", 0.25f, 4, 1, Scale::log, 2, true, 1,
          "Reverberation time, as a multiple of what the picture says" },
        { "size", "Size", "", "", 0.5f, 2, 1, Scale::log, 2, true, 1,
          "Dimensions of the room: early reflections move closer or farther" },
        { "distance", "Distance", "", "", 0.25f, 4, 1, Scale::log, 2, true, 1,
          "How far away the source stands" },
        { "angle", "Angle", "\xc2\xb0", "", -90, 90, 0, Scale::linear, 1, true, 1,
          "Where the source stands: positive is left, negative is right" },
        { "pre_delay", "Pre-delay", "", " ms", 0, 250, 0, Scale::square, 1, false, 1,
          "Time between the direct sound and the room" },
        { "early_late", "Early / Late", "", " dB", -12, 12, 0, Scale::linear, 1, true, 1,
          "Balance of early reflections (+) against the tail (-)" },
        { "width", "Width", "%", "", 0, 200, 100, Scale::linear, 0, true, 0.01f,
          "Stereo width of the room; 100 % is physical" },
        { "low", "Low", "", " dB", -12, 12, 0, Scale::linear, 1, true, 1,
          "Level of the room at 125-250 Hz" },
        { "high", "High", "", " dB", -12, 12, 0, Scale::linear, 1, true, 1,
          "Level of the room at 4-8 kHz" },
        { "output", "Output", "", " dB", -24, 12, 0, Scale::linear, 1, true, 1,
          "Level of the whole" },
    } };
    return specs;
}

MatchKnobs::MatchKnobs (juce::AudioProcessor& processor)
{
    for (std::size_t i = 0; i < knobs_.size(); ++i)
    {
        const auto& spec = matchKnobSpecs()[i];
        auto attributes = juce::AudioParameterFloatAttributes()
            .withLabel (juce::String::fromUTF8 (spec.unit))
            .withStringFromValueFunction ([&spec] (float value, int) { return juce::String (value, spec.decimals) + spec.suffix; })
            .withValueFromStringFunction ([] (const juce::String& text) { return parseText (text); });
        auto parameter = std::make_unique<juce::AudioParameterFloat> (juce::ParameterID { spec.id, 1 }, spec.name, makeRange (spec), spec.initial, attributes);
        knobs_[i] = parameter.get();
        processor.addParameter (parameter.release());
    }
    auto parameter = std::make_unique<juce::AudioParameterBool> (juce::ParameterID { "bypass", 1 }, "Bypass", false);
    bypass_ = parameter.get();
    processor.addParameter (parameter.release());
    // A parameter and not a knob's value: automation of Decay and choice of the candidate do not write over each other. Named values keep
    // their meaning with every picture. It comes after the older ones (version hint 2) so that hosts which count parameters keep theirs.
    auto candidate = std::make_unique<juce::AudioParameterChoice> (juce::ParameterID { "candidate", 2 }, "Candidate",
                                                                   juce::StringArray { "Drier", "As seen", "Livelier" }, 1);
    candidate_ = candidate.get();
    processor.addParameter (candidate.release());
    written_ = read();
}

float& MatchKnobs::field (MatchParameters& p, MatchKnob knob) noexcept
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

MatchParameters MatchKnobs::read() const noexcept
{
    MatchParameters p;
    for (std::size_t i = 0; i < knobs_.size(); ++i)
        field (p, (MatchKnob) i) = knobs_[i]->get() * matchKnobSpecs()[i].factor;
    p.bypass = bypass_->get();
    p.edits.candidate = (float) (candidate_->getIndex() - 1);
    return p;
}

MatchParameters MatchKnobs::readExact() const
{
    auto now = read();
    auto written = written_;
    for (std::size_t i = 0; i < knobs_.size(); ++i)
    {
        const auto& spec = matchKnobSpecs()[i];
        float& value = field (now, (MatchKnob) i);
        const float exact = field (written, (MatchKnob) i);
        if (std::abs (value - exact) <= 2e-6f * (spec.max - spec.min) * spec.factor)
            value = exact;
    }
    return now;
}

void MatchKnobs::write (const MatchParameters& parameters)
{
    auto copy = parameters;
    for (std::size_t i = 0; i < knobs_.size(); ++i)
    {
        const auto& spec = matchKnobSpecs()[i];
        const float x = knobs_[i]->convertTo0to1 (field (copy, (MatchKnob) i) / spec.factor);
        if (! juce::exactlyEqual (x, knobs_[i]->convertTo0to1 (knobs_[i]->get())))
            knobs_[i]->setValueNotifyingHost (x);
    }
    if (bypass_->get() != parameters.bypass)
        *bypass_ = parameters.bypass;
    if (const int index = juce::roundToInt (parameters.edits.candidate) + 1; index != candidate_->getIndex())
        *candidate_ = index;
    written_ = parameters;
}

}  // namespace lumiverb::plugin
