// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/room/decay_analysis.h"
#include "octave_filter.h"
#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace lumiverb {

namespace {

double decibels (double ratio) { return 10.0 * std::log10 (std::max (ratio, 1.0e-30)); }

struct Line
{
    double offset = 0, slope = 0;
    bool valid = false;
};

/// Least squares of y over equally spaced x = first, first + 1, ...
Line fitLine (const std::vector<double>& y, std::size_t first, std::size_t end)
{
    const double n = static_cast<double> (end) - static_cast<double> (first);
    if (end <= first || n < 3)
        return {};
    double meanY = 0, sxy = 0;
    const double meanX = 0.5 * (n - 1);
    for (std::size_t i = first; i < end; ++i)
        meanY += y[i] / n;
    for (std::size_t i = first; i < end; ++i)
        sxy += (static_cast<double> (i - first) - meanX) * (y[i] - meanY);
    const double slope = sxy / (n * (n * n - 1) / 12.0);
    return { meanY - slope * (meanX + static_cast<double> (first)), slope, true };
}

/// Where the decay meets the noise floor, and what the decay would still hold behind that point.
struct Truncation
{
    std::size_t end = 0;
    double missingEnergy = 0, noise = 0;
};

double meanEnergy (const std::vector<double>& energy, std::size_t first, std::size_t end)
{
    double sum = 0;
    for (std::size_t i = first; i < end; ++i)
        sum += energy[i];
    return end > first ? sum / static_cast<double> (end - first) : 0.0;
}

std::vector<double> blockLevels_db (const std::vector<double>& energy, std::size_t start, std::size_t blockLength)
{
    std::vector<double> levels;
    for (std::size_t i = start; i + blockLength <= energy.size(); i += blockLength)
        levels.push_back (decibels (meanEnergy (energy, i, i + blockLength)));
    return levels;
}

/// Lundeby's method: the noise floor from the end, the decay line above it, their crossing; then again with what was found.
Truncation findTruncation (const std::vector<double>& energy, std::size_t start, double sampleRate)
{
    Truncation result;
    result.end = energy.size();
    const std::size_t count = energy.size() - start;
    std::size_t blockLength = std::max<std::size_t> (4, std::min (static_cast<std::size_t> (0.01 * sampleRate), count / 40));
    result.noise = meanEnergy (energy, energy.size() - std::max<std::size_t> (1, count / 10), energy.size());

    for (int iteration = 0; iteration < 5; ++iteration)
    {
        const auto levels = blockLevels_db (energy, start, blockLength);
        if (levels.size() < 6)
            return result;
        const auto peak = static_cast<std::size_t> (std::ranges::max_element (levels) - levels.begin());
        const double floor_db = decibels (result.noise);
        std::size_t end = peak;
        while (end < levels.size() && levels[end] > floor_db + 8.0)
            ++end;
        const Line line = fitLine (levels, peak, end);
        if (! line.valid || line.slope >= 0)
            return result;

        const double crossing = (floor_db - line.offset) / line.slope;
        const double perBlock_db = -line.slope;
        const double blocks = std::clamp (crossing, static_cast<double> (end), static_cast<double> (levels.size()));
        result.end = std::min (energy.size(), start + static_cast<std::size_t> (blocks * static_cast<double> (blockLength)));
        const double decayPerSample = perBlock_db / static_cast<double> (blockLength) * std::log (10.0) / 10.0;
        const double levelAtEnd = line.offset + line.slope * blocks;
        result.missingEnergy = std::pow (10.0, levelAtEnd / 10.0) / decayPerSample;

        // Noise anew from 10 dB of decay behind the crossing, but from at least the last tenth.
        const auto behind = result.end + static_cast<std::size_t> (10.0 / perBlock_db * static_cast<double> (blockLength));
        result.noise = meanEnergy (energy, std::min (behind, energy.size() - std::max<std::size_t> (1, count / 10)), energy.size());
        blockLength = std::max<std::size_t> (
            4, static_cast<std::size_t> (static_cast<double> (blockLength) * std::clamp (2.5 / perBlock_db, 0.25, 2.0)));
        blockLength = std::min (blockLength, std::max<std::size_t> (4, count / 12));
    }
    return result;
}

std::optional<float> decayTime (const std::vector<double>& curve_db, double from_db, double to_db, double sampleRate)
{
    // The curve falls monotonically.
    const auto below = [&] (double level)
    { return static_cast<std::size_t> (std::ranges::lower_bound (curve_db, -level, {}, [] (double v) { return -v; }) - curve_db.begin()); };
    const std::size_t first = below (from_db), end = below (to_db);
    if (end >= curve_db.size())
        return {};
    const Line line = fitLine (curve_db, first, end);
    if (! line.valid || line.slope >= 0)
        return {};
    return static_cast<float> (-60.0 / line.slope / sampleRate);
}

/// energy: squared band signal; everything before `start` counts as direct sound smeared by the filter.
void measureDecay (const std::vector<double>& energy, std::size_t start, double sampleRate, DecayParameters& result)
{
    const auto truncation = findTruncation (energy, start, sampleRate);
    double peak = 0;
    const auto smooth = std::max<std::size_t> (1, static_cast<std::size_t> (0.002 * sampleRate));
    for (std::size_t i = start; i + smooth <= truncation.end; i += smooth)
        peak = std::max (peak, meanEnergy (energy, i, i + smooth));
    if (peak <= 0)
        return;
    result.dynamicRange_db = static_cast<float> (decibels (peak / std::max (truncation.noise, peak * 1.0e-20)));

    std::vector<double> curve (truncation.end - start + 1);
    double sum = truncation.missingEnergy;
    curve.back() = decibels (sum);
    for (std::size_t i = truncation.end; i-- > start;)
    {
        sum += energy[i];
        curve[i - start] = sum;
    }
    for (std::size_t i = 0; i < start; ++i)
        sum += energy[i];
    for (std::size_t i = 0; i + 1 < curve.size(); ++i)
        curve[i] = decibels (curve[i] / sum);
    curve.pop_back();
    if (curve.size() < 4)
        return;
    curve.front() = 0;

    // Each range ends at least 10 dB above the noise (ISO 3382-2: 35 dB below the peak for T20, 45 dB for T30).
    if (result.dynamicRange_db >= 20)
        result.edt_s = decayTime (curve, 0, -10, sampleRate);
    if (result.dynamicRange_db >= 35)
        result.t20_s = decayTime (curve, -5, -25, sampleRate);
    if (result.dynamicRange_db >= 45)
        result.t30_s = decayTime (curve, -5, -35, sampleRate);
}

/// Index of the direct sound: the strongest sample of the first 20 ms after the response rises within 20 dB of its peak.
std::size_t findDirect (std::span<const float> rir, double sampleRate)
{
    float peak = 0;
    for (const float sample : rir)
        peak = std::max (peak, std::abs (sample));
    const auto onset = std::ranges::find_if (rir, [&] (float sample) { return std::abs (sample) >= 0.1f * peak; });
    const auto window = std::min<std::ptrdiff_t> (rir.end() - onset, static_cast<std::ptrdiff_t> (0.02 * sampleRate) + 1);
    return static_cast<std::size_t> (std::max_element (onset, onset + window, [] (float a, float b) { return std::abs (a) < std::abs (b); })
                                     - rir.begin());
}

/// Energy of a piece of the response within a band. The piece is cut out before it is filtered: the filter's ringing would
/// otherwise carry direct sound across the border.
double bandEnergy (std::span<const float> piece, const std::optional<OctaveFilter>& filter, std::size_t ring)
{
    double sum = 0;
    if (! filter)
    {
        for (const float x : piece)
            sum += static_cast<double> (x) * x;
        return sum;
    }
    OctaveFilterState state (*filter);
    for (std::size_t i = 0; i < piece.size() + ring; ++i)
    {
        const double y = state.process (i < piece.size() ? static_cast<double> (piece[i]) : 0.0);
        sum += y * y;
    }
    return sum;
}

DecayParameters analyseBand (std::span<const float> rir, std::size_t direct, const std::optional<OctaveFilter>& filter, double sampleRate)
{
    DecayParameters result;
    const std::size_t ring = filter ? static_cast<std::size_t> (0.1 * sampleRate) : 0;
    const auto half = static_cast<std::size_t> (std::lround (0.0025 * sampleRate));
    std::vector<double> energy (rir.size() + ring);
    if (filter)
    {
        // Filtered backwards in time: the filter's own decay then runs ahead of the room's instead of lengthening it (Jacobsen).
        OctaveFilterState state (*filter);
        for (std::size_t i = energy.size(); i-- > 0;)
        {
            const double y = state.process (i >= ring ? static_cast<double> (rir[i - ring]) : 0.0);
            energy[i] = y * y;
        }
    }
    else
        std::ranges::transform (rir, energy.begin(), [] (float x) { return static_cast<double> (x) * x; });
    measureDecay (energy, ring + direct, sampleRate, result);

    const auto at = [&] (double seconds)
    { return std::min (rir.size(), direct + static_cast<std::size_t> (std::lround (seconds * sampleRate))); };
    const auto energyOf = [&] (std::size_t first, std::size_t end) { return bandEnergy (rir.subspan (first, end - first), filter, ring); };
    const std::size_t start = direct > half ? direct - half : 0;
    const double early50 = energyOf (start, at (0.05)), late50 = energyOf (at (0.05), rir.size());
    const double early80 = energyOf (start, at (0.08)), late80 = energyOf (at (0.08), rir.size());
    const std::size_t directEnd = std::min (rir.size(), direct + half + 1);
    const double directEnergy = energyOf (start, directEnd), reverberant = energyOf (directEnd, rir.size());
    if (early50 > 0 && late50 > 0)
        result.c50_db = static_cast<float> (decibels (early50 / late50));
    if (early80 > 0 && late80 > 0)
        result.c80_db = static_cast<float> (decibels (early80 / late80));
    if (directEnergy > 0 && reverberant > 0)
        result.drr_db = static_cast<float> (decibels (directEnergy / reverberant));
    return result;
}

}  // namespace

