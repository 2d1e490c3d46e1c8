// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/dsp/worker_pool.h"
#include "lumiverb/dsp/denormals.h"
#include <algorithm>
#include <chrono>
#if defined(__APPLE__)
    #include <pthread/qos.h>
#elif defined(__unix__)
    #include <pthread.h>
    #include <sched.h>
#elif defined(_WIN32)
    #define NOMINMAX
    #include <windows.h>
#endif

namespace lumiverb {

namespace {

/// Before all that merely computes, behind every audio thread. On Linux this needs the right that audio groups usually have (rtprio);
/// without it the thread stays an ordinary one.
void comeBeforeOrdinaryThreads()
{
#if defined(__APPLE__)
    pthread_set_qos_class_self_np (QOS_CLASS_USER_INTERACTIVE, 0);
#elif defined(__unix__)
    sched_param lowest {};
    lowest.sched_priority = sched_get_priority_min (SCHED_RR);
    pthread_setschedparam (pthread_self(), SCHED_RR, &lowest);
#elif defined(_WIN32)
    SetThreadPriority (GetCurrentThread(), THREAD_PRIORITY_HIGHEST);
#endif
}

}  // namespace

WorkerPool::WorkerPool (int threads, bool urgent) : urgent_ (urgent)
{
    for (int i = 0; i < threads; ++i)
        threads_.emplace_back ([this] { run(); });
}

WorkerPool::~WorkerPool()
{
    {
        const std::lock_guard guard (lock_);
        stop_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_)
        thread.join();
}

void WorkerPool::add (Client& client)
{
    {
        const std::lock_guard guard (lock_);
        entries_.push_back ({ &client, false, false });
    }
    changed_.notify_all();
}

void WorkerPool::remove (Client& client)
{
    std::unique_lock guard (lock_);
    const auto find = [&] { return std::ranges::find (entries_, &client, &Entry::client); };
    if (const auto entry = find(); entry != entries_.end())
        entry->leaving = true;                       // or a client with much work would be taken up again and again
    idle_.wait (guard,
                [&]
                {
                    const auto entry = find();
                    return entry == entries_.end() || ! entry->busy;
                });
    if (const auto entry = find(); entry != entries_.end())
        entries_.erase (entry);
}

void WorkerPool::wake() { changed_.notify_all(); }

double WorkerPool::pollInterval_s() const
{
    double interval = 0.25;
    for (const auto& entry : entries_)
        interval = std::min (interval, entry.client->pollInterval_s());
    return interval;
}

bool WorkerPool::serveAll (std::unique_lock<std::mutex>& guard)
{
    bool worked = false;
    for (std::size_t turn = 0, count = entries_.size(); turn < count && ! stop_ && ! entries_.empty(); ++turn)
    {
        next_ = (next_ + 1) % entries_.size();
        if (entries_[next_].busy || entries_[next_].leaving)
            continue;
        Client* client = entries_[next_].client;
        entries_[next_].busy = true;
        guard.unlock();
        worked = client->runOnce() || worked;
        guard.lock();
        // The entry may have moved, but it cannot have been removed while it was busy.
        std::ranges::find (entries_, client, &Entry::client)->busy = false;
        idle_.notify_all();
    }
    return worked;
}

void WorkerPool::run()
{
    const ScopedFlushDenormals flush;
    if (urgent_)
        comeBeforeOrdinaryThreads();
    std::unique_lock guard (lock_);
    while (! stop_)
        if (! serveAll (guard) && ! stop_)
            changed_.wait_for (guard, std::chrono::duration<double> (pollInterval_s()));
}

namespace {

std::shared_ptr<WorkerPool> sharedPool (std::weak_ptr<WorkerPool>& weak, int threads, bool urgent = false)
{
    static std::mutex lock;
    const std::lock_guard guard (lock);
    auto pool = weak.lock();
    if (pool == nullptr)
        weak = pool = std::make_shared<WorkerPool> (threads, urgent);
    return pool;
}

int cores() { return static_cast<int> (std::thread::hardware_concurrency()); }

}  // namespace

std::shared_ptr<WorkerPool> WorkerPool::forTails()
{
    static std::weak_ptr<WorkerPool> pool;
    return sharedPool (pool, std::clamp (cores() / 2, 1, 4), true);
}

std::shared_ptr<WorkerPool> WorkerPool::forInference()
{
    static std::weak_ptr<WorkerPool> pool;
    return sharedPool (pool, std::clamp (cores() / 4, 1, 4), true);
}

std::shared_ptr<WorkerPool> WorkerPool::forTracing()
{
    static std::weak_ptr<WorkerPool> pool;
    return sharedPool (pool, 1);
}

std::shared_ptr<WorkerPool> WorkerPool::forSynthesis()
{
    static std::weak_ptr<WorkerPool> pool;
    return sharedPool (pool, std::clamp (cores() / 4, 1, 4));
}

}  // namespace lumiverb
