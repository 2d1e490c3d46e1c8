// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dsp/realtime.h"
#include "shared/recording_file.h"
#include <atomic>
#include <cmath>
#include <mutex>

namespace lumiverb::plugin {

/// Up to ten seconds of a bus, written by the audio thread and read by a worker. The audio thread waits for nobody: it is the only
/// writer of samples and of their count; the others ask with a number that grows with every request.
/// prepare() while no audio runs, which may be in the middle of a request: it ends it, and isWanted() says so to whoever began it.
/// begin(), end(), take() by one thread at a time.
class Capture
{
public:
    static constexpr double length_s = 10.0;
    static constexpr int numChannels = 2;
    /// Writing starts with the first block that is louder than this (-54 dB): a track that is not playing yet is waited for.
    static constexpr float startLevel = 0.002f;

    void prepare (double sampleRate)
    {
        const std::scoped_lock lock (memory_);
        wanted_.store (0);
        served_.store (0);
        written_.store (0);
        length_.store (0);
        for (auto& channel : audio_)
            channel = {};                            // memory only for those who capture
        sampleRate_.store (sampleRate);
    }

    /// Starts anew. False without a sample rate (not prepared yet).
    bool begin (bool fromSidechain)
    {
        const std::scoped_lock lock (memory_);
        const double rate = sampleRate_.load();
        if (rate <= 0)
            return false;
        if (length_.load() == 0)                     // the audio thread has seen no request yet
        {
            for (auto& channel : audio_)
                channel.resize ((std::size_t) (length_s * rate));
            length_.store ((int) audio_[0].size());
        }
        fromSidechain_.store (fromSidechain);
        request_.fetch_add (1);
        wanted_.store (request_.load(), std::memory_order_release);
        return true;
    }

    void end() { wanted_.store (0, std::memory_order_release); }

    /// Of the last request, 0..1. Any thread.
    double progress() const noexcept
    {
        const int length = length_.load();
        return length > 0 ? (double) written() / length : 0.0;
    }
    bool isFull() const noexcept { return progress() >= 1.0; }
    bool fromSidechain() const noexcept { return fromSidechain_.load(); }

    /// What was written; call after end().
    Recording take() const
    {
        const std::scoped_lock lock (memory_);
        Recording recording;
        const int count = written();
        recording.sampleRate = sampleRate_.load();
        recording.audio.setSize (numChannels, count);
        for (int c = 0; c < numChannels; ++c)
            recording.audio.copyFrom (c, 0, audio_[(std::size_t) c].data(), count);
        return recording;
    }

    /// Whether what begin() asked for is still being written. Any thread.
    bool isWanted() const noexcept LUMIVERB_REALTIME { return wanted_.load (std::memory_order_acquire) != 0; }

    // --- audio thread ---

    void write (const float* const* channels, int count, int samples) noexcept LUMIVERB_REALTIME
    {
        const auto wanted = wanted_.load (std::memory_order_acquire);
        if (wanted == 0 || count < 1)
            return;
        if (wanted != served_.load (std::memory_order_relaxed))
        {
            written_.store (0, std::memory_order_release);
            served_.store (wanted, std::memory_order_release);
        }
        const int at = written_.load (std::memory_order_relaxed);
        if (at == 0 && ! isAudible (channels, count, samples))
            return;
        const int length = std::min (samples, length_.load (std::memory_order_relaxed) - at);
        for (int c = 0; c < numChannels; ++c)
        {
            const float* source = channels[std::min (c, count - 1)];
            float* target = audio_[(std::size_t) c].data() + at;
            for (int i = 0; i < length; ++i)
                target[i] = std::abs (source[i]) < 1.0e6f ? source[i] : 0.0f;    // false for NaN
        }
        written_.store (at + std::max (0, length), std::memory_order_release);
    }

private:
    int written() const noexcept
    {
        return served_.load (std::memory_order_acquire) == request_.load() ? written_.load (std::memory_order_acquire) : 0;
    }

    static bool isAudible (const float* const* channels, int count, int samples) noexcept
    {
        for (int c = 0; c < count; ++c)
            for (int i = 0; i < samples; ++i)
                if (std::abs (channels[c][i]) > startLevel)
                    return true;
        return false;
    }

    mutable std::mutex memory_;                      ///< held where audio_ is sized or copied, never by the audio thread
    std::array<std::vector<float>, numChannels> audio_;
    std::atomic<double> sampleRate_ { 0 };
    std::atomic<bool> fromSidechain_ { false };
    std::atomic<unsigned> wanted_ { 0 };             ///< number of the request in work; 0 = none
    std::atomic<int> written_ { 0 }, length_ { 0 };
    std::atomic<unsigned> request_ { 0 }, served_ { 0 };     ///< number of the last request; of the one that `written_` belongs to
};

}  // namespace lumiverb::plugin
