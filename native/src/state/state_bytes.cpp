// SPDX-License-Identifier: AGPL-3.0-or-later
#include "state_bytes.h"
#include <algorithm>
#include <stdexcept>

namespace lumiverb::state {

void fail (const std::string& what) { throw std::invalid_argument ("saved state: " + what); }

namespace {

constexpr std::size_t maxThumbnail = 256 * 1024;

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
        return static_cast<std::uint32_t> (bytes[0]) | static_cast<std::uint32_t> (bytes[1]) << 8
               | static_cast<std::uint32_t> (bytes[2]) << 16 | static_cast<std::uint32_t> (bytes[3]) << 24;
    }
    std::span<const std::uint8_t> piece (std::size_t limit, const char* what)
    {
        const std::size_t length = number();
        if (length > limit)
            fail (std::string (what) + " claims " + std::to_string (length) + " bytes, more than the " + std::to_string (limit)
                  + " allowed");
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

}  // namespace

std::vector<std::uint8_t> pack (const Format& format, const FloatJson& json, const Thumbnails& thumbnails)
{
    const auto text = dumpJson (json);
    if (text.size() > format.maxJson)
        fail ("the description is larger than " + std::to_string (format.maxJson / 1024) + " kB");
    std::vector<std::uint8_t> bytes (format.magic.begin(), format.magic.end());
    appendNumber (bytes, format.currentVersion);
    appendNumber (bytes, static_cast<std::uint32_t> (text.size()));
    bytes.insert (bytes.end(), text.begin(), text.end());
    for (const auto& thumbnail : thumbnails)
    {
        if (thumbnail.size() > maxThumbnail)
            fail ("the thumbnail is larger than 256 kB");
        appendNumber (bytes, static_cast<std::uint32_t> (thumbnail.size()));
        bytes.insert (bytes.end(), thumbnail.begin(), thumbnail.end());
    }
    appendNumber (bytes, crc32 (bytes));
    return bytes;
}

Unpacked unpack (const Format& format, std::span<const std::uint8_t> bytes)
{
    constexpr std::size_t magicSize = 4;
    if (bytes.size() < magicSize + 4 || ! std::equal (format.magic.begin(), format.magic.end(), bytes.begin()))
        fail (std::string ("it is not a state of ") + format.product);
    const std::uint32_t version = Reader (bytes.subspan (magicSize)).number();
    if (version == 0 || version > format.currentVersion)
        fail ("it has version " + std::to_string (version) + ", this program reads up to version "
              + std::to_string (format.currentVersion));
    if (bytes.size() < magicSize + 8)
        fail ("it ends too early");
    if (Reader (bytes.last (4)).number() != crc32 (bytes.first (bytes.size() - 4)))
        fail ("it is damaged (its checksum does not fit)");

    Reader reader (bytes.subspan (magicSize + 4, bytes.size() - magicSize - 8));
    const auto text = reader.piece (format.maxJson, "its description");
    Unpacked result { version, {}, {} };
    for (auto& thumbnail : result.thumbnails)
    {
        const auto piece = reader.piece (maxThumbnail, "its thumbnail");
        thumbnail.assign (piece.begin(), piece.end());
    }
    if (! reader.finished())
        fail ("it is longer than its contents");
    try
    {
        result.json = FloatJson::parse (text.begin(), text.end());
    }
    catch (const FloatJson::exception& error)
    {
        fail (std::string ("its description is not valid JSON: ") + error.what());
    }
    return result;
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

bool boolean (const FloatJson& json, const char* key)
{
    const auto& value = field (json, key);
    if (! value.is_boolean())
        fail (std::string ("\"") + key + "\" must be true or false");
    return value.get<bool>();
}

std::string shortText (const FloatJson& json, const char* key)
{
    const auto& value = field (json, key);
    if (! value.is_string() || value.get_ref<const std::string&>().size() > 3 * maxName)
        fail (std::string ("\"") + key + "\" must be a short text");
    return value.get<std::string>();
}

}  // namespace lumiverb::state
