// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/dry/dry_engine.h"
#include "../dsp/offline_scope.h"
#include "dry_controls.h"
#include "dry_pacer.h"
#include "dry_queue.h"
#include "dry_stft.h"
#include "dry_view_queue.h"
#include "lumiverb/dsp/denormals.h"
#include "lumiverb/dsp/smoothed.h"
#include "lumiverb/dsp/worker_pool.h"
#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

namespace lumiverb {

namespace {

constexpr int pieceLength = 256, maxChannels = 8, faultsToGiveUp = 20;

DryParameters cleaned (const DryParameters& p) noexcept LUMIVERB_REALTIME
{
    auto c = p;
    c.amount = cleanParameter (p.amount, 0, 1, 0);
    c.tail_s = cleanParameter (p.tail_s, 0, 2, 0);
    c.early_ms = cleanParameter (p.early_ms, 30, 120, 30);
    c.low_db = cleanParameter (p.low_db, -12, 12, 0);
    c.high_db = cleanParameter (p.high_db, -12, 12, 0);
    c.mix = cleanParameter (p.mix, 0, 1, 0);
    c.output_db = cleanParameter (p.output_db, -24, 12, 0);
    return c;
}

bool isFinite (const DryFilter& filter) noexcept
{
    const auto finite = [] (float v) { return std::abs (v) < largestSample; };      // false for NaN
    return filter.order >= 1 && filter.order <= maxDryOrder && filter.bins >= 0 && filter.bins <= numDryBins
           && std::all_of (filter.taps.begin(), filter.taps.begin() + 2 * filter.order * filter.bins, finite)
           && std::ranges::all_of (filter.gain, [] (float v) { return v >= 0 && v < largestSample; });
}

/// Spectra of all channels of one frame.
struct Spectra
{
    int bins = 0;
    AlignedVector<float> values;                     ///< [channel][re, im][bins]
    void resize (int channels, int count)
    {
        bins = count;
        values.assign (static_cast<std::size_t> (2 * channels * count), 0.0f);
    }
    float* re (int channel) noexcept LUMIVERB_REALTIME { return values.data() + static_cast<std::ptrdiff_t> (2 * channel) * bins; }
    float* im (int channel) noexcept LUMIVERB_REALTIME { return re (channel) + bins; }
};

}  // namespace

std::array<float, numDryConditions> dryCondition (const RoomDescription* room)
{
    std::array<float, numDryConditions> condition {};
    condition[9] = 1;                                // Amount: the engine applies it to the filter
    if (room == nullptr)
        return condition;
    for (std::size_t band = 0; band < 6; ++band)
        condition[band] = std::log (room->rt60_s[band + 1]);
    condition[6] = (room->drr_db[2] + room->drr_db[3]) / 20;
    condition[7] = room->clarity_c50_db / 10;
    condition[8] = std::log (room->volume_m3) / 5;
    condition[10] = 1;
    return condition;
}

double viewFrequency_hz (double row)
{
    const double mel = row / DryView::rows * DryViewQueue::mel (maxViewFrequency_hz);
    return 700 * (std::pow (10.0, mel / 2595) - 1);
}

struct DryEngine::Impl : WorkerPool::Client
{
    ~Impl() override { leavePool(); }

    int channels = 0, slack = 0, latency = 0;
    DryGrid wantedGrid, grid;                        // as prepared; at the host's rate
    bool offline = false;

    // ---- shared between control threads and the worker
    std::mutex atBackend;                            // held while it works; guards
    std::unique_ptr<DryBackend> backend;
    int faults = 0;
    mutable std::mutex control;                      // held shortly; guards
    std::optional<RoomDescription> room;
    std::array<float, numDryConditions> condition = dryCondition (nullptr);
    std::string error;
    std::atomic<bool> present { false }, running { false };          // there is a back end; and it has not been given up
    std::atomic<float> earlyOfBackend_ms { 30.0f };

    DryQueue queue;                                  // audio thread <-> worker
    DryPacer pacer;
    DryViewQueue views;
    std::atomic<int> late { 0 };

