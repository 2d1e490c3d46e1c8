// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/room_description.h"
#include <atomic>
#include <functional>
#include <mutex>
#include <vector>
#include <juce_core/juce_core.h>

namespace lumiverb::plugin {

/// What became of a picture.
struct LoadedPicture
{
    RoomDescription room;
    std::string name;
    std::vector<std::uint8_t> thumbnail;
};

/// Reads pictures and asks the scene encoder what room they show, on a thread of its own that starts with the first picture.
/// A newer picture replaces the one in work. Owned by the processor; load() may be called from any thread but the audio thread.
class PictureLoader : private juce::Thread
{
public:
    enum class Stage
    {
        idle,
        reading,
        waitingForModel,
        describing
    };
    enum class Failure
    {
        picture,
        modelMissing,
        modelFailed
    };

    /// Both are called on the loader's thread.
    std::function<void (LoadedPicture)> onLoaded;
    std::function<void (Failure, juce::String)> onFailed;

    PictureLoader();
    ~PictureLoader() override;

    void load (const juce::File&);
    void cancel();
    Stage stage() const noexcept { return stage_.load(); }
    /// Waits until nothing is in work (for tests and offline hosts). False after the time-out.
    bool waitUntilIdle (int timeout_ms) const;

private:
    void run() override;
    void loadNow (const juce::File&);
    void fail (Failure, const juce::String&);

    mutable std::mutex mutex_;
    juce::File wanted_;                              ///< guarded by mutex_; empty = nothing
    std::atomic<bool> cancel_ { false };
    std::atomic<Stage> stage_ { Stage::idle };
};

}  // namespace lumiverb::plugin
