// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dry/dry_engine.h"
#include "shared/knob_set.h"

namespace lumiverb::plugin {

enum class DryKnob
{
    amount,
    tail,
    early,
    low,
    high,
    mix,
    output
};
inline constexpr std::size_t numDryKnobs = 7;

const std::array<KnobSpec, numDryKnobs>& dryKnobSpecs();

class DryKnobs : public KnobSet<DryParameters, DryKnob, numDryKnobs>
{
public:
    explicit DryKnobs (juce::AudioProcessor&);
    juce::AudioParameterBool& bypass() const noexcept { return (*this)[&DryParameters::bypass]; }
    juce::AudioParameterBool& residual() const noexcept { return (*this)[&DryParameters::residual]; }
};

}  // namespace lumiverb::plugin
