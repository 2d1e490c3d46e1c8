// SPDX-License-Identifier: AGPL-3.0-or-later
#include "../realtime_guard.h"
#include "test_signals.h"
#include <doctest/doctest.h>
#include <mutex>

using namespace lumiverb;

#if LUMIVERB_GUARD_ON
TEST_CASE ("The guard sees memory and locks")
{
    CHECK (realtime_guard::count ([] { ::operator delete (::operator new (8)); }) == 2);
    std::mutex mutex;
    CHECK (realtime_guard::count ([&] { const std::lock_guard lock (mutex); }) > 0);
    CHECK (realtime_guard::count ([] {}) == 0);
}

TEST_CASE ("The convolver neither allocates, frees, locks nor wakes in process, at any rate and block size")
{
    for (const double rate : { 44100.0, 192000.0 })
        for (const int block : { 1, 32, 64, 480, 9000 })
        {
            CAPTURE (block);
            Convolver convolver;
            convolver.prepare (rate, 2, 2, 1.0);
            const auto in = test::noise (2, 9000, 1);
            test::Audio out = in;
            int violations = 0;
            for (int position = 0, change = 0; position < 60000; position += block)
            {
                if (position >= change)
                {
                    convolver.setFilter (makeConvolverFilter (test::decayingNoise (2, 2, 40000, static_cast<unsigned> (position), rate)));
                    change += 9000;
                }
                const float* sources[2] { in[0].data(), in[1].data() };
                float* targets[2] { out[0].data(), out[1].data() };
                violations += realtime_guard::count ([&] { convolver.process (sources, targets, block); });
            }
            CHECK (violations == 0);
        }
}
#endif
