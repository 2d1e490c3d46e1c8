// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/match/match_state.h"
#include "../room/room_json.h"
#include <array>
#include <stdexcept>

namespace lumiverb {

namespace {

constexpr std::array<std::uint8_t, 4> magic { 'L', 'V', 'M', 'S' };
constexpr std::uint32_t currentVersion = 1;
constexpr std::size_t maxJson = 64 * 1024, maxThumbnail = 256 * 1024, maxName = 256;

[[noreturn]] void fail (const std::string& what)
{
    throw std::invalid_argument ("saved state: " + what);
}

std::uint32_t crc32 (std::span<const std::uint8_t> bytes)
{
    static const auto table = []
    {
        std::array<std::uint32_t, 256> values {};
        for (std::uint32_t i = 0; i < 256; ++i)
        {
            std::uint32_t c = i;
            for (int bit = 0; bit < 8; ++bit)
                c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
            values[i] = c;
        }
        return values;
    }();
    std::uint32_t crc = 0xffffffffu;
    for (const auto byte : bytes)
        crc = table[(crc ^ byte) & 0xff] ^ (crc >> 8);
    return crc ^ 0xffffffffu;
}

void appendNumber (std::vector<std::uint8_t>& bytes, std::uint32_t value)
{
    for (int shift = 0; shift < 32; shift += 8)
        bytes.push_back (static_cast<std::uint8_t> (value >> shift));
}

/// Reads from the front; every length is checked against what is left before it is believed.
class Reader
{
public:
    explicit Reader (std::span<const std::uint8_t> bytes) : rest_ (bytes) {}

