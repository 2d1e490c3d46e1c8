// SPDX-License-Identifier: AGPL-3.0-or-later
#include "spatial.h"
#include "lumiverb/room/bands.h"
#include "lumiverb/room/head_model.h"
#include <algorithm>
#include <cmath>
#include <complex>
#include <mutex>
#include <numbers>

namespace lumiverb {

namespace {

constexpr double pi = std::numbers::pi;
constexpr double pairSpacing_m = 0.2, pairTurn_deg = 60.0, pairOmni = 0.7;
constexpr std::array<double, 5> speakers_deg { -110, -30, 0, 30, 110 };
constexpr std::array<int, 5> speakerOutputs { 5, 1, 2, 0, 4 };           // of L R C LFE Ls Rs

double radians (double degrees) { return degrees * pi / 180.0; }

OutputCue pairCue (int channel, const Direction& d)
{
    const double side = channel == 0 ? 1 : -1;
    const double axis = d.x * std::cos (radians (pairTurn_deg)) + d.y * side * std::sin (radians (pairTurn_deg));
    return { static_cast<float> (pairOmni + (1 - pairOmni) * axis),
             static_cast<float> (-side * d.y * pairSpacing_m / 2 / speedOfSound_m_s) };
}

/// Complex response of one channel of a pair to a plane wave.
std::complex<double> pairResponse (RirLayout layout, int channel, const Direction& d, double frequency_hz)
{
    if (layout == RirLayout::binaural)
    {
        const double incidence = HeadModel::incidence_rad (channel, d.x, d.y, d.z);
        const double tau = HeadModel::radius_m / speedOfSound_m_s / 2, w = 2 * pi * frequency_hz;
        const double alpha = 1.05 + 0.95 * std::cos (incidence / radians (150.0) * pi);
        return std::complex<double> (1, alpha * w * tau) / std::complex<double> (1, w * tau)
               * std::polar (1.0, -w * HeadModel::delay_s (incidence));
    }
    const auto cue = pairCue (channel, d);
    return std::polar (static_cast<double> (cue.gain), -2 * pi * frequency_hz * cue.delay_s);
}

/// Coherence of the two channels in a diffuse field, by a Fibonacci grid over the sphere.
float diffuseCoherence (RirLayout layout, double frequency_hz)
{
    constexpr int count = 600;
    std::complex<double> cross = 0;
    double left = 0, right = 0;
    for (int i = 0; i < count; ++i)
    {
        const double z = 1 - 2 * (i + 0.5) / count, r = std::sqrt (1 - z * z), angle = i * pi * (3 - std::sqrt (5.0));
        const Direction d { static_cast<float> (r * std::cos (angle)), static_cast<float> (r * std::sin (angle)), static_cast<float> (z) };
        const auto l = pairResponse (layout, 0, d, frequency_hz), rr = pairResponse (layout, 1, d, frequency_hz);
        cross += l * std::conj (rr);
        left += std::norm (l);
        right += std::norm (rr);
    }
    return static_cast<float> (cross.real() / std::sqrt (left * right));
}

/// Tabulated once per layout, up to where it has become nothing.
constexpr double tableStep_hz = 50, tableEnd_hz = 6000;

const std::vector<float>& coherenceTable (RirLayout layout)
{
    static std::array<std::vector<float>, 2> tables;
    static std::array<std::once_flag, 2> made;
    const std::size_t index = layout == RirLayout::binaural ? 1 : 0;
    std::call_once (made[index],
                    [&]
                    {
                        for (double f = 0; f <= tableEnd_hz; f += tableStep_hz)
                            tables[index].push_back (diffuseCoherence (layout, f));
                    });
    return tables[index];
}

std::vector<float> coherenceAt (RirLayout layout, std::span<const float> frequencies_hz)
{
    const auto& table = coherenceTable (layout);
    std::vector<float> result;
    for (const float f : frequencies_hz)
    {
        const double place = f / tableStep_hz;
        const auto i = static_cast<std::size_t> (place);
        const float t = static_cast<float> (place - std::floor (place));
        result.push_back (i + 1 < table.size() ? table[i] + t * (table[i + 1] - table[i]) : 0.0f);
    }
    return result;
}

void panBetweenSpeakers (const Direction& d, std::array<OutputCue, 6>& cues)
{
    for (auto& cue : cues)
        cue.gain = 0;
    double azimuth = std::atan2 (d.y, d.x) * 180 / pi;
    std::size_t right = 4;                           // between the two rear speakers unless found below
    for (std::size_t i = 0; i < 4; ++i)
        if (azimuth >= speakers_deg[i] && azimuth < speakers_deg[i + 1])
            right = i;
    const std::size_t left = (right + 1) % 5;
    double width = speakers_deg[left] - speakers_deg[right], place = azimuth - speakers_deg[right];
    width = width < 0 ? width + 360 : width;
    place = place < 0 ? place + 360 : place;
    const double angle = place / width * pi / 2;
    cues[static_cast<std::size_t> (speakerOutputs[right])].gain = static_cast<float> (std::cos (angle));
    cues[static_cast<std::size_t> (speakerOutputs[left])].gain = static_cast<float> (std::sin (angle));
}

}  // namespace

Direction direction (double azimuth_deg, double elevation_deg)
{
    const double a = radians (azimuth_deg), e = radians (elevation_deg);
    return { static_cast<float> (std::cos (e) * std::cos (a)), static_cast<float> (std::cos (e) * std::sin (a)),
             static_cast<float> (std::sin (e)) };
}

RirLayout singleInput (RirLayout layout)
{
    switch (layout)
    {
        case RirLayout::trueStereo: return RirLayout::stereo;
        case RirLayout::foaTrueStereo: return RirLayout::foa;
        case RirLayout::surround51TrueStereo: return RirLayout::surround51;
        default: return layout;
    }
}

std::array<OutputCue, 6> outputCues (RirLayout layout, const Direction& d)
{
    std::array<OutputCue, 6> cues;
    switch (singleInput (layout))
    {
        case RirLayout::stereo:
            cues[0] = pairCue (0, d);
            cues[1] = pairCue (1, d);
            break;
        case RirLayout::binaural:
            for (int ear = 0; ear < 2; ++ear)
                cues[static_cast<std::size_t> (ear)].delay_s =
                    static_cast<float> (HeadModel::delay_s (HeadModel::incidence_rad (ear, d.x, d.y, d.z)));
            break;
        case RirLayout::foa:
            cues[1].gain = d.y;
            cues[2].gain = d.z;
            cues[3].gain = d.x;
            break;
        case RirLayout::surround51: panBetweenSpeakers (d, cues); break;
        default: break;
    }
    return cues;
}

std::vector<DiffuseGroup> diffuseGroups (RirLayout layout, std::span<const float> frequencies_hz)
{
    const std::vector<float> none (frequencies_hz.size(), 0.0f);
    switch (singleInput (layout))
    {
        case RirLayout::stereo: return { { 0, 1, 1, coherenceAt (RirLayout::stereo, frequencies_hz) } };
        case RirLayout::binaural: return { { 0, 1, 1, coherenceAt (RirLayout::binaural, frequencies_hz) } };
        case RirLayout::foa:
        {
            const float third = static_cast<float> (1 / std::sqrt (3.0));            // SN3D: each dipole hears a third of the energy
            return { { 0, -1, 1, none }, { 1, -1, third, none }, { 2, -1, third, none }, { 3, -1, third, none } };
        }
        case RirLayout::surround51: return { { 0, 1, 1, none }, { 2, -1, 1, none }, { 4, 5, 1, none } };
        default: return { { 0, -1, 1, none } };
    }
}

float dryEnergy (RirLayout layout)
{
    switch (layout)
    {
        case RirLayout::stereo:
        case RirLayout::binaural: return 2;
        case RirLayout::foaTrueStereo: return 0.5f;
        default: return 1;
    }
}

std::span<const int> energyOutputs (RirLayout layout)
{
    static constexpr std::array<int, 5> surround { 0, 1, 2, 4, 5 };
    static constexpr std::array<int, 2> pair { 0, 1 };
    static constexpr std::array<int, 1> one { 0 };
    switch (singleInput (layout))
    {
        case RirLayout::stereo:
        case RirLayout::binaural: return pair;
        case RirLayout::surround51: return surround;
        default: return one;
    }
}

}  // namespace lumiverb
