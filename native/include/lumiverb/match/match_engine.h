// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dsp/realtime.h"
#include "lumiverb/room/rir.h"
#include "lumiverb/room/room_description.h"
#include "lumiverb/room/scene.h"
#include <cstdint>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace lumiverb {

enum class MatchOutput
{
    mono,
    stereo,
    foa,
    surround51
};

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
/// Owned by the host; a worker thread inside synthesises impulse responses when room or edits change. With traced quality another one
/// traces the room once the edits have rested, while the quick response sounds; a newer request cancels it.
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
    /// scene: the place that the description was traced in, if it is known; traced quality then goes there instead of a box.
    void setRoom (std::optional<RoomDescription>, bool interrupt = true, std::shared_ptr<const Scene> scene = {});
    std::optional<RoomDescription> room() const;
    /// Of the diffuse tail (1 unless set): the same seed, room and knobs give the same samples. Any thread but the audio thread.
    void setSeed (std::uint64_t);
    /// How far the tracing is, 0..1; negative while nothing is traced. Any thread.
    float tracingProgress() const noexcept;
    /// Blocks until the room, edits and quality last set are sounding-ready. Not on the audio thread.
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

/// What the worker makes a response from.
struct MatchRirOptions
{
    double sampleRate = 48000;
    int inputs = 2;
    MatchOutput output = MatchOutput::stereo;
    std::uint64_t seed = 1;                          ///< of the diffuse tail and of the rays
    bool traced = false;
    std::shared_ptr<const Scene> scene;              ///< of traced quality; empty: the estimated box
    int threads = 1;                                 ///< of traced quality; the response does not depend on it
    const std::atomic<bool>* cancel = nullptr;
    std::function<void (float)> progress;            ///< of traced quality; may be empty
};
/// The impulse response that Match plays for these (also for export, display and tests). Empty when cancelled.
Rir matchRir (const RoomDescription&, const RoomEdits&, const MatchRirOptions&);

}  // namespace lumiverb
