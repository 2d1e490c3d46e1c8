// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dry/dry_engine.h"
#include <juce_gui_basics/juce_gui_basics.h>

namespace lumiverb::plugin {

/// One scrolling spectrogram: a column per hop, the newest at the right, mel-spaced rows, in one colour on dark.
class Spectrogram : public juce::Component, public juce::SettableTooltipClient
{
public:
    Spectrogram (const juce::String& name, juce::Colour);

    std::function<void()> onClick;                   ///< makes it a button
    /// Power per row.
    void add (const std::array<float, DryView::rows>& power);
    /// Shows what has been added since the last time, if anything.
    void flush();
    /// Words after the name, and whether what it shows is being heard alone.
    void setNote (const juce::String&, bool listening);

    void paint (juce::Graphics&) override;
    void mouseEnter (const juce::MouseEvent&) override { repaint(); }
    void mouseExit (const juce::MouseEvent&) override { repaint(); }
    void mouseUp (const juce::MouseEvent&) override;
    bool keyPressed (const juce::KeyPress&) override;
    void focusGained (FocusChangeType) override { repaint(); }
    void focusLost (FocusChangeType) override { repaint(); }

private:
    static constexpr int columns = 912;

    juce::String name_, note_;
    juce::Colour colour_;
    std::array<juce::PixelARGB, 256> palette_;
    juce::Image image_ { juce::Image::RGB, columns, DryView::rows, true, juce::SoftwareImageType() };
    int next_ = 0;
    bool changed_ = false, listening_ = false;
};

}  // namespace lumiverb::plugin
