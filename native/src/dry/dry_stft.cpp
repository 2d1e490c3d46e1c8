// SPDX-License-Identifier: AGPL-3.0-or-later
#include "dry_stft.h"
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace lumiverb {

DryGrid gridAtRate (const DryGrid& grid, double sampleRate)
{
    const double scale = sampleRate / grid.sampleRate;
    DryGrid result;
    result.sampleRate = sampleRate;
    result.hop = static_cast<int> (std::lround (grid.hop * scale));
    result.window = result.hop * (grid.window / grid.hop);
    result.synthesisWindow = result.hop * (grid.synthesisWindow / grid.hop);
    result.fft = RealFft::nearestSize (grid.fft * scale);
    for (double wanted = grid.fft * scale; result.fft < result.window; wanted += 2)
        result.fft = RealFft::nearestSize (wanted);
    return result;
}

DryStft::DryStft (const DryGrid& grid)
    : grid_ (grid)
    , fft_ (grid.fft)
    , analysis_ (static_cast<std::size_t> (grid.window))
    , synthesis_ (static_cast<std::size_t> (grid.synthesisWindow))
    , time_ (static_cast<std::size_t> (grid.fft))
{
    const double pi = std::numbers::pi;
    std::vector<double> rootHann (analysis_.size());
    for (std::size_t n = 0; n < rootHann.size(); ++n)
        rootHann[n] = std::sin (pi * static_cast<double> (n) / grid.window);
    const double sum = std::accumulate (rootHann.begin(), rootHann.end(), 0.0);
    std::ranges::transform (rootHann, analysis_.begin(), [sum] (double w) { return static_cast<float> (w / sum); });
    const std::size_t first = analysis_.size() - synthesis_.size();
    for (std::size_t n = 0; n < synthesis_.size(); ++n)
    {
        const double hann = std::pow (std::sin (pi * static_cast<double> (n) / grid.synthesisWindow), 2);
        synthesis_[n] = hann > 0 ? static_cast<float> (hann / rootHann[first + n] * sum / grid.fft) : 0.0f;
    }
}

void DryStft::analyse (const float* samples, float* re, float* im) noexcept LUMIVERB_REALTIME
{
    for (std::size_t n = 0; n < analysis_.size(); ++n)
        time_[n] = analysis_[n] * samples[n];
    std::fill (time_.begin() + grid_.window, time_.end(), 0.0f);
    fft_.forward (time_.data(), re, im);
}

void DryStft::synthesise (const float* re, const float* im, float* samples) noexcept LUMIVERB_REALTIME
{
    fft_.inverse (re, im, time_.data());
    const float* end = time_.data() + (grid_.window - grid_.synthesisWindow);
    for (std::size_t n = 0; n < synthesis_.size(); ++n)
        samples[n] += synthesis_[n] * end[n];
}

}  // namespace lumiverb
