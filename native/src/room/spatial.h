// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/rir.h"
#include <array>
#include <span>
#include <vector>

namespace lumiverb {

/// Unit vector from the listener: x ahead, y left, z up.
struct Direction
{
    float x = 1, y = 0, z = 0;
};
Direction direction (double azimuth_deg, double elevation_deg);

/// How one output hears a sound from a direction.
struct OutputCue
{
    float gain = 1, delay_s = 0;
};   ///< delay against the listener's centre, may be negative

/// stereo: a spaced pair (20 cm) of wide cardioids turned out by 60 degrees: level and time differences that stay mono-compatible;
/// binaural: delays of the spherical head (its shadow is applied apart); foa: AmbiX; 5.1: panned between the two nearest loudspeakers.
std::array<OutputCue, 6> outputCues (RirLayout, const Direction&);

/// Outputs whose diffuse sound belongs together: a pair with a coherence per frequency, or one output alone (second = -1).
struct DiffuseGroup
{
    int first, second;
    float gain;
    std::vector<float> coherence;
};
/// frequencies_hz: where the coherence is wanted.
std::vector<DiffuseGroup> diffuseGroups (RirLayout, std::span<const float> frequencies_hz);

/// What a single-input version of a layout is: trueStereo -> stereo and so on.
RirLayout singleInput (RirLayout);
/// Energy over the outputs (ambisonics: of W) of the dry sound of one input: what the direct sound is normalised to.
float dryEnergy (RirLayout);
/// Outputs whose energies count in dryEnergy.
std::span<const int> energyOutputs (RirLayout);

}  // namespace lumiverb
