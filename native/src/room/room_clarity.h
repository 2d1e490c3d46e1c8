// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/room_description.h"

namespace lumiverb {

/// C50 of `changed`, a version of `source` with another decay or another DRR: a longer decay moves energy behind 50 ms, more direct sound
/// adds to what comes before. `earlyLate_db` shifts the balance of the two on top.
float clarityAfterChange (const RoomDescription& source, const RoomDescription& changed, float earlyLate_db = 0.0f);

}  // namespace lumiverb
