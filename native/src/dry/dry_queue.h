// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dry/dry_backend.h"
#include "lumiverb/dsp/realtime.h"
#include <atomic>
#include <cstdint>

namespace lumiverb {

/// A frame on its way to the back end and, with a filter, back again.
struct DryJob
{
    std::int64_t frame = 0;
    std::array<float, 2 * numDryBins> spectrum {};
    DryFilter filter;
    bool valid = false;                  ///< the back end succeeded and its numbers are finite
};

/// Jobs in order through one ring: the audio thread submits and takes back, one worker at a time works. No locks.
class DryQueue
{
public:
    /// Not while anybody else is at it.
    void resize (std::size_t jobs)
    {
        jobs_.assign (jobs, DryJob {});
        clear();
    }
    void clear() noexcept
    {
        submitted_.store (0);
        done_.store (0);
        taken_ = 0;
    }

    // ---- audio thread
    /// Where the next job goes, or null: the ring is full.
    DryJob* toSubmit() noexcept LUMIVERB_REALTIME
    {
        const auto next = submitted_.load (std::memory_order_relaxed);
        return next - taken_ < jobs_.size() ? &at (next) : nullptr;
    }
    void submit() noexcept LUMIVERB_REALTIME { submitted_.fetch_add (1, std::memory_order_release); }
    /// The oldest finished job, or null. It stays in place until dropDone().
    const DryJob* done() noexcept LUMIVERB_REALTIME { return taken_ < done_.load (std::memory_order_acquire) ? &at (taken_) : nullptr; }
    void dropDone() noexcept LUMIVERB_REALTIME { ++taken_; }

    // ---- worker
    DryJob* toWork() noexcept
    {
        const auto next = done_.load (std::memory_order_relaxed);
        return next < submitted_.load (std::memory_order_acquire) ? &at (next) : nullptr;
    }
    void worked() noexcept { done_.fetch_add (1, std::memory_order_release); }

    bool idle() const noexcept { return done_.load() == submitted_.load(); }

private:
    DryJob& at (std::uint64_t index) noexcept { return jobs_[static_cast<std::size_t> (index % jobs_.size())]; }

    std::vector<DryJob> jobs_;
    std::atomic<std::uint64_t> submitted_ { 0 }, done_ { 0 };
    std::uint64_t taken_ = 0;
};

}  // namespace lumiverb
