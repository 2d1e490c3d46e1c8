// SPDX-License-Identifier: AGPL-3.0-or-later
#include "convolver_stage.h"
#include <cstring>

namespace lumiverb {

namespace {

constexpr int tileBins = 512;                        // sums of a tile stay in the first-level cache while spectra stream by

void multiplyAdd (float* __restrict sumRe, float* __restrict sumIm, const float* __restrict aRe, const float* __restrict aIm,
                  const float* __restrict bRe, const float* __restrict bIm, int count) noexcept LUMIVERB_REALTIME
{
    for (int i = 0; i < count; ++i)
    {
        sumRe[i] += aRe[i] * bRe[i] - aIm[i] * bIm[i];
        sumIm[i] += aRe[i] * bIm[i] + aIm[i] * bRe[i];
    }
}

std::size_t size (int a, int b, int c = 1)
{
    return static_cast<std::size_t> (a) * static_cast<std::size_t> (b) * static_cast<std::size_t> (c);
}

}  // namespace

ConvolverStage::ConvolverStage (int stage, int inputs, int outputs, std::int64_t maxLength)
    : layout_ (stageLayouts[static_cast<std::size_t> (stage)])
    , stage_ (stage)
    , inputs_ (inputs)
    , outputs_ (outputs)
    , capacity_ (partitionCount (layout_, maxLength))
    , bins_ (paddedBins (layout_.partition))
    , fft_ (2 * layout_.partition)
{
    windows_.resize (size (inputs_, 2 * layout_.partition));
    history_.resize (size (inputs_, capacity_, 2 * bins_));
    sumsNow_.resize (size (outputs_, 2 * bins_));
    sumsOld_.resize (size (outputs_, 2 * bins_));
    block_.resize (size (2, layout_.partition));
    faded_.resize (size (1, layout_.partition));
}

void ConvolverStage::reset()
{
    for (auto* memory : { &windows_, &history_, &sumsNow_, &sumsOld_ })
        std::fill (memory->begin(), memory->end(), 0.0f);
}

float* ConvolverStage::window (int input) noexcept LUMIVERB_REALTIME { return windows_.data() + size (input, 2 * layout_.partition); }

float* ConvolverStage::history (int input, int age) noexcept LUMIVERB_REALTIME
{
    return history_.data() + size (input * capacity_ + (newest_ + age) % capacity_, 2 * bins_);
}

void ConvolverStage::push() noexcept LUMIVERB_REALTIME
{
    const std::size_t bytes = sizeof (float) * static_cast<std::size_t> (layout_.partition);
    newest_ = (newest_ + capacity_ - 1) % capacity_;
    for (int input = 0; input < inputs_; ++input)
    {
        float* spectrum = history (input, 0);
        fft_.forward (window (input), spectrum, spectrum + bins_);
        std::memcpy (window (input), incoming (input), bytes);
    }
}

void ConvolverStage::clearSums() noexcept LUMIVERB_REALTIME
{
    std::fill (sumsNow_.begin(), sumsNow_.end(), 0.0f);
    std::fill (sumsOld_.begin(), sumsOld_.end(), 0.0f);
}

void ConvolverStage::addPartitions (const ConvolverFilter& filter, float* sums, int first, int end) noexcept LUMIVERB_REALTIME
{
    const auto& spectra = filter.stages[static_cast<std::size_t> (stage_)];
    for (int tile = 0; tile < bins_; tile += tileBins)
    {
        const int count = std::min (tileBins, bins_ - tile);
        for (int p = first; p < end; ++p)
            for (int input = 0; input < inputs_; ++input)
            {
                const float* x = history (input, p) + tile;
                for (int output = 0; output < outputs_; ++output)
                {
                    const int path = input * outputs_ + output;
                    if (filter.silent[static_cast<std::size_t> (path)])
                        continue;
                    const float* h = spectra.at (path, p) + tile;
                    float* sum = sums + size (output, 2 * bins_) + tile;
                    multiplyAdd (sum, sum + bins_, x, x + bins_, h, h + bins_, count);
                }
            }
    }
}

void ConvolverStage::accumulate (const FilterUse& use, int step, int steps) noexcept LUMIVERB_REALTIME
{
    const auto add = [&] (const ConvolverFilter* filter, float* sums)
    {
        if (filter == nullptr)
            return;
        const int count = filter->stages[static_cast<std::size_t> (stage_)].count;
        addPartitions (*filter, sums, count * step / steps, count * (step + 1) / steps);
    };
    add (use.now, sumsNow_.data());
    if (use.fading)
        add (use.old, sumsOld_.data());
}

void ConvolverStage::transformBack (const float* sums, int output, float* target) noexcept LUMIVERB_REALTIME
{
    const float* spectrum = sums + size (output, 2 * bins_);
    fft_.inverse (spectrum, spectrum + bins_, block_.data());
    std::memcpy (target, block_.data() + layout_.partition, sizeof (float) * static_cast<std::size_t> (layout_.partition));
}

void ConvolverStage::finish (const FilterUse& use, float* output) noexcept LUMIVERB_REALTIME
{
    const int length = layout_.partition;
    for (int channel = 0; channel < outputs_; ++channel)
    {
        float* target = output + size (channel, length);
        transformBack (sumsNow_.data(), channel, target);
        if (! use.fading)
            continue;
        transformBack (sumsOld_.data(), channel, faded_.data());
        const float step = 1.0f / static_cast<float> (use.fadeBlocks * length);
        for (int i = 0; i < length; ++i)
        {
            const float t = (static_cast<float> (use.fadeBlock * length + i) + 0.5f) * step;
            const float gain = t * t * (3.0f - 2.0f * t);
            const float old = faded_[static_cast<std::size_t> (i)];
            target[i] = old + gain * (target[i] - old);
        }
    }
}

}  // namespace lumiverb
