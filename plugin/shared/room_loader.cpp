// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shared/room_loader.h"
#include "lumiverb/inference/blind_room.h"
#include "lumiverb/inference/scene_encoder.h"
#include "lumiverb/room/scene_description.h"
#include "shared/model_folder.h"
#include "shared/picture_file.h"

namespace lumiverb::plugin {

static constexpr const char* encoderName = "scene-encoder";

RoomLoader::RoomLoader (Capture& capture) : Thread ("Lumiverb rooms"), capture_ (capture) {}

RoomLoader::~RoomLoader()
{
    cancel_ = true;
    stopThread (30000);
}

void RoomLoader::load (const juce::File& file) { request ({ Request::Kind::file, file }); }
void RoomLoader::capture (bool sidechain) { request ({ sidechain ? Request::Kind::sidechain : Request::Kind::track, {} }); }

void RoomLoader::request (Request wanted)
{
    {
        const std::scoped_lock lock (mutex_);
        hearing_ = wanted.kind != Request::Kind::file;
        stage_ = hearing_ ? Stage::listening : Stage::reading;
        wanted_ = std::move (wanted);
        cancel_ = true;
        finish_ = false;
    }
    startThread (Priority::low);
    notify();
}

void RoomLoader::cancel()
{
    const std::scoped_lock lock (mutex_);
    wanted_ = {};
    cancel_ = true;
}

void RoomLoader::cancelCapture (int timeout_ms)
{
    const auto end = juce::Time::getMillisecondCounter() + (juce::uint32) timeout_ms;
    std::unique_lock lock (mutex_);
    if (wanted_.isCapture())
        wanted_ = {};
    if (served_.isCapture())
        cancel_ = true;
    while (served_.isCapture() && juce::Time::getMillisecondCounter() < end)
    {
        lock.unlock();
        Thread::sleep (5);
        lock.lock();
    }
}

bool RoomLoader::waitUntilIdle (int timeout_ms) const
{
    const auto end = juce::Time::getMillisecondCounter() + (juce::uint32) timeout_ms;
    while (stage() != Stage::idle && juce::Time::getMillisecondCounter() < end)
        Thread::sleep (5);
    return stage() == Stage::idle;
}

void RoomLoader::run()
{
    while (! threadShouldExit())
    {
        Request request;
        {
            const std::scoped_lock lock (mutex_);
            served_ = request = std::exchange (wanted_, {});
            cancel_ = threadShouldExit();
            if (request.kind == Request::Kind::none)
                stage_ = Stage::idle;
        }
        if (request.kind == Request::Kind::none)
            wait (-1);
        else
            serve (request);
    }
}

void RoomLoader::fail (Failure failure, const juce::String& sentence)
{
    if (! cancel_.load() && onFailed)
        onFailed (failure, sentence);
}

void RoomLoader::failMissing (const char* model) { fail (Failure::modelMissing, missingModelText (model)); }

/// JSON begins with a brace, whatever the ending; other text is no picture and gets the pictures' sentence.
static bool isJson (const juce::File& file)
{
    char start[64] {};
    juce::FileInputStream stream (file);
    const int size = stream.openedOk() ? std::max (0, stream.read (start, sizeof start)) : 0;
    const auto* first = std::find_if (start, start + size, [] (char c) { return c != ' ' && c != '\t' && c != '\r' && c != '\n'; });
    return first != start + size && *first == '{';
}

/// The first bytes tell a recording from a picture; of what is neither, the ending tells which sentence helps.
static bool isRecording (const juce::File& file)
{
    std::uint8_t start[64] {};
    juce::FileInputStream stream (file);
    const auto size = stream.openedOk() ? (std::size_t) std::max (0, stream.read (start, sizeof start)) : 0;
    if (looksLikeRecording (start, size))
        return true;
    return readPictureHeader (start, size).format == PictureHeader::Format::unknown
           && file.hasFileExtension ("wav;aif;aiff;flac;ogg;mp3;m4a;opus;wma");
}

void RoomLoader::serve (const Request& request)
{
    try
    {
        if (request.kind != Request::Kind::file)
            hear (listen (request.kind == Request::Kind::sidechain));
        else if (isRecording (request.file))
        {
            hearing_ = true;
            hear (readRecording (request.file, cancel_));
        }
        else if (isJson (request.file))
            readJsonFile (request.file);
        else
            readPictureFile (request.file);
    }
    catch (const PictureCancelled&)
    {}
    catch (const PictureError& e)
    {
        fail (Failure::picture, juce::String::fromUTF8 (e.what()));
    }
    catch (const RecordingError& e)
    {
        fail (Failure::recording, juce::String::fromUTF8 (e.what()));
    }
    catch (const std::bad_alloc&)
    {
        fail (hearing_ ? Failure::recording : Failure::picture, request.file.getFileName() + " needs more memory than there is.");
    }
    catch (const std::exception& e)
    {
        fail (Failure::modelFailed, juce::String::fromUTF8 (e.what()));
    }
}

void RoomLoader::readPictureFile (const juce::File& file)
{
    const auto pixels = readPicture (file, cancel_);
    LoadedRoom result;
    result.thumbnail = makeThumbnail (pixels);
    result.name = file.getFileNameWithoutExtension().toStdString();
    if (! hasModel (encoderName))
        return failMissing (encoderName);
    stage_ = Stage::waitingForModel;
    const auto encoder = sharedSceneEncoder (modelFolder (encoderName).getFullPathName().toStdString());
    stage_ = Stage::describing;
    result.room = encoder->describe ({ pixels.rgb.data(), pixels.width, pixels.height });
    if (! cancel_.load() && onRoom)
        onRoom (std::move (result));
}

void RoomLoader::readJsonFile (const juce::File& file)
{
    static constexpr juce::int64 maxBytes = 400 * 1000;      // two of them must fit a state
    const auto tooLarge = file.getFileName() + " is too large for a room or a scene: 400 kB are allowed.";
    if (file.getSize() > maxBytes)
        return fail (Failure::file, tooLarge);
    try
    {
        const auto text = file.loadFileAsString().toStdString();
        LoadedRoom result;
        if (text.find ("\"lumiverb-room\"") != std::string::npos)
            result.room = roomDescriptionFromJson (text);
        else
        {
            stage_ = Stage::describing;
            result = traced (text);
            if (result.scene.size() > (std::size_t) maxBytes)
                return fail (Failure::file, tooLarge);
        }
        result.name = file.getFileNameWithoutExtension().toStdString();
        if (! cancel_.load() && onRoom)
            onRoom (std::move (result));
    }
    catch (const std::invalid_argument& e)
    {
        fail (Failure::file, file.getFileName() + ": " + juce::String::fromUTF8 (e.what()) + ".");
    }
}

/// Picture and description of a scene, as tools/make_presets.py makes the finished rooms.
LoadedRoom RoomLoader::traced (const std::string& sceneJson)
{
    const auto scene = sceneFromJson (sceneJson);
    LoadedRoom result;
    result.scene = toJson (scene);
    const RoomTracer tracer (scene);
    SoundOptions sound;
    sound.cancel = &cancel_;
    sound.threads = std::max (1, juce::SystemStats::getNumCpus() / 2);
    const auto field = tracer.sound (sound);
    if (cancel_.load())
        return result;
    result.room = describeScene (scene, field);
    PictureOptions picture;
    picture.width = picture.height = 320;
    picture.samplesPerPixel = 16;
    picture.denoise = true;
    picture.threads = sound.threads;
    auto seen = tracer.picture (picture);
    result.thumbnail = makeThumbnail ({ seen.width, seen.height, std::move (seen.rgb) });
    return result;
}

Recording RoomLoader::listen (bool sidechain)
{
    if (! capture_.begin (sidechain))
        throw RecordingError ("Nothing can be captured before the host plays: start playback first.");
    while (! cancel_.load() && ! finish_.load() && ! capture_.isFull())
    {
        wait (20);
        // A host that changes its rate or layout has thrown away what was heard, not the wish to hear it.
        if (! capture_.isWanted())
            capture_.begin (sidechain);
    }
    capture_.end();
    if (cancel_.load())
        return {};
    auto recording = capture_.take();
    if (recording.audio.getNumSamples() < (int) (leastRecording_s * recording.sampleRate))
        throw RecordingError (sidechain ? "The sidechain gave less than 2 seconds of sound: is a track routed to it, and playing?"
                                        : "The track gave less than 2 seconds of sound: play the part that was recorded in the room.");
    recording.name = sidechain ? "Sidechain" : "This track";
    return recording;
}

void RoomLoader::hear (const Recording& recording)
{
    if (cancel_.load())
        return;
    if (! hasModel (blindRoomName))
        return failMissing (blindRoomName);
    stage_ = Stage::waitingForModel;
    const auto ear = sharedBlindRoom (modelFolder (blindRoomName).getFullPathName().toStdString());
    stage_ = Stage::describing;
    try
    {
        const auto& audio = recording.audio;
        LoadedRecording result { ear->describe ({ audio.getArrayOfReadPointers(), audio.getNumChannels(), audio.getNumSamples(),
                                                  recording.sampleRate }),
                                 recording.name.toStdString() };
        if (! cancel_.load() && onRecording)
            onRecording (std::move (result));
    }
    catch (const std::invalid_argument& e)
    {
        fail (Failure::recording, recording.name + ": " + juce::String::fromUTF8 (e.what()) + ".");
    }
}

Notice::Kind noticeKind (RoomLoader::Failure failure) noexcept
{
    using Failure = RoomLoader::Failure;
    switch (failure)
    {
        case Failure::picture: return Notice::Kind::picture;
        case Failure::recording: return Notice::Kind::recording;
        case Failure::file: return Notice::Kind::file;
        case Failure::modelMissing: return Notice::Kind::modelMissing;
        case Failure::modelFailed: break;
    }
    return Notice::Kind::modelFailed;
}

}  // namespace lumiverb::plugin
