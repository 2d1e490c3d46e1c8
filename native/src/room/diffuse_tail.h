// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "decay_plan.h"
#include "energy_match.h"
#include "lumiverb/dsp/fft.h"
#include "lumiverb/room/rir.h"
#include "spatial.h"
#include <atomic>
#include <cstdint>
#include <vector>

namespace lumiverb {

struct DiffuseTailOptions
{
    double sampleRate = 48000;
    RirLayout layout = RirLayout::mono;              ///< single-input layouts
    std::uint64_t seed = 1;
    int length = 0;
    float width = 1;
    const std::atomic<bool>* cancel = nullptr;
};

/// Noise that decays as the plan says, one signal per output, time 0 at the direct sound; each output has the energy of the plan.
/// Short-time spectra of constant magnitude and random phase, overlapped: the spectrum of a frame is exact, what varies is how
/// neighbouring frames interfere. The same seed gives the same phases whatever the gains are.
class DiffuseTail
{
public:
    DiffuseTail (const DecayPlan&, const DiffuseTailOptions&);

    /// gains: one per output. False when cancelled.
    bool render (const std::vector<BandGains>& gains);
    std::vector<std::vector<float>>& signals() { return signals_; }

private:
    struct Band
    {
        double centre_hz, rate, level;
    };                      // rate: energy decay per s
    struct BinPlace
    {
        int band;
        float share;
    };                          // between a band and the next
    static constexpr int maxBands = 12;

    static std::vector<Band> bandsUpToNyquist (const DecayPlan&, double sampleRate);
    void placeBins();
    void makeEnvelope();
    void magnitudes (int frame, const BandGains&, std::vector<float>&) const;
    void renderGroup (const DiffuseGroup&, const std::vector<BandGains>&, std::uint64_t stream);
    bool cancelled() const { return options_.cancel != nullptr && options_.cancel->load (std::memory_order_relaxed); }

    const DecayPlan& plan_;
    DiffuseTailOptions options_;
    std::vector<Band> bands_;
    int size_, hop_, frames_;
    RealFft fft_;
    std::vector<BinPlace> places_;
    std::vector<DiffuseGroup> groups_;
    double slowest_ = 0;
    std::vector<float> window_, envelope_;
    std::vector<std::vector<float>> signals_;
};

}  // namespace lumiverb
