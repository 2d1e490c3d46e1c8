// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace lumiverb {

/// A few threads that serve any number of clients by polling them.
/// Polling, because the audio thread may neither lock nor make a system call, so it cannot wake a sleeping thread: it stores an
/// atomic, and a worker that looks every millisecond or two sees it. Twenty plug-in instances share these threads; nobody spins.
class WorkerPool
{
public:
    /// Work is offered by this. Calls come from one pool thread at a time.
    struct Client
    {
        virtual ~Client() = default;
        /// Does at most one piece of work; true if there was any.
        virtual bool runOnce() noexcept = 0;
        /// How long this client can wait to be looked at.
        virtual double pollInterval_s() const noexcept = 0;
    };

    /// urgent: its work has deadlines, so its threads come before ordinary ones where the system allows it (docs/realtime.md).
    explicit WorkerPool (int threads, bool urgent = false);
    ~WorkerPool();

    void add (Client&);
    /// Returns when no thread is inside the client any more.
    void remove (Client&);
    /// Looks at the clients now. Not on the audio thread.
    void wake();

    /// The process-wide pools, alive while anybody holds them (threads end before a plug-in library is unloaded).
    static std::shared_ptr<WorkerPool> forTails();       ///< short work with deadlines: convolution tails
    static std::shared_ptr<WorkerPool> forInference();   ///< work of a millisecond or so with deadlines: one frame of a network
    static std::shared_ptr<WorkerPool> forSynthesis();   ///< long work without: impulse responses
    static std::shared_ptr<WorkerPool> forTracing();     ///< work of seconds, on one thread

private:
    struct Entry
    {
        Client* client;
        bool busy, leaving;
    };
    void run();
    bool serveAll (std::unique_lock<std::mutex>&);
    double pollInterval_s() const;

    std::mutex lock_;
    std::condition_variable changed_, idle_;         ///< for the threads; for remove() (apart, or the threads would wake each other)
    std::vector<Entry> entries_;
    std::size_t next_ = 0;
    bool stop_ = false;
    const bool urgent_;
    std::vector<std::thread> threads_;
};

}  // namespace lumiverb
