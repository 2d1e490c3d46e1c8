// SPDX-License-Identifier: AGPL-3.0-or-later
#include "convolver_filter.h"
#include "lumiverb/dsp/convolver.h"
#include "lumiverb/dsp/fft.h"
#include <cmath>
#include <stdexcept>
#include <string>

namespace lumiverb {

namespace {

void check (const Rir& rir)
{
    const auto bad = [] (const std::string& what) { throw std::invalid_argument ("impulse response: " + what); };
    if (rir.inputs < 1 || rir.inputs > 2 || rir.outputs < 1 || rir.outputs > 6)
        bad ("1-2 inputs and 1-6 outputs are possible, not " + std::to_string (rir.inputs) + " by " + std::to_string (rir.outputs));
    if (static_cast<int> (rir.paths.size()) != rir.inputs * rir.outputs)
        bad ("the number of paths is not inputs x outputs");
    if (rir.length < 1)
        bad ("it is empty");
    for (const auto& path : rir.paths)
    {
        if (static_cast<int> (path.size()) != rir.length)
            bad ("a path is not `length` samples long");
        for (const float sample : path)
            if (! std::isfinite (sample))
                bad ("it holds a sample that is not finite");
    }
}

void transformStage (const Rir& rir, const StageLayout& layout, const std::vector<bool>& silent, StageSpectra& spectra)
{
    spectra.count = partitionCount (layout, rir.length);
    spectra.bins = paddedBins (layout.partition);
    if (spectra.count == 0)
        return;
    spectra.data.assign (rir.paths.size() * static_cast<std::size_t> (spectra.count) * 2 * static_cast<std::size_t> (spectra.bins), 0.0f);

    RealFft fft (2 * layout.partition);
    AlignedVector<float> block (static_cast<std::size_t> (fft.size()));
    const float scale = 1.0f / static_cast<float> (fft.size());
    for (int path = 0; path < static_cast<int> (rir.paths.size()); ++path)
    {
        if (silent[static_cast<std::size_t> (path)])
            continue;
        const auto& taps = rir.paths[static_cast<std::size_t> (path)];
        for (int p = 0; p < spectra.count; ++p)
        {
            const int first = layout.first + p * layout.partition;
            const int count = std::min (layout.partition, std::min (layout.end, rir.length) - first);
            std::fill (block.begin(), block.end(), 0.0f);
            for (int i = 0; i < count; ++i)
                block[static_cast<std::size_t> (i)] = scale * taps[static_cast<std::size_t> (first + i)];
            float* target = spectra.at (path, p);
            fft.forward (block.data(), target, target + spectra.bins);
        }
    }
}

}  // namespace

std::shared_ptr<const ConvolverFilter> makeConvolverFilter (const Rir& rir)
{
    check (rir);
    auto filter = std::make_shared<ConvolverFilter>();
    filter->sampleRate = rir.sampleRate;
    filter->inputs = rir.inputs;
    filter->outputs = rir.outputs;
    filter->length = rir.length;
    filter->head.assign (rir.paths.size() * headTaps, 0.0f);
    for (std::size_t path = 0; path < rir.paths.size(); ++path)
    {
        const auto& taps = rir.paths[path];
        filter->silent.push_back (std::ranges::all_of (taps, [] (float tap) { return tap == 0.0f; }));
        for (int i = 0; i < std::min (headTaps, rir.length); ++i)
            filter->head[path * headTaps + static_cast<std::size_t> (headTaps - 1 - i)] = taps[static_cast<std::size_t> (i)];
    }
    for (std::size_t stage = 0; stage < numStages; ++stage)
        transformStage (rir, stageLayouts[stage], filter->silent, filter->stages[stage]);
    return filter;
}

}  // namespace lumiverb
