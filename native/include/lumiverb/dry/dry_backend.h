// SPDX-License-Identifier: AGPL-3.0-or-later
// The seam between Lumiverb Dry's engine and whatever finds the dereverberation filter: the network (inference/dry_network.h), or a test.
#pragma once
#include "lumiverb/room/room_description.h"
#include <array>
#include <span>
#include <vector>

namespace lumiverb {

/// Bins that a back end sees: 0 to 24 kHz in steps of 46.875 Hz, whatever the host's rate.
inline constexpr int numDryBins = 513;
inline constexpr int numDryConditions = 11;
inline constexpr int maxDryOrder = 8;

/// Time-frequency grid, in samples at sampleRate. At other rates window and hop keep their duration and the FFT its bin spacing.
struct DryGrid
{
    double sampleRate = 48000;
    int fft = 1024, window = 960, hop = 480, synthesisWindow = 960;
    bool operator== (const DryGrid&) const = default;
};

struct DryShape
{
    DryGrid grid;
    int filterOrder = 1;                 ///< taps: frames that a bin's filter looks at, 1..maxDryOrder
    int filterBins = 0;                  ///< bins below this have complex taps, those above a real gain
    float early_ms = 30.0f;              ///< what the back end keeps after the direct sound
};

/// What to do with one frame: Y[k, t] = sum_o taps[o, k] X[k, t - o] below `bins`, Y[k, t] = gain[k] X[k, t] above.
struct DryFilter
{
    int order = 1, bins = 0;
    std::array<float, maxDryOrder * 2 * numDryBins> taps {};   ///< [order][re, im][bins], packed
    std::array<float, numDryBins> gain {};                     ///< >= 0, of all bins: below `bins` the magnitude of the taps' effect

    const float* re (int tap) const noexcept { return taps.data() + 2 * tap * bins; }
    const float* im (int tap) const noexcept { return re (tap) + bins; }
};

/// Finds one filter per hop, in order. Owned by an engine; called by one thread at a time, never by the audio thread in real time.
class DryBackend
{
public:
    virtual ~DryBackend() = default;
    virtual const DryShape& shape() const noexcept = 0;
    /// Forgets the sound so far.
    virtual void reset() = 0;
    /// spectrum: re then im of numDryBins bins; condition: numDryConditions values (dryCondition). May throw: the engine counts it.
    virtual void evaluate (std::span<const float> spectrum, std::span<const float> condition, DryFilter&) = 0;
};

/// What the back end is told of the room: ln RT60 at 250 Hz..8 kHz, DRR / 10 dB (mean of 500 Hz and 1 kHz), C50 / 10 dB, ln volume / 5, amount (1),
/// known. Without a room the first nine are 0 and known is 0.
std::array<float, numDryConditions> dryCondition (const RoomDescription*);

}  // namespace lumiverb
