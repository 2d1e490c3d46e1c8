// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "convolver_filter.h"
#include "lumiverb/dsp/fft.h"

namespace lumiverb {

/// What one block of one stage is played with: `now`, or a piece of the cross-fade from `old` to `now`. Null: silence.
struct FilterUse
{
    const ConvolverFilter* old = nullptr;
    const ConvolverFilter* now = nullptr;
    bool fading = false;
    int fadeBlock = 0, fadeBlocks = 1;               ///< this block of so many
};

/// Uniformly partitioned overlap-save convolution of one stage: input spectra (shared by all filters, so that a new filter finds
/// the whole history), accumulators, output block. Used by one thread at a time.
class ConvolverStage
{
public:
    ConvolverStage (int stage, int inputs, int outputs, std::int64_t maxLength);

    int partition() const noexcept { return layout_.partition; }
    int capacity() const noexcept { return capacity_; }

    /// Where the samples of the block being received go.
    float* incoming (int input) noexcept LUMIVERB_REALTIME { return window (input) + layout_.partition; }

    void reset();
    /// The incoming block is complete: transforms it and makes room for the next.
    void push() noexcept LUMIVERB_REALTIME;
    void clearSums() noexcept LUMIVERB_REALTIME;
    /// Adds part `step` of `steps` of the partitions.
    void accumulate (const FilterUse&, int step, int steps) noexcept LUMIVERB_REALTIME;
    /// Transforms the sums back and cross-fades; `output` holds [outputs][partition].
    void finish (const FilterUse&, float* output) noexcept LUMIVERB_REALTIME;

private:
    float* window (int input) noexcept LUMIVERB_REALTIME;
    float* history (int input, int age) noexcept LUMIVERB_REALTIME;
    void addPartitions (const ConvolverFilter&, float* sums, int first, int end) noexcept LUMIVERB_REALTIME;
    void transformBack (const float* sums, int output, float* target) noexcept LUMIVERB_REALTIME;

    StageLayout layout_;
    int stage_, inputs_, outputs_, capacity_, bins_, newest_ = 0;
    RealFft fft_;
    AlignedVector<float> windows_, history_, sumsNow_, sumsOld_, block_, faded_;
};

}  // namespace lumiverb
