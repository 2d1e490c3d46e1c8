// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <memory>
#include <juce_audio_processors/juce_audio_processors.h>

namespace lumiverb::plugin {

/// One automatable number: how the host sees it and where it goes in the core's parameters.
struct KnobSpec
{
    enum class Scale
    {
        linear,
        log,
        square
    };        ///< square: fine near the minimum
    const char* id;
    const char* name;
    const char* unit;                                ///< shown by the host beside the number; "" where the text carries it
    const char* suffix;                              ///< part of the text
    float min, max, initial;
    Scale scale;
    int decimals;
    bool bipolar;                                    ///< drawn from the centre
    float factor;                                    ///< the core's value = host value x factor
    const char* tip;
};

/// The host parameter of a spec, which must outlive it.
std::unique_ptr<juce::AudioParameterFloat> makeKnobParameter (const KnobSpec&);

}  // namespace lumiverb::plugin
