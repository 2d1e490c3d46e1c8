// SPDX-License-Identifier: AGPL-3.0-or-later
#include "match/match_processor.h"
#include "match/match_editor.h"
#include "match/recent_rooms.h"
#include <juce_audio_formats/juce_audio_formats.h>

namespace lumiverb::plugin {

MatchProcessor::MatchProcessor()
    : SlotProcessor (BusesProperties()
                         .withInput ("Input", juce::AudioChannelSet::stereo(), true)
                         .withInput ("Sidechain", juce::AudioChannelSet::stereo(), false)
                         .withOutput ("Output", juce::AudioChannelSet::stereo(), true))
    , knobs (*this)
{
    for (auto& scale : bandScales_)
        scale = 1.0f;
    loader_.onRoom = [this] (LoadedRoom loaded)
    {
        // A recording that waits for its picture is kept; that of another picture is not of this room.
        useRoom (loaded.room, loaded.name, loaded.thumbnail, loaded.scene, ! activeSlot().room);
        commitEdit();
        addToRecentRooms (activeSlot());
    };
    loader_.onRecording = [this] (LoadedRecording heard)
    {
        useRecording (heard.room, heard.name);
        commitEdit();
    };
    loader_.onFailed = [this] (RoomLoader::Failure failure, const juce::String& sentence) { showNotice (noticeKind (failure), sentence); };
    history_.restart (currentStateLocked());
}

MatchProcessor::~MatchProcessor() = default;

//==============================================================================
bool MatchProcessor::isBusesLayoutSupported (const BusesLayout& layout) const
{
    using Set = juce::AudioChannelSet;
    const auto in = layout.getMainInputChannelSet(), out = layout.getMainOutputChannelSet();
    if (layout.inputBuses.size() > 1)
        if (const auto side = layout.inputBuses[1]; ! side.isDisabled() && side != Set::mono() && side != Set::stereo())
            return false;
    if (in == Set::mono() && out == Set::mono())
        return true;
    const bool input = in == Set::mono() || in == Set::stereo();
    return input && (out == Set::stereo() || out == Set::create5point1() || out == Set::ambisonic (1));
}

MatchOutput MatchProcessor::outputLayout() const
{
    switch (getMainBusNumOutputChannels())
    {
        case 1: return MatchOutput::mono;
        case 4: return MatchOutput::foa;
        case 6: return MatchOutput::surround51;
        default: return MatchOutput::stereo;
    }
}

void MatchProcessor::prepareToPlay (double sampleRate, int)
{
    prepared_ = false;
    load.prepare (sampleRate);
    capture_.prepare (sampleRate);
    try
    {
        engine_.prepare (sampleRate, juce::jlimit (1, 2, getMainBusNumInputChannels()), outputLayout());
        engine_.setOffline (isNonRealtime());
        prepared_ = true;
    }
    catch (const std::exception& e)
    {
        // Audio passes through (render).
        showNotice (Notice::Kind::modelFailed, juce::String::fromUTF8 (e.what()));
    }
    touch();
}

double MatchProcessor::getTailLengthSeconds() const { return engine_.tailLength_s(); }

void MatchProcessor::processBlock (juce::AudioBuffer<float>& buffer, juce::MidiBuffer&) { render (buffer, knobs.bypass().get()); }
void MatchProcessor::processBlockBypassed (juce::AudioBuffer<float>& buffer, juce::MidiBuffer&) { render (buffer, true); }

void MatchProcessor::render (juce::AudioBuffer<float>& buffer, bool bypass) noexcept
{
    const juce::ScopedNoDenormals noDenormals;
    const int inputs = getMainBusNumInputChannels(), outputs = getMainBusNumOutputChannels();
    if (! prepared_ || inputs < 1 || outputs != engine_.numOutputs() || buffer.getNumChannels() < std::max (inputs, outputs))
    {
        for (int channel = std::max (0, inputs); channel < buffer.getNumChannels(); ++channel)
            buffer.clear (channel, 0, buffer.getNumSamples());
        return;
    }
    if (capture_.isWanted())
        captureBlock (buffer);
    const LoadMeter::Block measured (load, buffer.getNumSamples());
    auto parameters = knobs.read();
    parameters.bypass = bypass;
    for (std::size_t b = 0; b < bandScales_.size(); ++b)
        parameters.edits.rt60_band_scale[b] = bandScales_[b].load (std::memory_order_relaxed);
    engine_.process (buffer.getArrayOfReadPointers(), buffer.getArrayOfWritePointers(), buffer.getNumSamples(), parameters);
}

void MatchProcessor::captureBlock (const juce::AudioBuffer<float>& buffer) noexcept
{
    const bool sidechain = capture_.fromSidechain();
    const int first = sidechain ? getMainBusNumInputChannels() : 0;
    const int count = sidechain ? getChannelCountOfBus (true, 1) : getMainBusNumInputChannels();
    if (count > 0 && first + count <= buffer.getNumChannels())
        capture_.write (buffer.getArrayOfReadPointers() + first, count, buffer.getNumSamples());
}

//==============================================================================
int MatchProcessor::getNumPrograms() { return 1 + factoryRooms.size(); }

int MatchProcessor::getCurrentProgram()
{
    const std::scoped_lock lock (mutex_);
    return 1 + factoryRooms.find (state_.slots[state_.active]);
}

void MatchProcessor::setCurrentProgram (int program)
{
    if (program <= 0 || program >= getNumPrograms() || program == getCurrentProgram())
        return;
    const int room = program - 1;
    useRoom (factoryRooms.room (room), factoryRooms.name (room).toStdString(), factoryRooms.thumbnail (room), factoryRooms.scene (room));
    commitEdit();
}

const juce::String MatchProcessor::getProgramName (int program)
{
    return program > 0 && program < getNumPrograms() ? factoryRooms.name (program - 1) : juce::String ("Default");
}

//==============================================================================
MatchState MatchProcessor::currentStateLocked() const
{
    auto state = state_;
    auto& parameters = state.slots[state.active].parameters;
    parameters = knobs.readExact();
    parameters.edits.rt60_band_scale = bandScales();
    return state;
}

void MatchProcessor::applyLocked (const MatchState& state)
{
    state_ = state;
    const auto& slot = state_.slots[state_.active];
    knobs.write (slot.parameters);
    for (std::size_t b = 0; b < bandScales_.size(); ++b)
        bandScales_[b] = slot.parameters.edits.rt60_band_scale[b];
    sendRoomLocked (true);
    touch();
}

/// With a recording the room is no longer the known one.
void MatchProcessor::sendRoomLocked (bool interrupt)
{
    const auto& slot = state_.slots[state_.active];
    const std::string wanted = slot.recording ? std::string() : slot.scene;
    if (wanted != sceneText_)
    {
        sceneText_ = wanted;
        scene_ = wanted.empty() ? nullptr : std::make_shared<const Scene> (sceneFromJson (wanted));
    }
    engine_.setRoom (fusedRoom (slot), interrupt, scene_);
}

void MatchProcessor::beforeStateLocked()
{
    loader_.cancel();
    dismissNotice();
}

//==============================================================================
void MatchProcessor::loadFile (const juce::File& file)
{
    dismissNotice();
    {
        const std::scoped_lock lock (mutex_);
        pendingName_ = file.getFileName();
    }
    loader_.load (file);
    touch();
}

void MatchProcessor::startCapture (bool sidechain)
{
    dismissNotice();
    loader_.capture (sidechain);
    touch();
}

juce::String MatchProcessor::pendingName() const
{
    const std::scoped_lock lock (mutex_);
    return pendingName_;
}

void MatchProcessor::useRoom (const RoomDescription& room, const std::string& name, const std::vector<std::uint8_t>& thumbnail,
                              const std::string& scene, bool keepRecording)
{
    {
        const std::scoped_lock lock (mutex_);
        auto& slot = state_.slots[state_.active];
        slot.room = room;
        slot.name = name;
        slot.thumbnail = thumbnail;
        slot.scene = scene;
        if (! keepRecording)
            forgetRecording (slot);
        roomChangedLocked();
    }
    updateHostDisplay (ChangeDetails().withProgramChanged (true).withNonParameterStateChanged (true));
}

void MatchProcessor::useRecording (const RoomDescription& room, const std::string& name)
{
    {
        const std::scoped_lock lock (mutex_);
        auto& slot = state_.slots[state_.active];
        slot.recording = room;
        slot.recordingName = name;
        slot.balance = 0.5f;
        roomChangedLocked();
    }
    updateHostDisplay (ChangeDetails().withNonParameterStateChanged (true));
}

void MatchProcessor::removeRecording()
{
    {
        const std::scoped_lock lock (mutex_);
        forgetRecording (state_.slots[state_.active]);
        roomChangedLocked();
    }
    commitEdit();
}

void MatchProcessor::setBalance (float balance)
{
    const std::scoped_lock lock (mutex_);
    auto& slot = state_.slots[state_.active];
    slot.balance = juce::jlimit (0.0f, 1.0f, balance);
    sendRoomLocked (false);
    touch();
}

void MatchProcessor::forgetRecording (MatchSlot& slot)
{
    slot.recording.reset();
    slot.recordingName.clear();
    slot.balance = 0.5f;
}

/// Dragged RT60 bars belong to the room before.
void MatchProcessor::roomChangedLocked()
{
    dismissNotice();
    for (auto& scale : bandScales_)
        scale = 1.0f;
    sendRoomLocked (true);
    touch();
}

void MatchProcessor::useSlot (const MatchSlot& slot)
{
    const std::scoped_lock lock (mutex_);
    auto state = currentStateLocked();
    state.slots[state.active] = slot;
    dismissNotice();
    applyLocked (state);
    updateHostDisplay (ChangeDetails().withProgramChanged (true).withNonParameterStateChanged (true));
}

MatchParameters MatchProcessor::parameters() const
{
    auto parameters = knobs.read();
    parameters.edits.rt60_band_scale = bandScales();
    return parameters;
}

std::optional<RoomDescription> MatchProcessor::room() const
{
    const std::scoped_lock lock (mutex_);
    return fusedRoom (state_.slots[state_.active]);
}

BandArray MatchProcessor::bandScales() const
{
    BandArray scales;
    for (std::size_t b = 0; b < scales.size(); ++b)
        scales[b] = bandScales_[b].load();
    return scales;
}

void MatchProcessor::setBandScales (const BandArray& scales)
{
    for (std::size_t b = 0; b < scales.size(); ++b)
        bandScales_[b] = juce::jlimit (0.25f, 4.0f, scales[b]);
    touch();
}

//==============================================================================
juce::Result MatchProcessor::saveRoom (const juce::File& file) const
{
    MatchState state;
    state.slots[0] = activeSlot();
    const auto bytes = serialise (state);
    juce::TemporaryFile temporary (file);
    if (! temporary.getFile().replaceWithData (bytes.data(), bytes.size()) || ! temporary.overwriteTargetFileWithTemporary())
        return juce::Result::fail (file.getFullPathName() + " could not be written.");
    return juce::Result::ok();
}

juce::Result MatchProcessor::loadRoom (const juce::File& file)
{
    if (! file.existsAsFile() || file.getSize() > (4 << 20))
        return juce::Result::fail (file.getFileName() + (file.existsAsFile() ? " is too large for a Lumiverb room." : " was not found."));
    juce::MemoryBlock block;
    if (! file.loadFileAsData (block))
        return juce::Result::fail (file.getFileName() + " could not be read.");
    try
    {
        const auto state = deserialiseMatchState ({ static_cast<const std::uint8_t*> (block.getData()), block.getSize() });
        useSlot (state.slots[state.active]);
        commitEdit();
        return juce::Result::ok();
    }
    catch (const std::exception& e)
    {
        return juce::Result::fail (file.getFileName() + ": " + juce::String::fromUTF8 (e.what()));
    }
}

static juce::Result writeWav (const juce::File& file, const Rir& rir)
{
    juce::TemporaryFile temporary (file);
    {
        auto stream = std::make_unique<juce::FileOutputStream> (temporary.getFile());
        if (stream->failedToOpen())
            return juce::Result::fail (file.getFullPathName() + " could not be written: " + stream->getStatus().getErrorMessage());
        juce::WavAudioFormat format;
        std::unique_ptr<juce::AudioFormatWriter> writer (
            format.createWriterFor (stream.get(), rir.sampleRate, (unsigned) rir.paths.size(), 32, {}, 0));
        if (writer == nullptr)
            return juce::Result::fail ("A WAV of " + juce::String ((int) rir.paths.size()) + " channels cannot be written.");
        stream.release();
        std::vector<const float*> channels;
        for (const auto& path : rir.paths)
            channels.push_back (path.data());
        if (! writer->writeFromFloatArrays (channels.data(), (int) channels.size(), rir.length) || ! writer->flush())
            return juce::Result::fail (file.getFullPathName() + " could not be written: is the disk full?");
    }
    if (! temporary.overwriteTargetFileWithTemporary())
        return juce::Result::fail (file.getFullPathName() + " could not be written.");
    return juce::Result::ok();
}

juce::Result MatchProcessor::exportImpulseResponse (const juce::File& file) const
{
    const auto wanted = room();
    if (! wanted)
        return juce::Result::fail ("There is no room yet: drop a picture first.");
    const auto parameters = this->parameters();
    MatchRirOptions options;
    options.sampleRate = getSampleRate() > 0 ? getSampleRate() : 48000.0;
    options.inputs = juce::jlimit (1, 2, getMainBusNumInputChannels());
    options.output = outputLayout();
    options.traced = parameters.traced;
    options.threads = juce::jmax (1, juce::SystemStats::getNumCpus());
    {
        const std::scoped_lock lock (mutex_);
        options.scene = scene_;
    }
    try
    {
        return writeWav (file, matchRir (*wanted, parameters.edits, options));
    }
    catch (const std::bad_alloc&)
    {
        return juce::Result::fail ("The impulse response needs more memory than there is.");
    }
    catch (const std::exception& e)
    {
        return juce::Result::fail ("Nothing was exported: " + juce::String::fromUTF8 (e.what()) + ".");
    }
}

//==============================================================================
juce::String MatchProcessor::layoutText() const
{
    static const char* const names[] = { "", "mono", "stereo", "", "ambisonics", "", "5.1" };
    const int in = juce::jlimit (1, 2, getMainBusNumInputChannels());
    return juce::String (names[in]) + juce::String::fromUTF8 (" \xe2\x86\x92 ") + names[juce::jlimit (1, 6, getMainBusNumOutputChannels())];
}

juce::AudioProcessorEditor* MatchProcessor::createEditor() { return new MatchEditor (*this); }

}  // namespace lumiverb::plugin

juce::AudioProcessor* JUCE_CALLTYPE createPluginFilter() { return new lumiverb::plugin::MatchProcessor(); }
