// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dry/dry_backend.h"
#include "lumiverb/dsp/realtime.h"
#include <memory>
#include <optional>
#include <string>

namespace lumiverb {

/// Everything a block needs to know, set by the host thread, read by the audio thread. docs/dry.md has the exact meanings.
struct DryParameters
{
    float amount = 1.0f;                 ///< 0..1: scales the suppression in dB
    float tail_s = 0.0f;                 ///< 0..2: suppression deepens by at most 60 dB in this time; 0 = at once
    float early_ms = 30.0f;              ///< 30..120: sound this soon after a direct sound is kept; the network keeps 30 ms
    float low_db = 0.0f;                 ///< -12..12: so much more (less) is removed of reverberation below 250 Hz, fading out to 1 kHz
    float high_db = 0.0f;                ///< -12..12: the same above 8 kHz, fading in from 2 kHz
    float mix = 1.0f;                    ///< 0 untouched .. 1 dried
    float output_db = 0.0f;              ///< -24..12
    bool residual = false;               ///< hear what is removed: input minus output
    bool bypass = false;
    bool operator== (const DryParameters&) const = default;
};

/// One hop for display: power per row, averaged over channels. Rows are spaced evenly on the mel scale from 0 to maxViewFrequency_hz.
struct DryView
{
    static constexpr int rows = 112;
    std::array<float, rows> input {}, removed {}, output {};
};
inline constexpr double maxViewFrequency_hz = 16000.0;
/// Centre of a row (fractions allowed) in Hz.
double viewFrequency_hz (double row);

/// The whole signal path of Dry, shared by the plug-in and its Python twin: short-time spectra, the back end's filter shaped by the
/// controls, resynthesis, delayed dry path, guards. One filter serves all channels, so levels and phases between them stay as they were.
/// Owned by the host; the back end runs on a worker thread (real time) or inside process (offline).
class DryEngine
{
public:
    DryEngine();
    ~DryEngine();

    /// Not on the audio thread. sampleRate 8-384 kHz, channels 1-8. maximumBlock: the longest block the host will ask for in real time; the worker
    /// gets as much time. Drops a back end whose grid is another one.
    void prepare (double sampleRate, int channels, int maximumBlock, const DryGrid& = {});
    /// Offline: process waits for the back end; bit-identical from run to run. Latency is the same in both modes.
    void setOffline (bool);
    void reset();

    /// Any thread but the audio thread. None: audio passes through, delayed. Throws std::invalid_argument where its grid is not the prepared one.
    void setBackend (std::unique_ptr<DryBackend>);
    bool hasBackend() const;
    /// Why the back end was given up (it failed 20 times in a row), or empty. Audio passes through, delayed.
    std::string error() const;
    /// Any thread but the audio thread. Throws std::invalid_argument for values out of range.
    void setRoom (std::optional<RoomDescription>);
    std::optional<RoomDescription> room() const;

    /// Synthesis window + max (hop, maximumBlock), the latter at most maxSlack_samples or a hop: constant between calls of prepare.
    int latency_samples() const noexcept;
    /// What prepare would make of these.
    static int latency_samples (double sampleRate, int maximumBlock, const DryGrid&);
    static constexpr int maxSlack_samples = 2048;
    const DryGrid& grid() const noexcept;            ///< as prepared

    /// `channels` pointers each; out may alias in. numSamples >= 0.
    void process (const float* const* in, float* const* out, int numSamples, const DryParameters&) noexcept LUMIVERB_REALTIME;

    /// Frames whose filter was not there in time since prepare: the one before was used again.
    int lateFrames() const noexcept;
    /// Returns when the worker has nothing left to do: for programs that feed audio faster than real time in real-time mode.
    /// Not on the audio thread, not during process.
    void waitForBackend();

    /// For one display: frames are kept for it from the first call of enableView (true) on.
    void enableView (bool) noexcept;
    bool readView (DryView&) noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace lumiverb
