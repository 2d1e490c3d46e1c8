// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dsp/fft.h"
#include "lumiverb/room/bands.h"
#include <vector>

namespace lumiverb {

/// Short minimum-phase pulses with given octave-band energies: what walls do to a reflection. Causal, so nothing rings ahead of it.
class ReflectionFilter
{
public:
    explicit ReflectionFilter (double sampleRate);
    /// Valid until the next call.
    const std::vector<float>& pulse (const BandArray& energy);

private:
    struct BinPlace
    {
        std::size_t band;
        float share;
    };
    RealFft fft_;
    std::vector<BinPlace> places_;
    AlignedVector<float> re_, im_, time_;
    std::vector<float> pulse_;
};

}  // namespace lumiverb
