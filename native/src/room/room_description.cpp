// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/room/room_fusion.h"
#include "room_clarity.h"
#include "room_json.h"
#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace lumiverb {

namespace {

constexpr int formatVersion = 1;
constexpr std::size_t embeddingSize = 128;
constexpr std::size_t maxKindLength = 64;
constexpr std::size_t maxJsonLength = 1 << 20;

[[noreturn]] void fail (const std::string& what) { throw std::invalid_argument ("room description: " + what); }

struct Range
{
    float low, high;
};

// Wider than any room: they keep every later computation finite, they do not judge taste.
constexpr Range rt60Range { 0.02f, 60.0f }, drrRange { -60.0f, 60.0f }, volumeRange { 0.1f, 1.0e8f }, dimensionRange { 0.2f, 5000.0f },
    unitRange { 0.0f, 1.0f }, clarityRange { -60.0f, 120.0f }, distanceRange { 0.05f, 1000.0f }, azimuthRange { -180.0f, 180.0f },
    elevationRange { -90.0f, 90.0f }, spreadRange { 0.0f, 100.0f }, embeddingRange { -1.0e6f, 1.0e6f };

std::string text (float value) { return dumpJson (FloatJson (value)); }

void checkValue (float value, const std::string& field, Range range)
{
    if (! std::isfinite (value))
        fail ("\"" + field + "\" is not a finite number");
    if (value < range.low || value > range.high)
        fail ("\"" + field + "\" is " + text (value) + ", outside " + text (range.low) + " to " + text (range.high));
}

float readNumber (const FloatJson& value, const std::string& field, Range range)
{
    if (! value.is_number())
        fail ("\"" + field + "\" must be a number");
    const float number = value.get<float>();
    checkValue (number, field, range);
    return number;
}

template <std::size_t size>
void readArray (const FloatJson& value, const std::string& field, Range range, std::array<float, size>& target)
{
    if (! value.is_array() || value.size() != size)
        fail ("\"" + field + "\" must be an array of " + std::to_string (size) + " numbers");
    for (std::size_t i = 0; i < size; ++i)
        target[i] = readNumber (value[i], field + "[" + std::to_string (i) + "]", range);
}

void readVector (const FloatJson& value, const std::string& field, Range range, std::vector<float>& target)
{
    if (! value.is_array() || (! value.empty() && value.size() != embeddingSize))
        fail ("\"" + field + "\" must be an empty array or one of " + std::to_string (embeddingSize) + " numbers");
    target.resize (value.size());
    for (std::size_t i = 0; i < target.size(); ++i)
        target[i] = readNumber (value[i], field + "[" + std::to_string (i) + "]", range);
}

/// Calls visit (name, member, range, required) for every numeric field: one list for reading, writing and checking.
template <typename Room, typename Visitor>
void forEachField (Room& room, Visitor&& visit)
{
    visit ("rt60_s", room.rt60_s, rt60Range, true);
    visit ("drr_db", room.drr_db, drrRange, true);
    visit ("volume_m3", room.volume_m3, volumeRange, true);
    visit ("dimensions_m", room.dimensions_m, dimensionRange, true);
    visit ("absorption", room.absorption, unitRange, true);
    visit ("clarity_c50_db", room.clarity_c50_db, clarityRange, true);
    visit ("source_distance_m", room.source_distance_m, distanceRange, true);
    visit ("source_azimuth_deg", room.source_azimuth_deg, azimuthRange, true);
    visit ("source_elevation_deg", room.source_elevation_deg, elevationRange, true);
    visit ("outdoor_probability", room.outdoor_probability, unitRange, true);
    // Absent spreads mean "known": a person who writes a room by hand need not know what a spread is.
    visit ("rt60_spread_log", room.rt60_spread_log, spreadRange, false);
    visit ("drr_spread_db", room.drr_spread_db, spreadRange, false);
    visit ("volume_spread_log", room.volume_spread_log, spreadRange, false);
    visit ("dimensions_spread_log", room.dimensions_spread_log, spreadRange, false);
    visit ("absorption_spread", room.absorption_spread, spreadRange, false);
    visit ("clarity_spread_db", room.clarity_spread_db, spreadRange, false);
    visit ("embedding", room.embedding, embeddingRange, false);
}

void readField (const FloatJson& value, const std::string& field, Range range, float& target) { target = readNumber (value, field, range); }
template <std::size_t size>
void readField (const FloatJson& value, const std::string& field, Range range, std::array<float, size>& target)
{
    readArray (value, field, range, target);
}
void readField (const FloatJson& value, const std::string& field, Range range, std::vector<float>& target)
{
    readVector (value, field, range, target);
}

/// Calls visit (name, pointer to member, range) for every edit.
template <typename Visitor>
void forEachEdit (Visitor&& visit)
{
    visit ("decay_scale", &RoomEdits::decay_scale, Range { 0.25f, 4.0f });
    visit ("size_scale", &RoomEdits::size_scale, Range { 0.5f, 2.0f });
    visit ("distance_scale", &RoomEdits::distance_scale, Range { 0.25f, 4.0f });
    visit ("angle_deg", &RoomEdits::angle_deg, Range { -90.0f, 90.0f });
    visit ("predelay_ms", &RoomEdits::predelay_ms, Range { 0.0f, 250.0f });
    visit ("early_late_db", &RoomEdits::early_late_db, Range { -12.0f, 12.0f });
    visit ("width", &RoomEdits::width, Range { 0.0f, 2.0f });
    visit ("low_db", &RoomEdits::low_db, Range { -12.0f, 12.0f });
    visit ("high_db", &RoomEdits::high_db, Range { -12.0f, 12.0f });
    visit ("rt60_band_scale", &RoomEdits::rt60_band_scale, Range { 0.25f, 4.0f });
    visit ("candidate", &RoomEdits::candidate, Range { -1.0f, 1.0f });
}

}  // namespace

