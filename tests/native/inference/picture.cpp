// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/inference/scene_encoder.h"
#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <random>
#include <stdexcept>

using namespace lumiverb;

namespace {

struct Picture
{
    int width, height;
    std::vector<std::uint8_t> rgb = std::vector<std::uint8_t> (std::size_t (width) * std::size_t (height) * 3);
    PictureView view() const { return { rgb.data(), width, height }; }
    std::uint8_t& at (int x, int y, int c) { return rgb[(std::size_t (y) * std::size_t (width) + std::size_t (x)) * 3 + std::size_t (c)]; }
};

Picture noise (int width, int height)
{
    Picture p { width, height };
    std::mt19937 random (7);
    std::generate (p.rgb.begin(), p.rgb.end(), [&] { return static_cast<std::uint8_t> (random()); });
    return p;
}

double meanOf (const std::vector<float>& values, std::size_t first, std::size_t count)
{
    double sum = 0.0;
    for (std::size_t i = first; i < first + count; ++i)
        sum += values[i];
    return sum / double (count);
}

}  // namespace

TEST_CASE ("A picture of the network's size passes unchanged, planes in the order R G B")
{
    auto p = noise (8, 8);
    const auto out = preparePicture (p.view(), 8);
    for (int c = 0; c < 3; ++c)
        for (int y = 0; y < 8; ++y)
            for (int x = 0; x < 8; ++x)
                CHECK (out[std::size_t ((c * 8 + y) * 8 + x)] == doctest::Approx (p.at (x, y, c) / 255.0f).epsilon (1e-6));
}

TEST_CASE ("Shrinking by a whole number averages the blocks exactly")
{
    auto p = noise (12, 12);
    const auto out = preparePicture (p.view(), 4);
    float sum = 0.0f;
    for (int y = 3; y < 6; ++y)
        for (int x = 6; x < 9; ++x)
            sum += p.at (x, y, 1);
    CHECK (out[4 * 4 + 1 * 4 + 2] == doctest::Approx (sum / 9.0f / 255.0f).epsilon (1e-6));
}

TEST_CASE ("Shrinking by a fraction weighs pixels by their overlap: 3 -> 2")
{
    Picture p { 3, 3 };
    for (int y = 0; y < 3; ++y)
        p.at (1, y, 0) = 90;                    // columns 0, 90, 0: each output column takes half of the middle one
    const auto out = preparePicture (p.view(), 2);
    for (int i = 0; i < 4; ++i)
        CHECK (out[std::size_t (i)] == doctest::Approx (0.5 / 1.5 * 90 / 255).epsilon (1e-6));
}

TEST_CASE ("The mean colour survives any reduction")
{
    for (const int side : { 193, 200, 317, 700, 1023 })
    {
        const auto p = noise (side, side);
        double mean = 0.0;
        for (std::size_t i = 0; i < p.rgb.size(); i += 3)
            mean += p.rgb[i] / 255.0 / (double (side) * side);
        CHECK (meanOf (preparePicture (p.view(), 192), 0, 192 * 192) == doctest::Approx (mean).epsilon (1e-5));
    }
}

TEST_CASE ("No alias: a fine chequerboard becomes grey")
{
    Picture p { 768, 768 };
    for (int y = 0; y < 768; ++y)
        for (int x = 0; x < 768; ++x)
            for (int c = 0; c < 3; ++c)
                p.at (x, y, c) = (x + y) % 2 != 0 ? 255 : 0;
    for (const float value : preparePicture (p.view(), 192))
        CHECK (value == doctest::Approx (0.5f).epsilon (1e-5));
}

TEST_CASE ("Tiny pictures are enlarged smoothly")
{
    Picture p { 2, 2 };
    p.at (1, 0, 0) = p.at (1, 1, 0) = 200;
    const auto out = preparePicture (p.view(), 8);
    CHECK (out[0] == 0.0f);
    CHECK (out[7] == doctest::Approx (200 / 255.0f));
    CHECK (std::is_sorted (out.begin(), out.begin() + 8));
    CHECK (out[3] == doctest::Approx (200 / 255.0f * (3.5f * 0.25f - 0.5f)));

    Picture one { 1, 1 };
    one.rgb = { 10, 20, 30 };
    const auto flat = preparePicture (one.view(), 192);
    CHECK (std::all_of (flat.begin(), flat.begin() + 192 * 192, [] (float v) { return v == 10 / 255.0f; }));
    CHECK (flat.back() == doctest::Approx (30 / 255.0f));
}