    // ---- audio thread
    std::unique_ptr<DryStft> stft;
    std::unique_ptr<DryControls> controls;
    DryParameters parameters;
    std::int64_t position = 0, framesIn = 0, framesOut = 0;
    std::size_t ringMask = 0;
    std::array<AlignedVector<float>, maxChannels> ring, overlap;     // input; output under construction
    std::vector<Spectra> spectra;                    // the last frames, a ring
    AlignedVector<float> frame, resultRe, resultIm;
    DryFilter filter;
    std::int64_t filterFrame = -1, lastUnasked = -1; // whose filter it is; the last frame that no back end was there for
    int emitted = 0;
    Smoothed mix, gain, bypass, residual;
    float coefficient = 0;

    std::shared_ptr<WorkerPool> pool;
    bool inPool = false;

    void joinPool()
    {
        if (inPool || offline || channels == 0)
            return;
        if (pool == nullptr)
            pool = WorkerPool::forInference();
        pool->add (*this);
        inPool = true;
    }
    void leavePool()
    {
        if (inPool)
            pool->remove (*this);
        inPool = false;
    }

    // ---- worker

    static double now_s() noexcept { return std::chrono::duration<double> (std::chrono::steady_clock::now().time_since_epoch()).count(); }

    double pollInterval_s() const noexcept override { return pacer.wait (now_s()); }

    bool runOnce() noexcept override
    {
        auto* job = queue.toWork();
        if (job == nullptr)
        {
            pacer.missed (now_s());
            return false;
        }
        pacer.found (now_s());
        work (*job);
        queue.worked();
        return true;
    }

    void work (DryJob& job) noexcept
    {
        const std::lock_guard guard (atBackend);
        job.valid = false;
        if (backend == nullptr || ! running.load())
            return;
        std::string fault = "its numbers are not finite";
        try
        {
            backend->evaluate (job.spectrum, currentCondition(), job.filter);
            job.valid = isFinite (job.filter);
        }
        catch (const std::exception& e)
        {
            fault = e.what();
        }
        if (job.valid)
            faults = 0;
        else
            recover (fault);
    }

    std::array<float, numDryConditions> currentCondition() const
    {
        const std::lock_guard guard (control);
        return condition;
    }

    void setError (const std::string& text)
    {
        const std::lock_guard guard (control);
        error = text;
    }

    void recover (const std::string& fault) noexcept
    {
        try
        {
            backend->reset();
        }
        catch (const std::exception&)
        {
            faults = faultsToGiveUp;
        }
        if (++faults < faultsToGiveUp)
            return;
        setError ("The dereverberation network failed again and again: " + fault);
        running.store (false);
    }

    /// With atBackend held.
    void resetBackend() noexcept
    {
        faults = 0;
        setError ({});
        try
        {
            if (backend != nullptr)
                backend->reset();
            running.store (backend != nullptr);
        }
        catch (const std::exception& e)
        {
            setError (e.what());
            running.store (false);
        }
    }

    // ---- audio thread: frames

    std::size_t slot (std::int64_t number) const noexcept LUMIVERB_REALTIME
    {
        const auto count = static_cast<std::int64_t> (spectra.size());
        return static_cast<std::size_t> ((number % count + count) % count);
    }

    /// The window that ends here: its spectra are kept, and the back end is asked what to do with it.
    void analyseFrame() noexcept LUMIVERB_REALTIME
    {
        auto& now = spectra[slot (framesIn)];
        for (int c = 0; c < channels; ++c)
        {
            const auto& input = ring[static_cast<std::size_t> (c)];
            for (int n = 0; n < grid.window; ++n)
                frame[static_cast<std::size_t> (n)] = input[static_cast<std::size_t> (position - grid.window + n) & ringMask];
            stft->analyse (frame.data(), now.re (c), now.im (c));
        }
        if (! running.load (std::memory_order_acquire))
            lastUnasked = framesIn;
        else if (auto* job = queue.toSubmit())
        {
            job->frame = framesIn;
            listen (now, job->spectrum.data());
            queue.submit();
            if (offline)
                workNow();
        }
        ++framesIn;
    }

    void workNow() noexcept LUMIVERB_REALTIME
    {
        const OfflineMayBlock allowed;
        while (runOnce())
        {}
    }

