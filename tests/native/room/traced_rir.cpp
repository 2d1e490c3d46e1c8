// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/room/traced_rir.h"
#include "room/band_gains.h"
#include <algorithm>
#include <atomic>
#include <cmath>
#include <doctest/doctest.h>

using namespace lumiverb;

TEST_CASE ("the estimated box has the description's size and, by Eyring's formula, its decay")
{
    RoomDescription room;
    room.dimensions_m = { 6, 5, 3 };
    const auto scene = boxScene (room);
    CHECK (scene.volume_m3 == doctest::Approx (90));
    CHECK (scene.surface_m2 == doctest::Approx (126));
    CHECK (scene.quads.size() == 6);
    for (std::size_t b = 0; b < numBands; ++b)
    {
        const double exponent = -126 * std::log (1 - static_cast<double> (scene.materials[0].absorption[b]))
                                + 4 * static_cast<double> (airAbsorption_1_m[b]) * 90;
        CHECK (24 * std::log (10.0) / 343 * 90 / exponent == doctest::Approx (room.rt60_s[b]).epsilon (0.01));
    }
}

TEST_CASE ("a cancelled response is empty, whenever it is cancelled")
{
    for (const float when : { 0.0f, 0.15f, 0.5f })
    {
        std::atomic<bool> cancel { false };
        TracedRirOptions options;
        options.rays = 200;
        options.rir.cancel = &cancel;
        options.progress = [&] (float share) { cancel = cancel || share >= when; };
        CHECK (tracedRir (RoomDescription {}, {}, options).length == 0);
    }
}

TEST_CASE ("band gains leave a signal alone at 1 and do not move it")
{
    std::vector<std::vector<float>> signals { std::vector<float> (4800) };
    signals[0][2400] = 1;
    BandArray gains;
    gains.fill (1);
    applyBandGains (signals, gains, 48000);
    CHECK (signals[0][2400] == doctest::Approx (1).epsilon (1e-4));
    gains.fill (0.5f);
    applyBandGains (signals, gains, 48000);
    CHECK (signals[0][2400] == doctest::Approx (0.5).epsilon (1e-4));
    gains = { 1, 1, 1, 2, 1, 1, 1 };
    applyBandGains (signals, gains, 48000);
    const auto peak = std::max_element (signals[0].begin(), signals[0].end()) - signals[0].begin();
    CHECK (peak == 2400);
}

TEST_CASE ("shifted crossovers still share all of the energy")
{
    const Crossovers crossovers { 0.04f, { 0.2f, -0.1f, 0.3f, -0.3f, 0.0f, -0.25f } };
    for (double f = 40; f < 20000; f *= 1.03)
    {
        float sum = 0;
        for (std::size_t b = 0; b < numBands; ++b)
            sum += std::pow (bandMask (b, f, crossovers), 2.0f);
        CHECK (sum == doctest::Approx (1).epsilon (1e-4));
    }
}
