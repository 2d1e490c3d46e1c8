// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/inference/model_package.h"
#include "lumiverb/room/room_description.h"
#include <memory>
#include <span>

namespace lumiverb {

/// Sound as the host holds it: one pointer per channel.
struct AudioView
{
    const float* const* channels;
    int numChannels, numSamples;
    double sampleRate;
};

/// What the network hears: levels of overlapping bands, one frame every 8 ms.
inline constexpr int heardBands = 32;
inline constexpr double heardHop_s = 0.008, heardWindow_s = 0.032;
/// Recordings outside of this are refused: shorter ones hold too few decays, and longer ones are the host's to cut.
inline constexpr double leastRecording_s = 1.0, longestRecording_s = 600.0;

/// Band levels in dB, [frames][heardBands], relative to a sound whose loudest sample is 1: independent of level and, below its Nyquist
/// frequency, of the rate. Hann windows of 32 ms every 8 ms (times are rounded to samples), triangular bands evenly spaced in
/// ln (1 + f / 300 Hz) from 60 Hz to 11.2 kHz, energies as the integral of the power spectral density, floor -120 dB. A signal shorter than
/// a window gives no frames. Training uses this very function. Throws std::invalid_argument for a rate outside 8-384 kHz.
std::vector<float> heardBandLevels_db (std::span<const float> mono, double sampleRate);

/// Reverberant recording -> RoomDescription with spreads. Not real-time safe: worker threads only. Calls from several threads wait for
/// each other. Shared between plug-in instances through sharedBlindRoom().
class BlindRoom
{
public:
    /// provider as for SceneEncoder. Opens the runtime, checks the graph against the manifest, runs once to warm up. Throws ModelError.
    explicit BlindRoom (const ModelPackage&, const std::string& provider = "CPU");
    ~BlindRoom();

    /// Voice or music of 1 s and more; 2 to 10 s is what the network has learnt on. Longer recordings are heard in up to 8 pieces of
    /// 8 s; every channel is heard by itself; what is 30 dB weaker than the loudest is left out. Estimates are averaged by precision and
    /// the spread is the (harmonic) mean: errors within one recording are not independent.
    ///
    /// RT60, DRR, C50 and volume are heard; the rest follows from them: dimensions in usual proportions (1.47 : 1.1 : 0.62), absorption
    /// by Eyring, the source's distance by DRR = 20 lg (r_c / d) with the critical distance r_c = 0.057 sqrt (V / T).
    /// The kind is "unknown", the embedding empty.
    /// Throws ModelError, or std::invalid_argument (one sentence) for a recording that is too short or too long, silent, has samples that
    /// are not finite, or a rate outside 8-384 kHz.
    RoomDescription describe (const AudioView&);

    std::string provider() const;
    std::string warning() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The network of a package folder (UTF-8) on the CPU: one session for the whole process, as sharedSceneEncoder.
std::shared_ptr<BlindRoom> sharedBlindRoom (const std::string& folder);

}  // namespace lumiverb
