// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <juce_core/juce_core.h>

namespace lumiverb::plugin {

/// Folder of a model package: the first of those in $LUMIVERB_MODELS that has <name>, else inside the plug-in's bundle
/// (Contents/Resources/models for VST3 and AU, beside the binary for LV2 and the standalone program). The returned folder may not
/// exist: it is the place to name.
juce::File modelFolder (const juce::String& name);
bool hasModel (const juce::String& name);
/// One sentence that names the end of the expected path (the whole of it rarely fits).
juce::String missingModelText (const juce::String& name);

/// The person's own Lumiverb folder (rooms, recent pictures); $LUMIVERB_USER_DIR overrides it.
juce::File userFolder();

}  // namespace lumiverb::plugin
