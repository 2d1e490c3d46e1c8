// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <functional>
#include <juce_audio_processors/juce_audio_processors.h>

namespace lumiverb::plugin {

/// Rotary control of one host parameter: name above, value below. Drag or wheel turns, shift is fine, double-click resets, a click on
/// the value types it, arrow keys step, right-click gives the host's menu. Message thread only; poll() follows the host.
class Knob : public juce::Component, public juce::SettableTooltipClient
{
public:
    struct Style
    {
        bool bipolar = false;                        ///< filled from the default value, not from the left
        bool large = false;                          ///< the one warm knob
        bool mirrored = false;                       ///< clockwise lowers the value
    };

    Knob (juce::AudioProcessorEditor&, juce::RangedAudioParameter&, const juce::String& tip, Style);
    ~Knob() override;

    /// How a value is shown, and how typed text is understood (empty: not a value). Parameter's own text by default.
    std::function<juce::String (float value)> toText;
    std::function<std::optional<float> (const juce::String&)> fromText;
    /// After each finished gesture.
    std::function<void()> onCommit;

    /// Repaints if the host or a new room has changed what is shown.
    void poll();
    juce::RangedAudioParameter& parameter() const noexcept { return parameter_; }

    void paint (juce::Graphics&) override;
    void mouseDown (const juce::MouseEvent&) override;
    void mouseDrag (const juce::MouseEvent&) override;
    void mouseUp (const juce::MouseEvent&) override;
    void mouseDoubleClick (const juce::MouseEvent&) override;
    void mouseWheelMove (const juce::MouseEvent&, const juce::MouseWheelDetails&) override;
    void mouseMove (const juce::MouseEvent&) override;
    void mouseEnter (const juce::MouseEvent&) override;
    void mouseExit (const juce::MouseEvent&) override;
    bool keyPressed (const juce::KeyPress&) override;
    void focusGained (FocusChangeType) override { repaint(); }
    void focusLost (FocusChangeType) override { repaint(); }
    std::unique_ptr<juce::AccessibilityHandler> createAccessibilityHandler() override;

    void setOnce (float normalised);
    void setFromText (const juce::String&);
    float normalised() const { return parameter_.getValue(); }
    juce::String valueText() const;

private:
    void turnTo (float normalised);
    void openMenu();
    void openTextField();
    void closeTextField (bool take);
    juce::Rectangle<float> dial() const;
    juce::Rectangle<int> valueArea() const;

    juce::AudioProcessorEditor& editor_;
    juce::RangedAudioParameter& parameter_;
    Style style_;
    std::unique_ptr<juce::TextEditor> field_;
    juce::Point<float> lastDrag_;
    float dragValue_ = 0, shownValue_ = -1;
    juce::String shownText_;
    bool dragging_ = false, over_ = false;
    juce::uint32 wheelAt_ = 0;
    int unfocused_ = 0;                              ///< polls since an open text field had the keyboard
};

}  // namespace lumiverb::plugin
