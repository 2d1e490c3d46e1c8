// SPDX-License-Identifier: AGPL-3.0-or-later
#include "dry/picture_loader.h"
#include "lumiverb/inference/scene_encoder.h"
#include "shared/model_folder.h"
#include "shared/picture_file.h"

namespace lumiverb::plugin {

static constexpr const char* encoderName = "scene-encoder";

PictureLoader::PictureLoader() : Thread ("Lumiverb picture") {}

PictureLoader::~PictureLoader()
{
    cancel_ = true;
    stopThread (30000);
}

void PictureLoader::load (const juce::File& file)
{
    {
        const std::scoped_lock lock (mutex_);
        wanted_ = file;
        cancel_ = true;
        stage_ = Stage::reading;
    }
    startThread (Priority::low);
    notify();
}

void PictureLoader::cancel()
{
    const std::scoped_lock lock (mutex_);
    wanted_ = juce::File();
    cancel_ = true;
}

bool PictureLoader::waitUntilIdle (int timeout_ms) const
{
    const auto end = juce::Time::getMillisecondCounter() + (juce::uint32) timeout_ms;
    while (stage() != Stage::idle && juce::Time::getMillisecondCounter() < end)
        Thread::sleep (5);
    return stage() == Stage::idle;
}

void PictureLoader::run()
{
    while (! threadShouldExit())
    {
        juce::File file;
        {
            const std::scoped_lock lock (mutex_);
            file = std::exchange (wanted_, juce::File());
            cancel_ = threadShouldExit();
            if (file == juce::File())
                stage_ = Stage::idle;
            else
                stage_ = Stage::reading;
        }
        if (file == juce::File())
            wait (-1);
        else
            loadNow (file);
    }
}

void PictureLoader::fail (Failure failure, const juce::String& sentence)
{
    if (! cancel_.load() && onFailed)
        onFailed (failure, sentence);
}

void PictureLoader::loadNow (const juce::File& file)
{
    try
    {
        const auto pixels = readPicture (file, cancel_);
        LoadedPicture result;
        result.thumbnail = makeThumbnail (pixels);
        result.name = file.getFileNameWithoutExtension().toStdString();
        const auto folder = modelFolder (encoderName);
        if (! hasModel (encoderName))
            return fail (Failure::modelMissing, missingModelText (encoderName));
        stage_ = Stage::waitingForModel;
        const auto encoder = sharedSceneEncoder (folder.getFullPathName().toStdString());
        stage_ = Stage::describing;
        result.room = encoder->describe ({ pixels.rgb.data(), pixels.width, pixels.height });
        if (! cancel_.load() && onLoaded)
            onLoaded (std::move (result));
    }
    catch (const PictureCancelled&)
    {}
    catch (const PictureError& e)
    {
        fail (Failure::picture, juce::String::fromUTF8 (e.what()));
    }
    catch (const std::bad_alloc&)
    {
        fail (Failure::picture, file.getFileName() + " needs more memory than there is.");
    }
    catch (const std::exception& e)
    {
        fail (Failure::modelFailed, juce::String::fromUTF8 (e.what()));
    }
}

}  // namespace lumiverb::plugin
