// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "dry/dry_processor.h"
#include "dry/room_hint.h"
#include "dry/spectrogram.h"
#include "shared/dropped_file.h"
#include "shared/knob.h"
#include "shared/look_and_feel.h"
#include "shared/notice_card.h"
#include "shared/status_bar.h"
#include "shared/top_bar.h"

namespace lumiverb::plugin {

/// The window of Dry: what comes in, what is removed, what is left. Laid out on a 1120 x 700 canvas that is scaled to the window.
/// Follows the processor 30 times a second; nothing is repainted unless what it shows has changed.
class DryEditor : public juce::AudioProcessorEditor,
                  public juce::FileDragAndDropTarget,
                  public juce::TextDragAndDropTarget,
                  private juce::Timer
{
public:
    static constexpr int baseWidth = 1120, baseHeight = 700;

    explicit DryEditor (DryProcessor&);
    ~DryEditor() override;

    void paint (juce::Graphics&) override;
    void resized() override;
    void mouseDown (const juce::MouseEvent&) override;
    bool keyPressed (const juce::KeyPress&) override;

    bool isInterestedInFileDrag (const juce::StringArray&) override { return true; }
    void fileDragEnter (const juce::StringArray&, int, int) override { hint_.setDropTarget (true); }
    void fileDragExit (const juce::StringArray&) override { hint_.setDropTarget (false); }
    void filesDropped (const juce::StringArray&, int, int) override;
    bool isInterestedInTextDrag (const juce::String& text) override { return fileFromText (text) != juce::File(); }
    void textDropped (const juce::String&, int, int) override;

private:
    /// The scaled canvas; paints the knob panel.
    class Canvas : public juce::Component
    {
    public:
        void paint (juce::Graphics&) override;
    };

    void timerCallback() override;
    void followProcessor();
    void followSound();
    void addKnobs();
    void layOutCanvas();
    void openPresetMenu();
    void stepPreset (int direction);
    void toggle (juce::AudioParameterBool&);
    void choosePicture();
    void paste();
    StatusBar::Facts statusFacts() const;
    juce::String latencyText (DryQuality) const;

    juce::SharedResourcePointer<LookAndFeel> lookAndFeel_;
    DryProcessor& processor_;
    Canvas canvas_;
    TopBar top_;
    FlatButton residual_, bypass_;
    RoomHint hint_;
    Spectrogram input_, removed_, output_;
    NoticeCard notice_;
    std::vector<std::unique_ptr<Knob>> knobs_;
    std::array<std::unique_ptr<FlatButton>, numDryQualities> qualities_;
    StatusBar status_;
    juce::ComponentBoundsConstrainer constrainer_;
    std::unique_ptr<juce::FileChooser> chooser_;
    double inputPower_ = 0, outputPower_ = 0;        ///< of the last seconds
    unsigned revision_ = ~0u;
    int preset_ = -2, tick_ = 0;
    juce::TooltipWindow tooltips_ { this, 600 };

    JUCE_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR (DryEditor)
};

}  // namespace lumiverb::plugin
