// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace lumiverb::tracer {

/// Calls job (0) ... job (count - 1), spread over threads. Each job writes only its own results, so the order is irrelevant.
template <typename Job>
void parallelFor (int count, int threads, const Job& job)
{
    if (threads <= 1 || count <= 1)
    {
        for (int i = 0; i < count; ++i)
            job (i);
        return;
    }
    std::atomic<int> next { 0 };
    std::exception_ptr failure;
    std::mutex failureMutex;
    const auto work = [&]
    {
        try
        {
            for (int i = next++; i < count; i = next++)
                job (i);
        }
        catch (...)
        {
            const std::lock_guard lock (failureMutex);
            failure = std::current_exception();
            next = count;
        }
    };
    std::vector<std::thread> helpers;
    for (int t = 1; t < std::min (threads, count); ++t)
        helpers.emplace_back (work);
    work();
    for (auto& helper : helpers)
        helper.join();
    if (failure)
        std::rethrow_exception (failure);
}

}  // namespace lumiverb::tracer
