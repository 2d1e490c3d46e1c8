// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/dsp/fft.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <fftw3.h>
#include <map>
#include <mutex>
#include <stdexcept>

namespace lumiverb {

struct RealFft::Plan
{
    fftwf_plan forward = nullptr, inverse = nullptr;

    // FFTW's planner is not thread-safe, its execution is.
    static std::mutex& plannerLock()
    {
        static std::mutex lock;
        return lock;
    }

    explicit Plan (int size)
    {
        AlignedVector<float> time (static_cast<std::size_t> (size)), spectrum (static_cast<std::size_t> (size) + 2);
        auto* bins = reinterpret_cast<fftwf_complex*> (spectrum.data());
        forward = fftwf_plan_dft_r2c_1d (size, time.data(), bins, FFTW_ESTIMATE);
        inverse = fftwf_plan_dft_c2r_1d (size, bins, time.data(), FFTW_ESTIMATE | FFTW_DESTROY_INPUT);
        if (forward == nullptr || inverse == nullptr)
            throw std::invalid_argument ("RealFft: no plan for size " + std::to_string (size));
    }

    Plan (const Plan&) = delete;
    Plan& operator= (const Plan&) = delete;
    ~Plan()
    {
        const std::lock_guard guard (plannerLock());
        fftwf_destroy_plan (forward);
        fftwf_destroy_plan (inverse);
    }

    static std::shared_ptr<const Plan> shared (int size)
    {
        static std::map<int, std::weak_ptr<const Plan>> cache;
        std::shared_ptr<const Plan> plan;   // declared before the lock: an expired duplicate must not be destroyed under it
        const std::lock_guard guard (plannerLock());
        plan = cache[size].lock();
        if (plan == nullptr)
            cache[size] = plan = std::make_shared<const Plan> (size);
        return plan;
    }
};

namespace {

bool isTaken (int size) noexcept
{
    if (size < 2 || size % 2 != 0)
        return false;
    for (const int prime : { 2, 3, 5, 7, 11, 13 })
        while (size % prime == 0)
            size /= prime;
    return size == 1;
}

}  // namespace

int RealFft::nearestSize (double wanted) noexcept
{
    const int centre = 2 * static_cast<int> (std::lround (std::max (wanted, 2.0) / 2));
    int nearest = 2;
    for (int size = centre; size >= 2 && nearest == 2; size -= 2)
        nearest = isTaken (size) ? size : nearest;
    for (int size = centre; size - wanted < wanted - nearest; size += 2)
        if (isTaken (size))
            return size;
    return nearest;
}

RealFft::RealFft (int size) : size_ (size)
{
    if (! isTaken (size))
        throw std::invalid_argument ("RealFft: the size must be even without prime factors above 13, not " + std::to_string (size));
    plan_ = Plan::shared (size);
    time_.resize (static_cast<std::size_t> (size));
    spectrum_.resize (static_cast<std::size_t> (size) + 2);
}

RealFft::~RealFft() = default;
RealFft::RealFft (RealFft&&) noexcept = default;
RealFft& RealFft::operator= (RealFft&&) noexcept = default;

void RealFft::forward (const float* samples, float* re, float* im) noexcept LUMIVERB_REALTIME
{
    std::memcpy (time_.data(), samples, sizeof (float) * static_cast<std::size_t> (size_));
    auto* interleaved = spectrum_.data();
    fftwf_execute_dft_r2c (plan_->forward, time_.data(), reinterpret_cast<fftwf_complex*> (interleaved));
    for (int k = 0, count = bins(); k < count; ++k)
    {
        re[k] = interleaved[2 * k];
        im[k] = interleaved[2 * k + 1];
    }
}

void RealFft::inverse (const float* re, const float* im, float* samples) noexcept LUMIVERB_REALTIME
{
    auto* interleaved = spectrum_.data();
    for (int k = 0, count = bins(); k < count; ++k)
    {
        interleaved[2 * k] = re[k];
        interleaved[2 * k + 1] = im[k];
    }
    fftwf_execute_dft_c2r (plan_->inverse, reinterpret_cast<fftwf_complex*> (interleaved), time_.data());
    std::memcpy (samples, time_.data(), sizeof (float) * static_cast<std::size_t> (size_));
}

}  // namespace lumiverb
