// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "match/candidate_panel.h"
#include "match/decay_plot.h"
#include "match/match_processor.h"
#include "match/picture_well.h"
#include "match/recent_strip.h"
#include "match/recording_panel.h"
#include "match/room_summary.h"
#include "match/rt60_bars.h"
#include "shared/dropped_file.h"
#include "shared/flat_button.h"
#include "shared/knob.h"
#include "shared/look_and_feel.h"
#include "shared/status_bar.h"
#include "shared/top_bar.h"

namespace lumiverb::plugin {

/// The window of Match. Everything is laid out on a 1120 x 700 canvas that is scaled to the window, so text stays sharp at any size.
/// Follows the processor by polling counters 30 times a second; nothing is repainted unless what it shows has changed.
class MatchEditor : public juce::AudioProcessorEditor,
                    public juce::FileDragAndDropTarget,
                    public juce::TextDragAndDropTarget,
                    private juce::Timer
{
public:
    static constexpr int baseWidth = 1120, baseHeight = 700;

    explicit MatchEditor (MatchProcessor& match);
    ~MatchEditor() override;

    void paint (juce::Graphics&) override;
    void resized() override;
    void mouseDown (const juce::MouseEvent&) override;
    bool keyPressed (const juce::KeyPress&) override;

    bool isInterestedInFileDrag (const juce::StringArray&) override { return true; }
    void fileDragEnter (const juce::StringArray&, int, int) override { well_.setDropTarget (true); }
    void fileDragExit (const juce::StringArray&) override { well_.setDropTarget (false); }
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
    void addKnobs();
    void layOutCanvas();
    void showRoom();
    StatusBar::Facts statusFacts() const;

    void loadFile (const juce::File&);               ///< picture, recording, scene or .lumiroom
    void choosePicture();
    void chooseRecording();
    juce::String sourceWords() const;
    void paste();
    void openRoomMenu();
    void openQualityMenu();
    void stepRoom (int direction);
    void saveRoomAs();
    void chooseRoomFile();
    void exportImpulseResponse();
    void report (const juce::Result&);

    juce::SharedResourcePointer<LookAndFeel> lookAndFeel_;
    MatchProcessor& processor_;
    Canvas canvas_;
    TopBar top_;
    FlatButton export_, quality_;
    PictureWell well_;
    RecentStrip recent_;
    RoomSummary summary_;
    DecayPlot plot_;
    Rt60Bars bars_;
    CandidatePanel candidates_;
    RecordingPanel recording_;
    StatusBar status_;
    std::vector<std::unique_ptr<Knob>> knobs_;
    juce::ComponentBoundsConstrainer constrainer_;
    std::unique_ptr<juce::FileChooser> chooser_;
    std::optional<RoomDescription> room_;            ///< what the knobs are offsets on
    MatchSlot slot_;
    MatchParameters shown_;
    unsigned revision_ = ~0u;
    RoomLoader::Stage stage_ = RoomLoader::Stage::idle;
    int tick_ = 0;
    juce::TooltipWindow tooltips_ { this, 600 };

    JUCE_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR (MatchEditor)
};

}  // namespace lumiverb::plugin
