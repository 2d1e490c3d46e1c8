// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/inference/model_package.h"
#include <algorithm>
#include <doctest/doctest.h>

using lumiverb::sha256Hex;

namespace {
std::string hashOf (const std::string& text) { return sha256Hex ({ reinterpret_cast<const std::uint8_t*> (text.data()), text.size() }); }
}  // namespace

// FIPS 180-4 example values (NIST Cryptographic Standards, SHA-256 examples).
TEST_CASE ("SHA-256 gives NIST's example values")
{
    CHECK (hashOf ("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK (hashOf ("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK (hashOf ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
           == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK (hashOf ("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu")
           == "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    CHECK (hashOf (std::string (1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// NIST CAVP SHA256ShortMsg: one byte; and the lengths around the padding's block limit, by their mutual difference.
TEST_CASE ("SHA-256 pads every length")
{
    CHECK (hashOf ("\xd3") == "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1");
    std::vector<std::string> hashes;
    for (std::size_t length = 50; length < 70; ++length)
        hashes.push_back (hashOf (std::string (length, '\0')));
    std::sort (hashes.begin(), hashes.end());
    CHECK (std::unique (hashes.begin(), hashes.end()) == hashes.end());
}