    /// What the back end hears: the mean of the channels, as strong as they are together (rms), so that nothing that cancels in the mean is missed.
    void listen (Spectra& now, float* heard) noexcept LUMIVERB_REALTIME
    {
        const int count = std::min (numDryBins, now.bins);
        float *re = heard, *im = heard + numDryBins;
        std::fill (heard, heard + 2 * numDryBins, 0.0f);
        if (channels == 1)
        {
            std::memcpy (re, now.re (0), sizeof (float) * static_cast<std::size_t> (count));
            std::memcpy (im, now.im (0), sizeof (float) * static_cast<std::size_t> (count));
            return;
        }
        for (int k = 0; k < count; ++k)
        {
            float sumRe = 0, sumIm = 0, power = 0, loudest = -1, loudRe = 0, loudIm = 0;
            for (int c = 0; c < channels; ++c)
            {
                const float a = now.re (c)[k], b = now.im (c)[k], p = a * a + b * b;
                sumRe += a;
                sumIm += b;
                power += p;
                if (p > loudest)
                    loudest = p, loudRe = a, loudIm = b;
            }
            const auto n = static_cast<float> (channels);
            const float sum = sumRe * sumRe + sumIm * sumIm;
            const bool cancels = sum < 1.0e-4f * n * power;
            const float from = cancels ? loudest : sum;
            const float scale = from > 1.0e-30f ? std::sqrt (power / n / from) : 0.0f;
            re[k] = scale * (cancels ? loudRe : sumRe);
            im[k] = scale * (cancels ? loudIm : sumIm);
        }
    }

    /// Takes the filters that are there; the newest of them, at most frame `wanted`, is used.
    void collectFilter (std::int64_t wanted) noexcept LUMIVERB_REALTIME
    {
        const DryJob* newest = nullptr;
        while (const auto* job = queue.done())
        {
            if (job->frame > wanted)
                break;
            if (job->valid)
                newest = job;
            queue.dropDone();
        }
        // Nothing is submitted before this returns, so the job that was dropped is still intact.
        if (newest != nullptr)
        {
            filter.order = newest->filter.order;
            filter.bins = newest->filter.bins;
            std::memcpy (filter.taps.data(), newest->filter.taps.data(),
                         sizeof (float) * static_cast<std::size_t> (2 * filter.order * filter.bins));
            filter.gain = newest->filter.gain;
            filterFrame = newest->frame;
        }
        if (filterFrame != wanted && wanted > lastUnasked)
            late.fetch_add (1, std::memory_order_relaxed);
    }

    /// The frame that is due: filtered, resynthesised, and the next hop of output is complete.
    void synthesiseFrame() noexcept LUMIVERB_REALTIME
    {
        const bool active = running.load (std::memory_order_acquire);
        if (active)
        {
            collectFilter (framesOut);
            controls->shape (filter, parameters, earlyOfBackend_ms.load (std::memory_order_relaxed));
        }
        DryView* view = views.begin();
        for (int c = 0; c < channels; ++c)
        {
            auto& target = overlap[static_cast<std::size_t> (c)];
            std::memmove (target.data(), target.data() + grid.hop, sizeof (float) * (target.size() - static_cast<std::size_t> (grid.hop)));
            std::fill (target.end() - grid.hop, target.end(), 0.0f);
            // Before the first filter the sound is let through, as without a back end.
            if (active && filterFrame >= 0)
                applyFilter (c);
            else
                copySpectrum (c);
            if (view != nullptr)
                addToView (*view, c);
            stft->synthesise (resultRe.data(), resultIm.data(), target.data());
        }
        if (view != nullptr)
            views.end();
        ++framesOut;
    }

    void copySpectrum (int channel) noexcept LUMIVERB_REALTIME
    {
        auto& now = spectra[slot (framesOut)];
        std::memcpy (resultRe.data(), now.re (channel), sizeof (float) * static_cast<std::size_t> (now.bins));
        std::memcpy (resultIm.data(), now.im (channel), sizeof (float) * static_cast<std::size_t> (now.bins));
    }

