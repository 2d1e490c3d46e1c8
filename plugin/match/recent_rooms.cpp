// SPDX-License-Identifier: AGPL-3.0-or-later
#include "match/recent_rooms.h"
#include "shared/model_folder.h"

namespace lumiverb::plugin {

static juce::File folder() { return userFolder().getChildFile ("recent"); }

juce::Array<juce::File> recentRoomFiles()
{
    auto files = folder().findChildFiles (juce::File::findFiles, false, "*.lumiroom");
    std::sort (files.begin(), files.end(),
               [] (const juce::File& a, const juce::File& b)
               {
                   const auto ta = a.getLastModificationTime(), tb = b.getLastModificationTime();
                   return ta != tb ? ta > tb : a.getFileName() > b.getFileName();
               });
    return files;
}

void addToRecentRooms (const MatchSlot& slot)
{
    if (! slot.room || slot.thumbnail.empty() || ! folder().createDirectory())
        return;
    // Same picture, same file: the name is a hash of what the thumbnail shows.
    std::uint64_t hash = 1469598103934665603ull;
    for (const auto byte : slot.thumbnail)
        hash = (hash ^ byte) * 1099511628211ull;
    MatchState state;
    state.slots[0] = slot;
    state.slots[0].parameters = {};
    const auto bytes = serialise (state);
    const auto file = folder().getChildFile (juce::String::toHexString ((juce::int64) hash) + ".lumiroom");
    juce::TemporaryFile temporary (file);
    if (temporary.getFile().replaceWithData (bytes.data(), bytes.size()))
        temporary.overwriteTargetFileWithTemporary();
    const auto files = recentRoomFiles();
    for (int i = maxRecentRooms; i < files.size(); ++i)
        files[i].deleteFile();
}

std::optional<MatchSlot> readRoomFile (const juce::File& file)
{
    juce::MemoryBlock block;
    if (file.getSize() > (4 << 20) || ! file.loadFileAsData (block))
        return {};
    try
    {
        const auto state = deserialiseMatchState ({ static_cast<const std::uint8_t*> (block.getData()), block.getSize() });
        return state.slots[state.active];
    }
    catch (const std::exception&)
    {
        return {};
    }
}

}  // namespace lumiverb::plugin
