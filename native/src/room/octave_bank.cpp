// SPDX-License-Identifier: AGPL-3.0-or-later
#include "octave_bank.h"
#include "lumiverb/dsp/denormals.h"
#include <algorithm>

namespace lumiverb {

OctaveBank::OctaveBank (double sampleRate)
{
    for (std::size_t band = 0; band < numBands; ++band)
    {
        const auto filter = OctaveFilter::design (bandCentres_hz[band], sampleRate);
        present_[band] = filter.has_value();
        if (! filter)
            continue;
        for (std::size_t s = 0; s < 3; ++s)
        {
            const auto [g, k] = filter->sections[s];
            const double a1 = 1 / (1 + g * (g + k));
            a1_[s][band] = static_cast<float> (a1);
            a2_[s][band] = static_cast<float> (g * a1);
            a3_[s][band] = static_cast<float> (g * g * a1);
            k_[s][band] = static_cast<float> (s == 0 ? k * filter->gain : k);
        }
    }
}

std::vector<OctaveBank::Energies> OctaveBank::analyse (std::span<const float> signal, int ring, int blockLength) const
{
    const ScopedFlushDenormals flush;
    const auto samples = signal.size() + static_cast<std::size_t> (ring), length = static_cast<std::size_t> (blockLength);
    std::vector<Energies> energies ((samples + length - 1) / length, Energies {});
    alignas (32) float c1[3][lanes] = {}, c2[3][lanes] = {};
    for (std::size_t block = 0; block < energies.size(); ++block)
    {
        alignas (32) float sums[lanes] = {};
        const std::size_t end = std::min ((block + 1) * length, samples);
        for (std::size_t i = block * length; i < end; ++i)
        {
            alignas (32) float v[lanes];
            const float x = i < signal.size() ? signal[i] : 0.0f;
            for (int lane = 0; lane < lanes; ++lane)
                v[lane] = x;
            for (std::size_t s = 0; s < 3; ++s)
                for (std::size_t lane = 0; lane < lanes; ++lane)
                {
                    const float v3 = v[lane] - c2[s][lane];
                    const float v1 = a1_[s][lane] * c1[s][lane] + a2_[s][lane] * v3;
                    const float v2 = c2[s][lane] + a2_[s][lane] * c1[s][lane] + a3_[s][lane] * v3;
                    c1[s][lane] = 2 * v1 - c1[s][lane];
                    c2[s][lane] = 2 * v2 - c2[s][lane];
                    v[lane] = k_[s][lane] * v1;
                }
            for (int lane = 0; lane < lanes; ++lane)
                sums[lane] += v[lane] * v[lane];
        }
        std::copy (std::begin (sums), std::end (sums), energies[block].begin());
    }
    return energies;
}

OctaveBank::Energies OctaveBank::total (const std::vector<Energies>& blocks)
{
    std::array<double, lanes> sums {};
    for (const auto& block : blocks)
        for (std::size_t lane = 0; lane < lanes; ++lane)
            sums[lane] += static_cast<double> (block[lane]);
    Energies result {};
    for (std::size_t lane = 0; lane < lanes; ++lane)
        result[lane] = static_cast<float> (sums[lane]);
    return result;
}

}  // namespace lumiverb
