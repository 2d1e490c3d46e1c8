// SPDX-License-Identifier: AGPL-3.0-or-later
#include "band_gains.h"
#include "lumiverb/dsp/fft.h"
#include <algorithm>
#include <bit>
#include <cmath>

namespace lumiverb {

float bandMask (std::size_t band, double frequency, const Crossovers& crossovers) noexcept
{
    const auto octave = static_cast<float> (std::log2 (std::max (frequency, 1.0) / bandCentres_hz[0]));
    const auto above = [octave, half = crossovers.half] (float edge)
    {
        const float t = std::clamp ((octave - edge + half) / (2 * half), 0.0f, 1.0f);
        return t * t * (3 - 2 * t);
    };
    const auto edge = [&crossovers] (std::size_t below) { return static_cast<float> (below) + 0.5f + crossovers.shift[below]; };
    const float low = band == 0 ? above (-2.1f) : above (edge (band - 1)), high = band == numBands - 1 ? 0.0f : above (edge (band));
    return std::sqrt (std::max (0.0f, low * (1 - high)));
}

void applyBandGains (std::vector<std::vector<float>>& signals, const BandArray& gains, double sampleRate)
{
    if (signals.empty())
        return;
    // Twice the length: the gains' own response must not wrap round.
    RealFft fft (static_cast<int> (std::bit_ceil (static_cast<unsigned> (std::max<std::size_t> (64, 2 * signals[0].size())))));
    const auto size = static_cast<std::size_t> (fft.size()), bins = static_cast<std::size_t> (fft.bins());
    std::vector<float> curve (bins);
    for (std::size_t k = 0; k < bins; ++k)
    {
        float gain = 0, covered = 0;
        for (std::size_t b = 0; b < numBands; ++b)
        {
            const float mask = bandMask (b, static_cast<double> (k) * sampleRate / static_cast<double> (size));
            gain += gains[b] * mask * mask;
            covered += mask * mask;
        }
        curve[k] = (gain + (1 - covered) * gains[0]) / static_cast<float> (size);   // below the bands: as the lowest
    }
    AlignedVector<float> time (size), re (bins), im (bins);
    for (auto& signal : signals)
    {
        std::fill (time.begin(), time.end(), 0.0f);
        std::copy (signal.begin(), signal.end(), time.begin());
        fft.forward (time.data(), re.data(), im.data());
        for (std::size_t k = 0; k < bins; ++k)
        {
            re[k] *= curve[k];
            im[k] *= curve[k];
        }
        fft.inverse (re.data(), im.data(), time.data());
        std::copy_n (time.begin(), signal.size(), signal.begin());
    }
}

}  // namespace lumiverb
