// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shared/model_folder.h"
#include "lumiverb/inference/runtime.h"
#include <algorithm>
#include <vector>

namespace lumiverb::plugin {

/// A path that is not absolute says nothing in a host, which may stand anywhere.
static std::vector<juce::File> modelFolders()
{
    std::vector<juce::File> folders;
    juce::StringArray given;
    given.addTokens (juce::SystemStats::getEnvironmentVariable ("LUMIVERB_MODELS", {}), juce::File::getSeparatorChar() == '\\' ? ";" : ":",
                     {});
    for (const auto& path : given)
        if (juce::File::isAbsolutePath (path))
            folders.emplace_back (path);
    const juce::File binary (juce::String::fromUTF8 (moduleFolder().c_str()));
    folders.push_back (binary.getChildFile ("models"));
    folders.push_back (binary.getParentDirectory().getChildFile ("Resources/models"));
    return folders;
}

static bool isModel (const juce::File& folder) { return folder.getChildFile ("manifest.json").existsAsFile(); }

juce::File modelFolder (const juce::String& name)
{
    const auto folders = modelFolders();
    const auto found =
        std::find_if (folders.begin(), folders.end(), [&] (const auto& folder) { return isModel (folder.getChildFile (name)); });
    return (found != folders.end() ? *found : folders.back()).getChildFile (name);
}

bool hasModel (const juce::String& name) { return isModel (modelFolder (name)); }

juce::String missingModelText (const juce::String& name)
{
    const auto folder = modelFolder (name);
    juce::StringArray parts;
    parts.addTokens (folder.getFullPathName(), juce::File::getSeparatorString(), {});
    while (parts.size() > 5)
        parts.remove (0);
    return juce::String (name == "blind-room"      ? "Recordings cannot be heard: "
                         : name.startsWith ("dry") ? "Rooms cannot be taken off: "
                                                   : "Pictures cannot be read: ")
           + juce::String::fromUTF8 ("\xe2\x80\xa6") + "/" + parts.joinIntoString ("/") + " holds no model.";
}

juce::File userFolder()
{
    const auto given = juce::SystemStats::getEnvironmentVariable ("LUMIVERB_USER_DIR", {});
    if (juce::File::isAbsolutePath (given))
        return juce::File (given);
    auto base = juce::File::getSpecialLocation (juce::File::userApplicationDataDirectory);
#if JUCE_MAC
    base = base.getChildFile ("Application Support");
#endif
    return base.getChildFile ("Lumiverb");
}

}  // namespace lumiverb::plugin
