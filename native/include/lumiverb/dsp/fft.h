// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dsp/aligned.h"
#include "lumiverb/dsp/realtime.h"
#include <memory>

namespace lumiverb {

/// Real FFT of one size (even, >= 2, no prime factor above 13: for others FFTW takes memory while it runs), spectra as separate real and imaginary arrays of size / 2 + 1 values.
/// One object per thread: it owns scratch memory. Plans are shared, estimated (the same plan, hence the same bits, on every run)
/// and made under a lock; forward and inverse neither allocate nor lock.
class RealFft
{
public:
    /// Throws std::invalid_argument for a size that is not as said above.
    explicit RealFft (int size);
    ~RealFft();
    RealFft (RealFft&&) noexcept;
    RealFft& operator= (RealFft&&) noexcept;

    /// The size nearest to `wanted` (the smaller of two) that the constructor takes.
    static int nearestSize (double wanted) noexcept;

    int size() const noexcept { return size_; }
    int bins() const noexcept { return size_ / 2 + 1; }

    void forward (const float* samples, float* re, float* im) noexcept LUMIVERB_REALTIME;
    /// Not normalised: forward then inverse multiplies by size().
    void inverse (const float* re, const float* im, float* samples) noexcept LUMIVERB_REALTIME;

private:
    struct Plan;
    int size_ = 0;
    std::shared_ptr<const Plan> plan_;
    AlignedVector<float> time_, spectrum_;
};

}  // namespace lumiverb
