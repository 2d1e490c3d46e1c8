// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/room/room_description.h"
#include <cmath>
#include <doctest/doctest.h>
#include <stdexcept>

using namespace lumiverb;

namespace {

std::string replaced (std::string text, const std::string& from, const std::string& to)
{
    const auto place = text.find (from);
    REQUIRE (place != std::string::npos);
    return text.replace (place, from.size(), to);
}

std::string errorOf (const std::string& json)
{
    try
    {
        roomDescriptionFromJson (json);
    }
    catch (const std::invalid_argument& error)
    {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE ("A description comes back as it was, the same bytes every time, floats in their shortest form")
{
    RoomDescription room;
    room.rt60_s = { 0.1f, 1.0f / 3, 0.7f, 1e-1f, 2.5f, 0.333f, 9.75f };
    room.room_kind = "church";
    room.embedding.assign (128, -0.125f);
    room.drr_spread_db.fill (1.5f);
    const auto json = toJson (room);
    CHECK (roomDescriptionFromJson (json) == room);
    CHECK (toJson (roomDescriptionFromJson (json)) == json);
    CHECK (json.find ("\"rt60_s\":[0.1,0.33333334,0.7,0.1,2.5,0.333,9.75]") != std::string::npos);
    CHECK (json.find ("\"format\":\"lumiverb-room\"") != std::string::npos);
}

TEST_CASE ("Spreads and embedding may be left out, everything else is needed")
{
    const auto json = toJson (RoomDescription {});
    CHECK (errorOf (replaced (json, "\"rt60_spread_log\":[0.0,0.0,0.0,0.0,0.0,0.0,0.0],", "")) == "");
    CHECK (errorOf (replaced (json, "\"volume_m3\":60.0,", "")) == "room description: \"volume_m3\" is missing");
    CHECK (errorOf (replaced (json, "\"volume_m3\":60.0,", "\"volume\":60.0,")) == "room description: \"volume_m3\" is missing");
}

TEST_CASE ("Errors name the field and the reason")
{
    const auto json = toJson (RoomDescription {});
    CHECK (errorOf ("").find ("room description: not valid JSON") == 0);
    CHECK (errorOf ("[1]") == "room description: a JSON object is expected");
    CHECK (errorOf ("{}") == "room description: \"format\" must be \"lumiverb-room\"");
    CHECK (errorOf (replaced (json, "\"version\":1", "\"version\":2"))
           == "room description: \"version\" is 2, this program reads version 1");
    CHECK (errorOf (replaced (json, "\"volume_m3\":60.0", "\"volume_m3\":-1.0")).find ("\"volume_m3\" is -1.0, outside")
           != std::string::npos);
    CHECK (errorOf (replaced (json, "\"volume_m3\":60.0", "\"volume_m3\":\"x\"")) == "room description: \"volume_m3\" must be a number");
    CHECK (errorOf (replaced (json, "\"dimensions_m\":[5.0,4.8,2.5]", "\"dimensions_m\":[5.0,4.8]"))
           == "room description: \"dimensions_m\" must be an array of 3 numbers");
    CHECK (errorOf (replaced (json, "\"dimensions_m\":[5.0,4.8,2.5]", "\"dimensions_m\":[5.0,4.8,0.0]")).find ("\"dimensions_m[2]\" is 0.0")
           != std::string::npos);
    CHECK (errorOf (replaced (json, "\"embedding\":[]", "\"embedding\":[1.0]")).find ("\"embedding\"") != std::string::npos);
    CHECK (errorOf (replaced (json, "\"embedding\":[]", "\"embedding\":[],\"colour\":1")) == "room description: unknown field \"colour\"");
    CHECK (errorOf (replaced (json, "\"volume_m3\":60.0", "\"volume_m3\":1e999")) != "");
    CHECK (errorOf (std::string (2000000, ' ')).find ("longer than 1 MB") != std::string::npos);
}

TEST_CASE ("Edits move what they name")
{
    RoomDescription room;
    room.drr_db.fill (2);
    CHECK (applyEdits (room, {}) == room);

    RoomEdits edits;
    edits.decay_scale = 2;
    edits.rt60_band_scale[0] = 0.5f;
    edits.size_scale = 2;
    edits.distance_scale = 2;
    edits.angle_deg = -30;
    edits.low_db = 3;
    edits.high_db = -4;
    const auto edited = applyEdits (room, edits);
    CHECK (edited.rt60_s[1] == doctest::Approx (1.2));
    CHECK (edited.rt60_s[0] == doctest::Approx (0.6));
    CHECK (edited.volume_m3 == doctest::Approx (480));
    CHECK (edited.dimensions_m[0] == doctest::Approx (10));
    CHECK (edited.source_distance_m == doctest::Approx (4));
    CHECK (edited.source_azimuth_deg == doctest::Approx (-30));
    CHECK (edited.drr_db[3] == doctest::Approx (2 - 6.0206));
    CHECK (edited.drr_db[0] == doctest::Approx (2 - 6.0206 - 3));
    CHECK (edited.drr_db[6] == doctest::Approx (2 - 6.0206 + 4));
    CHECK (edited.clarity_c50_db < room.clarity_c50_db - 3);

    edits = {};
    edits.early_late_db = 6;
    CHECK (applyEdits (room, edits).clarity_c50_db > room.clarity_c50_db + 2);
}

TEST_CASE ("Edits that are out of range or not numbers are brought back")
{
    RoomEdits edits;
    edits.decay_scale = 100;
    edits.width = std::nanf ("");
    edits.low_db = -INFINITY;
    edits.rt60_band_scale[2] = 0;
    const auto clamped = clampedEdits (edits);
    CHECK (clamped.decay_scale == 4);
    CHECK (clamped.width == 1);
    CHECK (clamped.low_db == 0);
    CHECK (clamped.rt60_band_scale[2] == 0.25f);
    CHECK (clampedEdits ({}) == RoomEdits {});
}

TEST_CASE ("T30,mid is the mean of 500 Hz and 1 kHz")
{
    RoomDescription room;
    room.rt60_s = { 9, 9, 1, 2, 9, 9, 9 };
    CHECK (midRt60_s (room) == doctest::Approx (1.5));
}