TEST_CASE ("The crop is the largest square at the asked place and stays inside")
{
    Picture p { 300, 100 };
    for (int y = 0; y < 100; ++y)
        for (int x = 0; x < 300; ++x)
            p.at (x, y, 0) = static_cast<std::uint8_t> (x / 100 * 100);
    const auto red = [&] (float centre) { return meanOf (preparePicture (p.view(), 10, centre), 0, 100) * 255.0; };
    CHECK (red (0.0f) == doctest::Approx (0));
    CHECK (red (1.0f / 6) == doctest::Approx (0));
    CHECK (red (0.5f) == doctest::Approx (100));
    CHECK (red (5.0f / 6) == doctest::Approx (200));
    CHECK (red (1.0f) == doctest::Approx (200));

    Picture tall { 100, 300 };
    std::fill (tall.rgb.begin() + 100 * 200 * 3, tall.rgb.end(), std::uint8_t (255));
    CHECK (meanOf (preparePicture (tall.view(), 10, 0.0f), 0, 300) == 0.0);
    CHECK (meanOf (preparePicture (tall.view(), 10, 1.0f), 0, 300) == doctest::Approx (1.0));
}

TEST_CASE ("Crop centres cover pictures up to 2 : 1")
{
    CHECK (cropCentres (100, 100) == std::vector<float> { 0.5f });
    CHECK (cropCentres (118, 100) == std::vector<float> { 0.5f });
    CHECK (cropCentres (100, 118) == std::vector<float> { 0.5f });
    CHECK (cropCentres (160, 100) == std::vector<float> { 0.3125f, 0.6875f });
    CHECK (cropCentres (100, 200) == std::vector<float> { 0.25f, 0.75f });
    CHECK (cropCentres (400, 100) == std::vector<float> { 0.125f, 0.5f, 0.875f });
    CHECK (cropCentres (1, 1) == std::vector<float> { 0.5f });
    CHECK_THROWS_AS (cropCentres (0, 5), std::invalid_argument);
}

TEST_CASE ("Odd sizes and extreme shapes stay in 0..1 and within the picture")
{
    std::mt19937 random (3);
    for (int i = 0; i < 200; ++i)
    {
        const int width = 1 + int (random() % 70), height = 1 + int (random() % 70), size = 1 + int (random() % 70);
        const auto p = noise (width, height);
        const auto out = preparePicture (p.view(), size, float (random() % 101) / 100.0f);
        REQUIRE (out.size() == std::size_t (3 * size * size));
        CHECK (std::all_of (out.begin(), out.end(), [] (float v) { return v >= 0.0f && v <= 1.0f; }));
    }
    for (const auto& p : { noise (20000, 1), noise (1, 20000), noise (5000, 3), noise (2, 9999) })
        for (const float centre : cropCentres (p.width, p.height))
            CHECK (preparePicture (p.view(), 192, centre).size() == 3 * 192 * 192);
}

TEST_CASE ("Empty pictures and senseless sizes are refused")
{
    const auto p = noise (4, 4);
    CHECK_THROWS_AS (preparePicture ({ nullptr, 4, 4 }, 192), std::invalid_argument);
    CHECK_THROWS_AS (preparePicture ({ p.rgb.data(), 0, 4 }, 192), std::invalid_argument);
    CHECK_THROWS_AS (preparePicture ({ p.rgb.data(), 4, -4 }, 192), std::invalid_argument);
    CHECK_THROWS_AS (preparePicture (p.view(), 0), std::invalid_argument);
    CHECK_THROWS_AS (preparePicture (p.view(), 100000), std::invalid_argument);
    CHECK_THROWS_AS (preparePicture (p.view(), 8, NAN), std::invalid_argument);
}
