// SPDX-License-Identifier: AGPL-3.0-or-later
#include "dry/dry_editor.h"
#include "dry/dry_presets.h"
#include "shared/picture_file.h"
#include "shared/theme.h"
#include <numeric>

namespace lumiverb::plugin {

static constexpr const char* statusTip =
    "Latency: what the host compensates; the window of the network and the time that its thread is given. It never changes while playing.\n"
    "CPU: time spent in the audio callback against the length of its blocks, averaged over half a second; the network's thread is extra.\n"
    "Late: frames whose filter was not ready in time since playback was prepared; the one before was used again.";

DryEditor::DryEditor (DryProcessor& dry)
    : AudioProcessorEditor (dry)
    , processor_ (dry)
    , top_ ({ "Dry", "Previous preset", "Next preset", "Presets", "Starting points", "knobs and room hint" })
    , residual_ ("Residual", "Residual", "Hear what is removed: input minus output")
    , bypass_ ("Bypass", "Bypass", "Hear the input, delayed as much as the output")
    , hint_ (dry)
    , input_ ("input", theme::value)
    , removed_ ("removed", theme::accent)
    , output_ ("output", theme::good)
    , status_ (dry, dry.load, [this] { return statusFacts(); }, statusTip)
{
    setLookAndFeel (&*lookAndFeel_);
    setTitle ("Lumiverb Dry");
    setWantsKeyboardFocus (true);
    addAndMakeVisible (canvas_);
    canvas_.setInterceptsMouseClicks (false, true);

    top_.onStep = [this] (int direction) { stepPreset (direction); };
    top_.onMenu = [this] { openPresetMenu(); };
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
    residual_.onClick = [this] { toggle (processor_.knobs.residual()); };
    bypass_.onClick = [this] { toggle (processor_.knobs.bypass()); };
    removed_.onClick = residual_.onClick;
    removed_.setTooltip ("Click to hear what is removed");
    removed_.setWantsKeyboardFocus (true);
    removed_.setMouseClickGrabsKeyboardFocus (false);
    hint_.onChoose = [this] { choosePicture(); };
    notice_.onDismiss = [this]
    {
        processor_.dismissNotice();
        followProcessor();
    };

    juce::Component* const parts[] = { &top_, &residual_, &bypass_, &hint_, &input_, &removed_, &output_, &notice_ };
    int order = 1;
    for (auto* part : parts)
    {
        canvas_.addAndMakeVisible (part);
        part->setExplicitFocusOrder (order++);
    }
    notice_.setVisible (false);
    addKnobs();
    for (auto& knob : knobs_)
        knob->setExplicitFocusOrder (order++);
    for (auto& button : qualities_)
        button->setExplicitFocusOrder (order++);
    canvas_.addAndMakeVisible (status_);
    layOutCanvas();

    const auto size = processor_.editorSize();
    constrainer_.setFixedAspectRatio ((double) baseWidth / baseHeight);
    constrainer_.setSizeLimits (baseWidth * 3 / 4, baseHeight * 3 / 4, baseWidth * 2, baseHeight * 2);
    setResizable (true, true);
    setConstrainer (&constrainer_);
    setSize (juce::jlimit (baseWidth * 3 / 4, baseWidth * 2, size.x), juce::jlimit (baseHeight * 3 / 4, baseHeight * 2, size.y));

    processor_.enableView (true);
    followProcessor();
    followSound();
    status_.poll();
    startTimerHz (30);
}

DryEditor::~DryEditor()
{
    stopTimer();
    processor_.enableView (false);
    processor_.stopListening();
    setLookAndFeel (nullptr);
}

//==============================================================================
void DryEditor::addKnobs()
{
    for (std::size_t i = 0; i < numDryKnobs; ++i)
    {
        const auto& spec = dryKnobSpecs()[i];
        const auto which = (DryKnob) i;
        auto knob = std::make_unique<Knob> (*this, processor_.knobs[which], spec.tip,
                                            Knob::Style { spec.bipolar, which == DryKnob::amount, false });
        knob->onCommit = [this]
        {
            processor_.commitEdit();
            followProcessor();
        };
        switch (which)
        {
            case DryKnob::amount:
            case DryKnob::mix: knob->toText = [] (float x) { return theme::number (x, 0) + " %"; }; break;
            case DryKnob::tail:
                knob->toText = [] (float x) { return x < 0.5f ? juce::String ("as heard") : theme::number (x, 0) + " ms"; };
                break;
            case DryKnob::early: knob->toText = [] (float x) { return theme::number (x, 0) + " ms"; }; break;
            case DryKnob::low:
            case DryKnob::high:
            case DryKnob::output: knob->toText = [] (float x) { return theme::signedNumber (x, 1) + " dB"; }; break;
        }
        canvas_.addAndMakeVisible (*knob);
        knobs_.push_back (std::move (knob));
    }
    static constexpr const char* names[numDryQualities] = { "Lite", "Full", "Low latency" };
    static constexpr const char* tips[numDryQualities] = { "The light network: least work for the computer",
                                                           "The larger network: removes more, takes more of a core",
                                                           "A network with a shorter window: for monitoring" };
    for (std::size_t i = 0; i < qualities_.size(); ++i)
    {
        const auto quality = (DryQuality) i;
        qualities_[i] = std::make_unique<FlatButton> (
            names[i], juce::String (names[i]) + " network",
            DryProcessor::isInstalled (quality) ? juce::String (tips[i]) : juce::String (dryModelName (quality)) + " is not installed");
        qualities_[i]->onClick = [this, quality]
        {
            processor_.setQuality (quality);
            followProcessor();
        };
        canvas_.addAndMakeVisible (*qualities_[i]);
    }
}

void DryEditor::layOutCanvas()
{
    canvas_.setSize (baseWidth, baseHeight);
    top_.setBounds (0, 0, baseWidth, 56);
    residual_.setBounds (880, 14, 104, 30);
    bypass_.setBounds (992, 14, 104, 30);
    hint_.setBounds (24, 64, 140, 472);
    input_.setBounds (180, 64, 916, 148);
    removed_.setBounds (180, 226, 916, 148);
    output_.setBounds (180, 388, 916, 148);
    notice_.setBounds (340, 100, 596, 96);
    for (int i = 0; i < (int) knobs_.size(); ++i)
        knobs_[(std::size_t) i]->setBounds (40 + i * 106, 556, 100, 96);
    for (int i = 0; i < (int) qualities_.size(); ++i)
        qualities_[(std::size_t) i]->setBounds (806 + i * 95, 576, 92, 52);
    status_.setBounds (24, 666, 1072, 24);
}

void DryEditor::Canvas::paint (juce::Graphics& g) { theme::drawPanel (g, { 24.0f, 552.0f, 1072.0f, 104.0f }); }

void DryEditor::paint (juce::Graphics& g) { g.fillAll (theme::background); }

void DryEditor::mouseDown (const juce::MouseEvent&) { grabKeyboardFocus(); }

void DryEditor::resized()
{
    const float scale = juce::jmin ((float) getWidth() / baseWidth, (float) getHeight() / baseHeight);
    canvas_.setTransform (juce::AffineTransform::scale (scale).translated (((float) getWidth() - scale * baseWidth) * 0.5f,
                                                                           ((float) getHeight() - scale * baseHeight) * 0.5f));
    processor_.setEditorSize (getWidth(), getHeight());
}

//==============================================================================
StatusBar::Facts DryEditor::statusFacts() const
{
    return { processor_.knobs.bypass().get(), processor_.lateFrames(), ", constant", processor_.layoutText(),
             processor_.isLoadingNetwork() ? juce::String ("waking the network")
             : processor_.hasNetwork()     ? juce::String()
                                           : juce::String ("no network") };
}

juce::String DryEditor::latencyText (DryQuality quality) const
{
    const double rate = processor_.getSampleRate() > 0 ? processor_.getSampleRate() : 48000.0;
    return theme::number (1000 * DryEngine::latency_samples (rate, processor_.getBlockSize(), dryGrid (quality)) / rate, 0) + " ms";
}

void DryEditor::timerCallback()
{
    ++tick_;
    followProcessor();
    followSound();
    if (tick_ % 8 == 0)
        status_.poll();
    if (tick_ % 30 == 0)
        processor_.listen();
}

void DryEditor::followProcessor()
{
    const auto parameters = processor_.knobs.read();
    const int preset = findDryPreset (parameters);
    if (preset != preset_)
    {
        preset_ = preset;
        top_.show (preset < 0 ? "Own settings" : dryPresets()[(std::size_t) preset].name,
                   preset < 0 ? "" : dryPresets()[(std::size_t) preset].use);
    }
    residual_.setChosen (parameters.residual);
    bypass_.setChosen (parameters.bypass);
    removed_.setNote (parameters.residual ? "you hear this" : "click to listen", parameters.residual);
    const auto notice = processor_.notice();
    notice_.show (notice.kind == Notice::Kind::modelMissing  ? "A model is missing"
                  : notice.kind == Notice::Kind::modelFailed ? "The network did not run"
                  : notice.kind == Notice::Kind::state       ? "The session's state was not used"
                  : notice.kind == Notice::Kind::recording   ? "The recording was not used"
                  : notice.kind == Notice::Kind::file        ? "The file was not read"
                                                             : "The picture was not read",
                  notice, processor_.hasNetwork() ? "The sound goes on as before." : "Audio passes through, with the same latency.");
    for (auto& knob : knobs_)
        knob->poll();
    const auto revision = processor_.revision();
    if (revision == revision_)
        return;
    revision_ = revision;
    top_.show (processor_.activeIndex(), processor_.canUndo(), processor_.canRedo());
    for (std::size_t i = 0; i < qualities_.size(); ++i)
    {
        const auto quality = (DryQuality) i;
        const bool chosen = quality == processor_.quality();
        qualities_[i]->setChosen (chosen);
        qualities_[i]->setEnabled (chosen || DryProcessor::isInstalled (quality));
        qualities_[i]->setSecondLine (latencyText (quality));
    }
}

void DryEditor::followSound()
{
    static constexpr double forget = 0.995;          // per hop: two seconds
    static constexpr double quiet = 1.0e-8;
    const auto sum = [] (const auto& rows) { return std::accumulate (rows.begin(), rows.end(), 0.0); };
    DryView view;
    while (processor_.readView (view))
    {
        input_.add (view.input);
        removed_.add (view.removed);
        output_.add (view.output);
        inputPower_ = forget * inputPower_ + sum (view.input);
        outputPower_ = forget * outputPower_ + sum (view.output);
    }
    for (auto* spectrogram : { &input_, &removed_, &output_ })
        spectrogram->flush();
    const bool sounds = inputPower_ > quiet && outputPower_ > 0;
    hint_.update (sounds ? std::optional ((float) (10 * std::log10 (inputPower_ / outputPower_))) : std::nullopt);
}

//==============================================================================
bool DryEditor::keyPressed (const juce::KeyPress& key)
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

void DryEditor::filesDropped (const juce::StringArray& files, int, int)
{
    hint_.setDropTarget (false);
    if (! files.isEmpty())
        processor_.loadFile (juce::File (files[0]));
}

void DryEditor::textDropped (const juce::String& text, int, int)
{
    hint_.setDropTarget (false);
    processor_.loadFile (fileFromText (text));
}

void DryEditor::paste()
{
    const auto file = fileFromText (juce::SystemClipboard::getTextFromClipboard());
    if (file != juce::File())
        processor_.loadFile (file);
    else
        processor_.showNotice (Notice::Kind::picture, "The clipboard holds no path of a picture; copy the file's path, or drop the file.");
}

void DryEditor::choosePicture()
{
    chooser_ = std::make_unique<juce::FileChooser> ("Choose a picture of the room", juce::File(), pictureWildcard(), true);
    chooser_->launchAsync (juce::FileBrowserComponent::openMode | juce::FileBrowserComponent::canSelectFiles,
                           [this] (const juce::FileChooser& chooser)
                           {
                               if (chooser.getResult() != juce::File())
                                   processor_.loadFile (chooser.getResult());
                           });
}

void DryEditor::toggle (juce::AudioParameterBool& parameter)
{
    parameter.beginChangeGesture();
    parameter.setValueNotifyingHost (parameter.get() ? 0.0f : 1.0f);
    parameter.endChangeGesture();
    processor_.commitEdit();
    followProcessor();
}

void DryEditor::openPresetMenu()
{
    juce::PopupMenu menu;
    menu.setLookAndFeel (&getLookAndFeel());
    menu.addSectionHeader ("Presets");
    const auto presets = dryPresets();
    for (int i = 0; i < (int) presets.size(); ++i)
        menu.addItem (juce::String (presets[(std::size_t) i].name) + theme::utf8 (" \xe2\x80\x93 ") + presets[(std::size_t) i].use, true,
                      i == preset_,
                      [this, i]
                      {
                          processor_.setCurrentProgram (i + 1);
                          followProcessor();
                      });
    menu.showMenuAsync (juce::PopupMenu::Options().withTargetComponent (&top_.presetBox()).withMinimumWidth (top_.presetBox().getWidth()));
}

void DryEditor::stepPreset (int direction)
{
    const int count = (int) dryPresets().size();
    const int wanted = preset_ < 0 ? (direction > 0 ? 0 : count - 1) : (preset_ + direction + count) % count;
    processor_.setCurrentProgram (wanted + 1);
    followProcessor();
}

}  // namespace lumiverb::plugin
