// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/room/room_fusion.h"
#include <cmath>
#include <doctest/doctest.h>
#include <limits>

using namespace lumiverb;

namespace {

RoomDescription roomWith (float rt60_s, float spread, float drr_db, float volume_m3)
{
    RoomDescription room;
    room.rt60_s.fill (rt60_s);
    room.rt60_spread_log.fill (spread);
    room.drr_db.fill (drr_db);
    room.drr_spread_db.fill (2.0f);
    room.volume_m3 = volume_m3;
    room.volume_spread_log = 0.5f;
    const float side = std::cbrt (volume_m3);
    room.dimensions_m = { 1.25f * side, side, 0.8f * side };
    room.dimensions_spread_log.fill (0.2f);
    room.absorption_spread.fill (0.05f);
    room.clarity_spread_db = 1.0f;
    return room;
}

float product (const std::array<float, 3>& d) { return d[0] * d[1] * d[2]; }

}  // namespace

TEST_CASE ("Fusion: the ends of the slider are the picture and the recording")
{
    auto picture = roomWith (0.5f, 0.2f, 3.0f, 50.0f);
    picture.room_kind = "office";
    picture.embedding.assign (128, 0.5f);
    auto recording = roomWith (2.0f, 0.1f, -6.0f, 2000.0f);
    recording.source_distance_m = 6.0f;

    CHECK (fuseRooms (picture, recording, 0.0f) == picture);
    const auto heard = fuseRooms (picture, recording, 1.0f);
    for (std::size_t b = 0; b < numBands; ++b)
    {
        CHECK (heard.rt60_s[b] == doctest::Approx (2.0).epsilon (1e-5));
        CHECK (heard.rt60_spread_log[b] == doctest::Approx (0.1).epsilon (1e-5));
        CHECK (heard.drr_db[b] == doctest::Approx (-6.0));
        CHECK (heard.absorption[b] == doctest::Approx (recording.absorption[b]).epsilon (1e-5));
    }
    CHECK (heard.volume_m3 == doctest::Approx (2000.0).epsilon (1e-4));
    CHECK (heard.source_distance_m == doctest::Approx (6.0).epsilon (1e-4));
    CHECK (heard.room_kind == "office");             // a recording does not tell
    CHECK (heard.embedding.size() == 128);
}

TEST_CASE ("Fusion: in the middle, precision decides")
{
    // Spreads .2 and .1: weights 25 and 100, so a fifth of the way stays with the picture.
    const auto fused = fuseRooms (roomWith (1.0f, 0.2f, 0.0f, 100.0f), roomWith (1.1f, 0.1f, 0.0f, 100.0f));
    CHECK (std::log (fused.rt60_s[3]) == doctest::Approx (0.8 * std::log (1.1)).epsilon (1e-4));
    CHECK (fused.rt60_spread_log[3] == doctest::Approx (1 / std::sqrt (125.0)).epsilon (1e-4));
    // A picture's DRR counts with hypot (2, 4.5) dB against the recording's 2 dB.
    const auto levels = fuseRooms (roomWith (1.0f, 0.2f, 6.0f, 100.0f), roomWith (1.0f, 0.2f, 4.0f, 100.0f));
    CHECK (levels.drr_db[2] == doctest::Approx (4.0 + 2.0 * 4.0 / (24.25 + 4.0)).epsilon (1e-4));
}

TEST_CASE ("Fusion: disagreement beyond the spreads widens the result")
{
    const auto fused = fuseRooms (roomWith (0.5f, 0.1f, 0.0f, 100.0f), roomWith (2.0f, 0.1f, 0.0f, 100.0f));
    CHECK (fused.rt60_s[2] == doctest::Approx (1.0).epsilon (1e-4));
    CHECK (fused.rt60_spread_log[2] == doctest::Approx (std::log (4.0) / 2).epsilon (1e-3));
}

TEST_CASE ("Fusion: the slider moves every number one way, and volume stays the product of the dimensions")
{
    const auto picture = roomWith (0.5f, 0.2f, 3.0f, 50.0f), recording = roomWith (2.0f, 0.1f, -6.0f, 2000.0f);
    auto before = picture;
    for (const float balance : { 0.01f, 0.25f, 0.5f, 0.75f, 0.99f, 1.0f })
    {
        const auto room = fuseRooms (picture, recording, balance);
        CAPTURE (balance);
        CHECK (room.rt60_s[0] >= before.rt60_s[0]);
        CHECK (room.drr_db[6] <= before.drr_db[6]);
        CHECK (room.volume_m3 >= before.volume_m3);
        CHECK (product (room.dimensions_m) == doctest::Approx (room.volume_m3).epsilon (1e-4));
        CHECK_NOTHROW (roomDescriptionFromJson (toJson (room)));
        before = room;
    }
}

TEST_CASE ("Fusion: known values, absurd balances and extremes give rooms that can be used")
{
    RoomDescription a, b;                            // all spreads 0
    b.rt60_s.fill (1.2f);
    a.absorption.fill (0.0f);
    b.absorption.fill (1.0f);
    CHECK (fuseRooms (a, b).rt60_s[0] == doctest::Approx (std::sqrt (0.6 * 1.2)).epsilon (1e-4));
    CHECK (fuseRooms (a, b, 7.0f).rt60_s[0] == doctest::Approx (1.2));
    CHECK (fuseRooms (a, b, std::numeric_limits<float>::quiet_NaN()) == fuseRooms (a, b, 0.5f));
    CHECK_NOTHROW (roomDescriptionFromJson (toJson (fuseRooms (a, b))));
}

TEST_CASE ("Candidates: the same room with softer and with harder surfaces")
{
    auto seen = roomWith (1.0f, 0.2f, 0.0f, 200.0f);
    seen.clarity_c50_db = 2.0f;
    const auto [drier, same, livelier] = roomCandidates (seen);
    CHECK (same == seen);
    CHECK (livelier.rt60_s[4] == doctest::Approx (std::exp (0.2)));
    CHECK (drier.rt60_s[4] == doctest::Approx (std::exp (-0.2)));
    // Reverberant energy grows with the reverberation time: 0.2 nepers of energy are .87 dB.
    CHECK (livelier.drr_db[4] == doctest::Approx (-0.8686).epsilon (1e-3));
    CHECK (livelier.clarity_c50_db < seen.clarity_c50_db);
    CHECK (drier.clarity_c50_db > seen.clarity_c50_db);
    CHECK (livelier.absorption[4] < seen.absorption[4]);
    CHECK (drier.absorption[4] > seen.absorption[4]);
    CHECK (std::log1p (-drier.absorption[4]) / std::log1p (-seen.absorption[4]) == doctest::Approx (std::exp (0.2)).epsilon (1e-4));
    CHECK (drier.rt60_spread_log == seen.rt60_spread_log);

    CHECK (roomCandidate (seen, std::numeric_limits<float>::infinity()) == seen);
    auto extreme = seen;
    extreme.rt60_s.fill (60.0f);
    extreme.rt60_spread_log.fill (100.0f);
    extreme.absorption.fill (1.0f);
    for (const float steps : { -3.0f, 3.0f })
        CHECK_NOTHROW (roomDescriptionFromJson (toJson (roomCandidate (extreme, steps))));
}
