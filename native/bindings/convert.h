// SPDX-License-Identifier: AGPL-3.0-or-later
// Plain data across the seam: dicts with the C++ field names, float32 C-contiguous arrays.
#pragma once
#include "bindings.h"
#include "lumiverb/dry/dry_engine.h"
#include "lumiverb/match/match_engine.h"
#include "lumiverb/room/rir.h"
#include "lumiverb/room/room_description.h"

namespace lumiverb::bindings {

using FloatArray = py::array_t<float, py::array::c_style | py::array::forcecast>;

RirLayout layoutFromName (const std::string&);
MatchOutput matchOutputFromName (const std::string&);
const char* name (MatchOutput);

/// Missing fields keep their default, unknown ones raise ValueError.
RoomEdits editsFromDict (const py::dict&);
py::dict toDict (const RoomEdits&);
MatchParameters parametersFromDict (const py::dict&);
py::dict toDict (const MatchParameters&);
DryParameters dryParametersFromDict (const py::dict&);
py::dict toDict (const DryParameters&);

FloatArray toArray (const Rir&);                     ///< (inputs, outputs, length)

/// Pointers to the channels of a (channels, samples) array; checks the shape.
std::vector<const float*> channelPointers (const FloatArray&, int channels);

}  // namespace lumiverb::bindings
