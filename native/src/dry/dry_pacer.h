// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <algorithm>
#include <atomic>

namespace lumiverb {

/// When the worker should look for the next frame. The audio thread cannot wake it, and every look costs about 30 us of a core, so it looks when
/// a frame is expected: one period after the last one, a little earlier each time until it comes too early. A look that was itself late
/// does not shift the later ones. Times in seconds of any steady clock. Any thread.
class DryPacer
{
public:
    /// Frames come every hop, but in the host's blocks. slack: time until a frame's filter is due; hop, slack and block in samples.
    void prepare (double sampleRate, int hop, int slack, int block) noexcept
    {
        block = std::clamp (block, 1, slack);
        // From the block in which a frame ends to the one in which its filter is due there are at least so many whole blocks; no two
        // blocks with new frames are closer either.
        const int allowed = slack / block * block;
        const bool steady = block >= hop || hop % block == 0 || block <= allowed / 3;
        period_ = (steady ? std::max (hop, block) : allowed) / sampleRate;
        retry_ = allowed / sampleRate / (steady ? 3 : 2);
        due_.store (0);
    }

    void found (double now) noexcept
    {
        const double due = due_.load();
        if (due - now > period_ / 2)
            return;                                  // of the same block as the one before
        const double next = std::min (due, now) + 0.99 * period_;
        due_.store (next > now ? next : now + retry_);
    }
    void missed (double now) noexcept
    {
        if (now >= due_.load())
            due_.store (now + retry_);
    }
    double wait (double now) const noexcept { return std::clamp (due_.load() - now, 0.0002, std::max (period_, retry_)); }

private:
    double period_ = 0.01, retry_ = 0.003;
    std::atomic<double> due_ { 0 };
};

}  // namespace lumiverb
