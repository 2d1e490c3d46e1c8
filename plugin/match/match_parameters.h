// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/match/match_engine.h"
#include "shared/knob_set.h"

namespace lumiverb::plugin {

enum class MatchKnob
{
    mix,
    decay,
    size,
    distance,
    angle,
    preDelay,
    earlyLate,
    width,
    low,
    high,
    output
};
inline constexpr int numMatchKnobs = 11;

const std::array<KnobSpec, numMatchKnobs>& matchKnobSpecs();

class MatchKnobs : public KnobSet<MatchParameters, MatchKnob, numMatchKnobs>
{
public:
    /// The band scales are no knobs: they are the caller's.
    explicit MatchKnobs (juce::AudioProcessor&);
    juce::AudioParameterBool& bypass() const noexcept { return (*this)[&MatchParameters::bypass]; }
    /// 0 drier, 1 as seen, 2 livelier.
    juce::AudioParameterChoice& candidate() const noexcept { return *candidate_; }
    /// 0 real-time, 1 traced.
    juce::AudioParameterChoice& quality() const noexcept { return *quality_; }

    MatchParameters read() const noexcept;
    MatchParameters readExact() const;
    void write (const MatchParameters&);

private:
    MatchParameters withChoices (MatchParameters) const noexcept;

    juce::AudioParameterChoice* candidate_ = nullptr;
    juce::AudioParameterChoice* quality_ = nullptr;
};

}  // namespace lumiverb::plugin
