// SPDX-License-Identifier: AGPL-3.0-or-later
// Quality "traced": responses from the RoomTracer in the place of the quick synthesis, with the same conventions.
#pragma once
#include "lumiverb/room/rir_synth.h"
#include "lumiverb/room/scene.h"
#include <functional>

namespace lumiverb {

struct TracedRirOptions
{
    RirOptions rir;                                  ///< as for synthesiseRir; `cancel` stops the tracing, too
    int rays = 20000;                                ///< per input; the time that it takes is proportional
    int threads = 1;                                 ///< the response does not depend on it
    std::function<void (float)> progress;            ///< 0..1, rising, on the calling thread; may be empty
};

/// The estimated box as a scene: dimensions_m, listener and source as in the quick synthesis, one material whose absorption gives
/// rt60_s by Eyring's formula (air included) and whose scattering stands for furniture. It has no camera picture worth seeing.
Scene boxScene (const RoomDescription&);

/// Traces the estimated box. Absorption is adjusted until the decay is that of the description; then DRR, edits and loudness are
/// exactly those of synthesiseRir, so that switching quality changes the fine structure of the sound and nothing else. The direct
/// sound stands at sample 0. Empty when cancelled. Never call it on the audio thread.
/// Throws std::invalid_argument as synthesiseRir does, and for rays or threads below 1.
Rir tracedRir (const RoomDescription&, const RoomEdits&, const TracedRirOptions&);

/// The same in a known scene, for the description of it (describeScene): its geometry instead of a box. Without edits the scene is traced
/// as it is; size scales all of it, decays change all its surfaces alike, distance and angle move the source (nearer or back where
/// something stands between it and the listener). The inputs of a pair stand 30 degrees to the left and right of the source.
Rir tracedRir (const Scene&, const RoomDescription&, const RoomEdits&, const TracedRirOptions&);

/// Traces a known scene as it is: its own DRR and decays; length, loudness and the time of the direct sound as in synthesiseRir.
/// Layouts with two inputs are refused, because a scene has one source.
Rir tracedRir (const Scene&, const TracedRirOptions&);

}  // namespace lumiverb
