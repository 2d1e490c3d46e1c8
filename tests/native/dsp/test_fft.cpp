// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/dsp/fft.h"
#include "test_signals.h"
#include <complex>
#include <doctest/doctest.h>
#include <stdexcept>
#include <thread>

using lumiverb::AlignedVector;
using lumiverb::RealFft;

TEST_CASE ("The FFT is the discrete Fourier transform, and inverse times 1 / size undoes it")
{
    for (const int size : { 2, 12, 128, 1000 })
    {
        const auto x = test::noise (1, size, 3)[0];
        RealFft fft (size);
        AlignedVector<float> re (static_cast<std::size_t> (fft.bins())), im (re), back (x.size());
        fft.forward (x.data(), re.data(), im.data());
        for (int k = 0; k < fft.bins(); ++k)
        {
            std::complex<double> sum = 0;
            for (int n = 0; n < size; ++n)
                sum += static_cast<double> (x[static_cast<std::size_t> (n)]) * std::polar (1.0, -2 * 3.14159265358979323846 * k * n / size);
            CHECK (re[static_cast<std::size_t> (k)] == doctest::Approx (sum.real()).epsilon (1e-4).scale (10));
            CHECK (im[static_cast<std::size_t> (k)] == doctest::Approx (sum.imag()).epsilon (1e-4).scale (10));
        }
        fft.inverse (re.data(), im.data(), back.data());
        for (std::size_t n = 0; n < x.size(); ++n)
            CHECK (back[n] / static_cast<float> (size) == doctest::Approx (x[n]).epsilon (1e-5).scale (1));
    }
    CHECK_THROWS_AS (RealFft (3), std::invalid_argument);
    CHECK_THROWS_AS (RealFft (0), std::invalid_argument);
    CHECK_THROWS_AS (RealFft (34), std::invalid_argument);   // 2 x 17: FFTW would allocate in forward()
}

TEST_CASE ("The nearest size that is taken")
{
    CHECK (RealFft::nearestSize (1024) == 1024);
    CHECK (RealFft::nearestSize (940.8) == 936);
    CHECK (RealFft::nearestSize (1881.6) == 1890);
    CHECK (RealFft::nearestSize (34) == 32);
    CHECK (RealFft::nearestSize (0.3) == 2);
}

TEST_CASE ("Plans are made from many threads at once")
{
    std::vector<std::thread> threads;
    std::atomic<int> wrong { 0 };
    for (int t = 0; t < 8; ++t)
        threads.emplace_back (
            [&wrong, t]
            {
                for (int wanted = 16 + 16 * (t % 3); wanted < 600; wanted += 48)
                {
                    const int size = RealFft::nearestSize (wanted);
                    RealFft fft (size);
                    std::vector<float> x (static_cast<std::size_t> (size), 1.0f), re (static_cast<std::size_t> (fft.bins())), im (re);
                    fft.forward (x.data(), re.data(), im.data());
                    wrong += std::abs (re[0] - static_cast<float> (size)) < 0.01f ? 0 : 1;
                }
            });
    for (auto& thread : threads)
        thread.join();
    CHECK (wrong.load() == 0);
}
