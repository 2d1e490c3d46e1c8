// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/bands.h"
#include "octave_filter.h"
#include <array>
#include <span>
#include <vector>

namespace lumiverb {

/// Energies of a signal in the seven octave bands, block by block; one SIMD lane per band.
class OctaveBank
{
public:
    static constexpr int lanes = 8;
    using Energies = std::array<float, lanes>;

    explicit OctaveBank (double sampleRate);

    /// Band energies of each block of `blockLength` samples, over the signal and `ring` further samples of silence; from rest.
    std::vector<Energies> analyse (std::span<const float> signal, int ring, int blockLength) const;
    /// Sum over all blocks.
    static Energies total (const std::vector<Energies>&);
    bool hasBand (int band) const { return present_[static_cast<std::size_t> (band)]; }

private:
    using Lanes = std::array<float, lanes>;
    alignas (32) std::array<Lanes, 3> a1_ {}, a2_ {}, a3_ {}, k_ {};
    std::array<bool, lanes> present_ {};
};

}  // namespace lumiverb
