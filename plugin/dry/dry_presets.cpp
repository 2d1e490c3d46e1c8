// SPDX-License-Identifier: AGPL-3.0-or-later
#include "dry/dry_presets.h"
#include <cmath>

namespace lumiverb::plugin {

std::span<const DryPreset> dryPresets()
{
    //                                                     amount  tail   early  low  high  mix
    static const DryPreset presets[] {
        { "Dialogue", "speech that stays natural", { 0.80f, 0.15f, 40, 0, 0, 1.0f } },
        { "Podcast", "close and even", { 0.90f, 0.08f, 30, 3, 0, 1.0f } },
        { "Vocal", "singing keeps its breath and release", { 0.60f, 0.40f, 60, -2, -2, 1.0f } },
        { "Drum room", "tighter, not dead", { 0.50f, 0.25f, 50, -4, 0, 0.8f } },
        { "Heavy", "all that can go", { 1.00f, 0.00f, 30, 6, 6, 1.0f } },
    };
    return presets;
}

int findDryPreset (const DryParameters& p)
{
    // Hosts keep knobs as 0..1 in single precision.
    const auto same = [] (float a, float b) { return std::abs (a - b) < 1.0e-3f * (1 + std::abs (b)); };
    const auto presets = dryPresets();
    for (std::size_t i = 0; i < presets.size(); ++i)
    {
        const auto& q = presets[i].parameters;
        if (same (p.amount, q.amount) && same (p.tail_s, q.tail_s) && same (p.early_ms, q.early_ms) && same (p.low_db, q.low_db)
            && same (p.high_db, q.high_db) && same (p.mix, q.mix))
            return (int) i;
    }
    return -1;
}

}  // namespace lumiverb::plugin
