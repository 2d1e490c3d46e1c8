// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/dsp/convolver.h"
#include "convolver_stage.h"
#include "convolver_test_hooks.h"
#include "lumiverb/dsp/denormals.h"
#include "lumiverb/dsp/simd.h"
#include "lumiverb/dsp/worker_pool.h"
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace lumiverb {

namespace {

constexpr int grid = headTaps;
constexpr int maxInputs = 2, maxOutputs = 6;
constexpr int noFilter = -1, nothingPending = -1, pendingSilence = -2;

// Filters that can be alive at once: the current one, the pending one, and an old and a new one for each stage and each job in flight.
constexpr int numFilterSlots = 48;

/// The filters. Control threads fill and free slots; the audio thread counts who uses them and retires them.
class FilterSlots
{
public:
    enum State
    {
        free,
        inUse,
        retired
    };

    /// Control thread, under its lock.
    int add (std::shared_ptr<const ConvolverFilter> filter)
    {
        for (int i = 0; i < numFilterSlots; ++i)
            if (auto& slot = slots_[static_cast<std::size_t> (i)]; slot.state.load (std::memory_order_acquire) == free)
            {
                slot.filter = std::move (filter);
                slot.state.store (inUse, std::memory_order_release);
                return i;
            }
        throw std::runtime_error ("Convolver: too many filters in flight");
    }
    void drop (int index)
    {
        auto& slot = slots_[static_cast<std::size_t> (index)];
        slot.filter.reset();
        slot.state.store (free, std::memory_order_release);
    }
    void collect()
    {
        for (int i = 0; i < numFilterSlots; ++i)
            if (slots_[static_cast<std::size_t> (i)].state.load (std::memory_order_acquire) == retired)
                drop (i);
    }
    void dropAll()
    {
        for (int i = 0; i < numFilterSlots; ++i)
        {
            slots_[static_cast<std::size_t> (i)].uses = 0;
            drop (i);
        }
    }

    // Audio thread.
    void retain (int index) noexcept LUMIVERB_REALTIME
    {
        if (index >= 0)
            ++slots_[static_cast<std::size_t> (index)].uses;
    }
    void release (int index) noexcept LUMIVERB_REALTIME
    {
        if (index >= 0 && --slots_[static_cast<std::size_t> (index)].uses == 0)
            slots_[static_cast<std::size_t> (index)].state.store (retired, std::memory_order_release);
    }
    const ConvolverFilter* get (int index) const noexcept LUMIVERB_REALTIME
    {
        return index < 0 ? nullptr : slots_[static_cast<std::size_t> (index)].filter.get();
    }

private:
    struct Slot
    {
        std::shared_ptr<const ConvolverFilter> filter;
        std::atomic<int> state { free };
        int uses = 0;
    };
    std::array<Slot, numFilterSlots> slots_;
};

/// Which filter a stage plays, block after block. Audio thread only.
struct StageFade
{
    int old = noFilter, now = noFilter, fadeBlock = 0, fadeBlocks = 1;
    bool fading = false, started = false;

    /// The next block begins: goes on with a running fade, or turns to the current filter.
    void advance (FilterSlots& slots, int current) noexcept LUMIVERB_REALTIME
    {
        if (fading && ++fadeBlock >= fadeBlocks)
        {
            slots.release (old);
            old = noFilter;
            fading = false;
        }
        if (fading || now == current)
            return;
        slots.retain (current);
        if (started)
        {
            old = now;
            fading = true;
            fadeBlock = 0;
        }
        now = current;
        started = true;
    }

    FilterUse use (const FilterSlots& slots) const noexcept LUMIVERB_REALTIME
    {
        return { slots.get (old), slots.get (now), fading, fadeBlock, fadeBlocks };
    }
};

/// One tail block on its way: input from the audio thread to the worker, output back.
struct TailJob
{
    enum State
    {
        free,
        posted,
        done
    };
    std::atomic<int> state { free };
    std::atomic<bool> abandoned { false };           ///< too late to be played: only its input still matters
    std::int64_t block = -1;
    FilterUse use;
    int oldSlot = noFilter, nowSlot = noFilter;
    AlignedVector<float> input, output;
};

/// A stage that runs on a worker thread, with one partition of time for every block.
class TailStage
{
public:
    TailStage (int stage, int inputs, int outputs, std::int64_t maxLength, FilterSlots& slots)
        : core_ (stage, inputs, outputs, maxLength), inputs_ (inputs), outputs_ (outputs), slots_ (slots)
    {
        for (auto& job : jobs_)
        {
            job.input.resize (static_cast<std::size_t> (inputs * core_.partition()));
            job.output.resize (static_cast<std::size_t> (outputs * core_.partition()));
        }
    }

    StageFade fade;

    int partition() const noexcept { return core_.partition(); }

    /// No thread is inside.
    void reset()
    {
        core_.reset();
        for (auto& job : jobs_)
            if (job.state.load() != TailJob::free)
                recycle (job);
        for (auto& job : jobs_)
        {
            job.state.store (TailJob::free);
            job.abandoned.store (false);
            job.block = -1;
        }
        filling_ = playing_ = nullptr;
        fadeIn_ = fadeOut_ = late_ = afterLate_ = false;
        expected_ = 0;
    }

    // ---- audio thread

    void boundary (std::int64_t position, int current, bool offline) noexcept LUMIVERB_REALTIME
    {
        const std::int64_t block = position / partition();
        fade.advance (slots_, current);
        if (filling_ != nullptr)
            post();
        const std::int64_t due = block - 2;
        TailJob* next = nullptr;
        if (due >= 0 && ! late_)
            next = &jobAt (due);
        if (playing_ != nullptr)
            recycle (*playing_);
        playing_ = next;
        fadeIn_ = playing_ != nullptr && afterLate_;
        afterLate_ = late_;
        late_ = fadeOut_ = false;
        for (auto& job : jobs_)
            if (&job != playing_ && job.block <= due && job.state.load (std::memory_order_acquire) == TailJob::done)
                recycle (job);

        auto& free = jobAt (block);
        filling_ = free.state.load (std::memory_order_acquire) == TailJob::free ? &free : nullptr;
        if (filling_ != nullptr)
            filling_->block = block;
        if (offline)
            while (work())
            {}
    }

    /// The last moment to know whether the coming block will be there: afterwards there is no time to fade out.
    void deadline (std::int64_t position, std::atomic<int>& lateBlocks) noexcept LUMIVERB_REALTIME
    {
        const std::int64_t due = (position + fadeLength) / partition() - 2;
        if (due < 0)
            return;
        auto& job = jobAt (due);
        late_ = job.block != due || job.state.load (std::memory_order_acquire) != TailJob::done;
        if (! late_)
            return;
        if (job.block == due)
            job.abandoned.store (true, std::memory_order_relaxed);
        fadeOut_ = playing_ != nullptr;
        lateBlocks.fetch_add (1, std::memory_order_relaxed);
    }

    float* incoming (int input) noexcept LUMIVERB_REALTIME
    {
        return filling_ == nullptr ? nullptr : filling_->input.data() + input * partition();
    }

    void add (int offset, float (&sums)[maxOutputs][grid], int count, int within) const noexcept LUMIVERB_REALTIME
    {
        if (playing_ == nullptr)
            return;
        const bool in = fadeIn_ && offset < fadeLength, out = fadeOut_ && offset >= partition() - fadeLength;
        for (int channel = 0; channel < outputs_; ++channel)
        {
            const float* source = playing_->output.data() + channel * partition() + offset;
            float* target = sums[channel] + within;
            if (! in && ! out)
                for (int i = 0; i < count; ++i)
                    target[i] += source[i];
            else
                for (int i = 0; i < count; ++i)
                {
                    const int place = in ? offset + i : partition() - 1 - offset - i;
                    const float t = (static_cast<float> (place) + 0.5f) / fadeLength;
                    target[i] += source[i] * (t * t * (3.0f - 2.0f * t));
                }
        }
    }

    // ---- worker thread (or the audio thread when offline)

    /// Computes the oldest posted block; false if there is none.
    bool work() noexcept
    {
        TailJob* job = nullptr;
        for (auto& candidate : jobs_)
            if (candidate.state.load (std::memory_order_acquire) == TailJob::posted && (job == nullptr || candidate.block < job->block))
                job = &candidate;
        if (job == nullptr)
            return false;
        // Blocks that found no free job left a hole in the input.
        for (auto hole = std::max (expected_, job->block - core_.capacity()); hole < job->block; ++hole)
            pushInput (nullptr);
        expected_ = job->block + 1;
        pushInput (job->input.data());
        if (! job->abandoned.load (std::memory_order_relaxed))
        {
            core_.clearSums();
            core_.accumulate (job->use, 0, 1);
            core_.finish (job->use, job->output.data());
        }
        job->state.store (TailJob::done, std::memory_order_release);
        return true;
    }

    bool hasPosted() const noexcept
    {
        return std::ranges::any_of (jobs_,
                                    [] (const TailJob& job) { return job.state.load (std::memory_order_acquire) == TailJob::posted; });
    }

    static constexpr int fadeLength = 512;

private:
    // Receiving, posted, playing, and two spare for a worker that is late.
    static constexpr int numJobs = 5;

    TailJob& jobAt (std::int64_t block) noexcept LUMIVERB_REALTIME { return jobs_[static_cast<std::size_t> (block % numJobs)]; }

    void post() noexcept LUMIVERB_REALTIME
    {
        filling_->use = fade.use (slots_);
        filling_->oldSlot = fade.fading ? fade.old : noFilter;
        filling_->nowSlot = fade.now;
        slots_.retain (filling_->oldSlot);
        slots_.retain (filling_->nowSlot);
        filling_->state.store (TailJob::posted, std::memory_order_release);
        filling_ = nullptr;
    }

    void recycle (TailJob& job) noexcept LUMIVERB_REALTIME
    {
        slots_.release (job.oldSlot);
        slots_.release (job.nowSlot);
        job.block = -1;
        job.abandoned.store (false, std::memory_order_relaxed);
        job.state.store (TailJob::free, std::memory_order_relaxed);
    }

    void pushInput (const float* input) noexcept
    {
        for (int channel = 0; channel < inputs_; ++channel)
        {
            float* target = core_.incoming (channel);
            if (input == nullptr)
                std::fill (target, target + partition(), 0.0f);
            else
                std::memcpy (target, input + channel * partition(), sizeof (float) * static_cast<std::size_t> (partition()));
        }
        core_.push();
    }

    ConvolverStage core_;
    int inputs_, outputs_;
    FilterSlots& slots_;
    std::array<TailJob, numJobs> jobs_;
    TailJob* filling_ = nullptr;
    TailJob* playing_ = nullptr;
    bool late_ = false, afterLate_ = false, fadeIn_ = false, fadeOut_ = false;
    std::int64_t expected_ = 0;                      // worker's: the block after the last it has seen
};

/// Adds the head's part of 8 * groups output samples. Every sample is the same chain of multiply-adds in the same order, whatever the
/// group that it is computed in: its bits do not depend on how the host cuts the signal.
template <int groups>
void addTaps (const float* taps, const float* samples, float* sums) noexcept LUMIVERB_REALTIME
{
    Float8 sum[groups];
    for (int g = 0; g < groups; ++g)
        load (sum[g], sums + 8 * g);
    for (int i = 0; i < headTaps; ++i)
        for (int g = 0; g < groups; ++g)
        {
            Float8 x;
            load (x, samples + i + 8 * g);
            sum[g] += taps[i] * x;
        }
    for (int g = 0; g < groups; ++g)
        store (sums + 8 * g, sum[g]);
}

}  // namespace

struct Convolver::Impl : WorkerPool::Client
{
    ~Impl() override { leavePool(); }

    double sampleRate = 0;
    int inputs = 0, outputs = 0;
    std::int64_t maxLength = 0;
    bool offline = false;
    int fadeSamples = 1024;

    std::mutex control;                              // control threads and the pool; never the audio thread
    FilterSlots slots;
    std::atomic<int> pending { nothingPending };
    std::atomic<int> late { 0 };
    std::atomic<bool> fading { false };

    // ---- audio thread
    int current = noFilter;
    std::int64_t position = 0;
    float recent[maxInputs][2 * grid + 8] = {};      // the last grid step and the present one (and room for reading eights)
    std::optional<ConvolverStage> near, middle;
    StageFade nearFade, middleFade;
    FilterUse nearUse, middleUse;
    AlignedVector<float> nearOutput, middleOutput, middleNext;
    std::vector<std::unique_ptr<TailStage>> tails;

    std::shared_ptr<WorkerPool> pool;
    bool inPool = false;

    void joinPool()
    {
        if (inPool || offline || tails.empty())
            return;
        if (pool == nullptr)
            pool = WorkerPool::forTails();
        pool->add (*this);
        inPool = true;
    }
    void leavePool()
    {
        if (inPool)
            pool->remove (*this);
        inPool = false;
    }

    bool runOnce() noexcept override
    {
        if (control.try_lock())
        {
            slots.collect();
            control.unlock();
        }
        if (testing::holdTails.load (std::memory_order_relaxed))
            return false;
        for (auto& tail : tails)
            if (tail->work())
                return true;
        return false;
    }

    // A sixteenth of the time that the shortest tail partition leaves: 5 ms at 48 kHz.
    double pollInterval_s() const noexcept override { return std::clamp (256.0 / sampleRate, 0.0005, 0.01); }

    void clearState()
    {
        position = 0;
        std::memset (recent, 0, sizeof recent);
        near->reset();
        middle->reset();
        for (auto* fade : { &nearFade, &middleFade })
            resetFade (*fade);
        for (auto* memory : { &nearOutput, &middleOutput, &middleNext })
            std::fill (memory->begin(), memory->end(), 0.0f);
        for (auto& tail : tails)
        {
            resetFade (tail->fade);
            tail->reset();
        }
        nearUse = middleUse = {};
    }

    void resetFade (StageFade& fade)
    {
        slots.release (fade.old);
        slots.release (fade.now);
        fade.old = fade.now = noFilter;
        fade.fading = fade.started = false;
    }

    void takePending() noexcept LUMIVERB_REALTIME
    {
        const int next = pending.exchange (nothingPending, std::memory_order_acq_rel);
        if (next == nothingPending)
            return;
        const int previous = current;
        current = next == pendingSilence ? noFilter : next;
        slots.retain (current);
        slots.release (previous);
    }

    void stepNear() noexcept LUMIVERB_REALTIME
    {
        if (position > 0)
        {
            near->push();
            for (int input = 0; input < inputs; ++input)
                std::memcpy (recent[input], recent[input] + grid, sizeof (float) * grid);
        }
        nearFade.advance (slots, current);
        nearUse = nearFade.use (slots);
        near->clearSums();
        near->accumulate (nearUse, 0, 1);
        near->finish (nearUse, nearOutput.data());
    }

    void stepMiddle() noexcept LUMIVERB_REALTIME
    {
        const int partition = middle->partition(), steps = partition / grid;
        const int step = static_cast<int> (position % partition) / grid;
        if (step == 0)
        {
            if (position > 0)
                middle->push();
            std::swap (middleOutput, middleNext);
            middleFade.advance (slots, current);
            middleUse = middleFade.use (slots);
            middle->clearSums();
        }
        middle->accumulate (middleUse, step, steps);
        if (step == steps - 1)
            middle->finish (middleUse, middleNext.data());
    }

    /// Every 64 samples of the absolute grid, before the sample at `position`.
    void step() noexcept LUMIVERB_REALTIME
    {
        takePending();
        stepNear();
        if (middle->capacity() > 0)
            stepMiddle();
        bool busy = nearFade.fading || (middle->capacity() > 0 && (middleFade.fading || middleFade.now != current));
        for (auto& tail : tails)
        {
            const auto phase = position % tail->partition();
            if (phase == 0)
                tail->boundary (position, current, offline);
            else if (phase == tail->partition() - TailStage::fadeLength)
                tail->deadline (position, late);
            busy = busy || tail->fade.fading || tail->fade.now != current;
        }
        fading.store (busy, std::memory_order_relaxed);
    }

    void receive (const float* const* in, int offset, int within, int count) noexcept LUMIVERB_REALTIME
    {
        const std::size_t bytes = sizeof (float) * static_cast<std::size_t> (count);
        for (int input = 0; input < inputs; ++input)
        {
            const float* source = in[input] + offset;
            std::memcpy (recent[input] + grid + within, source, bytes);
            std::memcpy (near->incoming (input) + within, source, bytes);
            if (middle->capacity() > 0)
                std::memcpy (middle->incoming (input) + position % middle->partition(), source, bytes);
            for (auto& tail : tails)
                if (float* target = tail->incoming (input))
                    std::memcpy (target + position % tail->partition(), source, bytes);
        }
    }

    /// Head of one output for `count` samples (rounded up to eights) from `within` on.
    void headBlock (const ConvolverFilter* filter, int output, int within, int count, float* sums) const noexcept LUMIVERB_REALTIME
    {
        std::memset (sums, 0, sizeof (float) * static_cast<std::size_t> ((count + 7) / 8 * 8));
        if (filter == nullptr)
            return;
        for (int input = 0; input < inputs; ++input)
        {
            const float* taps = filter->head.data() + (input * outputs + output) * headTaps;
            const float* samples = recent[input] + within + 1;
            int done = 0;
            for (; done + 32 <= count; done += 32)
                addTaps<4> (taps, samples + done, sums + done);
            for (; done < count; done += 8)
                addTaps<1> (taps, samples + done, sums + done);
        }
    }

    void addHead (float (&sums)[maxOutputs][grid], int within, int count) const noexcept LUMIVERB_REALTIME
    {
        const float fadeStep = 1.0f / static_cast<float> (nearUse.fadeBlocks * grid);
        float now[grid], old[grid];
        for (int output = 0; output < outputs; ++output)
        {
            headBlock (nearUse.now, output, within, count, now);
            if (nearUse.fading)
            {
                headBlock (nearUse.old, output, within, count, old);
                for (int i = 0; i < count; ++i)
                {
                    const float t = (static_cast<float> (nearUse.fadeBlock * grid + within + i) + 0.5f) * fadeStep;
                    now[i] = old[i] + t * t * (3.0f - 2.0f * t) * (now[i] - old[i]);
                }
            }
            std::memcpy (sums[output] + within, now, sizeof (float) * static_cast<std::size_t> (count));
        }
    }

    void processPiece (const float* const* in, float* const* out, int offset, int count) noexcept LUMIVERB_REALTIME
    {
        const int within = static_cast<int> (position % grid);
        if (within == 0)
            step();
        receive (in, offset, within, count);

        float sums[maxOutputs][grid];
        addHead (sums, within, count);
        const int middlePlace = static_cast<int> (position % middle->partition());
        for (int output = 0; output < outputs; ++output)
        {
            const float* a = nearOutput.data() + output * grid + within;
            const float* b = middleOutput.data() + output * middle->partition() + middlePlace;
            float* target = sums[output] + within;
            for (int i = 0; i < count; ++i)
                target[i] = target[i] + a[i] + b[i];
        }
        for (const auto& tail : tails)
            tail->add (static_cast<int> (position % tail->partition()), sums, count, within);
        for (int output = 0; output < outputs; ++output)
            std::memcpy (out[output] + offset, sums[output] + within, sizeof (float) * static_cast<std::size_t> (count));
        position += count;
    }
};

Convolver::Convolver() : impl_ (std::make_unique<Impl>()) {}

Convolver::~Convolver() = default;

void Convolver::prepare (double sampleRate, int inputs, int outputs, double maxLength_s)
{
    if (! (sampleRate >= 8000 && sampleRate <= 384000))
        throw std::invalid_argument ("Convolver: the sample rate must be 8000 to 384000 Hz");
    if (inputs < 1 || inputs > maxInputs || outputs < 1 || outputs > maxOutputs)
        throw std::invalid_argument ("Convolver: 1-2 inputs and 1-6 outputs are possible");
    if (! (maxLength_s > 0 && maxLength_s <= 60))
        throw std::invalid_argument ("Convolver: the greatest length must be above 0 and at most 60 s");

    auto& d = *impl_;
    d.leavePool();
    const std::lock_guard guard (d.control);
    d.pending.store (nothingPending);
    d.tails.clear();
    d.slots.dropAll();
    d.current = noFilter;
    d.sampleRate = sampleRate;
    d.inputs = inputs;
    d.outputs = outputs;
    d.maxLength = static_cast<std::int64_t> (std::ceil (maxLength_s * sampleRate)) + 1;
    d.late.store (0);
    d.fading.store (false);

    const auto channels = static_cast<std::size_t> (outputs);
    d.near.emplace (0, inputs, outputs, std::max<std::int64_t> (d.maxLength, 2 * grid));
    d.middle.emplace (1, inputs, outputs, d.maxLength);
    d.nearOutput.assign (channels * grid, 0.0f);
    d.middleOutput.assign (channels * static_cast<std::size_t> (d.middle->partition()), 0.0f);
    d.middleNext = d.middleOutput;
    for (int stage = firstWorkerStage; stage < numStages; ++stage)
        if (partitionCount (stageLayouts[static_cast<std::size_t> (stage)], d.maxLength) > 0)
            d.tails.push_back (std::make_unique<TailStage> (stage, inputs, outputs, d.maxLength, d.slots));

    const auto fadeBlocks = [&] (int partition) { return std::max (1, static_cast<int> (std::lround (0.02 * sampleRate / partition))); };
    d.nearFade = d.middleFade = {};
    d.nearFade.fadeBlocks = fadeBlocks (grid);
    d.middleFade.fadeBlocks = fadeBlocks (d.middle->partition());
    for (auto& tail : d.tails)
        tail->fade.fadeBlocks = fadeBlocks (tail->partition());
    d.clearState();
    d.joinPool();
}

void Convolver::setOffline (bool offline)
{
    auto& d = *impl_;
    if (offline == d.offline)
        return;
    d.leavePool();
    d.offline = offline;
    for (auto& tail : d.tails)
        while (tail->work())
        {}
    d.joinPool();
}

void Convolver::setFilter (std::shared_ptr<const ConvolverFilter> filter)
{
    auto& d = *impl_;
    const std::lock_guard guard (d.control);
    if (d.inputs == 0)
        throw std::invalid_argument ("Convolver: prepare must come before setFilter");
    if (filter != nullptr && (filter->inputs != d.inputs || filter->outputs != d.outputs))
        throw std::invalid_argument ("Convolver: the impulse response has " + std::to_string (filter->inputs) + " inputs and "
                                     + std::to_string (filter->outputs) + " outputs, prepared were " + std::to_string (d.inputs) + " and "
                                     + std::to_string (d.outputs));
    if (filter != nullptr && filter->length > d.maxLength)
        throw std::invalid_argument ("Convolver: the impulse response is longer than the prepared length");
    d.slots.collect();
    const int next = filter == nullptr ? pendingSilence : d.slots.add (std::move (filter));
    if (const int unused = d.pending.exchange (next, std::memory_order_acq_rel); unused >= 0)
        d.slots.drop (unused);
}

void Convolver::reset()
{
    auto& d = *impl_;
    if (d.inputs == 0)
        return;
    d.leavePool();
    d.clearState();
    d.joinPool();
}

void Convolver::process (const float* const* in, float* const* out, int numSamples) noexcept LUMIVERB_REALTIME
{
    auto& d = *impl_;
    if (d.inputs == 0)
        return;
    const ScopedFlushDenormals flush;
    for (int done = 0; done < numSamples;)
    {
        const int count = std::min (numSamples - done, grid - static_cast<int> (d.position % grid));
        d.processPiece (in, out, done, count);
        done += count;
    }
}

int Convolver::lateBlocks() const noexcept { return impl_->late.load (std::memory_order_relaxed); }

void Convolver::waitForTail()
{
    auto& d = *impl_;
    const auto busy = [&] { return std::ranges::any_of (d.tails, [] (const auto& tail) { return tail->hasPosted(); }); };
    while (d.inPool && busy())
    {
        d.pool->wake();
        std::this_thread::sleep_for (std::chrono::microseconds (50));
    }
}

bool Convolver::isFading() const noexcept
{
    return impl_->fading.load (std::memory_order_relaxed) || impl_->pending.load (std::memory_order_relaxed) != nothingPending;
}

}  // namespace lumiverb
