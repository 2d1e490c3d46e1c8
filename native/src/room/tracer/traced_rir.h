// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/room_tracer.h"

namespace lumiverb::tracer {

/// Throws std::invalid_argument for layouts with two inputs (one source was traced).
Rir renderRir (const SoundField&, RirLayout, double sampleRate, std::uint64_t seed, bool mirrored);

}  // namespace lumiverb::tracer