    void applyFilter (int channel) noexcept LUMIVERB_REALTIME
    {
        auto& now = spectra[slot (framesOut)];
        const float *xr = now.re (channel), *xi = now.im (channel);
        const int taps = std::min (filter.bins, now.bins);
        std::fill (resultRe.begin(), resultRe.begin() + taps, 0.0f);
        std::fill (resultIm.begin(), resultIm.begin() + taps, 0.0f);
        for (int o = 0; o < filter.order; ++o)
        {
            auto& past = spectra[slot (framesOut - o)];
            const float *pr = past.re (channel), *pi = past.im (channel), *fr = filter.re (o), *fi = filter.im (o);
            for (int k = 0; k < taps; ++k)
            {
                resultRe[static_cast<std::size_t> (k)] += fr[k] * pr[k] - fi[k] * pi[k];
                resultIm[static_cast<std::size_t> (k)] += fr[k] * pi[k] + fi[k] * pr[k];
            }
        }
        for (int k = 0; k < taps; ++k)
        {
            const auto i = static_cast<std::size_t> (k);
            const float share = controls->share()[i], after = controls->after()[i];
            resultRe[i] = after * (xr[k] + share * (resultRe[i] - xr[k]));
            resultIm[i] = after * (xi[k] + share * (resultIm[i] - xi[k]));
        }
        for (int k = taps; k < now.bins; ++k)
        {
            const auto i = static_cast<std::size_t> (k);
            const float g = k < numDryBins ? controls->gain()[i] : controls->gainAbove();
            resultRe[i] = g * xr[k];
            resultIm[i] = g * xi[k];
        }
    }

    void addToView (DryView& view, int channel) noexcept LUMIVERB_REALTIME
    {
        auto& now = spectra[slot (framesOut)];
        const float *xr = now.re (channel), *xi = now.im (channel), share = 1.0f / static_cast<float> (channels);
        for (int k = 0; k < now.bins; ++k)
        {
            const int row = views.rowOf (k);
            if (row < 0)
                break;
            const auto i = static_cast<std::size_t> (k), r = static_cast<std::size_t> (row);
            const float yr = resultRe[i], yi = resultIm[i], dr = xr[k] - yr, di = xi[k] - yi;
            view.input[r] += share * (xr[k] * xr[k] + xi[k] * xi[k]);
            view.output[r] += share * (yr * yr + yi * yi);
            view.removed[r] += share * (dr * dr + di * di);
        }
    }

    // ---- audio thread: samples

    void takeParameters (const DryParameters& given) noexcept LUMIVERB_REALTIME
    {
        parameters = cleaned (given);
        mix.target = parameters.mix;
        gain.target = std::pow (10.0f, parameters.output_db / 20);
        bypass.target = parameters.bypass ? 1.0f : 0.0f;
        residual.target = parameters.residual ? 1.0f : 0.0f;
        if (position == 0)
            for (auto* smoothed : { &mix, &gain, &bypass, &residual })
                smoothed->value = smoothed->target;
    }

    void readInput (const float* const* in, int offset, int count) noexcept LUMIVERB_REALTIME
    {
        for (int c = 0; c < channels; ++c)
        {
            auto& target = ring[static_cast<std::size_t> (c)];
            for (int i = 0; i < count; ++i)
            {
                const float x = in[c][offset + i];
                target[static_cast<std::size_t> (position + i) & ringMask] = std::abs (x) < largestSample ? x : 0.0f;    // false for NaN
            }
        }
    }

    /// Gains of delayed input and filtered sound: dry (1 - mix) + wet mix, or as residual the rest of it, dry mix - wet mix.
    void mixGains (float* dryGain, float* wetGain, int count) noexcept LUMIVERB_REALTIME
    {
        const bool settled = mix.settled() && gain.settled() && bypass.settled() && residual.settled();
        for (int i = 0; i < count; ++i)
        {
            if (settled && i > 0)
            {
                std::fill (dryGain + 1, dryGain + count, dryGain[0]);
                std::fill (wetGain + 1, wetGain + count, wetGain[0]);
                return;
            }
            const float wetShare = mix.next (coefficient), listen = residual.next (coefficient);
            const float level = gain.next (coefficient), off = bypass.next (coefficient);
            const float dry = (1 - listen) * (1 - wetShare) + listen * wetShare, wet = (1 - 2 * listen) * wetShare;
            dryGain[i] = (1 - off) * level * dry + off;
            wetGain[i] = (1 - off) * level * wet;
        }
    }

