// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dsp/realtime.h"
#include <algorithm>
#include <cmath>

namespace lumiverb {

/// Larger samples are taken for garbage: they would be 160 dB over full scale, and their squares could overflow on the way.
inline constexpr float largestSample = 1.0e8f;

/// Runs to its target exponentially, sample by sample, and reaches it exactly.
struct Smoothed
{
    float value = 0, target = 0;
    bool settled() const noexcept LUMIVERB_REALTIME { return value == target; }
    float next (float coefficient) noexcept LUMIVERB_REALTIME
    {
        const float difference = target - value;
        value = std::abs (difference) < 1.0e-5f ? target : value + coefficient * difference;
        return value;
    }
};

/// A parameter from outside, forced into its range; the fallback where it is not a number.
inline float cleanParameter (float value, float low, float high, float fallback) noexcept LUMIVERB_REALTIME
{
    return std::isfinite (value) ? std::clamp (value, low, high) : fallback;
}

}  // namespace lumiverb