std::vector<DecayParameters> analyseDecay (std::span<const float> rir, double sampleRate)
{
    if (! (sampleRate >= 1000 && sampleRate <= 1.0e6))
        throw std::invalid_argument ("decay analysis: the sample rate must be 1 kHz to 1 MHz");
    for (const float sample : rir)
        if (! std::isfinite (sample))
            throw std::invalid_argument ("decay analysis: the impulse response holds a sample that is not finite");
    std::vector<DecayParameters> result (numBands + 1);
    if (std::ranges::all_of (rir, [] (float sample) { return sample == 0.0f; }))
        return result;
    const std::size_t direct = findDirect (rir, sampleRate);
    for (std::size_t band = 0; band < numBands; ++band)
        if (const auto filter = OctaveFilter::design (bandCentres_hz[band], sampleRate))
            result[band] = analyseBand (rir, direct, filter, sampleRate);
    result[numBands] = analyseBand (rir, direct, {}, sampleRate);
    return result;
}

std::vector<float> schroederDecay_db (std::span<const float> rir)
{
    std::vector<float> curve (rir.size());
    std::vector<double> sums (rir.size());
    double sum = 0;
    for (std::size_t i = rir.size(); i-- > 0;)
    {
        sum += static_cast<double> (rir[i]) * rir[i];
        sums[i] = sum;
    }
    for (std::size_t i = 0; i < rir.size(); ++i)
        curve[i] = static_cast<float> (sum > 0 ? decibels (sums[i] / sum) : 0.0);
    return curve;
}

}  // namespace lumiverb
