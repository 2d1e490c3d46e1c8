// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/room_description.h"
#include "spatial.h"

namespace lumiverb {

/// One mirror image of the source in the walls of the box.
struct ImageSource
{
    float time_s;                                    ///< after the direct sound
    Direction direction;
    BandArray energy;                                ///< relative to the direct sound
    int order;
};

/// Listener and source in the box, from the corner that lies behind the listener, to the right and below.
struct Placement
{
    std::array<double, 3> listener, source;
};
Placement placeInBox (const RoomDescription&, double offset_deg);

/// Images of order 1 to maxOrder, earliest first. offset_deg turns the source about the listener (a stereo pair of sources).
/// Images are moved by a few centimetres per reflection, repeatably: an exact box has sweeping echoes and flutter.
std::vector<ImageSource> imageSources (const RoomDescription&, double offset_deg, int maxOrder);

}  // namespace lumiverb
