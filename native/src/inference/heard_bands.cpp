// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/dsp/fft.h"
#include "lumiverb/inference/blind_room.h"
#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace lumiverb {
namespace {

constexpr double lowest_hz = 60, highest_hz = 11200, warp_hz = 300;
constexpr double floor_db = -120;

double warped (double hz) { return std::log1p (hz / warp_hz); }
double unwarped (double u) { return warp_hz * std::expm1 (u); }

/// One triangle over the bins of a spectrum.
struct Band
{
    std::size_t firstBin = 0;
    std::vector<double> weights;
};

std::vector<Band> makeBands (double sampleRate, int fftSize)
{
    std::vector<Band> bands (heardBands);
    const double step = (warped (highest_hz) - warped (lowest_hz)) / (heardBands + 1);
    const double binWidth = sampleRate / fftSize;
    for (int b = 0; b < heardBands; ++b)
    {
        const double left = unwarped (warped (lowest_hz) + b * step), centre = unwarped (warped (lowest_hz) + (b + 1) * step),
                     right = unwarped (warped (lowest_hz) + (b + 2) * step);
        auto& band = bands[static_cast<std::size_t> (b)];
        if (centre >= 0.5 * sampleRate)
            continue;                                // nothing can be heard there: the floor
        band.firstBin = static_cast<std::size_t> (std::ceil (left / binWidth));
        for (auto bin = band.firstBin; bin <= static_cast<std::size_t> (fftSize / 2) && bin * binWidth < right; ++bin)
        {
            const double f = static_cast<double> (bin) * binWidth;
            band.weights.push_back (f < centre ? (f - left) / (centre - left) : (right - f) / (right - centre));
        }
    }
    return bands;
}

std::vector<float> hannWindow (int length)
{
    std::vector<float> window (static_cast<std::size_t> (length));
    for (int i = 0; i < length; ++i)
        window[static_cast<std::size_t> (i)] = static_cast<float> (0.5 - 0.5 * std::cos (2 * std::numbers::pi * (i + 0.5) / length));
    return window;
}

float loudestSample (std::span<const float> samples)
{
    float loudest = 0;
    for (const float x : samples)
        loudest = std::max (loudest, std::abs (x));
    return loudest;
}

}  // namespace

std::vector<float> heardBandLevels_db (std::span<const float> mono, double sampleRate)
{
    if (! (sampleRate >= 8000 && sampleRate <= 384000))
        throw std::invalid_argument ("a recording has a sample rate of 8000 to 384000 Hz");
    const int length = static_cast<int> (std::lround (heardWindow_s * sampleRate));
    if (mono.size() < static_cast<std::size_t> (length))
        return {};
    const int fftSize = static_cast<int> (std::bit_ceil (static_cast<unsigned> (length)));
    const auto window = hannWindow (length);
    const auto bands = makeBands (sampleRate, fftSize);
    RealFft fft (fftSize);
    AlignedVector<float> samples (static_cast<std::size_t> (fftSize)), re (static_cast<std::size_t> (fft.bins())),
        im (static_cast<std::size_t> (fft.bins()));

    double windowEnergy = 0;
    for (const float w : window)
        windowEnergy += static_cast<double> (w) * w;
    const float loudest = loudestSample (mono);
    const double gain = loudest > 0 ? 1.0 / loudest : 1.0;
    // One-sided power spectral density times the width of a bin.
    const double scale = gain * gain * 2 / (windowEnergy * fftSize);

    const auto frames = 1 + static_cast<std::size_t> ((static_cast<double> (mono.size()) - length) / (heardHop_s * sampleRate));
    std::vector<float> levels;
    levels.reserve (frames * heardBands);
    for (std::size_t frame = 0; frame < frames; ++frame)
    {
        const auto start = static_cast<std::size_t> (std::floor (static_cast<double> (frame) * heardHop_s * sampleRate + 1e-6));
        for (std::size_t i = 0; i < window.size(); ++i)
            samples[i] = window[i] * mono[start + i];
        fft.forward (samples.data(), re.data(), im.data());
        for (const auto& band : bands)
        {
            double energy = 0;
            for (std::size_t i = 0; i < band.weights.size(); ++i)
            {
                const double x = re[band.firstBin + i], y = im[band.firstBin + i];
                energy += band.weights[i] * (x * x + y * y);
            }
            levels.push_back (static_cast<float> (std::max (floor_db, 10 * std::log10 (std::max (energy * scale, 1e-30)))));
        }
    }
    return levels;
}

}  // namespace lumiverb
