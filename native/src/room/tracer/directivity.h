// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "vec.h"

namespace lumiverb::tracer {

/// Energy that a source sends into a direction, relative to its mean over the sphere, per octave band. A voice is a first-order pattern
/// ((1 - w) + w cos)^2 whose directivity index rises from 1 dB to 4.6 dB, about that of talkers (Chu & Warnock 2002).
class Directivity
{
public:
    explicit Directivity (const Scene& scene)
    {
        const auto towards = length (scene.source_facing) > 1e-6f ? scene.source_facing : scene.listener - scene.source;
        facing_ = normalised (towards);
        if (scene.source_pattern == SourcePattern::voice)
            weight_ = { 0.12f, 0.20f, 0.28f, 0.32f, 0.38f, 0.44f, 0.47f };
    }

    BandArray towards (Vec3 direction) const noexcept
    {
        BandArray gain;
        const float cosine = dot (facing_, direction);
        for (std::size_t b = 0; b < numBands; ++b)
        {
            const float w = weight_[b], pressure = 1 - w + w * cosine;
            gain[b] = pressure * pressure / ((1 - w) * (1 - w) + w * w / 3);
        }
        return gain;
    }

private:
    Vec3 facing_;
    BandArray weight_ {};
};

}  // namespace lumiverb::tracer
