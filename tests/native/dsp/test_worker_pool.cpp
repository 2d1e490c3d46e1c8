// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/dsp/worker_pool.h"
#include <atomic>
#include <chrono>
#include <doctest/doctest.h>
#include <thread>

using lumiverb::WorkerPool;

namespace {

struct Counter : WorkerPool::Client
{
    std::atomic<int> wanted { 0 }, done { 0 }, inside { 0 }, overlaps { 0 };
    bool runOnce() noexcept override
    {
        overlaps += inside.fetch_add (1) != 0 ? 1 : 0;
        const bool work = done.load() < wanted.load();
        if (work)
        {
            std::this_thread::sleep_for (std::chrono::microseconds (200));
            ++done;
        }
        --inside;
        return work;
    }
    double pollInterval_s() const noexcept override { return 0.001; }
};

}  // namespace

TEST_CASE ("A few threads serve many clients by polling, one thread per client at a time")
{
    WorkerPool pool (3);
    std::vector<Counter> counters (20);
    for (auto& counter : counters)
        pool.add (counter);
    for (auto& counter : counters)
        counter.wanted.store (10);                   // nobody is woken
    for (int i = 0; i < 2000; ++i)
    {
        int open = 0;
        for (auto& counter : counters)
            open += counter.done.load() < 10;
        if (open == 0)
            break;
        std::this_thread::sleep_for (std::chrono::milliseconds (5));
    }
    for (auto& counter : counters)
    {
        pool.remove (counter);
        CHECK (counter.done.load() == 10);
        CHECK (counter.overlaps.load() == 0);
    }
}

TEST_CASE ("remove waits until no thread is inside the client")
{
    WorkerPool pool (2);
    for (int round = 0; round < 30; ++round)
    {
        auto counter = std::make_unique<Counter>();
        counter->wanted.store (1000);
        pool.add (*counter);
        std::this_thread::sleep_for (std::chrono::microseconds (500));
        pool.remove (*counter);
        CHECK (counter->inside.load() == 0);
    }
}

TEST_CASE ("The shared pools exist once and end with their last holder")
{
    const auto a = WorkerPool::forTails(), b = WorkerPool::forTails();
    CHECK (a == b);
    CHECK (a != WorkerPool::forSynthesis());
}
