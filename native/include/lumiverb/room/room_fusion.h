// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/room_description.h"

namespace lumiverb {

/// One room from what a picture and what a recording say of it.
///
/// Every quantity x (ln RT60, ln volume, ln dimensions, logit absorption, DRR in dB, C50 in dB) is the mean of both, weighted by precision:
///     w_p = min (1, 2 (1 - balance)) / s_p^2,   w_r = min (1, 2 balance) / s_r^2,   x = (w_p x_p + w_r x_r) / (w_p + w_r)
/// balance 0 = picture only, 1 = recording only, 0.5 = as their spreads say (the product of two Gaussians); in between one of them counts
/// with a part of its precision. The new spread is s^2 = max (1, chi^2) / (w_p + w_r) with chi^2 = (x_p - x_r)^2 w_p w_r / (w_p + w_r):
/// two that disagree by more than their spreads allow widen it (the Birge ratio).
///
/// A picture does not show how far away the source is: its DRR counts with another 4.5 dB of spread (a factor of 1.7 in distance), and
/// the source's distance is averaged (as a logarithm) with the weights of the DRR at 500 Hz and 1 kHz.
/// Dimensions are scaled to the fused volume. What a recording does not tell stays the picture's: kind, embedding, direction,
/// probability of outdoors. balance outside 0..1 is clamped; not finite counts as 0.5.
RoomDescription fuseRooms (const RoomDescription& picture, const RoomDescription& recording, float balance = 0.5f);

/// A room inside the spread: RT60 moved by `steps` spreads in every band, and with it what the same room would do with other surfaces:
/// reverberant energy in proportion to RT60 (DRR), absorption (Eyring), energy before and after 50 ms (C50). The spreads stay.
/// -1 = drier, 0 = as seen (unchanged), +1 = livelier; clamped to -3..3, not finite counts as 0.
RoomDescription roomCandidate (const RoomDescription&, float steps);

/// The three that are offered to choose from: drier, as seen, livelier.
std::array<RoomDescription, 3> roomCandidates (const RoomDescription&);

}  // namespace lumiverb
