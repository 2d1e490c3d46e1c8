// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dry/dry_backend.h"
#include "lumiverb/dsp/fft.h"

namespace lumiverb {

/// The grid at a host's rate: window and hop of the same duration, bins at the same frequencies, so the back end needs no resampling.
/// At 44.1 kHz the nearest transform that FFTW does well (936) puts bins 0.5 %, or 9 cents, above where the back end believes them.
DryGrid gridAtRate (const DryGrid&, double sampleRate);

/// Short-time spectra on such a grid: root-Hann analysis, and a synthesis window that makes the two a Hann window at 50 % overlap, so that
/// an unchanged spectrum gives the input back. A shorter synthesis window (low latency) lies at the end of the analysis window.
class DryStft
{
public:
    explicit DryStft (const DryGrid& atRate);

    int bins() const noexcept { return fft_.bins(); }
    /// samples: `window` values. Spectra are divided by the sum of the window: a sine of amplitude 1 has magnitude 1/2.
    void analyse (const float* samples, float* re, float* im) noexcept LUMIVERB_REALTIME;
    /// Adds `synthesisWindow` values to samples.
    void synthesise (const float* re, const float* im, float* samples) noexcept LUMIVERB_REALTIME;

private:
    DryGrid grid_;
    RealFft fft_;
    std::vector<float> analysis_, synthesis_;        ///< scaled: by 1 / sum, and by sum / FFT length
    AlignedVector<float> time_;
};

}  // namespace lumiverb