    void writeOutput (float* const* out, int offset, int count) noexcept LUMIVERB_REALTIME
    {
        float dryGain[pieceLength], wetGain[pieceLength];
        mixGains (dryGain, wetGain, count);
        bool sound = true;
        for (int c = 0; c < channels; ++c)
        {
            const auto& input = ring[static_cast<std::size_t> (c)];
            const float* wet = overlap[static_cast<std::size_t> (c)].data() + emitted;
            float* target = out[c] + offset;
            for (int i = 0; i < count; ++i)
            {
                const float dry = input[static_cast<std::size_t> (position + i - latency) & ringMask];
                const float y = dryGain[i] * dry + (wetGain[i] == 0.0f ? -0.0f : wetGain[i] * wet[i]);   // x + -0 is x, whatever its sign
                const bool good = std::abs (y) <= std::numeric_limits<float>::max();                     // false for NaN
                target[i] = good ? y : 0.0f;
                sound = sound && good;
            }
        }
        if (! sound)
            clearSound();
    }

    void clearSound() noexcept LUMIVERB_REALTIME
    {
        for (auto& channel : overlap)
            std::fill (channel.begin(), channel.end(), 0.0f);
        for (auto& past : spectra)
            std::fill (past.values.begin(), past.values.end(), 0.0f);
        controls->reset();
    }

    void processPiece (const float* const* in, float* const* out, int offset, int count) noexcept LUMIVERB_REALTIME
    {
        if (position > 0 && position % grid.hop == 0)
            analyseFrame();
        if ((position - slack) % grid.hop == 0)
        {
            if (position > slack)
                synthesiseFrame();
            emitted = 0;
        }
        readInput (in, offset, count);
        writeOutput (out, offset, count);
        emitted += count;
        position += count;
    }

    /// Samples until the next frame begins or is due.
    int toBoundary() const noexcept LUMIVERB_REALTIME
    {
        const auto until = [this] (std::int64_t from) { return grid.hop - static_cast<int> ((from % grid.hop + grid.hop) % grid.hop); };
        return std::min (until (position), until (position - slack));
    }

