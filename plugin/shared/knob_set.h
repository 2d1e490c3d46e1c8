// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "shared/knob_spec.h"
#include <array>
#include <cmath>

namespace lumiverb::plugin {

/// The knobs and switches of a plug-in, as host parameters and as the core's struct. Owned by the processor (the JUCE objects by
/// AudioProcessor); read by the audio thread. Knob is an enum that counts from 0; field() says where a knob's value goes.
template <typename Parameters, typename Knob, std::size_t numKnobs>
class KnobSet
{
public:
    struct Switch
    {
        const char* id;
        const char* name;
        bool Parameters::* member;
    };

    KnobSet (juce::AudioProcessor& processor, const std::array<KnobSpec, numKnobs>& specs, float& (*field) (Parameters&, Knob) noexcept,
             std::initializer_list<Switch> switches)
        : specs_ (specs), field_ (field)
    {
        for (std::size_t i = 0; i < knobs_.size(); ++i)
            knobs_[i] = add (processor, makeKnobParameter (specs[i]));
        for (const auto& s : switches)
            switches_.push_back (
                { s.member, add (processor, std::make_unique<juce::AudioParameterBool> (juce::ParameterID { s.id, 1 }, s.name, false)) });
        written_ = read();
    }

    juce::AudioParameterFloat& operator[] (Knob knob) const noexcept { return *knobs_[(std::size_t) knob]; }
    juce::AudioParameterBool& operator[] (bool Parameters::* member) const noexcept
    {
        for (const auto& s : switches_)
            if (s.member == member)
                return *s.parameter;
        return *switches_.front().parameter;
    }

    /// Values as the host has set them; what is no knob keeps its default. Real-time safe.
    Parameters read() const noexcept
    {
        Parameters p;
        for (std::size_t i = 0; i < knobs_.size(); ++i)
            field_ (p, (Knob) i) = knobs_[i]->get() * specs_[i].factor;
        for (const auto& s : switches_)
            p.*s.member = s.parameter->get();
        return p;
    }

    /// The same for saving: a value that nobody has touched since write() comes back bit for bit, though the host's
    /// 0..1 numbers cannot carry it exactly.
    Parameters readExact() const
    {
        auto now = read();
        auto written = written_;
        for (std::size_t i = 0; i < knobs_.size(); ++i)
        {
            const auto& spec = specs_[i];
            float& value = field_ (now, (Knob) i);
            const float exact = field_ (written, (Knob) i);
            if (std::abs (value - exact) <= 2e-6f * (spec.max - spec.min) * spec.factor)
                value = exact;
        }
        return now;
    }

    /// Sets all, and tells the host where a value changes.
    void write (const Parameters& parameters)
    {
        auto copy = parameters;
        for (std::size_t i = 0; i < knobs_.size(); ++i)
        {
            const float x = knobs_[i]->convertTo0to1 (field_ (copy, (Knob) i) / specs_[i].factor);
            if (! juce::exactlyEqual (x, knobs_[i]->convertTo0to1 (knobs_[i]->get())))
                knobs_[i]->setValueNotifyingHost (x);
        }
        for (const auto& s : switches_)
            if (s.parameter->get() != parameters.*s.member)
                *s.parameter = parameters.*s.member;
        written_ = parameters;
    }

private:
    template <typename Parameter>
    static Parameter* add (juce::AudioProcessor& processor, std::unique_ptr<Parameter> parameter)
    {
        auto* result = parameter.get();
        processor.addParameter (parameter.release());
        return result;
    }

    struct OwnSwitch
    {
        bool Parameters::* member;
        juce::AudioParameterBool* parameter;
    };

    const std::array<KnobSpec, numKnobs>& specs_;
    float& (*field_) (Parameters&, Knob) noexcept;
    std::array<juce::AudioParameterFloat*, numKnobs> knobs_ {};
    std::vector<OwnSwitch> switches_;
    Parameters written_;
};

}  // namespace lumiverb::plugin
