// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dry/dry_state.h"
#include "lumiverb/inference/dry_network.h"
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <juce_core/juce_core.h>

namespace lumiverb::plugin {

/// Opens networks on a thread of its own, so that the plug-in opens at once. A newer wish replaces the one in work.
/// Owned by the processor; load() may be called from any thread but the audio thread.
class NetworkLoader : private juce::Thread
{
public:
    enum class Failure
    {
        missing,
        failed
    };

    /// Both are called on the loader's thread.
    std::function<void (DryQuality, std::unique_ptr<DryNetwork>)> onLoaded;
    std::function<void (DryQuality, Failure, juce::String)> onFailed;

    NetworkLoader();
    ~NetworkLoader() override;

    void load (DryQuality);
    bool isBusy() const noexcept { return busy_.load(); }
    /// For offline rendering and tests. False after the time-out.
    bool waitUntilIdle (int timeout_ms) const;

private:
    void run() override;
    void loadNow (DryQuality);

    std::mutex mutex_;
    std::optional<DryQuality> wanted_;               ///< guarded by mutex_
    std::atomic<bool> busy_ { false };
};

}  // namespace lumiverb::plugin
