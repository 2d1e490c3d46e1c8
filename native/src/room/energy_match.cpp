// SPDX-License-Identifier: AGPL-3.0-or-later
#include "energy_match.h"
#include <algorithm>
#include <cmath>

namespace lumiverb {

EnergyMatch::EnergyMatch (const DecayPlan& plan, const OctaveBank& bank, double sampleRate, int length)
    : plan_ (plan)
    , bank_ (bank)
    , sampleRate_ (sampleRate)
    , blockLength_ (std::max (1, static_cast<int> (std::clamp (plan.shortestRt60_s() / 200, 0.0005, 0.005) * sampleRate)))
    , steps_ (static_cast<std::size_t> ((length + blockLength_ - 1) / blockLength_))
{
    std::vector<float> impulse (static_cast<std::size_t> (blockLength_), 0.0f);
    impulse.front() = 1;
    response_ = bank_.analyse (impulse, static_cast<int> (0.06 * sampleRate), blockLength_);
}

const std::vector<double>& EnergyMatch::wanted (int band, bool diffuseOnly)
{
    auto& result = (diffuseOnly ? wantedTail_ : wantedWhole_)[static_cast<std::size_t> (band)];
    if (! result.empty())
        return result;
    // The planned envelope, smeared as the octave filter smears it.
    result.assign (lead() + steps_, 0.0);
    for (std::size_t i = 0; i < steps_; ++i)
    {
        const double t = time_s (i), share = diffuseOnly && t < plan_.mixing_s ? plan_.noiseShare (t) : 1.0;
        const double planned = plan_.energyAt (band, t) * share * blockLength_ / sampleRate_;
        for (std::size_t j = 0; j < response_.size(); ++j)
            result[lead() + i - j] += planned * response_[j][static_cast<std::size_t> (band)];
    }
    return result;
}

EnergyMatch::Blocks EnergyMatch::measure (const std::vector<float>& signal) const
{
    std::vector<float> backwards (steps_ * static_cast<std::size_t> (blockLength_), 0.0f);
    for (std::size_t i = 0; i < std::min (signal.size(), backwards.size()); ++i)
        backwards[backwards.size() - 1 - i] = signal[i];
    auto blocks = bank_.analyse (backwards, static_cast<int> (lead()) * blockLength_, blockLength_);
    std::ranges::reverse (blocks);
    return blocks;
}

std::vector<BandArray> EnergyMatch::ratios (const Blocks& measured, double scale, bool diffuseOnly)
{
    std::vector<BandArray> result (steps_);
    for (auto& step : result)
        step.fill (1);
    const std::size_t size = lead() + steps_;
    std::vector<double> have (size + 1), want (size + 1);
    for (int band = 0; band < numBands; ++band)
    {
        const auto b = static_cast<std::size_t> (band);
        if (! bank_.hasBand (band))
            continue;
        const auto& target = wanted (band, diffuseOnly);
        const auto rise = static_cast<std::size_t> (std::ranges::max_element (target) - target.begin());
        for (std::size_t i = 0; i < size; ++i)
        {
            // Weighted against the decay, so that every part of a window counts alike; what rings ahead counts little.
            const double flat = 1.0 / std::max (1.0e-30, target[std::max (i, rise)]);
            have[i + 1] = have[i] + (i < measured.size() ? measured[i][b] : 0.0) * flat;
            want[i + 1] = want[i] + scale * target[i] * flat;
        }
        // A window in which the decay falls by 4 dB, but at least a period and a half of the band's noise.
        const double seconds = std::max (static_cast<double> (plan_.rt60_s[b]) / 15, 1.5 / static_cast<double> (bandCentres_hz[b]));
        const auto span = std::clamp<std::size_t> (static_cast<std::size_t> (seconds * sampleRate_ / blockLength_), 1, size);
        for (std::size_t i = 0; i < steps_; ++i)
        {
            const std::size_t place = lead() + i, first = std::min (place > span / 2 ? place - span / 2 : 0, size - span),
                              end = first + span;
            result[i][b] =
                static_cast<float> (std::clamp ((want[end] - want[first]) / std::max (have[end] - have[first], 1.0e-12), 0.1, 10.0));
        }
    }
    return result;
}

double EnergyMatch::decayRate (const std::vector<double>& energies, double direct) const
{
    constexpr double tenDecibels = 2.302585093;
    std::vector<double> sums (energies.size());
    double sum = 0;
    for (std::size_t i = energies.size(); i-- > 0;)
        sums[i] = sum += energies[i];
    const double total = sum + direct;
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (std::size_t i = 0; i < sums.size() && total > 0; ++i)
    {
        const double level = std::log (std::max (sums[i] / total, 1.0e-30)), x = static_cast<double> (i) * blockLength_ / sampleRate_;
        if (level > -0.5 * tenDecibels || level < -3.5 * tenDecibels)
            continue;
        n += 1;
        sx += x;
        sy += level;
        sxx += x * x;
        sxy += x * level;
    }
    return n < 4 ? 0.0 : -(n * sxy - sx * sy) / (n * sxx - sx * sx);
}

BandArray EnergyMatch::slopeErrors (const Blocks& measured, double scale, const BandArray& direct)
{
    BandArray errors {};
    for (int band = 1; band < numBands; ++band)
    {
        const auto b = static_cast<std::size_t> (band);
        if (! bank_.hasBand (band))
            continue;
        std::vector<double> want = wanted (band, false), have (measured.size());
        double sum = 0;
        for (auto& energy : want)
            sum += energy *= scale;
        for (std::size_t i = 0; i < have.size(); ++i)
            have[i] = measured[i][b];
        const double directEnergy = sum * direct[b];
        const double wantedRate = decayRate (want, directEnergy), rate = decayRate (have, directEnergy);
        if (wantedRate > 0 && rate > 0)
            errors[b] = static_cast<float> (std::clamp (rate - wantedRate, -0.2 * wantedRate, 0.2 * wantedRate));
    }
    return errors;
}

}  // namespace lumiverb
