// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dsp/convolver.h"
#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace test {

/// Tests on one thread have nothing to show to ThreadSanitizer, and take minutes there: they carry `doctest::skip (test::underThreadSanitizer)`.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool underThreadSanitizer = true;
#elif defined(__has_feature)
    #if __has_feature(thread_sanitizer)
inline constexpr bool underThreadSanitizer = true;
    #else
inline constexpr bool underThreadSanitizer = false;
    #endif
#else
inline constexpr bool underThreadSanitizer = false;
#endif

using Audio = std::vector<std::vector<float>>;

inline Audio noise (int channels, int samples, unsigned seed, float level = 0.5f)
{
    std::minstd_rand random (seed * 7919 + 1);
    std::uniform_real_distribution<float> uniform (-level, level);
    Audio audio (static_cast<std::size_t> (channels), std::vector<float> (static_cast<std::size_t> (samples)));
    for (auto& channel : audio)
        for (auto& sample : channel)
            sample = uniform (random);
    return audio;
}

inline lumiverb::Rir decayingNoise (int inputs, int outputs, int length, unsigned seed, double sampleRate = 48000)
{
    lumiverb::Rir rir;
    rir.sampleRate = sampleRate;
    rir.inputs = inputs;
    rir.outputs = outputs;
    rir.length = length;
    rir.paths = noise (inputs * outputs, length, seed, 0.3f);
    for (auto& path : rir.paths)
        for (int i = 0; i < length; ++i)
            path[static_cast<std::size_t> (i)] *= std::exp (-4.0f * static_cast<float> (i) / static_cast<float> (length));
    return rir;
}

/// The definition, in double precision, of the samples [first, end).
inline std::vector<double> convolved (const Audio& audio, const lumiverb::Rir& rir, int output, int first, int end)
{
    std::vector<double> result;
    for (int n = first; n < end; ++n)
    {
        double sum = 0;
        for (int input = 0; input < rir.inputs; ++input)
        {
            const auto& x = audio[static_cast<std::size_t> (input)];
            const auto& h = rir.paths[static_cast<std::size_t> (input * rir.outputs + output)];
            for (int k = std::max (0, n - static_cast<int> (x.size()) + 1); k < std::min (rir.length, n + 1); ++k)
                sum += static_cast<double> (h[static_cast<std::size_t> (k)]) * x[static_cast<std::size_t> (n - k)];
        }
        result.push_back (sum);
    }
    return result;
}

/// Runs a whole signal through in pieces; blockLength 0 = random lengths from 0 to 700. afterBlock (position) runs between the pieces.
template <typename AfterBlock>
Audio run (lumiverb::Convolver& convolver, const Audio& in, int outputs, int blockLength, AfterBlock&& afterBlock)
{
    const int samples = static_cast<int> (in[0].size());
    Audio out (static_cast<std::size_t> (outputs), std::vector<float> (in[0].size()));
    std::minstd_rand random (5);
    for (int position = 0; position < samples;)
    {
        const int wanted = blockLength > 0 ? blockLength : static_cast<int> (random() % 701);
        const int count = std::min (wanted, samples - position);
        const float* inputs[2] {};
        float* targets[6] {};
        for (std::size_t c = 0; c < in.size(); ++c)
            inputs[c] = in[c].data() + position;
        for (std::size_t c = 0; c < out.size(); ++c)
            targets[c] = out[c].data() + position;
        convolver.process (inputs, targets, count);
        position += count;
        afterBlock (position);
    }
    return out;
}

inline Audio run (lumiverb::Convolver& convolver, const Audio& in, int outputs, int blockLength)
{
    return run (convolver, in, outputs, blockLength, [] (int) {});
}

}  // namespace test
