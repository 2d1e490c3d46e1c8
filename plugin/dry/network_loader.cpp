// SPDX-License-Identifier: AGPL-3.0-or-later
#include "dry/network_loader.h"
#include "shared/model_folder.h"

namespace lumiverb::plugin {

NetworkLoader::NetworkLoader() : Thread ("Lumiverb network") {}

NetworkLoader::~NetworkLoader() { stopThread (30000); }

void NetworkLoader::load (DryQuality quality)
{
    {
        const std::scoped_lock lock (mutex_);
        wanted_ = quality;
        busy_ = true;
    }
    startThread (Priority::low);
    notify();
}

bool NetworkLoader::waitUntilIdle (int timeout_ms) const
{
    const auto end = juce::Time::getMillisecondCounter() + (juce::uint32) timeout_ms;
    while (isBusy() && juce::Time::getMillisecondCounter() < end)
        Thread::sleep (2);
    return ! isBusy();
}

void NetworkLoader::run()
{
    while (! threadShouldExit())
    {
        std::optional<DryQuality> wanted;
        {
            const std::scoped_lock lock (mutex_);
            wanted = std::exchange (wanted_, std::nullopt);
            busy_ = wanted.has_value();
        }
        if (wanted)
            loadNow (*wanted);
        else
            wait (-1);
    }
}

void NetworkLoader::loadNow (DryQuality quality)
{
    const juce::String name (dryModelName (quality));
    if (! hasModel (name))
        return onFailed (quality, Failure::missing, missingModelText (name));
    try
    {
        onLoaded (quality, sharedDryNetwork (modelFolder (name).getFullPathName().toStdString()));
    }
    catch (const std::exception& e)
    {
        onFailed (quality, Failure::failed, juce::String::fromUTF8 (e.what()));
    }
}

}  // namespace lumiverb::plugin
