// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/room/room_fusion.h"
#include "room_clarity.h"
#include <algorithm>
#include <cmath>

namespace lumiverb {

namespace {

// What a picture cannot know of the source's distance: a factor of 1.7, in the direct sound's level.
constexpr double distanceSpread_db = 4.5;
// Two "known" values (spread 0) shall still have a mean.
constexpr double leastSpread = 1.0e-3;

struct Estimate
{
    double value = 0, spread = 0;
};

class Fusion
{
public:
    explicit Fusion (double balance) : pictureShare_ (std::min (1.0, 2 * (1 - balance))), recordingShare_ (std::min (1.0, 2 * balance)) {}

    Estimate operator() (Estimate picture, Estimate recording) const
    {
        const auto [p, r] = weights (picture.spread, recording.spread);
        const double difference = picture.value - recording.value;
        const double chiSquare = difference * difference * p * r / (p + r);
        return { (p * picture.value + r * recording.value) / (p + r), std::sqrt (std::max (1.0, chiSquare) / (p + r)) };
    }

    /// Share of the recording in a value with these spreads.
    double recordingShare (double pictureSpread, double recordingSpread) const
    {
        const auto [p, r] = weights (pictureSpread, recordingSpread);
        return r / (p + r);
    }

private:
    std::array<double, 2> weights (double pictureSpread, double recordingSpread) const
    {
        const double p = std::max (pictureSpread, leastSpread), r = std::max (recordingSpread, leastSpread);
        return { pictureShare_ / (p * p), recordingShare_ / (r * r) };
    }

    double pictureShare_, recordingShare_;
};

/// Fuses a positive quantity by its logarithm.
void fuseLog (const Fusion& fuse, float a, float spreadA, float b, float spreadB, float& value, float& spread)
{
    const auto e = fuse ({ std::log (static_cast<double> (a)), spreadA }, { std::log (static_cast<double> (b)), spreadB });
    value = static_cast<float> (std::exp (e.value));
    spread = static_cast<float> (e.spread);
}

/// Fuses a share (0..1) by its logit; spreads are those of the share itself.
void fuseShare (const Fusion& fuse, float a, float spreadA, float b, float spreadB, float& value, float& spread)
{
    const auto toLogit = [] (float share, float s)
    {
        const double x = std::clamp (static_cast<double> (share), 1.0e-4, 1.0 - 1.0e-4);
        return Estimate { std::log (x / (1 - x)), s / (x * (1 - x)) };
    };
    const auto e = fuse (toLogit (a, spreadA), toLogit (b, spreadB));
    const double x = 1 / (1 + std::exp (-e.value));
    value = static_cast<float> (x);
    spread = static_cast<float> (e.spread * x * (1 - x));
}

void fuseSize (const Fusion& fuse, const RoomDescription& picture, const RoomDescription& recording, RoomDescription& room)
{
    fuseLog (fuse, picture.volume_m3, picture.volume_spread_log, recording.volume_m3, recording.volume_spread_log, room.volume_m3,
             room.volume_spread_log);
    for (std::size_t d = 0; d < 3; ++d)
        fuseLog (fuse, picture.dimensions_m[d], picture.dimensions_spread_log[d], recording.dimensions_m[d],
                 recording.dimensions_spread_log[d], room.dimensions_m[d], room.dimensions_spread_log[d]);
    const auto [length, width, height] = room.dimensions_m;
    const float scale = std::cbrt (room.volume_m3 / (length * width * height));
    for (auto& dimension : room.dimensions_m)
        dimension *= scale;
}

void fuseLevels (const Fusion& fuse, const RoomDescription& picture, const RoomDescription& recording, RoomDescription& room)
{
    const auto pictureSpread = [&] (std::size_t band)
    { return std::hypot (static_cast<double> (picture.drr_spread_db[band]), distanceSpread_db); };
    for (std::size_t b = 0; b < numBands; ++b)
    {
        const auto e = fuse ({ picture.drr_db[b], pictureSpread (b) }, { recording.drr_db[b], recording.drr_spread_db[b] });
        room.drr_db[b] = static_cast<float> (e.value);
        room.drr_spread_db[b] = static_cast<float> (e.spread);
    }
    const auto clarity =
        fuse ({ picture.clarity_c50_db, picture.clarity_spread_db }, { recording.clarity_c50_db, recording.clarity_spread_db });
    room.clarity_c50_db = static_cast<float> (clarity.value);
    room.clarity_spread_db = static_cast<float> (clarity.spread);

    const double share = fuse.recordingShare (0.5 * (pictureSpread (2) + pictureSpread (3)),
                                              0.5 * (recording.drr_spread_db[2] + recording.drr_spread_db[3]));
    room.source_distance_m = static_cast<float> (std::exp ((1 - share) * std::log (static_cast<double> (picture.source_distance_m))
                                                           + share * std::log (static_cast<double> (recording.source_distance_m))));
}

}  // namespace

RoomDescription fuseRooms (const RoomDescription& picture, const RoomDescription& recording, float balance)
{
    const double wanted = std::isfinite (balance) ? std::clamp (balance, 0.0f, 1.0f) : 0.5;
    if (wanted == 0)
        return picture;
    const Fusion fuse (wanted);
    RoomDescription room = picture;
    for (std::size_t b = 0; b < numBands; ++b)
    {
        fuseLog (fuse, picture.rt60_s[b], picture.rt60_spread_log[b], recording.rt60_s[b], recording.rt60_spread_log[b], room.rt60_s[b],
                 room.rt60_spread_log[b]);
        fuseShare (fuse, picture.absorption[b], picture.absorption_spread[b], recording.absorption[b], recording.absorption_spread[b],
                   room.absorption[b], room.absorption_spread[b]);
    }
    fuseSize (fuse, picture, recording, room);
    fuseLevels (fuse, picture, recording, room);
    return room;
}

RoomDescription roomCandidate (const RoomDescription& seen, float steps)
{
    const float k = std::isfinite (steps) ? std::clamp (steps, -3.0f, 3.0f) : 0.0f;
    if (k == 0)
        return seen;
    RoomDescription room = seen;
    for (std::size_t b = 0; b < numBands; ++b)
    {
        room.rt60_s[b] = std::clamp (seen.rt60_s[b] * std::exp (k * seen.rt60_spread_log[b]), 0.03f, 30.0f);
        const double longer = static_cast<double> (room.rt60_s[b]) / seen.rt60_s[b];
        room.drr_db[b] = std::clamp (static_cast<float> (seen.drr_db[b] - 10 * std::log10 (longer)), -60.0f, 60.0f);
        room.absorption[b] = static_cast<float> (1 - std::pow (1 - static_cast<double> (seen.absorption[b]), 1 / longer));
    }
    room.clarity_c50_db = clarityAfterChange (seen, room);
    return room;
}

std::array<RoomDescription, 3> roomCandidates (const RoomDescription& seen)
{
    return { roomCandidate (seen, -1), seen, roomCandidate (seen, 1) };
}

}  // namespace lumiverb
