// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dsp/aligned.h"
#include <array>
#include <cstdint>
#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace lumiverb {

/// Taps [first, end) of the impulse response in partitions of `partition` samples.
/// `first` is one partition (the result is needed at once) or two (one whole partition of time to compute it).
struct StageLayout
{
    int partition, first, end;
};

inline constexpr int headTaps = 64;                  ///< computed sample by sample: no latency; also the grid of everything else
inline constexpr int numStages = 4;
inline constexpr std::array<StageLayout, numStages> stageLayouts { {
    { 64, 64, 1024 },                                // at once, on the audio thread
    { 512, 1024, 8192 },                             // on the audio thread, spread over the eight 64-sample steps of a partition
    { 4096, 8192, 32768 },                           // worker thread
    { 16384, 32768, std::numeric_limits<int>::max() } // worker thread
} };
inline constexpr int firstWorkerStage = 2;

inline constexpr int paddedBins (int partition) { return (partition + 1 + 15) / 16 * 16; }

inline int partitionCount (const StageLayout& stage, std::int64_t length)
{
    const std::int64_t end = std::min<std::int64_t> (stage.end, length);
    return end <= stage.first ? 0 : static_cast<int> ((end - stage.first + stage.partition - 1) / stage.partition);
}

/// Spectra of one stage: for every path and partition the real parts, then the imaginary parts.
struct StageSpectra
{
    int count = 0, bins = 0;
    AlignedVector<float> data;

    const float* at (int path, int partition) const
    {
        return data.data()
               + (static_cast<std::size_t> (path) * static_cast<std::size_t> (count) + static_cast<std::size_t> (partition)) * 2
                     * static_cast<std::size_t> (bins);
    }
    float* at (int path, int partition) { return const_cast<float*> (std::as_const (*this).at (path, partition)); }
};

class ConvolverFilter
{
public:
    double sampleRate = 0;
    int inputs = 1, outputs = 1, length = 0;
    AlignedVector<float> head;                       ///< [path][headTaps], time-reversed
    std::array<StageSpectra, numStages> stages;
    std::vector<bool> silent;                        ///< per path: nothing to compute (a surround LFE)
};

}  // namespace lumiverb
