// SPDX-License-Identifier: AGPL-3.0-or-later
#include "decay_plan.h"
#include <algorithm>
#include <cmath>
#include <vector>

namespace lumiverb {

namespace {

constexpr double neper = 13.815510558;               // ln 10^6: energy falls by 60 dB
constexpr double split_s = 0.05, splitWidth_s = 0.01;

double smoothStep (double t)
{
    t = std::clamp (t, 0.0, 1.0);
    return t * t * (3 - 2 * t);
}

double earlyGainAt (double early, double time_s) { return early + (1 - early) * smoothStep ((time_s - split_s) / splitWidth_s + 0.5); }

/// Energies before and after 50 ms of exp (-13.8 (t - start) / T).
struct Halves
{
    double early, late;
};
Halves halves (double rt60_s)
{
    const double all = rt60_s / neper, late = std::exp (-neper * (split_s - DecayPlan::start_s) / rt60_s) * all;
    return { all - late, late };
}

/// T30 of direct sound plus shaped decay, relative to T.
double relativeT30 (double rt60_s, double early, double direct)
{
    const double step = rt60_s / 400, end = 1.5 * rt60_s;
    const int count = static_cast<int> (end / step);
    std::vector<double> sums (static_cast<std::size_t> (count) + 1);
    double sum = std::exp (-neper * end / rt60_s) * rt60_s / neper;
    for (int i = count; i >= 0; --i)
    {
        sum += step * std::exp (-neper * i * step / rt60_s) * earlyGainAt (early, DecayPlan::start_s + i * step);
        sums[static_cast<std::size_t> (i)] = sum;
    }
    const double total = sum * (1 + direct);
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (int i = 0; i <= count; ++i)
    {
        const double level = 10 * std::log10 (sums[static_cast<std::size_t> (i)] / total), x = i * step;
        if (level > -5 || level < -35)
            continue;
        n += 1;
        sx += x;
        sy += level;
        sxx += x * x;
        sxy += x * level;
    }
    return n < 3 ? 1.0 : -60 / ((n * sxy - sx * sy) / (n * sxx - sx * sx)) / rt60_s;
}

}  // namespace

double DecayPlan::shortestRt60_s() const { return *std::min_element (rt60_s.begin() + 1, rt60_s.begin() + 6); }
double DecayPlan::noiseShare (double time_s) const { return smoothStep ((time_s - start_s) / (mixing_s - start_s)); }
double DecayPlan::earlyGain (double time_s) const { return earlyGainAt (early, time_s); }

double DecayPlan::energyAt (int band, double time_s) const
{
    const auto b = static_cast<std::size_t> (band);
    return time_s < start_s ? 0.0 : level[b] * std::exp (-neper * (time_s - start_s) / rt60_s[b]) * earlyGain (time_s);
}

double DecayPlan::energyAfter (int band, double time_s) const
{
    const auto b = static_cast<std::size_t> (band);
    return level[b] * rt60_s[b] / neper * std::exp (-neper * (std::max (time_s, split_s) - start_s) / rt60_s[b]);
}

double DecayPlan::imageEnergy (int band) const
{
    constexpr int steps = 256;
    double sum = 0;
    for (int i = 0; i < steps; ++i)
    {
        const double t = mixing_s * (i + 0.5) / steps;
        sum += energyAt (band, t) * (1 - noiseShare (t)) * mixing_s / steps;
    }
    return sum;
}

DecayPlan makeDecayPlan (const RoomDescription& room, double earlyLate_db)
{
    DecayPlan plan;
    plan.rt60_s = room.rt60_s;
    const auto [length, width, height] = room.dimensions_m;
    const double surface = 2.0 * (length * width + length * height + width * height);
    // sqrt (V) ms is when reflections overlap statistically, 20 V / S + 12 ms when they are heard as one; small rooms need the latter.
    plan.mixing_s =
        std::clamp (0.001 * std::max (std::sqrt (static_cast<double> (room.volume_m3)), 20 * room.volume_m3 / surface + 12), 0.024, 0.12);
    // A booth's decay would be over before: its reflections are dense at once.
    plan.mixing_s = std::min (plan.mixing_s, std::max (0.008, 0.2 * midRt60_s (room)));

    BandArray direct;
    for (std::size_t b = 0; b < numBands; ++b)
        direct[b] = static_cast<float> (std::pow (10.0, room.drr_db[b] / 10));
    const double mid = midRt60_s (room), midDirect = std::pow (10.0, 0.05 * (room.drr_db[2] + room.drr_db[3]));
    const auto [early, late] = halves (mid);
    const double clarity = std::pow (10.0, room.clarity_c50_db / 10);
    // C = (D (g e + l) + g e) / l, solved for g.
    const double wanted = late * (clarity - midDirect) / (early * (1 + midDirect));
    double log = std::log (std::clamp (wanted, 0.1, 10.0));
    for (std::size_t b = 1; b < 6; ++b)
        for (int i = 0; i < 12 && std::abs (relativeT30 (plan.rt60_s[b], std::exp (log), direct[b]) - 1) > 0.01; ++i)
            log *= 0.75;
    plan.early = std::exp (log) * std::pow (10.0, earlyLate_db / 10);

    for (std::size_t b = 0; b < numBands; ++b)
    {
        plan.reverberantEnergy[b] = 1 / direct[b];
        const auto [e, l] = halves (plan.rt60_s[b]);
        plan.level[b] = static_cast<float> (plan.reverberantEnergy[b] / (plan.early * e + l));
    }
    return plan;
}

}  // namespace lumiverb
