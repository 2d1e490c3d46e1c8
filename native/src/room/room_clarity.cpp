// SPDX-License-Identifier: AGPL-3.0-or-later
#include "room_clarity.h"
#include <algorithm>
#include <cmath>

namespace lumiverb {

namespace {

float decibels (double ratio) { return static_cast<float> (10.0 * std::log10 (std::max (ratio, 1.0e-12))); }
double ratio (double db) { return std::pow (10.0, db / 10.0); }

/// Share of an exponential decay's energy that comes later than 50 ms.
double lateShare (double rt60_s) { return std::exp (-13.8155 * 0.05 / rt60_s); }

/// Energies before and after 50 ms of the reverberation (sum 1) that give this clarity beside a direct sound of energy `direct`.
struct EarlyLate
{
    double early, late;
};
EarlyLate splitByClarity (double clarity, double direct)
{
    const double late = std::clamp ((1.0 + direct) / (1.0 + clarity), 1.0e-6, 0.999);
    return { 1.0 - late, late };
}

}  // namespace

float clarityAfterChange (const RoomDescription& source, const RoomDescription& changed, float earlyLate_db)
{
    const double midDirect = ratio (0.5 * (source.drr_db[2] + source.drr_db[3]));
    auto [early, late] = splitByClarity (ratio (source.clarity_c50_db), midDirect);
    const double before = lateShare (midRt60_s (source)), after = lateShare (midRt60_s (changed));
    late *= after / before;
    early *= (1.0 - after) / std::max (1.0 - before, 1.0e-9);
    const double balance = ratio (0.5 * earlyLate_db);
    early *= balance;
    late /= balance;
    const double direct = ratio (0.5 * (changed.drr_db[2] + changed.drr_db[3])) * (early + late);
    return std::clamp (decibels ((direct + early) / late), -60.0f, 120.0f);
}

}  // namespace lumiverb
