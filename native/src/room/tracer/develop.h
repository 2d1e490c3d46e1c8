// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "path_tracer.h"

namespace lumiverb::tracer {

/// Edge-avoiding a-trous filter on the light (radiance / albedo), steered by normal, depth and the measured noise.
void denoise (Film&, int threads);

/// Automatic exposure, white balance, filmic curve, sRGB.
Picture develop (const Film&, const PictureOptions&);

}  // namespace lumiverb::tracer