float midRt60_s (const RoomDescription& room) { return 0.5f * (room.rt60_s[2] + room.rt60_s[3]); }

FloatJson roomToJsonValue (const RoomDescription& room)
{
    FloatJson json { { "format", "lumiverb-room" }, { "version", formatVersion }, { "room_kind", room.room_kind } };
    forEachField (room, [&] (const char* field, const auto& value, Range, bool) { json[field] = value; });
    return json;
}

RoomDescription roomFromJsonValue (const FloatJson& json)
{
    if (! json.is_object())
        fail ("a JSON object is expected");
    if (const auto format = json.find ("format"); format == json.end() || *format != "lumiverb-room")
        fail ("\"format\" must be \"lumiverb-room\"");
    const auto version = json.find ("version");
    if (version == json.end() || ! version->is_number_integer())
        fail ("\"version\" must be a whole number");
    if (*version != formatVersion)
        fail ("\"version\" is " + dumpJson (*version) + ", this program reads version " + std::to_string (formatVersion));

    RoomDescription room;
    std::size_t known = 2;
    forEachField (room,
                  [&] (const char* field, auto& target, Range range, bool required)
                  {
                      if (const auto value = json.find (field); value != json.end())
                      {
                          readField (*value, field, range, target);
                          ++known;
                      }
                      else if (required)
                          fail ("\"" + std::string (field) + "\" is missing");
                  });

    const auto kind = json.find ("room_kind");
    if (kind == json.end())
        fail ("\"room_kind\" is missing");
    if (! kind->is_string() || kind->get_ref<const std::string&>().size() > maxKindLength)
        fail ("\"room_kind\" must be a text of at most " + std::to_string (maxKindLength) + " bytes");
    room.room_kind = kind->get<std::string>();
    ++known;

    if (known != json.size())
        for (const auto& [key, value] : json.items())
        {
            bool found = key == "format" || key == "version" || key == "room_kind";
            forEachField (room, [&] (const char* field, auto&, Range, bool) { found = found || key == field; });
            if (! found)
                fail ("unknown field \"" + key + "\"");
        }
    return room;
}

std::string toJson (const RoomDescription& room) { return dumpJson (roomToJsonValue (room)); }

