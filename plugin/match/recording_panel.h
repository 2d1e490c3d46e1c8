// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "match/match_processor.h"
#include "shared/flat_button.h"
#include <juce_gui_basics/juce_gui_basics.h>

namespace lumiverb::plugin {

/// "Match a recording": the invitation with its menu, the progress of a capture, and then the slider between picture and recording.
/// Message thread only.
class RecordingPanel : public juce::Component, public juce::SettableTooltipClient
{
public:
    explicit RecordingPanel (MatchProcessor&);

    std::function<void()> onChooseFile;
    std::function<void()> onChanged;                 ///< balance, removal: show it now

    /// Takes over what has changed; `animate` also advances the progress display.
    void update (bool animate);

    void paint (juce::Graphics&) override;
    void resized() override;
    void mouseUp (const juce::MouseEvent&) override;
    void mouseEnter (const juce::MouseEvent&) override { repaint(); }
    void mouseExit (const juce::MouseEvent&) override { repaint(); }
    bool keyPressed (const juce::KeyPress&) override;
    void focusGained (FocusChangeType) override { repaint(); }
    void focusLost (FocusChangeType) override { repaint(); }
    std::unique_ptr<juce::AccessibilityHandler> createAccessibilityHandler() override;

private:
    /// Between picture and recording, 0..1; juce::Slider brings keyboard, wheel, double-click and screen-reader support.
    class Balance : public juce::Slider
    {
    public:
        Balance();
        void paint (juce::Graphics&) override;
        juce::String getTextFromValue (double) override;
    };

    enum class Look
    {
        missing,
        invitation,
        listening,
        thinking,
        recording
    };
    Look look() const;
    void press();
    void paintBox (juce::Graphics&, const juce::String& first, const juce::String& second, bool enabled) const;

    MatchProcessor& processor_;
    FlatButton remove_;
    Balance balance_;
    Look look_ = Look::invitation;
    juce::String name_;
    bool pictured_ = false;
    unsigned revision_ = ~0u;
    RoomLoader::Stage stage_ = RoomLoader::Stage::idle;
    int frame_ = 0;
};

}  // namespace lumiverb::plugin
