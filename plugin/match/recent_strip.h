// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "match/recent_rooms.h"
#include <juce_gui_basics/juce_gui_basics.h>

namespace lumiverb::plugin {

/// Row of the last pictures and a plus for another one. Reads one file per step() so that opening the editor stays quick.
class RecentStrip : public juce::Component, public juce::SettableTooltipClient
{
public:
    RecentStrip();

    std::function<void (const juce::File&)> onUse;
    std::function<void()> onAdd;

    /// Looks at the folder again, then reads in small steps.
    void refresh();
    /// Reads the next thumbnail; false when all is read.
    bool step();

    void paint (juce::Graphics&) override;
    void mouseMove (const juce::MouseEvent&) override;
    void mouseExit (const juce::MouseEvent&) override;
    void mouseUp (const juce::MouseEvent&) override;
    bool keyPressed (const juce::KeyPress&) override;
    void focusGained (FocusChangeType) override { repaint(); }
    void focusLost (FocusChangeType) override { repaint(); }
    juce::String getTooltip() override;

private:
    struct Tile
    {
        juce::File file;
        juce::Time modified;
        juce::Image image;
        juce::String name;
        bool read = false;
    };
    juce::Rectangle<float> tileArea (int index) const;
    int tileAt (juce::Point<float>) const;
    int plusIndex() const { return std::min (maxTiles, (int) tiles_.size()); }
    void press (int index);

    static constexpr int maxTiles = 5;
    std::vector<Tile> tiles_;
    int over_ = -1, focused_ = 0;
};

}  // namespace lumiverb::plugin
