// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/match/match_state.h"
#include "lumiverb/room/scene.h"
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

MatchState example()
{
    MatchState state;
    auto& a = state.slots[0];
    a.room.emplace();
    a.room->rt60_s = { 0.71f, 0.65f, 0.6f, 0.58f, 0.5f, 0.42f, 0.33f };
    a.room->room_kind = "living_room";
    a.room->rt60_spread_log.fill (0.12f);
    a.room->embedding.assign (128, 0.25f);
    a.name = "Wohnzimmer \xc3\xa4\xc3\xb6.jpg";
    a.thumbnail = { 0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4, 0xff, 0xd9 };
    a.parameters.mix = 0.6f;
    a.parameters.output_db = -3;
    a.parameters.edits.decay_scale = 1.25f;
    a.parameters.edits.rt60_band_scale[3] = 0.5f;
    state.slots[1].parameters.bypass = true;
    state.active = 1;
    state.editorWidth = 1400;
    state.editorHeight = 875;
    return state;
}

/// With everything that version 2 brought.
MatchState exampleOf2()
{
    auto state = example();
    auto& a = state.slots[0];
    a.recording.emplace();
    a.recording->rt60_s.fill (0.8f);
    a.recording->rt60_spread_log.fill (0.1f);
    a.recordingName = "take 3";
    a.balance = 0.75f;
    a.parameters.traced = true;
    a.parameters.edits.candidate = 1;
    return state;
}

/// Apart from the golden bytes: what a scene is written with belongs to the format of scenes.
MatchState withScene (MatchState state)
{
    Scene scene;
    scene.kind = "living_room";
    scene.materials.push_back ({ .name = "plaster", .texture = {} });
    scene.quads.push_back ({ { 0, 0, 0 }, { 4, 0, 0 }, { 0, 3, 0 }, 0 });
    scene.volume_m3 = 30;
    state.slots[0].scene = toJson (scene);
    return state;
}

std::vector<std::uint8_t> golden (int version)
{
    std::ifstream file (LUMIVERB_SOURCE_DIR "/tests/data/match_state_v" + std::to_string (version) + ".bin", std::ios::binary);
    return { std::istreambuf_iterator<char> (file), {} };
}

/// Anything may happen but a crash or a partial state: either a complete state or std::invalid_argument.
bool isRefused (std::span<const std::uint8_t> bytes)
{
    try
    {
        deserialiseMatchState (bytes);
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
    for (const auto& state : { example(), exampleOf2(), withScene (exampleOf2()), MatchState {} })
    {
        const auto bytes = serialise (state);
        CHECK (deserialiseMatchState (bytes) == state);
        CHECK (serialise (state) == bytes);
        CHECK (serialise (deserialiseMatchState (bytes)) == bytes);
    }
}

TEST_CASE ("Sessions of every version open; those of the latest are written byte for byte")
{
    for (const int version : { 1, 2 })
    {
        const auto bytes = golden (version);
        REQUIRE (bytes.size() > 100);
        CHECK (deserialiseMatchState (bytes) == (version == 1 ? example() : exampleOf2()));
    }
    CHECK (serialise (exampleOf2()) == golden (2));
}

TEST_CASE ("A slot sounds like its picture, its recording, or both")
{
    MatchSlot slot;
    CHECK_FALSE (fusedRoom (slot).has_value());
    slot = exampleOf2().slots[0];
    const float seen = slot.room->rt60_s[3], heard = slot.recording->rt60_s[3], both = fusedRoom (slot)->rt60_s[3];
    CHECK (both > seen);
    CHECK (both < heard);
    slot.balance = 0;
    CHECK (fusedRoom (slot) == slot.room);
    slot.room.reset();
    CHECK (fusedRoom (slot) == slot.recording);
}

TEST_CASE ("A slot's scene must be one")
{
    auto state = example();
    state.slots[0].scene = "{\"quads\": 3}";
    CHECK_THROWS_AS (serialise (state), std::invalid_argument);
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
    const auto bytes = serialise (withScene (exampleOf2()));
    std::minstd_rand random (2);
    for (int round = 0; round < 5000; ++round)
    {
        auto damaged = bytes;
        for (unsigned i = 0, changes = 1 + random() % 4; i < changes; ++i)
            damaged[8 + random() % (damaged.size() - 12)] = static_cast<std::uint8_t> (random());
        test::sign (damaged);
        try
        {
            const auto state = deserialiseMatchState (damaged);
            CHECK (deserialiseMatchState (serialise (state)) == state);
        }
        catch (const std::invalid_argument&)
        {}
    }
    auto huge = bytes;
    for (std::size_t i = 8; i < 12; ++i)
        huge.at (i) = 0xff;                          // a description of 4 GB
    test::sign (huge);
    CHECK_THROWS_WITH_AS (deserialiseMatchState (huge),
                          "saved state: its description claims 4294967295 bytes, more than the 1048576 allowed", std::invalid_argument);
}

TEST_CASE ("Later versions and other files say what they are")
{
    auto bytes = serialise (MatchState {});
    bytes[4] = 3;
    test::sign (bytes);
    CHECK_THROWS_WITH_AS (deserialiseMatchState (bytes), "saved state: it has version 3, this program reads up to version 2",
                          std::invalid_argument);
    const std::vector<std::uint8_t> text { 'h', 'e', 'l', 'l', 'o', ' ', 'w', 'o', 'r', 'l', 'd' };
    CHECK_THROWS_WITH_AS (deserialiseMatchState (text), "saved state: it is not a state of Lumiverb Match", std::invalid_argument);
}

TEST_CASE ("What is too large is refused when it is written, too")
{
    MatchState state;
    state.slots[0].thumbnail.resize (256 * 1024 + 1);
    CHECK_THROWS_AS (serialise (state), std::invalid_argument);
    state.slots[0].thumbnail.resize (256 * 1024);
    CHECK (deserialiseMatchState (serialise (state)) == state);
}
