// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/room_description.h"
#include "lumiverb/room/room_tracer.h"

namespace lumiverb {

/// What a picture would have to say of a scene: decays, DRR and C50 as traced, sizes as stated, absorption averaged over all faces,
/// the source as the listener sees it along the camera's view. No spreads: it is known.
/// Throws std::invalid_argument (one sentence) for a place without an enclosed sound or with a hidden source.
RoomDescription describeScene (const Scene&, const SoundField&);

/// Mean absorption over all faces, weighted by area; flat patches hide what they lie on, which is not taken off.
BandArray meanAbsorption (const Scene&);

}  // namespace lumiverb
