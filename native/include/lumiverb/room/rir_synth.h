// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/rir.h"
#include "lumiverb/room/room_description.h"
#include <atomic>
#include <cstdint>

namespace lumiverb {

struct RirOptions
{
    double sampleRate = 48000;                       ///< 8 kHz..384 kHz
    RirLayout layout = RirLayout::stereo;
    std::uint64_t seed = 1;                          ///< of the diffuse tail; same seed, same samples
    float maxLength_s = 10.0f;                       ///< longer tails are faded out
    bool normaliseLoudness = true;                   ///< speech-weighted energy of the wet sound = that of the dry sound
    const std::atomic<bool>* cancel = nullptr;       ///< set from another thread: synthesise returns early, empty
};

/// RoomDescription + edits -> impulse response. Image sources in the estimated box up to the mixing time, then an octave-shaped
/// decaying noise tail with diffuse-field coherence between the outputs. The direct sound stands at sample 0
/// (the time of flight is removed: zero latency). Allocates; never call it on the audio thread.
/// Throws std::invalid_argument for a rate, length or description outside the stated ranges.
Rir synthesiseRir (const RoomDescription&, const RoomEdits&, const RirOptions&);

/// Early reflections for display: time after the direct sound in s, level relative to it in dB.
struct Reflection
{
    float time_s, level_db;
};
std::vector<Reflection> earlyReflections (const RoomDescription&, const RoomEdits&, int maxCount = 64);

}  // namespace lumiverb