RoomDescription roomDescriptionFromJson (const std::string& json)
{
    if (json.size() > maxJsonLength)
        fail ("the JSON text is longer than 1 MB");
    FloatJson value;
    try
    {
        value = FloatJson::parse (json);
    }
    catch (const FloatJson::exception& error)
    {
        fail (std::string ("not valid JSON: ") + error.what());
    }
    return roomFromJsonValue (value);
}

FloatJson editsToJsonValue (const RoomEdits& edits)
{
    FloatJson json = FloatJson::object();
    forEachEdit ([&] (const char* field, auto member, Range) { json[field] = edits.*member; });
    return json;
}

RoomEdits editsFromJsonValue (const FloatJson& json)
{
    if (! json.is_object())
        throw std::invalid_argument ("room edits: an object is expected");
    RoomEdits edits;
    for (const auto& [key, value] : json.items())
    {
        bool found = false;
        forEachEdit (
            [&, &name = key, &item = value] (const char* field, auto member, Range range)
            {
                if (name != field)
                    return;
                readField (item, field, range, edits.*member);
                found = true;
            });
        if (! found)
            throw std::invalid_argument ("room edits: unknown field \"" + key + "\"");
    }
    return edits;
}

namespace {

float sanitised (float value, Range range, float fallback)
{
    return std::isfinite (value) ? std::clamp (value, range.low, range.high) : fallback;
}

BandArray sanitised (const BandArray& values, Range range, const BandArray& fallback)
{
    BandArray result;
    for (std::size_t i = 0; i < values.size(); ++i)
        result[i] = sanitised (values[i], range, fallback[i]);
    return result;
}

}  // namespace

RoomEdits clampedEdits (const RoomEdits& wanted)
{
    RoomEdits edits;
    forEachEdit ([&] (const char*, auto member, Range range) { edits.*member = sanitised (wanted.*member, range, edits.*member); });
    return edits;
}

namespace {

RoomDescription chosenCandidate (const RoomDescription& room, float steps)
{
    if (std::any_of (room.rt60_spread_log.begin(), room.rt60_spread_log.end(), [] (float spread) { return spread > 0; }))
        return roomCandidate (room, steps);
    RoomDescription known = room;
    known.rt60_spread_log.fill (knownCandidateStep_log);
    known = roomCandidate (known, steps);
    known.rt60_spread_log = room.rt60_spread_log;
    return known;
}

}  // namespace

RoomDescription applyEdits (const RoomDescription& estimate, const RoomEdits& wanted)
{
    const RoomEdits edits = clampedEdits (wanted);
    const RoomDescription source = chosenCandidate (estimate, edits.candidate);
    RoomDescription room = source;
    for (int band = 0; band < numBands; ++band)
    {
        const auto b = static_cast<std::size_t> (band);
        room.rt60_s[b] = std::clamp (source.rt60_s[b] * edits.decay_scale * edits.rt60_band_scale[b], 0.03f, 30.0f);
        const float tone = band <= 1 ? edits.low_db : band >= 5 ? edits.high_db : 0.0f;
        room.drr_db[b] = std::clamp (source.drr_db[b] - 20.0f * std::log10 (edits.distance_scale) - tone, -40.0f, 50.0f);
    }
    for (auto& dimension : room.dimensions_m)
        dimension = std::clamp (dimension * edits.size_scale, 0.5f, 1000.0f);
    room.volume_m3 = std::clamp (source.volume_m3 * edits.size_scale * edits.size_scale * edits.size_scale, 0.5f, 1.0e7f);
    room.source_distance_m = std::clamp (source.source_distance_m * edits.distance_scale, 0.1f, 300.0f);
    float azimuth = source.source_azimuth_deg + edits.angle_deg;
    azimuth = azimuth > 180.0f ? azimuth - 360.0f : azimuth < -180.0f ? azimuth + 360.0f : azimuth;
    room.source_azimuth_deg = azimuth;

    room.clarity_c50_db = clarityAfterChange (source, room, edits.early_late_db);
    if (edits == RoomEdits {})
        room.clarity_c50_db = source.clarity_c50_db;
    return room;
}

}  // namespace lumiverb
