// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dsp/realtime.h"
#include "lumiverb/room/rir.h"
#include "lumiverb/room/room_description.h"
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace lumiverb {

enum class MatchOutput { mono, stereo, foa, surround51 };

/// Everything a block needs to know, set by the host thread, read by the audio thread.
struct MatchParameters
{
    float mix = 0.35f;                   ///< 0 dry .. 1 wet, linear
    float output_db = 0.0f;              ///< -24..12
    bool bypass = false;
    bool traced = false;                 ///< quality: rays through the room instead of the quick synthesis
    RoomEdits edits;
    bool operator== (const MatchParameters&) const = default;
};

/// The whole signal path of Match, shared by the plug-in and its Python twin: dry path, room convolution, smoothing, guards.
/// Owned by the host; a worker thread inside synthesises impulse responses when room or edits change.
class MatchEngine
{
public:
    MatchEngine();
    ~MatchEngine();

    /// Not on the audio thread. inputs 1-2, sampleRate 8-384 kHz.
    void prepare (double sampleRate, int inputs, MatchOutput output);
    /// Offline: rooms are synthesised inside process (every 50 ms of audio at most), convolution inline; bit-identical run to run.
    void setOffline (bool);
    void reset();
    /// Any thread but the audio thread. An empty room (no picture yet) passes audio through at any mix.
    /// interrupt: the response that is being made is given up; false while a person drags something, or none would ever be finished.
    void setRoom (std::optional<RoomDescription>, bool interrupt = true);
    std::optional<RoomDescription> room() const;
    /// Of the diffuse tail (1 unless set): the same seed, room and knobs give the same samples. Any thread but the audio thread.
    void setSeed (std::uint64_t);
    /// Blocks until the room and edits last set are sounding-ready. Not on the audio thread.
    void waitUntilReady();

    /// in: `inputs` pointers; out: numOutputs pointers, may alias in. Zero latency. numSamples >= 0.
    void process (const float* const* in, float* const* out, int numSamples, const MatchParameters&) noexcept LUMIVERB_REALTIME;

    int numOutputs() const noexcept;
    int lateBlocks() const noexcept;     ///< of the convolution tail
    double tailLength_s() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The impulse response that Match plays for these (for export, display and tests).
Rir matchRir (const RoomDescription&, const RoomEdits&, double sampleRate, int inputs, MatchOutput);

}  // namespace lumiverb
