// SPDX-License-Identifier: AGPL-3.0-or-later
#include "dry/dry_parameters.h"

namespace lumiverb::plugin {

const std::array<KnobSpec, numDryKnobs>& dryKnobSpecs()
{
    // A unit in the text and not in the label keeps the plain attribute names in Python hosts ("low", not "low_db").
    using Scale = KnobSpec::Scale;
    static const std::array<KnobSpec, numDryKnobs> specs { {
        { "amount", "Amount", "%", "", 0, 100, 100, Scale::linear, 1, false, 0.01f,
          "How much of the reverberation goes: scales the suppression in dB" },
        { "tail", "Tail", "", " ms", 0, 2000, 0, Scale::square, 0, false, 0.001f,
          "How long sound may ring out: suppression deepens by at most 60 dB in this time" },
        { "early", "Early", "", " ms", 30, 120, 30, Scale::linear, 0, false, 1, "What follows a direct sound within this time is kept" },
        { "low", "Low bias", "", " dB", -12, 12, 0, Scale::linear, 1, true, 1, "Remove more (+) or less (-) reverberation below 250 Hz" },
        { "high", "High bias", "", " dB", -12, 12, 0, Scale::linear, 1, true, 1, "Remove more (+) or less (-) reverberation above 8 kHz" },
        { "mix", "Mix", "%", "", 0, 100, 100, Scale::linear, 1, false, 0.01f,
          "Dried sound against the input, which is delayed as much: 0 % is the input, untouched" },
        { "output", "Output", "", " dB", -24, 12, 0, Scale::linear, 1, true, 1, "Level of the whole" },
    } };
    return specs;
}

static float& fieldOf (DryParameters& p, DryKnob knob) noexcept
{
    switch (knob)
    {
        case DryKnob::amount: return p.amount;
        case DryKnob::tail: return p.tail_s;
        case DryKnob::early: return p.early_ms;
        case DryKnob::low: return p.low_db;
        case DryKnob::high: return p.high_db;
        case DryKnob::mix: return p.mix;
        case DryKnob::output: break;
    }
    return p.output_db;
}

DryKnobs::DryKnobs (juce::AudioProcessor& processor)
    : KnobSet (processor, dryKnobSpecs(), fieldOf,
               { { "residual", "Residual", &DryParameters::residual }, { "bypass", "Bypass", &DryParameters::bypass } })
{}

}  // namespace lumiverb::plugin
