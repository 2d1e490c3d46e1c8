// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/match/match_engine.h"
#include <array>
#include <juce_audio_processors/juce_audio_processors.h>

namespace lumiverb::plugin {

enum class MatchKnob { mix, decay, size, distance, angle, preDelay, earlyLate, width, low, high, output };
inline constexpr int numMatchKnobs = 11;

/// One automatable number of Match: how the host sees it and where it goes in MatchParameters.
struct MatchKnobSpec
{
    enum class Scale { linear, log, square };        ///< square: fine near the minimum
    const char* id;
    const char* name;
    const char* unit;                                ///< shown by the host beside the number; "" where the text carries it
    const char* suffix;                              ///< part of the text
    float min, max, initial;
    Scale scale;
    int decimals;
    bool bipolar;                                    ///< drawn from the centre
    float factor;                                    ///< MatchParameters value = host value x factor
    const char* tip;
};

const std::array<MatchKnobSpec, numMatchKnobs>& matchKnobSpecs();

/// The parameters of the plug-in. Owned by the processor (the JUCE objects by AudioProcessor); read by the audio thread.
class MatchKnobs
{
public:
    explicit MatchKnobs (juce::AudioProcessor&);

    juce::AudioParameterFloat& operator[] (MatchKnob knob) const noexcept { return *knobs_[(std::size_t) knob]; }
    juce::AudioParameterBool& bypass() const noexcept { return *bypass_; }
    /// 0 drier, 1 as seen, 2 livelier.
    juce::AudioParameterChoice& candidate() const noexcept { return *candidate_; }

    /// Values as the host has set them; the band scales are the caller's. Real-time safe.
    MatchParameters read() const noexcept;
    /// The same for saving: a value that nobody has touched since write() comes back bit for bit, though the host's
    /// 0..1 numbers cannot carry it exactly.
    MatchParameters readExact() const;
    /// Sets all, with a gesture each where the value changes and the host is to hear of it.
    void write (const MatchParameters&);

private:
    static float& field (MatchParameters&, MatchKnob) noexcept;

    std::array<juce::AudioParameterFloat*, numMatchKnobs> knobs_ {};
    juce::AudioParameterBool* bypass_ = nullptr;
    juce::AudioParameterChoice* candidate_ = nullptr;
    MatchParameters written_;
};

}  // namespace lumiverb::plugin
