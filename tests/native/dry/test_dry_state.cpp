// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/dry/dry_state.h"
#include "../dsp/test_signals.h"
#include "../state_checksum.h"
#include <algorithm>
#include <doctest/doctest.h>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>

using namespace lumiverb;

namespace {

DryState example()
{
    DryState state;
    auto& a = state.slots[0];
    a.room.emplace();
    a.room->rt60_s = { 0.71f, 0.65f, 0.6f, 0.58f, 0.5f, 0.42f, 0.33f };
    a.room->room_kind = "living_room";
    a.room->embedding.assign (128, 0.25f);
    a.name = "Wohnzimmer \xc3\xa4\xc3\xb6.jpg";
    a.thumbnail = { 0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4, 0xff, 0xd9 };
    a.parameters = { 0.8f, 0.3f, 45.5f, -2, 1.5f, 0.9f, -3, true, false };
    state.slots[1].parameters.bypass = true;
    state.active = 1;
    state.quality = DryQuality::lowLatency;
    state.editorWidth = 1400;
    state.editorHeight = 875;
    return state;
}

std::vector<std::uint8_t> golden()
{
    std::ifstream file (LUMIVERB_SOURCE_DIR "/tests/data/dry_state_v1.bin", std::ios::binary);
    return { std::istreambuf_iterator<char> (file), {} };
}

/// Anything may happen but a crash or a partial state: either a complete state or std::invalid_argument.
bool isRefused (std::span<const std::uint8_t> bytes)
{
    try
    {
        deserialiseDryState (bytes);
        return false;
    }
    catch (const std::invalid_argument&)
    {
        return true;
    }
}

}  // namespace

TEST_CASE ("A state comes back as it was, and is written the same way twice")
{
    for (const auto& state : { example(), DryState {} })
    {
        const auto bytes = serialise (state);
        CHECK (deserialiseDryState (bytes) == state);
        CHECK (serialise (state) == bytes);
        CHECK (serialise (deserialiseDryState (bytes)) == bytes);
    }
}

TEST_CASE ("Sessions of version 1 open, byte for byte")
{
    const auto bytes = golden();
    REQUIRE (bytes.size() > 100);
    CHECK (deserialiseDryState (bytes) == example());
    CHECK (serialise (example()) == bytes);
}

TEST_CASE ("Truncation, every flipped bit and random bytes are refused" * doctest::skip (test::underThreadSanitizer))
{
    const auto bytes = serialise (example());
    for (std::size_t length = 0; length < bytes.size(); ++length)
        CHECK (isRefused (std::span (bytes).first (length)));
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit)
    {
        auto flipped = bytes;
        flipped[bit / 8] ^= static_cast<std::uint8_t> (1u << (bit % 8));
        CHECK (isRefused (flipped));
    }
    std::minstd_rand random (1);
    for (int round = 0; round < 2000; ++round)
    {
        std::vector<std::uint8_t> garbage (random() % 400);
        for (auto& byte : garbage)
            byte = static_cast<std::uint8_t> (random());
        CHECK (isRefused (garbage));
    }
    auto longer = bytes;
    longer.push_back (0);
    CHECK (isRefused (longer));
}

TEST_CASE ("Damage under a right checksum neither crashes nor takes memory" * doctest::skip (test::underThreadSanitizer))
{
    const auto bytes = serialise (example());
    std::minstd_rand random (2);
    for (int round = 0; round < 5000; ++round)
    {
        auto damaged = bytes;
        for (unsigned i = 0, changes = 1 + random() % 4; i < changes; ++i)
            damaged[8 + random() % (damaged.size() - 12)] = static_cast<std::uint8_t> (random());
        test::sign (damaged);
        try
        {
            const auto state = deserialiseDryState (damaged);
            CHECK (deserialiseDryState (serialise (state)) == state);
        }
        catch (const std::invalid_argument&)
        {}
    }
    auto huge = bytes;
    for (std::size_t i = 8; i < 12; ++i)
        huge.at (i) = 0xff;                          // a description of 4 GB
    test::sign (huge);
    CHECK_THROWS_WITH_AS (deserialiseDryState (huge), "saved state: its description claims 4294967295 bytes, more than the 65536 allowed",
                          std::invalid_argument);
}

TEST_CASE ("Later versions and other files say what they are")
{
    auto bytes = serialise (DryState {});
    bytes[4] = 2;
    test::sign (bytes);
    CHECK_THROWS_WITH_AS (deserialiseDryState (bytes), "saved state: it has version 2, this program reads up to version 1",
                          std::invalid_argument);
    const std::vector<std::uint8_t> text { 'h', 'e', 'l', 'l', 'o', ' ', 'w', 'o', 'r', 'l', 'd' };
    CHECK_THROWS_WITH_AS (deserialiseDryState (text), "saved state: it is not a state of Lumiverb Dry", std::invalid_argument);
}

TEST_CASE ("What is too large is refused when it is written, too")
{
    DryState state;
    state.slots[0].thumbnail.resize (256 * 1024 + 1);
    CHECK_THROWS_AS (serialise (state), std::invalid_argument);
    state.slots[0].thumbnail.resize (256 * 1024);
    CHECK (deserialiseDryState (serialise (state)) == state);
}

TEST_CASE ("The three qualities have their packages and grids")
{
    CHECK (dryModelName (DryQuality::full) == std::string ("dry-full"));
    CHECK (dryGrid (DryQuality::lite) == DryGrid {});
    CHECK (dryGrid (DryQuality::full) == DryGrid {});
    CHECK (dryGrid (DryQuality::lowLatency).synthesisWindow == 512);
}
