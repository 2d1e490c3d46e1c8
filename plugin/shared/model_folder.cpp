// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shared/model_folder.h"
#include "lumiverb/inference/runtime.h"

namespace lumiverb::plugin {

juce::File modelFolder (const juce::String& name)
{
    const auto given = juce::SystemStats::getEnvironmentVariable ("LUMIVERB_MODELS", {});
    if (juce::File::isAbsolutePath (given))
        return juce::File (given).getChildFile (name);
    const juce::File binary (juce::String::fromUTF8 (moduleFolder().c_str()));
    const auto beside = binary.getChildFile ("models").getChildFile (name);
    if (beside.isDirectory())
        return beside;
    return binary.getParentDirectory().getChildFile ("Resources/models").getChildFile (name);
}

bool hasModel (const juce::String& name) { return modelFolder (name).getChildFile ("manifest.json").existsAsFile(); }

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
