// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dry/dry_engine.h"
#include <atomic>
#include <cmath>

namespace lumiverb {

/// Frames for the display: written by the audio thread, read by one other. When nobody reads, new frames are dropped.
class DryViewQueue
{
public:
    DryViewQueue() : views_ (capacity)
    {
        std::array<bool, DryView::rows> filled {};
        for (int k = 0; k < numDryBins; ++k)
        {
            const int row = static_cast<int> (DryView::rows * mel (46.875 * k) / mel (maxViewFrequency_hz));
            rowOfBin_[static_cast<std::size_t> (k)] = row;
            if (row < DryView::rows)
                filled[static_cast<std::size_t> (row)] = true;
        }
        // In the lows rows are narrower than bins: those without one show what the next row below shows (bin 0 is in row 0).
        for (std::size_t row = 1; row < filled.size(); ++row)
            shownRow_[row] = filled[row] ? static_cast<int> (row) : shownRow_[row - 1];
    }

    static double mel (double frequency_hz) { return 2595.0 * std::log10 (1 + frequency_hz / 700.0); }

    void enable (bool on) noexcept { enabled_.store (on); }

    /// A fresh view to fill, or null.
    DryView* begin() noexcept LUMIVERB_REALTIME
    {
        const auto next = written_.load (std::memory_order_relaxed);
        if (! enabled_.load (std::memory_order_relaxed) || next - read_.load (std::memory_order_acquire) >= capacity)
            return nullptr;
        views_[next % capacity] = {};
        return &views_[next % capacity];
    }
    void end() noexcept LUMIVERB_REALTIME { written_.fetch_add (1, std::memory_order_release); }
    /// -1: the bin is above the display.
    int rowOf (int bin) const noexcept LUMIVERB_REALTIME
    {
        return bin < numDryBins && rowOfBin_[static_cast<std::size_t> (bin)] < DryView::rows ? rowOfBin_[static_cast<std::size_t> (bin)]
                                                                                             : -1;
    }

    bool read (DryView& view) noexcept
    {
        const auto next = read_.load (std::memory_order_relaxed);
        if (next == written_.load (std::memory_order_acquire))
            return false;
        const auto& written = views_[next % capacity];
        for (std::size_t row = 0; row < shownRow_.size(); ++row)
        {
            const auto from = static_cast<std::size_t> (shownRow_[row]);
            view.input[row] = written.input[from];
            view.removed[row] = written.removed[from];
            view.output[row] = written.output[from];
        }
        read_.fetch_add (1, std::memory_order_release);
        return true;
    }

private:
    static constexpr std::size_t capacity = 64;
    std::vector<DryView> views_;
    std::array<int, numDryBins> rowOfBin_ {};
    std::array<int, DryView::rows> shownRow_ {};
    std::atomic<bool> enabled_ { false };
    std::atomic<std::size_t> written_ { 0 }, read_ { 0 };
};

}  // namespace lumiverb
