// SPDX-License-Identifier: AGPL-3.0-or-later
#include "reflection_filter.h"
#include <algorithm>
#include <bit>
#include <cmath>

namespace lumiverb {

namespace {

// 10 ms: two periods of the lowest band's lower edge would be 23 ms, but the bands below 200 Hz need no more than a shelf.
int pulseSize (double sampleRate) { return static_cast<int> (std::bit_ceil (static_cast<unsigned> (0.0105 * sampleRate))); }

}  // namespace

ReflectionFilter::ReflectionFilter (double sampleRate) : fft_ (pulseSize (sampleRate))
{
    const auto bins = static_cast<std::size_t> (fft_.bins());
    for (std::size_t k = 0; k < bins; ++k)
    {
        const double frequency = std::max (static_cast<double> (k) * sampleRate / fft_.size(), 1.0);
        const double octave = std::clamp (std::log2 (frequency / bandCentres_hz.front()), 0.0, numBands - 1.0);
        const auto band = std::min (static_cast<std::size_t> (octave), static_cast<std::size_t> (numBands - 2));
        places_.push_back ({ band, static_cast<float> (octave - static_cast<double> (band)) });
    }
    re_.resize (bins);
    im_.resize (bins);
    time_.resize (static_cast<std::size_t> (fft_.size()));
    pulse_.resize (static_cast<std::size_t> (fft_.size() / 2));
}

const std::vector<float>& ReflectionFilter::pulse (const BandArray& energy)
{
    std::array<float, numBands> logs;
    for (std::size_t b = 0; b < numBands; ++b)
        logs[b] = 0.5f * std::log (std::max (energy[b], 1.0e-12f));
    for (std::size_t k = 0; k < places_.size(); ++k)
    {
        const auto [band, share] = places_[k];
        re_[k] = logs[band] + share * (logs[band + 1] - logs[band]);
        im_[k] = 0;
    }
    // The cepstrum folded to positive times makes the minimum phase.
    const int size = fft_.size();
    fft_.inverse (re_.data(), im_.data(), time_.data());
    const float scale = 1.0f / static_cast<float> (size);
    time_[0] *= scale;
    time_[static_cast<std::size_t> (size / 2)] *= scale;
    for (int i = 1; i < size / 2; ++i)
        time_[static_cast<std::size_t> (i)] *= 2 * scale;
    std::fill (time_.begin() + size / 2 + 1, time_.end(), 0.0f);
    fft_.forward (time_.data(), re_.data(), im_.data());
    for (std::size_t k = 0; k < places_.size(); ++k)
    {
        const float magnitude = std::exp (re_[k]), phase = im_[k];
        re_[k] = magnitude * std::cos (phase);
        im_[k] = magnitude * std::sin (phase);
    }
    fft_.inverse (re_.data(), im_.data(), time_.data());
    const auto half = pulse_.size();
    for (std::size_t i = 0; i < half; ++i)
    {
        const float fade = i < half / 2 ? 1.0f : 2.0f * (1.0f - static_cast<float> (i) / static_cast<float> (half));
        pulse_[i] = scale * fade * time_[i];
    }
    return pulse_;
}

}  // namespace lumiverb
