// SPDX-License-Identifier: AGPL-3.0-or-later
// Back ends that do one simple thing, well or badly.
#pragma once
#include "lumiverb/dry/dry_engine.h"
#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <thread>

namespace test {

/// One gain for all bins, below `bins` through the first of two taps.
class FixedGain : public lumiverb::DryBackend
{
public:
    explicit FixedGain (float gain, int bins = 128) : gain_ (gain)
    {
        shape_.filterOrder = 2;
        shape_.filterBins = bins;
    }

    const lumiverb::DryShape& shape() const noexcept override { return shape_; }
    void reset() override { frames_ = 0; }
    void evaluate (std::span<const float>, std::span<const float>, lumiverb::DryFilter& filter) override
    {
        fill (filter, 0, gain_);
        ++frames_;
    }

protected:
    void fill (lumiverb::DryFilter& filter, int tap, float gain) const
    {
        filter.order = shape_.filterOrder;
        filter.bins = shape_.filterBins;
        filter.taps.fill (0);
        for (int k = 0; k < filter.bins; ++k)
            filter.taps[static_cast<std::size_t> (2 * tap * filter.bins + k)] = gain;
        filter.gain.fill (gain);
    }

    lumiverb::DryShape shape_;
    float gain_;
    int frames_ = 0;
};

/// Below its filter bins: the frame before, through the second tap. Above: silence.
class OneFrameLater : public FixedGain
{
public:
    OneFrameLater() : FixedGain (1) {}
    void evaluate (std::span<const float>, std::span<const float>, lumiverb::DryFilter& filter) override
    {
        fill (filter, 1, 1);
        for (std::size_t k = 0; k < filter.gain.size(); ++k)
            filter.gain[k] = static_cast<int> (k) < filter.bins ? 0.5f : 0.0f;
    }
};

/// Gain that depends on what it hears and has heard: a caricature of a dereverberator, with state.
class Follower : public FixedGain
{
public:
    Follower() : FixedGain (1) {}
    void reset() override { past_.fill (0); }
    void evaluate (std::span<const float> spectrum, std::span<const float> condition, lumiverb::DryFilter& filter) override
    {
        fill (filter, 0, 1);
        for (std::size_t k = 0; k < past_.size(); ++k)
        {
            const float power = spectrum[k] * spectrum[k] + spectrum[k + past_.size()] * spectrum[k + past_.size()];
            past_[k] = 0.9f * past_[k] + 0.1f * power;
            const float gain = std::min (1.0f, (1 + condition[10]) * power / (power + past_[k] + 1e-12f));
            filter.gain[k] = gain;
            if (static_cast<int> (k) < filter.bins)
                filter.taps[k] = gain;
        }
    }

private:
    std::array<float, lumiverb::numDryBins> past_ {};
};

/// Sleeps in every frame from `first` to `last` (not counting).
class Slow : public FixedGain
{
public:
    Slow (float gain, int first, int last, int milliseconds) : FixedGain (gain), first_ (first), last_ (last), milliseconds_ (milliseconds)
    {}
    void evaluate (std::span<const float> spectrum, std::span<const float> condition, lumiverb::DryFilter& filter) override
    {
        if (frames_ >= first_ && frames_ < last_)
            std::this_thread::sleep_for (std::chrono::milliseconds (milliseconds_));
        FixedGain::evaluate (spectrum, condition, filter);
    }

private:
    int first_, last_, milliseconds_;
};

/// Waits in frame `first` until it is let go: late by as much as the test likes, on any machine.
class Gated : public FixedGain
{
public:
    Gated (float gain, int first) : FixedGain (gain), first_ (first) {}
    void evaluate (std::span<const float> spectrum, std::span<const float> condition, lumiverb::DryFilter& filter) override
    {
        while (frames_ >= first_ && ! open.load())
            std::this_thread::sleep_for (std::chrono::milliseconds (1));
        FixedGain::evaluate (spectrum, condition, filter);
    }
    static inline std::atomic<bool> open { false };

private:
    int first_;
};

/// Wrong from frame `first` on, until `last` frames have been asked for.
class Broken : public FixedGain
{
public:
    enum class Kind
    {
        throws,
        nan,
        huge
    };
    Broken (Kind kind, int first, int last) : FixedGain (0.5f), kind_ (kind), first_ (first), last_ (last) {}
    void reset() override {}
    void evaluate (std::span<const float> spectrum, std::span<const float> condition, lumiverb::DryFilter& filter) override
    {
        FixedGain::evaluate (spectrum, condition, filter);
        if (frames_ <= first_ || frames_ > last_)
            return;
        if (kind_ == Kind::throws)
            throw std::runtime_error ("no more");
        const float bad = kind_ == Kind::nan ? std::nanf ("") : std::numeric_limits<float>::infinity();
        filter.taps[3] = bad;
        filter.gain[400] = bad;
    }

private:
    Kind kind_;
    int first_, last_;
};

}  // namespace test
