// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "shared/flat_button.h"

namespace lumiverb::plugin {

/// The top of every editor: name, presets with previous and next, A/B with copy, undo and redo. What stands at its right end is the
/// editor's own. Laid out for a canvas 1120 wide.
class TopBar : public juce::Component
{
public:
    struct Words
    {
        const char *product, *previous, *next, *presets, *presetsTip, *slotTip;    ///< the last one after "Setting A: "
    };
    explicit TopBar (const Words&);

    std::function<void (int direction)> onStep;
    std::function<void()> onMenu, onCopy, onUndo, onRedo;
    std::function<void (int slot)> onSlot;

    void show (const juce::String& preset, const juce::String& secondLine);
    void show (int activeSlot, bool canUndo, bool canRedo);
    juce::Component& presetBox() { return presets_; }

    void paint (juce::Graphics&) override;
    void resized() override;

private:
    juce::String product_;
    FlatButton previous_, presets_, next_, slotA_, copy_, slotB_, undo_, redo_;
};

}  // namespace lumiverb::plugin
