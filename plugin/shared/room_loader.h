// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/room_description.h"
#include "shared/capture.h"
#include "shared/notice.h"
#include "shared/recording_file.h"
#include <atomic>
#include <functional>
#include <mutex>
#include <vector>
#include <juce_core/juce_core.h>

namespace lumiverb::plugin {

inline constexpr const char* blindRoomName = "blind-room";           ///< the network that recordings need

/// What became of a picture, a room as JSON, or a scene.
struct LoadedRoom
{
    RoomDescription room;
    std::string name;
    std::vector<std::uint8_t> thumbnail;
    std::string scene;                               ///< canonical JSON of a scene, or empty
};

/// What became of a recording.
struct LoadedRecording
{
    RoomDescription room;
    std::string name;
};

/// Reads pictures and recordings and asks the networks what room they show, on a thread of its own that starts with the first one.
/// A newer request replaces the one in work. Owned by the processor; load() and capture() may be called from any thread but the audio
/// thread.
class RoomLoader : private juce::Thread
{
public:
    enum class Stage
    {
        idle,
        reading,
        listening,
        waitingForModel,
        describing
    };
    enum class Failure
    {
        picture,
        recording,
        file,
        modelMissing,
        modelFailed
    };

    /// All are called on the loader's thread.
    std::function<void (LoadedRoom)> onRoom;
    std::function<void (LoadedRecording)> onRecording;
    std::function<void (Failure, juce::String)> onFailed;

    /// The capture is filled by the processor's audio thread.
    explicit RoomLoader (Capture&);
    ~RoomLoader() override;

    /// A picture, a recording, or a room or scene as JSON: its content decides.
    void load (const juce::File&);
    /// Listens to the track or the sidechain until the capture is full or finishCapture() is called, then describes what was heard.
    void capture (bool sidechain);
    void finishCapture() noexcept { finish_ = true; }
    void cancel();
    /// Cancels a capture, waits until nothing is captured any more (for up to that long), and leaves files alone.
    void cancelCapture (int timeout_ms);
    Stage stage() const noexcept { return stage_.load(); }
    /// Whether the work at hand (if any) is a recording.
    bool isHearing() const noexcept { return hearing_.load(); }
    /// Waits until nothing is in work (for tests and offline hosts). False after the time-out.
    bool waitUntilIdle (int timeout_ms) const;

private:
    struct Request
    {
        enum class Kind
        {
            none,
            file,
            track,
            sidechain
        } kind = Kind::none;
        juce::File file;
        bool isCapture() const noexcept { return kind == Kind::track || kind == Kind::sidechain; }
    };

    void run() override;
    void request (Request);
    void serve (const Request&);
    void readPictureFile (const juce::File&);
    void readJsonFile (const juce::File&);
    LoadedRoom traced (const std::string& sceneJson);
    Recording listen (bool sidechain);
    void hear (const Recording&);
    void fail (Failure, const juce::String&);
    void failMissing (const char* model);

    Capture& capture_;
    mutable std::mutex mutex_;
    Request wanted_, served_;                        ///< guarded by mutex_
    std::atomic<bool> cancel_ { false }, finish_ { false }, hearing_ { false };
    std::atomic<Stage> stage_ { Stage::idle };
};

/// What the user is told.
Notice::Kind noticeKind (RoomLoader::Failure) noexcept;

}  // namespace lumiverb::plugin
