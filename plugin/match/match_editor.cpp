// SPDX-License-Identifier: AGPL-3.0-or-later
#include "match/match_editor.h"
#include "shared/recording_file.h"
#include "match/room_words.h"
#include "shared/model_folder.h"
#include "shared/picture_file.h"
#include "shared/theme.h"

namespace lumiverb::plugin {

static constexpr const char* roomExtension = ".lumiroom";
static constexpr const char* statusTip =
    "CPU: time spent in the audio callback against the length of its blocks, averaged over half a second; the tail's worker is extra.\n"
    "Late: blocks of the tail that were not ready in time since playback was prepared.";
static juce::File roomsFolder() { return userFolder().getChildFile ("rooms"); }

MatchEditor::MatchEditor (MatchProcessor& match)
    : AudioProcessorEditor (match)
    , processor_ (match)
    , top_ ({ "Match", "Previous room", "Next room", "Rooms", "Finished rooms and your saved ones", "picture and knobs" })
    , export_ (theme::utf8 ("Export IR\xe2\x80\xa6"), "Export impulse response",
               "Write the impulse response that sounds now as a WAV file, 32-bit float")
    , quality_ ("Real-time", "Quality",
                "Real-time: quick synthesis that follows every knob. Traced: rays through the room, in the background; takes seconds")
    , well_ (match)
    , recording_ (match)
    , status_ (match, match.load, [this] { return statusFacts(); }, statusTip)
{
    setLookAndFeel (&*lookAndFeel_);
    setTitle ("Lumiverb Match");
    setWantsKeyboardFocus (true);
    addAndMakeVisible (canvas_);
    canvas_.setInterceptsMouseClicks (false, true);

    top_.onStep = [this] (int direction) { stepRoom (direction); };
    top_.onMenu = [this] { openRoomMenu(); };
    top_.onSlot = [this] (int slot)
    {
        processor_.selectSlot (slot);
        followProcessor();
    };
    top_.onCopy = [this] { processor_.copyToOtherSlot(); };
    top_.onUndo = [this]
    {
        processor_.undo();
        followProcessor();
    };
    top_.onRedo = [this]
    {
        processor_.redo();
        followProcessor();
    };
    export_.onClick = [this] { exportImpulseResponse(); };
    quality_.setMenuStyle (true);
    quality_.onClick = [this] { openQualityMenu(); };
    well_.onChoose = [this] { choosePicture(); };
    recent_.onAdd = [this] { choosePicture(); };
    recent_.onUse = [this] (const juce::File& file)
    {
        if (const auto slot = readRoomFile (file); slot && slot->room)
        {
            processor_.useRoom (*slot->room, slot->name, slot->thumbnail, slot->scene);
            processor_.commitEdit();
            followProcessor();
        }
        else
            processor_.showNotice (Notice::Kind::file, file.getFileName() + " could not be read.");
    };
    bars_.onScales = [this] (const BandArray& scales)
    {
        processor_.setBandScales (scales);
        followProcessor();
    };
    bars_.onCommit = [this] { processor_.commitEdit(); };
    bars_.onHover = [this] (int band) { plot_.highlight (band); };
    candidates_.onChoose = [this] (int candidate)
    {
        juce::RangedAudioParameter& parameter = processor_.knobs.candidate();
        parameter.beginChangeGesture();
        parameter.setValueNotifyingHost (parameter.convertTo0to1 ((float) candidate));
        parameter.endChangeGesture();
        processor_.commitEdit();
        followProcessor();
    };
    recording_.onChooseFile = [this] { chooseRecording(); };
    recording_.onChanged = [this] { followProcessor(); };

    // A click on the picture or between the panels takes the keyboard, so that ctrl V and ctrl Z work; turning a knob does not.
    well_.addMouseListener (this, false);

    // The order is that of the keyboard: picture, what was understood, then the knobs.
    juce::Component* const parts[] = { &top_, &export_, &quality_, &well_, &recent_, &summary_, &plot_, &bars_, &candidates_, &recording_ };
    int order = 1;
    for (auto* part : parts)
    {
        canvas_.addAndMakeVisible (part);
        part->setExplicitFocusOrder (order++);
    }
    addKnobs();
    for (auto& knob : knobs_)
        knob->setExplicitFocusOrder (order++);
    canvas_.addAndMakeVisible (status_);
    layOutCanvas();

    const auto size = processor_.editorSize();
    constrainer_.setFixedAspectRatio ((double) baseWidth / baseHeight);
    constrainer_.setSizeLimits (baseWidth * 3 / 4, baseHeight * 3 / 4, baseWidth * 2, baseHeight * 2);
    setResizable (true, true);
    setConstrainer (&constrainer_);
    setSize (juce::jlimit (baseWidth * 3 / 4, baseWidth * 2, size.x), juce::jlimit (baseHeight * 3 / 4, baseHeight * 2, size.y));

    if (! hasModel ("scene-encoder") && processor_.notice().kind == Notice::Kind::none)
        processor_.showNotice (Notice::Kind::modelMissing, missingModelText ("scene-encoder"));
    recent_.refresh();
    followProcessor();
    status_.poll();
    startTimerHz (30);
}

MatchEditor::~MatchEditor()
{
    stopTimer();
    setLookAndFeel (nullptr);
}

//==============================================================================
void MatchEditor::addKnobs()
{
    for (int i = 0; i < numMatchKnobs; ++i)
    {
        const auto& spec = matchKnobSpecs()[(std::size_t) i];
        const auto which = (MatchKnob) i;
        auto knob = std::make_unique<Knob> (*this, processor_.knobs[which], spec.tip,
                                            Knob::Style { spec.bipolar, which == MatchKnob::mix, which == MatchKnob::angle });
        knob->onCommit = [this]
        {
            processor_.commitEdit();
            followProcessor();
        };
        switch (which)
        {
            case MatchKnob::mix:
            case MatchKnob::width: knob->toText = [] (float x) { return theme::number (x, 0) + " %"; }; break;
            case MatchKnob::decay:
            case MatchKnob::size: knob->toText = [] (float x) { return theme::utf8 ("\xc3\x97") + theme::number (x, 2); }; break;
            case MatchKnob::distance:
                // In metres once there is a room to measure in; "x1.5" still types a factor.
                knob->toText = [this] (float x)
                { return room_ ? distanceText (x * room_->source_distance_m) : theme::utf8 ("\xc3\x97") + theme::number (x, 2); };
                knob->fromText = [this] (const juce::String& text) -> std::optional<float>
                {
                    const float x = text.retainCharacters ("0123456789.,").replaceCharacter (',', '.').getFloatValue();
                    const bool factor = ! room_ || text.containsAnyOf (theme::utf8 ("xX\xc3\x97"));
                    return x > 0 ? std::optional (factor ? x : x / room_->source_distance_m) : std::nullopt;
                };
                break;
            case MatchKnob::angle:
                knob->toText = [this] (float x) { return angleText (x + (room_ ? room_->source_azimuth_deg : 0.0f)); };
                knob->fromText = [this] (const juce::String& text) -> std::optional<float>
                {
                    const auto plain = text.replaceCharacter (juce::juce_wchar (0x2212), '-');
                    const float x = plain.retainCharacters ("-0123456789.,").replaceCharacter (',', '.').getFloatValue();
                    const float left = plain.containsIgnoreCase ("r") ? -x : x;
                    return left - (room_ ? room_->source_azimuth_deg : 0.0f);
                };
                break;
            case MatchKnob::preDelay:
                knob->toText = [] (float x) { return theme::number (x, x < 9.95f && x > 0.05f ? 1 : 0) + " ms"; };
                break;
            case MatchKnob::earlyLate:
            case MatchKnob::low:
            case MatchKnob::high:
            case MatchKnob::output: knob->toText = [] (float x) { return theme::signedNumber (x, 1) + " dB"; }; break;
        }
        canvas_.addAndMakeVisible (*knob);
        knobs_.push_back (std::move (knob));
    }
}

void MatchEditor::layOutCanvas()
{
    canvas_.setSize (baseWidth, baseHeight);
    top_.setBounds (0, 0, baseWidth, 56);
    export_.setBounds (868, 14, 100, 30);
    quality_.setBounds (976, 14, 120, 30);
    well_.setBounds (24, 64, 400, 400);
    recent_.setBounds (24, 478, 400, 62);
    summary_.setBounds (452, 64, 644, 50);
    plot_.setBounds (452, 124, 644, 216);
    bars_.setBounds (452, 352, 644, 112);
    candidates_.setBounds (452, 476, 430, 64);
    recording_.setBounds (890, 476, 206, 64);
    for (int i = 0; i < (int) knobs_.size(); ++i)
        knobs_[(std::size_t) i]->setBounds (28 + i * 97, 556, 95, 96);
    status_.setBounds (24, 666, 1072, 24);
}

void MatchEditor::Canvas::paint (juce::Graphics& g) { theme::drawPanel (g, { 24.0f, 552.0f, 1072.0f, 104.0f }); }

StatusBar::Facts MatchEditor::statusFacts() const
{
    StatusBar::Facts facts { processor_.knobs.bypass().get(), processor_.lateBlocks(), {}, processor_.layoutText(), {} };
    if (const double tail = processor_.getTailLengthSeconds(); tail > 0)
        facts.after = "IR " + theme::number (tail, 1) + " s";
    if (const float progress = processor_.tracingProgress(); progress >= 0)
    {
        facts.work = "tracing the room " + theme::number (100.0f * progress, 0) + " %";
        facts.progress = progress;
    }
    else if (processor_.knobs.quality().getIndex() == 1 && facts.after.isNotEmpty())
        facts.after << theme::utf8 (" \xc2\xb7 ") << "traced";
    return facts;
}

void MatchEditor::paint (juce::Graphics& g) { g.fillAll (theme::background); }

void MatchEditor::mouseDown (const juce::MouseEvent&) { grabKeyboardFocus(); }

void MatchEditor::resized()
{
    const float scale = juce::jmin ((float) getWidth() / baseWidth, (float) getHeight() / baseHeight);
    canvas_.setTransform (juce::AffineTransform::scale (scale).translated (((float) getWidth() - scale * baseWidth) * 0.5f,
                                                                           ((float) getHeight() - scale * baseHeight) * 0.5f));
    processor_.setEditorSize (getWidth(), getHeight());
}

//==============================================================================
void MatchEditor::timerCallback()
{
    ++tick_;
    followProcessor();
    recent_.step();
    if (tick_ % 8 == 0)
        status_.poll();
}

void MatchEditor::followProcessor()
{
    const auto revision = processor_.revision();
    const auto stage = processor_.loadingStage();
    const auto parameters = processor_.parameters();
    const bool changed = revision != revision_ || stage != stage_;
    if (changed)
    {
        if (stage == RoomLoader::Stage::idle && stage_ != stage)
            recent_.refresh();
        revision_ = revision;
        stage_ = stage;
        room_ = processor_.room();
        slot_ = processor_.activeSlot();
        const auto& slot = slot_;
        const bool finished = slot.room && processor_.factoryRooms.find (slot) >= 0;
        top_.show (room_ ? juce::String::fromUTF8 ((slot.room ? slot.name : slot.recordingName).c_str())
                         : theme::utf8 ("Choose a room, or drop a picture\xe2\x80\xa6"),
                   ! room_            ? juce::String()
                   : finished         ? "finished room"
                   : ! slot.recording ? "from a picture"
                   : slot.room        ? "picture and recording"
                                      : "from a recording");
        top_.show (processor_.activeIndex(), processor_.canUndo(), processor_.canRedo());
        export_.setEnabled (room_.has_value());
    }
    if (changed || ! (parameters == shown_))
    {
        shown_ = parameters;
        quality_.setWords (shown_.traced ? "Traced" : "Real-time");
        showRoom();
    }
    well_.update (true);
    recording_.update (true);
    for (auto& knob : knobs_)
        knob->poll();
}

void MatchEditor::showRoom()
{
    summary_.show (room_, shown_.edits, sourceWords());
    plot_.show (room_, shown_.edits);
    bars_.show (room_, shown_.edits, slot_.room, slot_.recording);
    candidates_.show (room_, shown_.edits, slot_.recording.has_value());
}

juce::String MatchEditor::sourceWords() const
{
    if (slot_.recording)
        return slot_.room ? "seen and heard" : "heard";
    return room_ && isKnown (*room_) ? "known" : "estimated";
}

//==============================================================================
bool MatchEditor::keyPressed (const juce::KeyPress& key)
{
    const auto command = juce::ModifierKeys::commandModifier;
    if (key == juce::KeyPress ('v', command, 0))
        paste();
    else if (key == juce::KeyPress ('z', command, 0))
        processor_.undo();
    else if (key == juce::KeyPress ('z', command | juce::ModifierKeys::shiftModifier, 0) || key == juce::KeyPress ('y', command, 0))
        processor_.redo();
    else if (key == juce::KeyPress ('o', command, 0))
        choosePicture();
    else
        return false;
    followProcessor();
    return true;
}

void MatchEditor::loadFile (const juce::File& file)
{
    if (file.hasFileExtension (roomExtension))
        report (processor_.loadRoom (file));
    else
        processor_.loadFile (file);
    followProcessor();
}

void MatchEditor::filesDropped (const juce::StringArray& files, int, int)
{
    well_.setDropTarget (false);
    if (! files.isEmpty())
        loadFile (juce::File (files[0]));
}

void MatchEditor::textDropped (const juce::String& text, int, int)
{
    well_.setDropTarget (false);
    loadFile (fileFromText (text));
}

void MatchEditor::paste()
{
    const auto file = fileFromText (juce::SystemClipboard::getTextFromClipboard());
    if (file != juce::File())
        loadFile (file);
    else
        processor_.showNotice (Notice::Kind::picture,
                               "The clipboard holds no path of a picture or recording; copy the file's path, or drop the file.");
}

void MatchEditor::choosePicture()
{
    chooser_ =
        std::make_unique<juce::FileChooser> ("Choose a picture of a room", juce::File(), pictureWildcard() + ";*" + roomExtension, true);
    chooser_->launchAsync (juce::FileBrowserComponent::openMode | juce::FileBrowserComponent::canSelectFiles,
                           [this] (const juce::FileChooser& chooser)
                           {
                               if (chooser.getResult() != juce::File())
                                   loadFile (chooser.getResult());
                           });
}

void MatchEditor::chooseRecording()
{
    chooser_ = std::make_unique<juce::FileChooser> ("Choose a recording made in the room", juce::File(), recordingWildcard(), true);
    chooser_->launchAsync (juce::FileBrowserComponent::openMode | juce::FileBrowserComponent::canSelectFiles,
                           [this] (const juce::FileChooser& chooser)
                           {
                               if (chooser.getResult() != juce::File())
                                   loadFile (chooser.getResult());
                           });
}

void MatchEditor::report (const juce::Result& result)
{
    if (result.failed())
        processor_.showNotice (Notice::Kind::file, result.getErrorMessage());
}

//==============================================================================
void MatchEditor::openRoomMenu()
{
    const int current = processor_.getCurrentProgram() - 1;
    juce::PopupMenu menu;
    menu.setLookAndFeel (&getLookAndFeel());
    menu.addSectionHeader ("Finished rooms");
    for (int i = 0; i < processor_.factoryRooms.size(); ++i)
        menu.addItem (processor_.factoryRooms.name (i), true, i == current,
                      [this, i]
                      {
                          processor_.setCurrentProgram (i + 1);
                          followProcessor();
                      });
    auto saved = roomsFolder().findChildFiles (juce::File::findFiles, false, juce::String ("*") + roomExtension);
    saved.sort();
    if (! saved.isEmpty())
    {
        juce::PopupMenu mine;
        for (const auto& file : saved)
            mine.addItem (file.getFileNameWithoutExtension(), [this, file] { loadFile (file); });
        menu.addSubMenu ("Your rooms", mine);
    }
    menu.addSeparator();
    menu.addItem (theme::utf8 ("Save this room\xe2\x80\xa6"), room_.has_value(), false, [this] { saveRoomAs(); });
    menu.addItem (theme::utf8 ("Open a room\xe2\x80\xa6"), [this] { chooseRoomFile(); });
    menu.addItem (theme::utf8 ("Choose a picture\xe2\x80\xa6"), [this] { choosePicture(); });
    menu.showMenuAsync (juce::PopupMenu::Options().withTargetComponent (&top_.presetBox()).withMinimumWidth (top_.presetBox().getWidth()));
}

void MatchEditor::openQualityMenu()
{
    juce::PopupMenu menu;
    menu.setLookAndFeel (&getLookAndFeel());
    menu.addSectionHeader ("Quality");
    const auto add = [&] (const juce::String& words, int index)
    {
        menu.addItem (words, true, processor_.knobs.quality().getIndex() == index,
                      [this, index]
                      {
                          juce::RangedAudioParameter& parameter = processor_.knobs.quality();
                          parameter.setValueNotifyingHost (parameter.convertTo0to1 ((float) index));
                          processor_.commitEdit();
                          followProcessor();
                      });
    };
    add ("Real-time: follows every knob", 0);
    add ("Traced: rays through the room, in seconds", 1);
    menu.showMenuAsync (juce::PopupMenu::Options().withTargetComponent (&quality_));
}

void MatchEditor::stepRoom (int direction)
{
    const int count = processor_.factoryRooms.size();
    if (count == 0)
        return;
    const int current = processor_.getCurrentProgram() - 1;
    const int wanted = current < 0 ? (direction > 0 ? 0 : count - 1) : (current + direction + count) % count;
    processor_.setCurrentProgram (wanted + 1);
    followProcessor();
}

void MatchEditor::saveRoomAs()
{
    roomsFolder().createDirectory();
    const auto name = juce::File::createLegalFileName (juce::String::fromUTF8 (processor_.activeSlot().name.c_str()));
    chooser_ = std::make_unique<juce::FileChooser> ("Save this room", roomsFolder().getChildFile (name + roomExtension),
                                                    juce::String ("*") + roomExtension, true);
    chooser_->launchAsync (juce::FileBrowserComponent::saveMode | juce::FileBrowserComponent::canSelectFiles
                               | juce::FileBrowserComponent::warnAboutOverwriting,
                           [this] (const juce::FileChooser& chooser)
                           {
                               if (chooser.getResult() != juce::File())
                                   report (processor_.saveRoom (chooser.getResult().withFileExtension (roomExtension)));
                           });
}

void MatchEditor::chooseRoomFile()
{
    chooser_ = std::make_unique<juce::FileChooser> ("Open a room", roomsFolder(), juce::String ("*") + roomExtension, true);
    chooser_->launchAsync (juce::FileBrowserComponent::openMode | juce::FileBrowserComponent::canSelectFiles,
                           [this] (const juce::FileChooser& chooser)
                           {
                               if (chooser.getResult() != juce::File())
                                   loadFile (chooser.getResult());
                           });
}

void MatchEditor::exportImpulseResponse()
{
    const auto name = juce::File::createLegalFileName (juce::String::fromUTF8 (processor_.activeSlot().name.c_str()) + " IR.wav");
    const auto folder = juce::File::getSpecialLocation (juce::File::userMusicDirectory);
    chooser_ = std::make_unique<juce::FileChooser> (
        "Export the impulse response",
        (folder.isDirectory() ? folder : juce::File::getSpecialLocation (juce::File::userHomeDirectory)).getChildFile (name), "*.wav",
        true);
    chooser_->launchAsync (juce::FileBrowserComponent::saveMode | juce::FileBrowserComponent::canSelectFiles
                               | juce::FileBrowserComponent::warnAboutOverwriting,
                           [this] (const juce::FileChooser& chooser)
                           {
                               if (chooser.getResult() != juce::File())
                                   report (processor_.exportImpulseResponse (chooser.getResult().withFileExtension ("wav")));
                           });
}

}  // namespace lumiverb::plugin
