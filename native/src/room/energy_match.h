// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "decay_plan.h"
#include "octave_bank.h"
#include <array>
#include <vector>

namespace lumiverb {

/// Energy gain per octave band over time, in steps.
class BandGains
{
public:
    BandGains (std::size_t steps, double step_s) : step_s_ (step_s), gains_ (steps, filledWithOne()) {}

    float& at (std::size_t step, std::size_t band) { return gains_[step][band]; }
    std::size_t steps() const { return gains_.size(); }
    /// The nearest step's; the last band's serves everything above.
    float atTime (double time_s, std::size_t band) const
    {
        const auto step = static_cast<std::size_t> (std::max (0.0, time_s / step_s_));
        return gains_[std::min (step, gains_.size() - 1)][std::min (band, static_cast<std::size_t> (numBands - 1))];
    }

private:
    static BandArray filledWithOne()
    {
        BandArray one;
        one.fill (1);
        return one;
    }
    double step_s_;
    std::vector<BandArray> gains_;
};

/// Compares what was rendered, octave band by octave band, with the plan, and says by which gains the next rendering comes nearer.
/// Needed because chance alone spreads the T30 of short decays by 10 %.
class EnergyMatch
{
public:
    using Blocks = std::vector<OctaveBank::Energies>;

    EnergyMatch (const DecayPlan&, const OctaveBank&, double sampleRate, int length);

    BandGains unitGains() const { return { steps_, blockLength_ / sampleRate_ }; }
    /// Band energies per step. The filters run backwards in time, so that their own decay does not hide a short one of the room;
    /// the first lead() entries stand before time 0.
    Blocks measure (const std::vector<float>& signal) const;

    /// Wanted energy over measured energy in a window about each step. diffuseOnly: of the noise share alone.
    std::vector<BandArray> ratios (const Blocks& measured, double scale, bool diffuseOnly);
    /// Per band the change of the decay rate (1/s) that brings T30 to the plan's. direct: energy of the direct sound per band.
    BandArray slopeErrors (const Blocks& measured, double scale, const BandArray& direct);

    std::size_t steps() const { return steps_; }
    double time_s (std::size_t step) const { return (static_cast<double> (step) + 0.5) * blockLength_ / sampleRate_; }
    std::size_t lead() const { return response_.size(); }

private:
    const std::vector<double>& wanted (int band, bool diffuseOnly);
    double decayRate (const std::vector<double>& energies, double direct) const;

    const DecayPlan& plan_;
    const OctaveBank& bank_;
    double sampleRate_;
    int blockLength_;
    std::size_t steps_;
    std::vector<OctaveBank::Energies> response_;     // of the octave filters to a delta
    std::array<std::vector<double>, numBands> wantedWhole_, wantedTail_;
};

}  // namespace lumiverb
