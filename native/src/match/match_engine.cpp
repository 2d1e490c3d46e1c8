// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/match/match_engine.h"
#include "../dsp/offline_scope.h"
#include "lumiverb/dsp/convolver.h"
#include "lumiverb/dsp/denormals.h"
#include "lumiverb/dsp/smoothed.h"
#include "lumiverb/dsp/worker_pool.h"
#include "lumiverb/room/rir_synth.h"
#include "lumiverb/room/traced_rir.h"
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstring>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace lumiverb {

namespace {

constexpr int pieceLength = 256, maxInputs = 2, maxOutputs = 6;
constexpr float maxLength_s = 10.0f;
// While a knob is dragged, new responses are made at most this often.
constexpr auto dragInterval = std::chrono::milliseconds (40);
// Tracing takes seconds: it begins when nothing has moved for so long.
constexpr auto restBeforeTracing = std::chrono::milliseconds (200);

RirLayout layoutFor (int inputs, MatchOutput output)
{
    switch (output)
    {
        case MatchOutput::mono: return RirLayout::mono;
        case MatchOutput::stereo: return inputs == 2 ? RirLayout::trueStereo : RirLayout::stereo;
        case MatchOutput::foa: return inputs == 2 ? RirLayout::foaTrueStereo : RirLayout::foa;
        case MatchOutput::surround51: return inputs == 2 ? RirLayout::surround51TrueStereo : RirLayout::surround51;
    }
    return RirLayout::stereo;
}

/// Gain of the dry sound from each input to each output. FOA: a stereo pair at +-30 degrees, a mono source ahead; 5.1: L and R, or C.
std::array<std::array<float, maxOutputs>, maxInputs> dryGains (int inputs, MatchOutput output)
{
    std::array<std::array<float, maxOutputs>, maxInputs> gains {};
    const float half = 0.70710678f;
    switch (output)
    {
        case MatchOutput::mono:
            gains[0][0] = inputs == 2 ? 0.5f : 1.0f;
            gains[1][0] = 0.5f;
            break;
        case MatchOutput::stereo:
            gains[0][0] = 1;
            gains[inputs == 2 ? 1 : 0][1] = 1;
            break;
        case MatchOutput::foa:
            if (inputs == 1)
                gains[0] = { 1, 0, 0, 1, 0, 0 };
            else
            {
                gains[0] = { half, 0.5f * half, 0, 0.8660254f * half, 0, 0 };
                gains[1] = { half, -0.5f * half, 0, 0.8660254f * half, 0, 0 };
            }
            break;
        case MatchOutput::surround51:
            if (inputs == 1)
                gains[0][2] = 1;
            else
                gains[0][0] = gains[1][1] = 1;
            break;
    }
    return gains;
}

/// RoomEdits handed from the audio thread to the others without a lock: a sequence lock whose payload is atomic.
class EditsMailbox
{
public:
    void write (const RoomEdits& edits) noexcept LUMIVERB_REALTIME
    {
        std::array<float, count> values;
        std::memcpy (values.data(), &edits, sizeof edits);
        const auto sequence = sequence_.load (std::memory_order_relaxed);
        sequence_.store (sequence + 1, std::memory_order_release);
        for (std::size_t i = 0; i < count; ++i)
            values_[i].store (values[i], std::memory_order_release);
        sequence_.store (sequence + 2, std::memory_order_release);
    }

    /// The edits and their number (grows with every write).
    std::pair<RoomEdits, std::uint64_t> read() const noexcept
    {
        std::array<float, count> values;
        for (;;)
        {
            const auto before = sequence_.load (std::memory_order_acquire);
            for (std::size_t i = 0; i < count; ++i)
                values[i] = values_[i].load (std::memory_order_acquire);
            if (before % 2 == 0 && sequence_.load (std::memory_order_acquire) == before)
            {
                RoomEdits edits;
                std::memcpy (static_cast<void*> (&edits), values.data(), sizeof edits);
                return { edits, before };
            }
        }
    }

    std::uint64_t number() const noexcept { return sequence_.load (std::memory_order_acquire); }

private:
    static_assert (sizeof (RoomEdits) % sizeof (float) == 0 && std::is_trivially_copyable_v<RoomEdits>);
    static constexpr std::size_t count = sizeof (RoomEdits) / sizeof (float);
    std::atomic<std::uint64_t> sequence_ { 0 };
    std::array<std::atomic<float>, count> values_ {};
};

/// Edits on a grid far below what can be heard. Hosts keep knobs as 0..1 in single precision: 1.2 comes back as 1.2000002, and a response
/// that is longer by one sample is another response. On the grid, the plug-in and its Python twin play the very same one.
RoomEdits onGrid (RoomEdits edits) noexcept LUMIVERB_REALTIME
{
    const auto round = [] (float& value, float steps) { value = std::round (value * steps) / steps; };
    for (auto* scale : { &edits.decay_scale, &edits.size_scale, &edits.distance_scale, &edits.width })
        round (*scale, 1.0e4f);
    for (auto* value : { &edits.angle_deg, &edits.predelay_ms, &edits.early_late_db, &edits.low_db, &edits.high_db })
        round (*value, 1.0e3f);
    for (auto& scale : edits.rt60_band_scale)
        round (scale, 1.0e4f);
    round (edits.candidate, 1.0e3f);
    return edits;
}

}  // namespace

struct MatchEngine::Impl : WorkerPool::Client
{
    Impl() { mailbox.write (RoomEdits {}); }
    ~Impl() override { leavePool(); }

    double sampleRate = 0;
    int inputs = 0, convolverInputs = 0, outputs = 0;
    MatchOutput output = MatchOutput::stereo;
    bool offline = false;
    Convolver convolver;
    std::mutex installing;                           ///< two workers give it responses

    // ---- shared between control threads and the worker
    mutable std::mutex control;
    std::condition_variable changed;
    std::optional<RoomDescription> room;
    std::shared_ptr<const Scene> scene;
    std::atomic<std::uint64_t> roomNumber { 0 }, seed { 1 };
    std::uint64_t doneRoom = 0, doneEdits = 0;       // what the convolver was last given
    bool doneTraced = false, leaving = false;        // in this quality; no new tracing
    std::chrono::steady_clock::time_point lastStart {};
    std::atomic<bool> cancel { false }, sounding { false }, traced { false };
    std::atomic<double> tailLength { 0 };
    EditsMailbox mailbox;

    // ---- audio thread
    RoomEdits publishedEdits;
    std::int64_t position = 0;
    Smoothed mix, gain, bypass, blend;
    float coefficient = 0;
    int grid = 2432;
    std::array<std::array<float, maxOutputs>, maxInputs> dry {};
    float input_[maxInputs][pieceLength], dry_[maxOutputs][pieceLength], wet_[maxOutputs][pieceLength];

    std::shared_ptr<WorkerPool> pool;
    bool inPool = false;

    /// The second worker: traces what the first one has synthesised.
    struct Tracing : WorkerPool::Client
    {
        explicit Tracing (Impl& owner) : impl (owner) {}
        bool runOnce() noexcept override { return impl.traceOnce(); }
        double pollInterval_s() const noexcept override { return 0.05; }
        Impl& impl;
        std::shared_ptr<WorkerPool> pool;
        std::atomic<bool> cancel { false };
        std::atomic<float> progress { -1.0f };
        std::uint64_t room = 0, edits = 0;           ///< in work; guarded by `control`
        bool working = false;
    } tracing { *this };

    void joinPool()
    {
        if (inPool || offline || sampleRate <= 0)
            return;
        if (pool == nullptr)
            pool = WorkerPool::forSynthesis();
        if (tracing.pool == nullptr)
            tracing.pool = WorkerPool::forTracing();
        pool->add (*this);
        tracing.pool->add (tracing);
        inPool = true;
    }
    void leavePool()
    {
        if (! inPool)
            return;
        {
            const std::lock_guard guard (control);
            leaving = true;
            cancel.store (true);
            tracing.cancel.store (true);
        }
        pool->remove (*this);
        tracing.pool->remove (tracing);
        leaving = false;
        cancel.store (false);
        tracing.cancel.store (false);
        inPool = false;
    }

    // ---- worker

    double pollInterval_s() const noexcept override { return 0.005; }

    bool runOnce() noexcept override
    {
        const auto editsNumber = mailbox.number();
        std::optional<RoomDescription> wanted;
        std::uint64_t wantedRoom = 0;
        {
            const std::lock_guard guard (control);
            wantedRoom = roomNumber.load();
            const bool same = wantedRoom == doneRoom && (editsNumber == doneEdits || ! room);
            if (tracing.working && (wantedRoom != tracing.room || editsNumber != tracing.edits || ! traced.load()))
                tracing.cancel.store (true);
            const auto now = std::chrono::steady_clock::now();
            if (same && (traced.load() || ! doneTraced))
                return false;
            if (wantedRoom == doneRoom && now - lastStart < dragInterval)
                return false;
            lastStart = now;
            wanted = room;
            cancel.store (false);
        }
        return install (wanted, wantedRoom, {});
    }

    /// The tracing worker: when the quick response is in place and nothing has moved for a while.
    bool traceOnce() noexcept
    {
        std::optional<RoomDescription> wanted;
        MatchRirOptions options;
        {
            const std::lock_guard guard (control);
            if (leaving || ! traced.load() || doneTraced || ! room || roomNumber.load() != doneRoom || mailbox.number() != doneEdits
                || std::chrono::steady_clock::now() - lastStart < restBeforeTracing)
                return false;
            wanted = room;
            options.scene = scene;
            tracing.room = doneRoom;
            tracing.edits = doneEdits;
            tracing.working = true;
            tracing.cancel.store (false);
        }
        options.traced = true;
        options.cancel = &tracing.cancel;
        options.progress = [this] (float share) { tracing.progress.store (share); };
        tracing.progress.store (0.0f);
        install (wanted, tracing.room, options);
        tracing.progress.store (-1.0f);
        const std::lock_guard guard (control);
        tracing.working = false;
        return true;
    }

    /// Makes and installs the response; false when a newer request cancelled it.
    bool install (const std::optional<RoomDescription>& wanted, std::uint64_t wantedRoom, MatchRirOptions options) noexcept
    {
        const auto [edits, editsNumber] = mailbox.read();
        if (! options.cancel)
            options.cancel = &cancel;
        try
        {
            if (wanted)
            {
                options.sampleRate = sampleRate;
                options.inputs = inputs;
                options.output = output;
                options.seed = seed.load();
                const Rir rir = matchRir (*wanted, edits, options);
                if (rir.length == 0)
                    return false;
                auto filter = makeConvolverFilter (rir);
                const std::lock_guard guard (installing);
                if (options.cancel->load())
                    return false;
                convolver.setFilter (std::move (filter));
                tailLength.store (rir.length / sampleRate);
            }
            else
                tailLength.store (0);
            sounding.store (wanted.has_value(), std::memory_order_release);
        }
        catch (const std::exception&)
        {
            // Rooms are checked in setRoom: only memory can run out here (and a scene may hide its source). The old room goes on sounding.
        }
        {
            const std::lock_guard guard (control);
            doneRoom = wantedRoom;
            doneEdits = editsNumber;
            doneTraced = options.traced;
        }
        changed.notify_all();
        return true;
    }

    /// What the worker does, here and now. Not real-time: offline rendering only.
    void installNow() noexcept
    {
        std::optional<RoomDescription> wanted;
        std::uint64_t wantedRoom = 0;
        MatchRirOptions options;
        {
            const std::lock_guard guard (control);
            wantedRoom = roomNumber.load();
            if (isReady())
                return;
            wanted = room;
            options.scene = scene;
            cancel.store (false);
        }
        options.traced = traced.load();
        options.threads = std::max (1, static_cast<int> (std::thread::hardware_concurrency()));
        options.progress = [this] (float share) { tracing.progress.store (share); };
        install (wanted, wantedRoom, options);
        tracing.progress.store (-1.0f);
    }

    bool isReady() const
    {
        return roomNumber.load() == doneRoom && (! room || (mailbox.number() == doneEdits && traced.load() == doneTraced));
    }

    // ---- audio thread

    void offlineGrid() noexcept LUMIVERB_REALTIME
    {
        const OfflineMayBlock allowed;
        installNow();
    }

    void takeParameters (const MatchParameters& parameters) noexcept LUMIVERB_REALTIME
    {
        if (const auto edits = onGrid (parameters.edits); ! (edits == publishedEdits))
        {
            publishedEdits = edits;
            mailbox.write (publishedEdits);
        }
        if (traced.load (std::memory_order_relaxed) != parameters.traced)
            traced.store (parameters.traced, std::memory_order_release);
        mix.target = cleanParameter (parameters.mix, 0, 1, 0);
        gain.target = std::pow (10.0f, cleanParameter (parameters.output_db, -24, 12, 0) / 20);
        bypass.target = parameters.bypass ? 1.0f : 0.0f;
        blend.target = sounding.load (std::memory_order_acquire) ? 1.0f : 0.0f;
        if (position == 0)
            for (auto* smoothed : { &mix, &gain, &bypass, &blend })
                smoothed->value = smoothed->target;
    }

    void readInput (const float* const* in, int offset, int count) noexcept LUMIVERB_REALTIME
    {
        for (int channel = 0; channel < inputs; ++channel)
            for (int i = 0; i < count; ++i)
            {
                const float x = in[channel][offset + i];
                input_[channel][i] = std::abs (x) < largestSample ? x : 0.0f;   // false for NaN
            }
        for (int o = 0; o < outputs; ++o)
        {
            const float a = dry[0][static_cast<std::size_t> (o)], b = dry[1][static_cast<std::size_t> (o)];
            for (int i = 0; i < count; ++i)
                dry_[o][i] = a == 1.0f     ? input_[0][i]
                             : b == 1.0f   ? input_[1][i]
                             : inputs == 2 ? a * input_[0][i] + b * input_[1][i]
                                           : a * input_[0][i];
        }
        if (inputs == 2 && convolverInputs == 1)
            std::memcpy (input_[0], dry_[0], sizeof (float) * static_cast<std::size_t> (count));
    }

    /// Gains of dry and wet sound for the next `count` samples; all of them alike when no knob is on its way.
    void mixGains (float* dryGain, float* wetGain, int count) noexcept LUMIVERB_REALTIME
    {
        const bool settled =
            mix.value == mix.target && blend.value == blend.target && gain.value == gain.target && bypass.value == bypass.target;
        for (int i = 0; i < count; ++i)
        {
            if (settled && i > 0)
            {
                std::fill (dryGain + 1, dryGain + count, dryGain[0]);
                std::fill (wetGain + 1, wetGain + count, wetGain[0]);
                return;
            }
            const float wetShare = mix.next (coefficient) * blend.next (coefficient);
            const float level = gain.next (coefficient), dryShare = bypass.next (coefficient);
            // Fully dry or bypassed: exactly 1 and 0, so that the input passes bit by bit.
            const bool transparent = dryShare == 1.0f || (wetShare == 0.0f && level == 1.0f);
            dryGain[i] = transparent ? 1.0f : (1 - dryShare) * level * (1 - wetShare) + dryShare;
            wetGain[i] = transparent ? 0.0f : (1 - dryShare) * level * wetShare;
        }
    }

    void mixOutput (float* const* out, int offset, int count) noexcept LUMIVERB_REALTIME
    {
        float dryGain[pieceLength], wetGain[pieceLength];
        mixGains (dryGain, wetGain, count);
        for (int o = 0; o < outputs; ++o)
        {
            const float* dryIn = dry_[o];
            const float* wetIn = wet_[o];
            float* target = out[o] + offset;
            for (int i = 0; i < count; ++i)                         // no branches: the compiler makes vectors of it
            {
                const float wet = wetGain[i] == 0.0f ? -0.0f : wetGain[i] * wetIn[i];  // x + -0 is x, whatever its sign
                const float y = dryGain[i] * dryIn[i] + wet;
                target[i] = std::abs (y) <= std::numeric_limits<float>::max() ? y : 0.0f;    // false for NaN
            }
        }
    }

    void processPiece (const float* const* in, float* const* out, int offset, int count,
                       const MatchParameters& parameters) noexcept LUMIVERB_REALTIME
    {
        if (offline && position % grid == 0)
        {
            offlineGrid();
            takeParameters (parameters);
        }
        readInput (in, offset, count);
        const float* sources[maxInputs] { input_[0], input_[1] };
        float* targets[maxOutputs];
        for (int o = 0; o < maxOutputs; ++o)
            targets[o] = wet_[o];
        convolver.process (sources, targets, count);
        mixOutput (out, offset, count);
        position += count;
    }
};

MatchEngine::MatchEngine() : impl_ (std::make_unique<Impl>()) {}

MatchEngine::~MatchEngine() = default;

void MatchEngine::prepare (double sampleRate, int inputs, MatchOutput output)
{
    if (! (sampleRate >= 8000 && sampleRate <= 384000))
        throw std::invalid_argument ("Match: the sample rate must be 8000 to 384000 Hz");
    if (inputs < 1 || inputs > maxInputs)
        throw std::invalid_argument ("Match: 1 or 2 input channels are possible, not " + std::to_string (inputs));
    auto& d = *impl_;
    d.leavePool();
    d.sampleRate = sampleRate;
    d.inputs = inputs;
    d.output = output;
    const auto layout = layoutFor (inputs, output);
    d.convolverInputs = lumiverb::numInputs (layout);
    d.outputs = lumiverb::numOutputs (layout);
    d.dry = dryGains (inputs, output);
    d.grid = std::max (1, static_cast<int> (std::lround (0.05 * sampleRate / 64))) * 64;
    d.coefficient = static_cast<float> (1 - std::exp (-1 / (0.005 * sampleRate)));
    d.convolver.prepare (sampleRate, d.convolverInputs, d.outputs, static_cast<double> (maxLength_s));
    d.position = 0;
    d.sounding.store (false);
    {
        const std::lock_guard guard (d.control);
        d.roomNumber.fetch_add (1);                  // the room, if any, must be synthesised anew
    }
    d.joinPool();
}

void MatchEngine::setOffline (bool offline)
{
    auto& d = *impl_;
    d.leavePool();
    d.offline = offline;
    d.convolver.setOffline (offline);
    d.joinPool();
}

void MatchEngine::reset()
{
    auto& d = *impl_;
    d.convolver.reset();
    d.position = 0;
}

void MatchEngine::setRoom (std::optional<RoomDescription> room, bool interrupt, std::shared_ptr<const Scene> scene)
{
    if (room)
        room = roomDescriptionFromJson (toJson (*room));                 // throws for values out of range
    auto& d = *impl_;
    {
        const std::lock_guard guard (d.control);
        d.room = std::move (room);
        d.scene = std::move (scene);
        d.roomNumber.fetch_add (1);
        // A dragged knob does not cancel, or no response would ever be finished.
        if (interrupt)
            d.cancel.store (true);
        d.tracing.cancel.store (true);
    }
    if (d.inPool)
        d.pool->wake();
}

void MatchEngine::setSeed (std::uint64_t seed)
{
    auto& d = *impl_;
    if (d.seed.exchange (seed) == seed)
        return;
    {
        const std::lock_guard guard (d.control);
        d.roomNumber.fetch_add (1);                  // the same room, synthesised anew
        d.cancel.store (true);
    }
    if (d.inPool)
        d.pool->wake();
}

std::optional<RoomDescription> MatchEngine::room() const
{
    const std::lock_guard guard (impl_->control);
    return impl_->room;
}

void MatchEngine::waitUntilReady()
{
    auto& d = *impl_;
    if (d.sampleRate <= 0)
        return;
    if (! d.inPool)
    {
        d.installNow();
        return;
    }
    d.pool->wake();
    std::unique_lock guard (d.control);
    // The edits come from the audio thread, which notifies nobody: look again now and then.
    while (! d.isReady())
        d.changed.wait_for (guard, std::chrono::milliseconds (20));
}

void MatchEngine::process (const float* const* in, float* const* out, int numSamples,
                           const MatchParameters& parameters) noexcept LUMIVERB_REALTIME
{
    auto& d = *impl_;
    if (d.outputs == 0)
        return;
    const ScopedFlushDenormals flush;
    d.takeParameters (parameters);                   // of an empty block too: hosts announce settings with one
    for (int done = 0; done < numSamples;)
    {
        const int toGrid = d.grid - static_cast<int> (d.position % d.grid);
        const int count = std::min ({ numSamples - done, pieceLength, toGrid });
        d.processPiece (in, out, done, count, parameters);
        done += count;
    }
}

int MatchEngine::numOutputs() const noexcept { return impl_->outputs; }
int MatchEngine::lateBlocks() const noexcept { return impl_->convolver.lateBlocks(); }
double MatchEngine::tailLength_s() const noexcept { return impl_->tailLength.load(); }
float MatchEngine::tracingProgress() const noexcept { return impl_->tracing.progress.load(); }

Rir matchRir (const RoomDescription& room, const RoomEdits& edits, const MatchRirOptions& options)
{
    TracedRirOptions traced;
    traced.rir.sampleRate = options.sampleRate;
    traced.rir.layout = layoutFor (options.inputs, options.output);
    traced.rir.seed = options.seed;
    traced.rir.maxLength_s = maxLength_s;
    traced.rir.cancel = options.cancel;
    if (! options.traced)
        return synthesiseRir (room, onGrid (edits), traced.rir);
    traced.threads = options.threads;
    traced.progress = options.progress;
    return options.scene ? tracedRir (*options.scene, room, onGrid (edits), traced) : tracedRir (room, onGrid (edits), traced);
}

}  // namespace lumiverb
