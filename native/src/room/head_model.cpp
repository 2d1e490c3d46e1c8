// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/room/head_model.h"
#include "fractional_delay.h"
#include "lumiverb/room/bands.h"
#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace lumiverb {

namespace {
constexpr double pi = std::numbers::pi;
constexpr double radians (double degrees) { return degrees * pi / 180.0; }
}  // namespace

double HeadModel::delay_s (double incidence)
{
    const double unit = radius_m / speedOfSound_m_s;
    return incidence < pi / 2 ? -unit * std::cos (incidence) : unit * (incidence - pi / 2);
}

HeadModel::Shadow HeadModel::shadow (double incidence, double sampleRate)
{
    // H = (1 + alpha s / (2 w0)) / (1 + s / (2 w0)), w0 = c / radius, alpha from 2 (facing) to 0.1 (150 degrees), by bilinear transform.
    constexpr double alphaMin = 0.1, thetaMin = radians (150.0);
    const double alpha = (1 + alphaMin / 2) + (1 - alphaMin / 2) * std::cos (incidence / thetaMin * pi);
    const double tau = sampleRate * radius_m / speedOfSound_m_s;         // 2 fs / (2 w0)
    return { static_cast<float> ((1 + alpha * tau) / (1 + tau)), static_cast<float> ((1 - alpha * tau) / (1 + tau)),
             static_cast<float> ((1 - tau) / (1 + tau)) };
}

double HeadModel::incidence_rad (int ear, double x, double y, double z)
{
    const double azimuth = radians (ear == 0 ? earAzimuth_deg : -earAzimuth_deg);
    const double length = std::sqrt (x * x + y * y + z * z);
    return std::acos (std::clamp ((x * std::cos (azimuth) + y * std::sin (azimuth)) / std::max (length, 1.0e-12), -1.0, 1.0));
}

std::array<std::vector<float>, 2> headImpulseResponse (double azimuth_deg, double elevation_deg, double sampleRate, int length)
{
    if (! (sampleRate >= 8000 && sampleRate <= 384000) || length < 1 || length > 1 << 20 || ! std::isfinite (azimuth_deg)
        || ! std::isfinite (elevation_deg))
        throw std::invalid_argument ("head model: finite angles, a rate of 8 to 384 kHz and a length of at least 1 are expected");
    const double azimuth = radians (azimuth_deg), elevation = radians (elevation_deg);
    const double x = std::cos (elevation) * std::cos (azimuth), y = std::cos (elevation) * std::sin (azimuth), z = std::sin (elevation);

    std::array<double, 2> incidence {}, delay {};
    for (int ear = 0; ear < 2; ++ear)
    {
        const auto e = static_cast<std::size_t> (ear);
        incidence[e] = HeadModel::incidence_rad (ear, x, y, z);
        delay[e] = HeadModel::delay_s (incidence[e]) * sampleRate;
    }
    const double earliest = std::min (delay[0], delay[1]);
    std::array<std::vector<float>, 2> result;
    for (std::size_t ear = 0; ear < 2; ++ear)
    {
        result[ear].assign (static_cast<std::size_t> (length), 0.0f);
        if (delay[ear] - earliest < 1.0e-9)
            result[ear][0] = 1.0f;
        else
            addDelayed (std::array<float, 1> { 1.0f }, delay[ear] - earliest, 1.0f, result[ear]);
        const auto shadow = HeadModel::shadow (incidence[ear], sampleRate);
        float x1 = 0, y1 = 0;
        for (auto& sample : result[ear])
        {
            const float y0 = shadow.b0 * sample + shadow.b1 * x1 - shadow.a1 * y1;
            x1 = sample;
            sample = y1 = y0;
        }
    }
    return result;
}

}  // namespace lumiverb
