// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dry/dry_engine.h"
#include <span>

namespace lumiverb::plugin {

/// A starting point: all knobs, no room.
struct DryPreset
{
    const char *name, *use;
    DryParameters parameters;
};

std::span<const DryPreset> dryPresets();
/// The preset of these knobs (whether residual, bypass and output level are the same or not), or -1.
int findDryPreset (const DryParameters&);

}  // namespace lumiverb::plugin
