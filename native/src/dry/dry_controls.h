// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dry/dry_engine.h"

namespace lumiverb {

/// What the knobs make of the back end's filter. They work on the suppression s = -20 lg gain of each bin, in this order:
///   Early   s is the least of the last (early - early of the back end) / hop frames: what follows a direct sound closely is kept;
///   Tail    s grows by at most 60 dB in `tail` seconds: what follows is let out with that decay at least;
///   bands   s + b (1 - gain): b dB more or less where reverberation dominates, nothing where the sound is dry;
///   Amount  s is multiplied by it.
/// Every knob is monotonic in what is left. Where the filter has taps, the wanted gain h is reached on the line between the input X
/// and the filter's output Y: X + w (Y - X) with w = (1 - h) / (1 - gain). Audio thread; state is one value per bin and frame.
class DryControls
{
public:
    explicit DryControls (double hop_s);

    void reset() noexcept;
    /// Once per frame.
    void shape (const DryFilter&, const DryParameters&, float earlyOfBackend_ms) noexcept LUMIVERB_REALTIME;

    /// Of the last frame: wanted gain per bin; share w of the filter, and a gain after it where more is to be removed than the filter does.
    const std::array<float, numDryBins>& gain() const noexcept { return gain_; }
    /// Of bins beyond those: as between 18 and 24 kHz on average.
    float gainAbove() const noexcept { return gainAbove_; }
    const std::array<float, numDryBins>& share() const noexcept { return share_; }
    const std::array<float, numDryBins>& after() const noexcept { return after_; }

private:
    static constexpr int maxHold = 32;

    float held (int bin, float frames) const noexcept LUMIVERB_REALTIME;
    void passOn (const DryFilter&) noexcept LUMIVERB_REALTIME;
    void takeGainAbove() noexcept LUMIVERB_REALTIME;

    double hop_s_;
    float gainAbove_ = 1;
    int newest_ = 0;
    std::array<std::array<float, numDryBins>, maxHold> suppression_db_ {};
    std::array<float, numDryBins> released_db_ {}, lowWeight_ {}, highWeight_ {}, gain_ {}, share_ {}, after_ {};
};

}  // namespace lumiverb
