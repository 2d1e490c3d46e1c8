// SPDX-License-Identifier: AGPL-3.0-or-later
#include "match/factory_rooms.h"
#include <algorithm>
#if LUMIVERB_HAS_PRESETS
    #include <lumiverb_presets.h>
#endif

namespace lumiverb::plugin {
namespace {

/// One embedded preset: "03_stone_chapel.json" beside "03_stone_chapel.jpg".
struct Entry
{
    juce::String file, title;
    std::string json;
    std::vector<std::uint8_t> thumbnail, scene;      ///< scene: gzip
};

#if LUMIVERB_HAS_PRESETS
std::vector<std::uint8_t> resource (const juce::String& file)
{
    for (int i = 0; i < lumiverb_presets::namedResourceListSize; ++i)
        if (file == lumiverb_presets::originalFilenames[i])
        {
            int size = 0;
            const auto* data = lumiverb_presets::getNamedResource (lumiverb_presets::namedResourceList[i], size);
            return { data, data + size };
        }
    return {};
}

std::vector<Entry> readEntries()
{
    std::vector<Entry> entries;
    for (int i = 0; i < lumiverb_presets::namedResourceListSize; ++i)
    {
        const juce::String file = lumiverb_presets::originalFilenames[i];
        if (! file.endsWith (".json"))
            continue;
        int size = 0;
        const auto* data = lumiverb_presets::getNamedResource (lumiverb_presets::namedResourceList[i], size);
        Entry entry { file, {}, std::string (data, (std::size_t) size), {}, {} };
        auto title = file.upToLastOccurrenceOf (".", false, false).fromFirstOccurrenceOf ("_", false, false).replaceCharacter ('_', ' ');
        entry.title = title.substring (0, 1).toUpperCase() + title.substring (1);
        const auto stem = file.upToLastOccurrenceOf (".", false, false);
        entry.thumbnail = resource (stem + ".jpg");
        entry.scene = resource (stem + ".scene.gz");
        entries.push_back (std::move (entry));
    }
    std::sort (entries.begin(), entries.end(), [] (const auto& a, const auto& b) { return a.file < b.file; });
    return entries;
}
#else
std::vector<Entry> readEntries() { return {}; }
#endif

const std::vector<Entry>& entries()
{
    static const auto list = readEntries();
    return list;
}

}  // namespace

int FactoryRooms::size() const { return (int) entries().size(); }
juce::String FactoryRooms::name (int index) const { return entries()[(std::size_t) index].title; }
RoomDescription FactoryRooms::room (int index) const { return roomDescriptionFromJson (entries()[(std::size_t) index].json); }
const std::vector<std::uint8_t>& FactoryRooms::thumbnail (int index) const { return entries()[(std::size_t) index].thumbnail; }

std::string FactoryRooms::scene (int index) const
{
    const auto& packed = entries()[(std::size_t) index].scene;
    juce::MemoryInputStream memory (packed.data(), packed.size(), false);
    juce::GZIPDecompressorInputStream stream (&memory, false, juce::GZIPDecompressorInputStream::gzipFormat);
    return packed.empty() ? std::string() : stream.readEntireStreamAsString().toStdString();
}

int FactoryRooms::find (const MatchSlot& slot) const
{
    if (slot.room && ! slot.recording)
        for (int i = 0; i < size(); ++i)
            if (slot.name == name (i).toStdString() && slot.thumbnail == thumbnail (i))
                return i;
    return -1;
}

}  // namespace lumiverb::plugin
