// SPDX-License-Identifier: AGPL-3.0-or-later
#include "dry_controls.h"
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace lumiverb {

namespace {

constexpr float largestSuppression_db = 100.0f, smallestGain = 1.0e-5f;
constexpr float dbPerOctave = 6.0205999f;            // of amplitude: 20 lg 2

float toGain (float suppression_db) noexcept LUMIVERB_REALTIME { return std::exp2 (-suppression_db / dbPerOctave); }

float toSuppression_db (float gain) noexcept LUMIVERB_REALTIME
{
    return gain > smallestGain ? -dbPerOctave * std::log2 (gain) : largestSuppression_db;
}

/// 0 at and below `from`, 1 at and above `to`, a raised cosine of log frequency between them.
float fade (double frequency, double from, double to)
{
    const double x = std::clamp (std::log (std::max (frequency, 1.0) / from) / std::log (to / from), 0.0, 1.0);
    return static_cast<float> (0.5 - 0.5 * std::cos (std::numbers::pi * x));
}

}  // namespace

DryControls::DryControls (double hop_s) : hop_s_ (hop_s)
{
    for (std::size_t k = 0; k < lowWeight_.size(); ++k)
    {
        const double frequency = 46.875 * static_cast<double> (k);
        lowWeight_[k] = 1 - fade (frequency, 250, 1000);
        highWeight_[k] = fade (frequency, 2000, 8000);
    }
    reset();
}

void DryControls::reset() noexcept
{
    // As if a back end that removes everything had been there: nothing is held over from before the start.
    for (auto& frame : suppression_db_)
        frame.fill (largestSuppression_db);
    released_db_.fill (largestSuppression_db);
    gain_.fill (1);
    share_.fill (0);
    after_.fill (1);
    gainAbove_ = 1;
}

/// The least suppression of the newest and the `frames` before; a fraction of a frame counts in proportion, so the knob has no steps.
float DryControls::held (int bin, float frames) const noexcept LUMIVERB_REALTIME
{
    const auto at = [&] (int back)
    { return suppression_db_[static_cast<std::size_t> ((newest_ + maxHold - back) % maxHold)][static_cast<std::size_t> (bin)]; };
    const int whole = static_cast<int> (frames);
    float least = at (0);
    for (int back = 1; back <= whole; ++back)
        least = std::min (least, at (back));
    const float rest = frames - static_cast<float> (whole);
    return rest > 0 ? least + rest * std::min (0.0f, at (whole + 1) - least) : least;
}

void DryControls::shape (const DryFilter& filter, const DryParameters& p, float earlyOfBackend_ms) noexcept LUMIVERB_REALTIME
{
    newest_ = (newest_ + 1) % maxHold;
    auto& now = suppression_db_[static_cast<std::size_t> (newest_)];
    for (std::size_t k = 0; k < now.size(); ++k)
        now[k] = toSuppression_db (filter.gain[k]);

    const float hold =
        std::clamp ((p.early_ms - earlyOfBackend_ms) * 1.0e-3f / static_cast<float> (hop_s_), 0.0f, static_cast<float> (maxHold - 2));
    const float rate_db = p.tail_s > 1.0e-3f ? static_cast<float> (60 * hop_s_) / p.tail_s : 2 * largestSuppression_db;
    if (p.amount == 1 && hold == 0 && p.tail_s <= 1.0e-3f && p.low_db == 0 && p.high_db == 0)
        return passOn (filter);
    for (std::size_t k = 0; k < now.size(); ++k)
    {
        const float s = std::min (held (static_cast<int> (k), hold), std::max (0.0f, released_db_[k]) + rate_db);
        released_db_[k] = s;
        const float bias = p.low_db * lowWeight_[k] + p.high_db * highWeight_[k];
        const float biased = s > 0 && bias != 0 ? std::max (0.0f, s + bias * (1 - toGain (s))) : s;
        const float wanted_db = p.amount * biased;
        gain_[k] = toGain (wanted_db);

        const float own_db = now[k], own = toGain (own_db);
        const bool more = wanted_db > own_db && own_db > 0;
        share_[k] = more ? 1.0f : std::abs (own_db) < 0.01f ? p.amount : std::clamp ((1 - gain_[k]) / (1 - own), 0.0f, 1.0f);
        after_[k] = more ? gain_[k] / own : 1.0f;
    }
    takeGainAbove();
}

/// What the loop above comes to where no knob is touched, without its exponentials.
void DryControls::passOn (const DryFilter& filter) noexcept LUMIVERB_REALTIME
{
    released_db_ = suppression_db_[static_cast<std::size_t> (newest_)];
    for (std::size_t k = 0; k < gain_.size(); ++k)
        gain_[k] = std::max (filter.gain[k], smallestGain);
    share_.fill (1);
    after_.fill (1);
    takeGainAbove();
}

void DryControls::takeGainAbove() noexcept LUMIVERB_REALTIME
{
    gainAbove_ = std::accumulate (gain_.begin() + 384, gain_.end(), 0.0f) / static_cast<float> (numDryBins - 384);
}

}  // namespace lumiverb
