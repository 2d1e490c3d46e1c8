// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/room/decay_analysis.h"
#include <cmath>
#include <doctest/doctest.h>

using namespace lumiverb;

namespace {

std::vector<double> exponential (double rt60, double binWidth, double seconds, double start = 0)
{
    std::vector<double> energy (static_cast<std::size_t> (seconds / binWidth));
    for (std::size_t i = 0; i < energy.size(); ++i)
        if (const double t = static_cast<double> (i) * binWidth; t >= start)
            energy[i] = std::pow (10.0, -6 * (t - start) / rt60);
    return energy;
}

}  // namespace

TEST_CASE ("an exponential decay has its time in every parameter")
{
    for (const double rt60 : { 0.02, 0.3, 2.0, 8.0 })
        for (const double start : { 0.0, 0.1 })
        {
            const auto decay = analyseEnergyDecay (exponential (rt60, 0.0005, 1.3 * rt60 + start, start), 0, 0.0005);
            REQUIRE (decay.t30_s);
            REQUIRE (decay.edt_s);
            CHECK (*decay.t30_s == doctest::Approx (rt60).epsilon (0.02));
            CHECK (*decay.t20_s == doctest::Approx (rt60).epsilon (0.02));
            CHECK (*decay.edt_s == doctest::Approx (rt60).epsilon (0.03));
            CHECK_FALSE (decay.drr_db);
            if (rt60 > 0.1)
            {
                const double late = std::pow (10.0, -6 * 0.05 / rt60);
                CHECK (*decay.c50_db == doctest::Approx (10 * std::log10 ((1 - late) / late)).epsilon (0.02));
            }
        }
}

TEST_CASE ("the direct sound starts the decay and sets the ratio")
{
    const auto energy = exponential (1.0, 0.001, 1.5, 0.01);
    double sum = 0;
    for (const double e : energy)
        sum += e;
    const auto decay = analyseEnergyDecay (energy, 0.1 * sum, 0.001, 0.008);
    CHECK (*decay.drr_db == doctest::Approx (-10).epsilon (1e-3));
    CHECK (*decay.t30_s == doctest::Approx (1.0).epsilon (0.02));
}

TEST_CASE ("what has no decay has no decay time")
{
    CHECK_FALSE (analyseEnergyDecay ({}, 0, 0.001).t30_s);
    CHECK_FALSE (analyseEnergyDecay ({}, 1, 0.001).t30_s);
    CHECK_FALSE (analyseEnergyDecay (std::vector<double> (100, 0.0), 0, 0.001).c50_db);
    std::vector<double> echo (100, 0.0);
    echo[30] = 0.1;                                  // one reflection off the ground is no reverberation
    const auto decay = analyseEnergyDecay (echo, 1, 0.001, 0.02);
    CHECK_FALSE (decay.t30_s);
    CHECK_FALSE (decay.edt_s);
    CHECK (*decay.drr_db == doctest::Approx (10).epsilon (1e-3));
}

TEST_CASE ("thirty decibels within a handful of bins still give a value")
{
    const auto decay = analyseEnergyDecay (exponential (0.012, 0.001, 0.03), 0, 0.001);
    REQUIRE (decay.t30_s);
    CHECK (*decay.t30_s == doctest::Approx (0.012).epsilon (0.1));
}
