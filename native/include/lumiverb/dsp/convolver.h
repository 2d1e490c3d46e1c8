// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dsp/realtime.h"
#include "lumiverb/room/rir.h"
#include <memory>

namespace lumiverb {

/// The transformed form of one impulse response, ready to be played. Built off the audio thread, immutable afterwards.
class ConvolverFilter;
std::shared_ptr<const ConvolverFilter> makeConvolverFilter (const Rir&);

/// Zero-latency matrix convolution (1-2 inputs, 1-6 outputs), non-uniformly partitioned: a direct-form head, two FFT stages on the
/// audio thread, and the tail on a worker thread of its own (real-time mode) or inline (offline mode).
/// The input history is kept when the filter changes, so a new room cross-fades in without a gap in its tail.
/// Output does not depend on how the signal is cut into blocks, and is the same in both modes as long as no tail block was late.
class Convolver
{
public:
    Convolver();
    ~Convolver();

    /// Not on the audio thread. maxLength_s bounds the impulse responses that can be set later.
    void prepare (double sampleRate, int inputs, int outputs, double maxLength_s);
    /// Not on the audio thread; between process calls. Offline: the tail is computed inline, nothing is ever late.
    void setOffline (bool);
    /// Any thread but the audio thread. Takes effect at the next 64-sample boundary, cross-faded over ~20 ms (the first filter is not faded).
    void setFilter (std::shared_ptr<const ConvolverFilter>);
    /// Forgets the input history. Not on the audio thread.
    void reset();

    /// in: `inputs` pointers, out: `outputs` pointers (may alias), numSamples >= 0.
    void process (const float* const* in, float* const* out, int numSamples) noexcept LUMIVERB_REALTIME;

    /// Tail blocks that were not ready in time (their part of the tail was left out) since prepare.
    int lateBlocks() const noexcept;
    bool isFading() const noexcept;
    /// Returns when the worker has nothing left to do: for programs that feed audio faster than real time in real-time mode.
    /// Not on the audio thread, not during process.
    void waitForTail();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace lumiverb
