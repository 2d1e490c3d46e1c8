// SPDX-License-Identifier: AGPL-3.0-or-later
// ISO 3382-1 parameters of an energy histogram (no noise floor, direct sound apart).
#include "lumiverb/room/decay_analysis.h"
#include <algorithm>
#include <cmath>

namespace lumiverb {
namespace {

/// Backward-integrated energy at the bin edges from the start of the decay on.
struct DecayCurve
{
    std::vector<double> time_s, level_db;            ///< level 0 at the start; only edges with energy left
    std::span<const double> energy;
    std::size_t firstBin = 0;
    double binWidth_s = 0;

    /// First time at or below a level, straight lines in dB between the edges; negative if the curve ends before.
    double timeAt (double level) const
    {
        for (std::size_t i = 0; i < level_db.size(); ++i)
            if (level_db[i] <= level)
            {
                if (i == 0 || level_db[i - 1] - level_db[i] < 1e-12)
                    return time_s[i];
                return time_s[i - 1] + (time_s[i] - time_s[i - 1]) * (level_db[i - 1] - level) / (level_db[i - 1] - level_db[i]);
            }
        return -1;
    }
};

DecayCurve integrate (std::span<const double> energy, double direct, double binWidth, double directTime)
{
    DecayCurve curve;
    curve.energy = energy;
    curve.binWidth_s = binWidth;
    std::vector<double> remaining (energy.size() + 1, 0.0);
    for (std::size_t i = energy.size(); i-- > 0;)
        remaining[i] = remaining[i + 1] + std::max (0.0, energy[i]);
    const double total = remaining.front() + direct;
    if (! (total > 0))
        return curve;
    std::size_t first = 0;
    if (direct > 0)
        first = std::min (energy.size(), static_cast<std::size_t> (std::max (0.0, directTime / binWidth)));
    else
        while (first < energy.size() && energy[first] <= 0)
            ++first;
    curve.firstBin = first;
    const double start = direct > 0 ? directTime : static_cast<double> (first) * binWidth;
    curve.time_s.push_back (start);
    curve.level_db.push_back (0);
    for (std::size_t i = first; i < remaining.size() && remaining[i] > 0; ++i)
    {
        if (i == first && direct <= 0)
            continue;
        curve.time_s.push_back (std::max (start, static_cast<double> (i) * binWidth));
        curve.level_db.push_back (10 * std::log10 (remaining[i] / total));
    }
    return curve;
}

/// -60 dB over the slope of the straight line fitted between two levels.
std::optional<float> decayTime (const DecayCurve& curve, double upper, double lower)
{
    const double from = upper >= 0 ? (curve.time_s.empty() ? -1 : curve.time_s.front()) : curve.timeAt (upper), to = curve.timeAt (lower);
    if (from < 0 || to <= from)
        return std::nullopt;
    int filled = 0;
    for (std::size_t i = curve.firstBin; i < curve.energy.size(); ++i)
    {
        const double time = static_cast<double> (i) * curve.binWidth_s;
        filled += time + curve.binWidth_s > from && time < to && curve.energy[i] > 0 ? 1 : 0;
    }
    if (filled < 4)
        return std::nullopt;

    // The line is fitted to equally spaced points of the curve, so that coarse bins do not bias it.
    constexpr int points = 200;
    double sumT = 0, sumL = 0, sumTT = 0, sumTL = 0;
    std::size_t edge = 1;
    for (int k = 0; k <= points; ++k)
    {
        const double t = from + (to - from) * k / points;
        while (edge + 1 < curve.time_s.size() && curve.time_s[edge] < t)
            ++edge;
        const double width = curve.time_s[edge] - curve.time_s[edge - 1];
        const double part = width > 0 ? std::clamp ((t - curve.time_s[edge - 1]) / width, 0.0, 1.0) : 1.0;
        const double level = curve.level_db[edge - 1] + (curve.level_db[edge] - curve.level_db[edge - 1]) * part;
        sumT += t - from;
        sumL += level;
        sumTT += (t - from) * (t - from);
        sumTL += (t - from) * level;
    }
    const double n = points + 1, slope = (n * sumTL - sumT * sumL) / (n * sumTT - sumT * sumT);
    if (! (slope < 0))
        return std::nullopt;
    return static_cast<float> (-60 / slope);
}

/// Early-to-late ratio; the bin that holds the border is shared in proportion.
std::optional<float> clarity (std::span<const double> energy, double direct, double binWidth, double border)
{
    double early = direct, late = 0;
    for (std::size_t i = 0; i < energy.size(); ++i)
    {
        const double share = std::clamp (border / binWidth - static_cast<double> (i), 0.0, 1.0);
        early += share * energy[i];
        late += (1 - share) * energy[i];
    }
    if (! (early > 0 && late > 0))
        return std::nullopt;
    return static_cast<float> (10 * std::log10 (early / late));
}

}  // namespace

DecayParameters analyseEnergyDecay (std::span<const double> energy, double directEnergy, double binWidth_s, double directTime_s)
{
    DecayParameters result;
    const auto curve = integrate (energy, directEnergy, binWidth_s, directTime_s);
    if (curve.time_s.size() < 2)
        return result;
    result.edt_s = decayTime (curve, 0, -10);
    result.t20_s = decayTime (curve, -5, -25);
    result.t30_s = decayTime (curve, -5, -35);
    result.c50_db = clarity (energy, directEnergy, binWidth_s, curve.time_s.front() + 0.05);
    result.c80_db = clarity (energy, directEnergy, binWidth_s, curve.time_s.front() + 0.08);
    double reverberant = 0;
    for (const double e : energy)
        reverberant += e;
    if (directEnergy > 0 && reverberant > 0)
        result.drr_db = static_cast<float> (10 * std::log10 (directEnergy / reverberant));
    result.dynamicRange_db = static_cast<float> (-curve.level_db.back());
    return result;
}

}  // namespace lumiverb
