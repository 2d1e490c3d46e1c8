// SPDX-License-Identifier: AGPL-3.0-or-later
#include "dry/dry_pacer.h"
#include <cmath>
#include <doctest/doctest.h>

using namespace lumiverb;

namespace {

struct Played
{
    double worstLag_s = 0, looksPerFrame = 0, allowed_s = 0;
};

/// A host that calls every block / rate seconds (plus `hostJitter_s` now and then), and a worker that looks when it is told to and once oversleeps.
Played play (double rate, int hop, int block, double seconds, double oversleep_s = 0)
{
    const int slack = std::max (hop, block);
    DryPacer pacer;
    pacer.prepare (rate, hop, slack, block);
    Played played;
    played.allowed_s = slack / block * block / rate;
    const auto submitted = [&] (int frame) { return std::ceil (static_cast<double> (frame + 1) * hop / block) * block / rate; };
    int frame = 0, looks = 0;
    bool overslept = false;
    for (double now = 1.23456; now < seconds; now += pacer.wait (now))
    {
        ++looks;
        if (oversleep_s > 0 && ! overslept && now > seconds / 2)
        {
            now += oversleep_s;
            overslept = true;
        }
        const double began = now;
        for (; submitted (frame) <= now; ++frame)
        {
            pacer.found (now);
            if (began > 2 && std::abs (now - seconds / 2) > 0.2)
                played.worstLag_s = std::max (played.worstLag_s, now - submitted (frame));
            now += 0.0005;
        }
        pacer.missed (now);
    }
    played.looksPerFrame = static_cast<double> (looks) / frame;
    return played;
}

}  // namespace

TEST_CASE ("The worker finds a frame in the first two thirds of its time, at any block size, and hardly ever looks in vain")
{
    for (const double rate : { 44100.0, 48000.0, 96000.0 })
        for (const int block : { 32, 64, 100, 128, 160, 192, 256, 300, 441, 480, 512, 700, 1024, 2048 })
            for (const double oversleep_s : { 0.0, 0.008 })
            {
                const int hop = static_cast<int> (rate / 100);
                const auto played = play (rate, hop, block, 20, oversleep_s);
                CAPTURE (rate);
                CAPTURE (block);
                CAPTURE (played.looksPerFrame);
                CHECK (played.worstLag_s < 0.67 * played.allowed_s);
                CHECK (played.looksPerFrame < (hop % block == 0 || block >= hop || 3 * block <= hop / block * block ? 1.3 : 3.7));
            }
}

TEST_CASE ("Without sound the worker looks often enough for the next to come in time")
{
    DryPacer pacer;
    pacer.prepare (48000, 480, 480, 480);
    double now = 0;
    for (int i = 0; i < 10; ++i)
    {
        pacer.missed (now);
        CHECK (pacer.wait (now) <= 0.0034);
        now += pacer.wait (now);
    }
}
