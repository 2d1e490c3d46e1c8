// SPDX-License-Identifier: AGPL-3.0-or-later
#include "dry/dry_processor.h"
#include "dry/dry_editor.h"
#include "dry/dry_presets.h"
#include "shared/model_folder.h"

namespace lumiverb::plugin {

DryProcessor::DryProcessor()
    : SlotProcessor (BusesProperties()
                         .withInput ("Input", juce::AudioChannelSet::stereo(), true)
                         .withOutput ("Output", juce::AudioChannelSet::stereo(), true))
    , knobs (*this)
{
    loader_.onRoom = [this] (LoadedRoom loaded)
    {
        useRoom (loaded.room, loaded.name, loaded.thumbnail);
        commitEdit();
    };
    loader_.onRecording = [this] (LoadedRecording heard)
    {
        if (listening_)
        {
            heardRt60_s_ = midRt60_s (heard.room);
            return;
        }
        useRoom (heard.room, heard.name, {});
        commitEdit();
    };
    loader_.onFailed = [this] (RoomLoader::Failure failure, const juce::String& sentence) { loadFailed (failure, sentence); };
    networks_.onLoaded = [this] (DryQuality quality, std::unique_ptr<DryNetwork> network) { useNetwork (quality, std::move (network)); };
    networks_.onFailed = [this] (DryQuality quality, NetworkLoader::Failure failure, const juce::String& sentence)
    { networkFailed (quality, failure, sentence); };
    history_.restart (currentStateLocked());
    networks_.load (state_.quality);
}

DryProcessor::~DryProcessor() = default;

//==============================================================================
bool DryProcessor::isBusesLayoutSupported (const BusesLayout& layout) const
{
    // JUCE's VST3 hosts (pedalboard among them) ask for the latency after this call and before prepareToPlay, and would take that of the
    // rate and block before: tell it now.
    if (const double rate = getSampleRate(); rate > 0)
        const_cast<DryProcessor*> (this)->setLatencySamples (DryEngine::latency_samples (rate, getBlockSize(), dryGrid (quality())));
    const auto in = layout.getMainInputChannelSet(), out = layout.getMainOutputChannelSet();
    return in == out && in.size() >= 1 && in.size() <= 8;
}

void DryProcessor::prepareToPlay (double sampleRate, int maximumBlock)
{
    const std::scoped_lock lock (mutex_);
    prepareLocked (sampleRate, maximumBlock);
    fade_.reset();
}

void DryProcessor::prepareLocked (double sampleRate, int maximumBlock)
{
    prepared_ = false;
    load.prepare (sampleRate);
    capture_.prepare (sampleRate);
    try
    {
        {
            const std::scoped_lock lock (networkMutex_);
            engine_.prepare (sampleRate, juce::jlimit (1, 8, getMainBusNumInputChannels()), maximumBlock, dryGrid (state_.quality));
        }
        engine_.setOffline (isNonRealtime());
        setLatencySamples (engine_.latency_samples());
        prepared_ = true;
    }
    catch (const std::exception& e)
    {
        // Audio passes through (render).
        showNotice (Notice::Kind::modelFailed, juce::String::fromUTF8 (e.what()));
    }
    touch();
}

void DryProcessor::reset()
{
    SlotProcessor::reset();
    fade_.reset();
}

void DryProcessor::processBlock (juce::AudioBuffer<float>& buffer, juce::MidiBuffer&) { render (buffer, knobs.bypass().get()); }
void DryProcessor::processBlockBypassed (juce::AudioBuffer<float>& buffer, juce::MidiBuffer&) { render (buffer, true); }

void DryProcessor::render (juce::AudioBuffer<float>& buffer, bool bypass) noexcept
{
    const juce::ScopedNoDenormals noDenormals;
    const int channels = getMainBusNumInputChannels();
    if (! prepared_ || channels < 1 || channels > 8 || buffer.getNumChannels() < channels)
        return;
    // A render must not begin without its network; playback does.
    if (isNonRealtime() && networks_.isBusy())
        networks_.waitUntilIdle (60000);
    if (capture_.isWanted())
        capture_.write (buffer.getArrayOfReadPointers(), channels, buffer.getNumSamples());
    const LoadMeter::Block measured (load, buffer.getNumSamples());
    auto parameters = knobs.read();
    parameters.bypass = bypass;
    engine_.process (buffer.getArrayOfReadPointers(), buffer.getArrayOfWritePointers(), buffer.getNumSamples(), parameters);
    fade_.apply (buffer.getArrayOfWritePointers(), channels, buffer.getNumSamples());
}

//==============================================================================
int DryProcessor::getNumPrograms() { return 1 + (int) dryPresets().size(); }
int DryProcessor::getCurrentProgram() { return 1 + findDryPreset (knobs.read()); }

void DryProcessor::setCurrentProgram (int program)
{
    if (program <= 0 || program >= getNumPrograms() || program == getCurrentProgram())
        return;
    {
        const std::scoped_lock lock (mutex_);
        const auto now = knobs.read();
        auto parameters = dryPresets()[(std::size_t) program - 1].parameters;
        parameters.output_db = now.output_db;
        parameters.residual = now.residual;
        parameters.bypass = now.bypass;
        knobs.write (parameters);
        touch();
    }
    commitEdit();
}

const juce::String DryProcessor::getProgramName (int program)
{
    return program > 0 && program < getNumPrograms() ? dryPresets()[(std::size_t) program - 1].name : "Default";
}

//==============================================================================
DryState DryProcessor::currentStateLocked() const
{
    auto state = state_;
    state.slots[state.active].parameters = knobs.readExact();
    return state;
}

void DryProcessor::applyLocked (const DryState& state)
{
    const auto before = state_.quality;
    state_ = state;
    const auto& slot = state_.slots[state_.active];
    knobs.write (slot.parameters);
    engine_.setRoom (slot.room);
    if (state_.quality != before)
        changeGridLocked();
    touch();
}

void DryProcessor::changeGridLocked()
{
    expectNetwork (std::nullopt);
    dismissNotice();
    if (prepared_ && ! (engine_.grid() == dryGrid (state_.quality)))
    {
        fade_.fadeOut (100);
        suspendProcessing (true);
        prepareLocked (getSampleRate(), getBlockSize());
        fade_.fadeIn (getLatencySamples());
        suspendProcessing (false);
    }
    expectNetwork (state_.quality);
    networks_.load (state_.quality);
}

void DryProcessor::expectNetwork (std::optional<DryQuality> quality)
{
    const std::scoped_lock lock (networkMutex_);
    expected_ = quality;
}

void DryProcessor::useNetwork (DryQuality quality, std::unique_ptr<DryNetwork> network)
{
    const std::scoped_lock lock (networkMutex_);
    if (quality != expected_)
        return;                                      // another one was asked for meanwhile
    try
    {
        engine_.setBackend (std::move (network));
    }
    catch (const std::exception& e)
    {
        showNotice (Notice::Kind::modelFailed, juce::String::fromUTF8 (e.what()));
    }
    touch();
}

void DryProcessor::networkFailed (DryQuality quality, NetworkLoader::Failure failure, const juce::String& sentence)
{
    const std::scoped_lock lock (networkMutex_);
    if (quality != expected_)
        return;
    engine_.setBackend (nullptr);
    showNotice (failure == NetworkLoader::Failure::missing ? Notice::Kind::modelMissing : Notice::Kind::modelFailed, sentence);
}

void DryProcessor::beforeStateLocked()
{
    loader_.cancel();
    const auto kind = SlotProcessor::notice().kind;
    if (kind != Notice::Kind::modelMissing && kind != Notice::Kind::modelFailed)
        dismissNotice();
}

//==============================================================================
DryQuality DryProcessor::quality() const
{
    const std::scoped_lock lock (mutex_);
    return state_.quality;
}

void DryProcessor::setQuality (DryQuality quality)
{
    {
        const std::scoped_lock lock (mutex_);
        if (quality == state_.quality)
            return;
        state_.quality = quality;
        changeGridLocked();
        touch();
    }
    commitEdit();
}

bool DryProcessor::isInstalled (DryQuality quality) { return hasModel (dryModelName (quality)); }

void DryProcessor::loadFile (const juce::File& file)
{
    const auto kind = notice().kind;
    if (kind == Notice::Kind::picture || kind == Notice::Kind::recording || kind == Notice::Kind::file)
        dismissNotice();
    listening_ = false;
    loader_.load (file);
    touch();
}

void DryProcessor::loadFailed (RoomLoader::Failure failure, const juce::String& sentence)
{
    using Failure = RoomLoader::Failure;
    if (listening_)
    {
        deaf_ = failure == Failure::modelMissing || failure == Failure::modelFailed;
        return;                                      // nobody asked for it
    }
    showNotice (noticeKind (failure), sentence);
}

void DryProcessor::listen()
{
    if (deaf_ || ! prepared_ || loader_.stage() != RoomLoader::Stage::idle || ! hasModel (blindRoomName))
        return;
    listening_ = true;
    loader_.capture (false);
}

void DryProcessor::stopListening()
{
    if (! listening_)
        return;
    loader_.cancelCapture (2000);
    listening_ = false;
}

void DryProcessor::useRoom (const RoomDescription& room, const std::string& name, const std::vector<std::uint8_t>& thumbnail)
{
    const std::scoped_lock lock (mutex_);
    auto& slot = state_.slots[state_.active];
    slot.room = room;
    slot.name = name;
    slot.thumbnail = thumbnail;
    engine_.setRoom (room);
    touch();
}

void DryProcessor::forgetRoom()
{
    {
        const std::scoped_lock lock (mutex_);
        auto& slot = state_.slots[state_.active];
        slot.room.reset();
        slot.name.clear();
        slot.thumbnail.clear();
        engine_.setRoom (std::nullopt);
        touch();
    }
    commitEdit();
}

//==============================================================================
Notice DryProcessor::notice() const
{
    if (const auto error = engine_.error(); ! error.empty())
        return { Notice::Kind::modelFailed, juce::String::fromUTF8 (error.c_str()) };
    return SlotProcessor::notice();
}

juce::String DryProcessor::layoutText() const
{
    const int channels = getMainBusNumInputChannels();
    return channels == 1   ? juce::String ("mono")
           : channels == 2 ? juce::String ("stereo linked")
                           : juce::String (channels) + " channels linked";
}

juce::AudioProcessorEditor* DryProcessor::createEditor() { return new DryEditor (*this); }

}  // namespace lumiverb::plugin

juce::AudioProcessor* JUCE_CALLTYPE createPluginFilter() { return new lumiverb::plugin::DryProcessor(); }