    std::uint32_t number()
    {
        const auto bytes = take (4);
        return static_cast<std::uint32_t> (bytes[0]) | static_cast<std::uint32_t> (bytes[1]) << 8 | static_cast<std::uint32_t> (bytes[2]) << 16
            | static_cast<std::uint32_t> (bytes[3]) << 24;
    }
    std::span<const std::uint8_t> piece (std::size_t limit, const char* what)
    {
        const std::size_t length = number();
        if (length > limit)
            fail (std::string (what) + " claims " + std::to_string (length) + " bytes, more than the " + std::to_string (limit) + " allowed");
        return take (length);
    }
    bool finished() const { return rest_.empty(); }

private:
    std::span<const std::uint8_t> take (std::size_t length)
    {
        if (length > rest_.size())
            fail ("it ends too early");
        const auto result = rest_.first (length);
        rest_ = rest_.subspan (length);
        return result;
    }
    std::span<const std::uint8_t> rest_;
};

FloatJson toJsonValue (const MatchSlot& slot)
{
    return { { "name", slot.name.substr (0, maxName) },
             { "room", slot.room ? roomToJsonValue (*slot.room) : FloatJson (nullptr) },
             { "parameters", { { "mix", slot.parameters.mix }, { "output_db", slot.parameters.output_db }, { "bypass", slot.parameters.bypass },
                               { "edits", editsToJsonValue (slot.parameters.edits) } } } };
}

const FloatJson& field (const FloatJson& json, const char* key)
{
    if (! json.is_object())
        fail (std::string ("an object with \"") + key + "\" is expected");
    const auto value = json.find (key);
    if (value == json.end())
        fail (std::string ("\"") + key + "\" is missing");
    return *value;
}

float number (const FloatJson& json, const char* key, float low, float high)
{
    const auto& value = field (json, key);
    if (! value.is_number())
        fail (std::string ("\"") + key + "\" must be a number");
    const float result = value.get<float>();
    if (! (result >= low && result <= high))
        fail (std::string ("\"") + key + "\" is out of range");
    return result;
}

int wholeNumber (const FloatJson& json, const char* key, int low, int high)
{
    const auto& value = field (json, key);
    if (! value.is_number_integer() || value < low || value > high)
        fail (std::string ("\"") + key + "\" must be a whole number from " + std::to_string (low) + " to " + std::to_string (high));
    return value.get<int>();
}

MatchSlot slotFromJson (const FloatJson& json)
{
    MatchSlot slot;
    const auto& name = field (json, "name");
    if (! name.is_string() || name.get_ref<const std::string&>().size() > 3 * maxName)
        fail ("\"name\" must be a short text");
    slot.name = name.get<std::string>();
    if (const auto& room = field (json, "room"); ! room.is_null())
        slot.room = roomFromJsonValue (room);
    const auto& parameters = field (json, "parameters");
    slot.parameters.mix = number (parameters, "mix", 0, 1);
    slot.parameters.output_db = number (parameters, "output_db", -24, 12);
    const auto& bypass = field (parameters, "bypass");
    if (! bypass.is_boolean())
        fail ("\"bypass\" must be true or false");
    slot.parameters.bypass = bypass.get<bool>();
    slot.parameters.edits = editsFromJsonValue (field (parameters, "edits"));
    return slot;
}

/// Turns the JSON of an older version into the next one's. Version 1 is the first: the chain is empty.
using Migration = void (*) (FloatJson&);
constexpr std::array<Migration, currentVersion - 1> migrations {};

MatchState stateFromJson (FloatJson json, std::uint32_t version)
{
    for (std::size_t step = version - 1; step < migrations.size(); ++step)
        migrations[step] (json);
    MatchState state;
    const auto& slots = field (json, "slots");
    if (! slots.is_array() || slots.size() != 2)
        fail ("\"slots\" must hold two entries");
    for (std::size_t i = 0; i < 2; ++i)
        state.slots[i] = slotFromJson (slots[i]);
    state.active = wholeNumber (json, "active", 0, 1);
    state.editorWidth = wholeNumber (json, "editor_width", 100, 20000);
    state.editorHeight = wholeNumber (json, "editor_height", 100, 20000);
    return state;
}

}  // namespace

std::vector<std::uint8_t> serialise (const MatchState& state)
{
    const FloatJson json { { "slots", { toJsonValue (state.slots[0]), toJsonValue (state.slots[1]) } },
                           { "active", state.active },
                           { "editor_width", state.editorWidth },
                           { "editor_height", state.editorHeight } };
    const auto text = dumpJson (json);
    std::vector<std::uint8_t> bytes (magic.begin(), magic.end());
    appendNumber (bytes, currentVersion);
    appendNumber (bytes, static_cast<std::uint32_t> (text.size()));
    bytes.insert (bytes.end(), text.begin(), text.end());
    for (const auto& slot : state.slots)
    {
        if (slot.thumbnail.size() > maxThumbnail)
            fail ("the thumbnail is larger than 256 kB");
        appendNumber (bytes, static_cast<std::uint32_t> (slot.thumbnail.size()));
        bytes.insert (bytes.end(), slot.thumbnail.begin(), slot.thumbnail.end());
    }
    appendNumber (bytes, crc32 (bytes));
    return bytes;
}

MatchState deserialiseMatchState (std::span<const std::uint8_t> bytes)
{
    if (bytes.size() < magic.size() + 4 || ! std::equal (magic.begin(), magic.end(), bytes.begin()))
        fail ("it is not a state of Lumiverb Match");
    const std::uint32_t version = Reader (bytes.subspan (magic.size())).number();
    if (version == 0 || version > currentVersion)
        fail ("it has version " + std::to_string (version) + ", this program reads up to version " + std::to_string (currentVersion));
    if (bytes.size() < magic.size() + 8)
        fail ("it ends too early");
    if (Reader (bytes.last (4)).number() != crc32 (bytes.first (bytes.size() - 4)))
        fail ("it is damaged (its checksum does not fit)");

    Reader reader (bytes.subspan (magic.size() + 4, bytes.size() - magic.size() - 8));
    const auto text = reader.piece (maxJson, "its description");
    std::array<std::span<const std::uint8_t>, 2> thumbnails;
    for (auto& thumbnail : thumbnails)
        thumbnail = reader.piece (maxThumbnail, "its thumbnail");
    if (! reader.finished())
        fail ("it is longer than its contents");

    MatchState state;
    try
    {
        state = stateFromJson (FloatJson::parse (text.begin(), text.end()), version);
    }
    catch (const FloatJson::exception& error)
    {
        fail (std::string ("its description is not valid JSON: ") + error.what());
    }
    for (std::size_t i = 0; i < 2; ++i)
        state.slots[i].thumbnail.assign (thumbnails[i].begin(), thumbnails[i].end());
    return state;
}

}  // namespace lumiverb
