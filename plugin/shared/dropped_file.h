// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <juce_core/juce_core.h>

namespace lumiverb::plugin {

/// The file that dropped or pasted text names (a path, "~/...", "file://..."), or an empty File.
inline juce::File fileFromText (const juce::String& text)
{
    auto path = text.trim().upToFirstOccurrenceOf ("\n", false, false).trim().unquoted();
    if (path.startsWithIgnoreCase ("file://"))
        return juce::URL (path).getLocalFile();
    if (path.startsWith ("~/"))
        path = juce::File::getSpecialLocation (juce::File::userHomeDirectory).getChildFile (path.substring (2)).getFullPathName();
    return juce::File::isAbsolutePath (path) ? juce::File (path) : juce::File();
}

}  // namespace lumiverb::plugin
