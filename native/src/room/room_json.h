// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "json_number.h"
#include "lumiverb/room/room_description.h"

namespace lumiverb {

/// The same as toJson and roomDescriptionFromJson, for documents that contain a room.
FloatJson roomToJsonValue (const RoomDescription&);
RoomDescription roomFromJsonValue (const FloatJson&);

/// Edits as an object of their field names. Reading: absent fields keep their default, unknown ones are an error.
FloatJson editsToJsonValue (const RoomEdits&);
RoomEdits editsFromJsonValue (const FloatJson&);

}  // namespace lumiverb
