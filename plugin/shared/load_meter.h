// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dsp/realtime.h"
#include <atomic>
#include <chrono>
#include <cmath>

namespace lumiverb::plugin {

/// Share of one core that the audio callback takes, averaged over about half a second of audio.
/// Written by the audio thread, read by anyone. The clock is the monotonic one, which costs no system call.
class LoadMeter
{
public:
    void prepare (double sampleRate) noexcept
    {
        sampleRate_ = sampleRate;
        share_.store (0.0f);
    }

    /// Measures its own lifetime as the time of one block.
    class Block
    {
    public:
        Block (LoadMeter& meter, int numSamples) noexcept : meter_ (meter), numSamples_ (numSamples), start_ (Clock::now()) {}
        ~Block() { meter_.add (std::chrono::duration<double> (Clock::now() - start_).count(), numSamples_); }
        Block (const Block&) = delete;
        Block& operator= (const Block&) = delete;

    private:
        using Clock = std::chrono::steady_clock;
        LoadMeter& meter_;
        int numSamples_;
        Clock::time_point start_;
    };

    float share() const noexcept { return share_.load (std::memory_order_relaxed); }
    /// Blocks seen since the plug-in was created: stands still while no audio runs.
    unsigned blocks() const noexcept { return blocks_.load (std::memory_order_relaxed); }

private:
    void add (double seconds, int numSamples) noexcept
    {
        blocks_.fetch_add (1, std::memory_order_relaxed);
        if (numSamples <= 0 || sampleRate_ <= 0)
            return;
        const double length_s = numSamples / sampleRate_;
        const auto weight = (float) (1.0 - std::exp (-length_s / 0.5));
        const float old = share_.load (std::memory_order_relaxed);
        share_.store (old + weight * ((float) (seconds / length_s) - old), std::memory_order_relaxed);
    }

    double sampleRate_ = 0;
    std::atomic<float> share_ { 0 };
    std::atomic<unsigned> blocks_ { 0 };
};

}  // namespace lumiverb::plugin
