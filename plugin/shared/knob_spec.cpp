// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shared/knob_spec.h"
#include <algorithm>
#include <cmath>

namespace lumiverb::plugin {
namespace {

using Scale = KnobSpec::Scale;

double toNormalised (const KnobSpec& spec, double value)
{
    value = std::clamp (value, (double) spec.min, (double) spec.max);
    if (spec.scale == Scale::log)
        return std::log (value / spec.min) / std::log ((double) spec.max / spec.min);
    const double x = (value - spec.min) / (spec.max - spec.min);
    return spec.scale == Scale::square ? std::sqrt (x) : x;
}

double fromNormalised (const KnobSpec& spec, double x)
{
    x = std::clamp (x, 0.0, 1.0);
    if (spec.scale == Scale::log)
        return spec.min * std::pow ((double) spec.max / spec.min, x);
    return spec.min + (spec.max - spec.min) * (spec.scale == Scale::square ? x * x : x);
}

juce::NormalisableRange<float> makeRange (const KnobSpec& spec)
{
    return { spec.min, spec.max, [&spec] (float, float, float x) { return (float) fromNormalised (spec, x); },
             [&spec] (float, float, float value) { return (float) toNormalised (spec, value); },
             [&spec] (float, float, float value) { return std::clamp (value, spec.min, spec.max); } };
}

/// "12 ms", "-3.5", "x1.2", "8 R" (degrees, right is negative): a number with anything around it.
float parseText (const juce::String& text)
{
    const auto number =
        text.replaceCharacter (juce::juce_wchar (0x2212), '-').retainCharacters ("+-.,0123456789").replaceCharacter (',', '.');
    const float value = number.getFloatValue();
    return text.trimEnd().endsWithIgnoreCase ("r") ? -value : value;
}

}  // namespace

std::unique_ptr<juce::AudioParameterFloat> makeKnobParameter (const KnobSpec& spec)
{
    auto attributes =
        juce::AudioParameterFloatAttributes()
            .withLabel (juce::String::fromUTF8 (spec.unit))
            .withStringFromValueFunction ([&spec] (float value, int) { return juce::String (value, spec.decimals) + spec.suffix; })
            .withValueFromStringFunction ([] (const juce::String& text) { return parseText (text); });
    return std::make_unique<juce::AudioParameterFloat> (juce::ParameterID { spec.id, 1 }, spec.name, makeRange (spec), spec.initial,
                                                        attributes);
}

}  // namespace lumiverb::plugin