    void clear() noexcept
    {
        position = framesIn = framesOut = 0;
        filterFrame = lastUnasked = -1;
        emitted = 0;
        queue.clear();
        for (auto& channel : ring)
            std::ranges::fill (channel, 0.0f);
        clearSound();
        const std::lock_guard guard (atBackend);
        resetBackend();
    }
};

DryEngine::DryEngine() : impl_ (std::make_unique<Impl>()) {}

DryEngine::~DryEngine() = default;

void DryEngine::prepare (double sampleRate, int channels, int maximumBlock, const DryGrid& grid)
{
    if (! (sampleRate >= 8000 && sampleRate <= 384000))
        throw std::invalid_argument ("Dry: the sample rate must be 8000 to 384000 Hz");
    if (channels < 1 || channels > maxChannels)
        throw std::invalid_argument ("Dry: 1 to 8 channels are possible, not " + std::to_string (channels));
    auto& d = *impl_;
    d.leavePool();
    d.channels = channels;
    d.wantedGrid = grid;
    d.grid = gridAtRate (grid, sampleRate);
    d.latency = latency_samples (sampleRate, maximumBlock, grid);
    d.slack = d.latency - d.grid.synthesisWindow;
    d.stft = std::make_unique<DryStft> (d.grid);
    const auto bins = static_cast<std::size_t> (d.stft->bins());
    d.pacer.prepare (sampleRate, d.grid.hop, d.slack, maximumBlock);
    const int framesOnTheWay = (d.slack + d.grid.hop - 1) / d.grid.hop;

    std::size_t ringSize = 1;
    while (ringSize < static_cast<std::size_t> (std::max (d.latency, d.grid.window) + pieceLength))
        ringSize *= 2;
    d.ringMask = ringSize - 1;
    for (std::size_t c = 0; c < maxChannels; ++c)
    {
        const bool used = c < static_cast<std::size_t> (channels);
        d.ring[c].assign (used ? ringSize : 0, 0.0f);
        d.overlap[c].assign (used ? static_cast<std::size_t> (d.grid.synthesisWindow) : 0, 0.0f);
    }
    d.spectra.resize (static_cast<std::size_t> (framesOnTheWay + maxDryOrder + 1));
    for (auto& frame : d.spectra)
        frame.resize (channels, d.stft->bins());
    d.frame.assign (static_cast<std::size_t> (d.grid.window), 0.0f);
    d.resultRe.assign (bins, 0.0f);
    d.resultIm.assign (bins, 0.0f);
    d.queue.resize (static_cast<std::size_t> (framesOnTheWay + 8));
    d.coefficient = static_cast<float> (1 - std::exp (-1 / (0.005 * sampleRate)));
    d.late.store (0);
    d.controls = std::make_unique<DryControls> (grid.hop / grid.sampleRate);
    {
        const std::lock_guard guard (d.atBackend);
        if (d.backend != nullptr && ! (d.backend->shape().grid == grid))
            d.backend.reset();
        d.present.store (d.backend != nullptr);
    }
    d.clear();
    d.joinPool();
}

void DryEngine::setOffline (bool offline)
{
    auto& d = *impl_;
    d.leavePool();
    d.offline = offline;
    if (offline && d.channels > 0)
        d.workNow();                                 // what the worker had not finished
    d.joinPool();
}

void DryEngine::reset()
{
    auto& d = *impl_;
    if (d.channels == 0)
        return;
    d.leavePool();
    d.clear();
    d.joinPool();
}

void DryEngine::setBackend (std::unique_ptr<DryBackend> backend)
{
    auto& d = *impl_;
    if (backend != nullptr)
    {
        const auto& shape = backend->shape();
        if (d.channels > 0 && ! (shape.grid == d.wantedGrid))
            throw std::invalid_argument ("Dry: the back end's window, hop or FFT is not the one that was prepared");
        if (shape.filterOrder < 1 || shape.filterOrder > maxDryOrder || shape.filterBins < 0 || shape.filterBins > numDryBins)
            throw std::invalid_argument ("Dry: the back end's filter has too many taps or bins");
    }
    std::unique_ptr<DryBackend> old;                 // freed outside the lock
    const std::lock_guard guard (d.atBackend);
    old = std::exchange (d.backend, std::move (backend));
    d.present.store (d.backend != nullptr);
    if (d.backend != nullptr)
        d.earlyOfBackend_ms.store (d.backend->shape().early_ms);
    d.resetBackend();
}

bool DryEngine::hasBackend() const { return impl_->present.load(); }

std::string DryEngine::error() const
{
    const std::lock_guard guard (impl_->control);
    return impl_->error;
}

void DryEngine::setRoom (std::optional<RoomDescription> room)
{
    if (room)
        room = roomDescriptionFromJson (toJson (*room));                 // throws for values out of range
    const std::lock_guard guard (impl_->control);
    impl_->room = std::move (room);
    impl_->condition = dryCondition (impl_->room ? &*impl_->room : nullptr);
}

std::optional<RoomDescription> DryEngine::room() const
{
    const std::lock_guard guard (impl_->control);
    return impl_->room;
}

int DryEngine::latency_samples() const noexcept { return impl_->latency; }

int DryEngine::latency_samples (double sampleRate, int maximumBlock, const DryGrid& grid)
{
    const auto atRate = gridAtRate (grid, sampleRate);
    return atRate.synthesisWindow + std::max (atRate.hop, std::min (maximumBlock, maxSlack_samples));
}

const DryGrid& DryEngine::grid() const noexcept { return impl_->wantedGrid; }
int DryEngine::lateFrames() const noexcept { return impl_->late.load(); }

void DryEngine::process (const float* const* in, float* const* out, int numSamples,
                         const DryParameters& parameters) noexcept LUMIVERB_REALTIME
{
    auto& d = *impl_;
    if (d.channels == 0)
        return;
    const ScopedFlushDenormals flush;
    d.takeParameters (parameters);
    for (int done = 0; done < numSamples;)
    {
        const int count = std::min ({ numSamples - done, pieceLength, d.toBoundary() });
        d.processPiece (in, out, done, count);
        done += count;
    }
}

void DryEngine::waitForBackend()
{
    auto& d = *impl_;
    if (! d.inPool)
        return;
    d.pool->wake();
    while (! d.queue.idle())
        std::this_thread::sleep_for (std::chrono::microseconds (200));
}

void DryEngine::enableView (bool on) noexcept { impl_->views.enable (on); }
bool DryEngine::readView (DryView& view) noexcept { return impl_->views.read (view); }

}  // namespace lumiverb
