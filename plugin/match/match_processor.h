// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/match/match_state.h"
#include "match/factory_rooms.h"
#include "match/match_parameters.h"
#include "shared/room_loader.h"
#include "shared/slot_processor.h"
#include <atomic>
#include <mutex>
#include <juce_audio_processors/juce_audio_processors.h>

namespace lumiverb::plugin {

/// Lumiverb Match as a JUCE processor: host parameters, pictures, recordings and finished rooms around a MatchEngine.
class MatchProcessor : public SlotProcessor<MatchEngine, MatchState>
{
public:
    MatchProcessor();
    ~MatchProcessor() override;

    // --- host ---
    const juce::String getName() const override { return "Lumiverb Match"; }
    void prepareToPlay (double sampleRate, int maximumBlock) override;
    bool isBusesLayoutSupported (const BusesLayout&) const override;
    void processBlock (juce::AudioBuffer<float>&, juce::MidiBuffer&) override;
    void processBlockBypassed (juce::AudioBuffer<float>&, juce::MidiBuffer&) override;
    using AudioProcessor::processBlock;
    using AudioProcessor::processBlockBypassed;
    juce::AudioProcessorParameter* getBypassParameter() const override { return &knobs.bypass(); }
    double getTailLengthSeconds() const override;
    juce::AudioProcessorEditor* createEditor() override;

    /// Programs: 0 is whatever sounds now, the others are the factory rooms. Choosing the one that already sounds does nothing,
    /// so a host that restores its program number after the state does not undo the session's edits.
    int getNumPrograms() override;
    int getCurrentProgram() override;
    void setCurrentProgram (int) override;
    const juce::String getProgramName (int) override;

    // --- rooms ---
    /// A picture, a recording, or a room or scene as JSON, by its content.
    void loadFile (const juce::File&);
    /// Listens to the track or the sidechain for up to ten seconds and matches what it hears.
    void startCapture (bool sidechain);
    void finishCapture() noexcept { loader_.finishCapture(); }
    void cancelLoading() { loader_.cancel(); }
    double captureProgress() const noexcept { return capture_.progress(); }
    bool hasSidechain() const { return getChannelCountOfBus (true, 1) > 0; }
    /// A room with its knobs as they are: automation survives a new picture. Dragged RT60 bars belong to the old room and are reset.
    /// scene: JSON of the place that it was traced in, if it is known.
    void useRoom (const RoomDescription&, const std::string& name, const std::vector<std::uint8_t>& thumbnail,
                  const std::string& scene = {}, bool keepRecording = false);
    /// What a recording says, beside the picture if there is one.
    void useRecording (const RoomDescription&, const std::string& name);
    void removeRecording();
    /// 0 = picture, 1 = recording.
    void setBalance (float);
    /// A saved room with its knobs.
    void useSlot (const MatchSlot&);
    /// What the knobs are offsets on: picture and recording fused; empty before the first of them.
    std::optional<RoomDescription> room() const;
    MatchParameters parameters() const;
    void setBandScales (const BandArray&);
    BandArray bandScales() const;
    juce::Result saveRoom (const juce::File&) const;
    juce::Result loadRoom (const juce::File&);
    /// Writes the impulse response that sounds now as 32-bit float WAV (temporary file, then renamed).
    juce::Result exportImpulseResponse (const juce::File&) const;

    // --- for the editor ---
    RoomLoader::Stage loadingStage() const noexcept { return loader_.stage(); }
    /// Whether what is being loaded is a recording.
    bool isHearing() const noexcept { return loader_.isHearing(); }
    juce::String pendingName() const;
    bool waitForLoading (int timeout_ms) const { return loader_.waitUntilIdle (timeout_ms); }
    int lateBlocks() const noexcept { return engine_.lateBlocks(); }
    /// Of traced quality, 0..1; negative while nothing is traced.
    float tracingProgress() const noexcept { return engine_.tracingProgress(); }
    juce::String layoutText() const;

    MatchKnobs knobs;
    FactoryRooms factoryRooms;

private:
    MatchState currentStateLocked() const override;
    void applyLocked (const MatchState&) override;
    MatchState readState (std::span<const std::uint8_t> bytes) const override { return deserialiseMatchState (bytes); }
    void beforeStateLocked() override;
    void render (juce::AudioBuffer<float>&, bool bypass) noexcept;
    void captureBlock (const juce::AudioBuffer<float>&) noexcept;
    static void forgetRecording (MatchSlot&);
    void roomChangedLocked();
    void sendRoomLocked (bool interrupt);
    MatchOutput outputLayout() const;

    std::shared_ptr<const Scene> scene_;             ///< parsed from sceneText_
    std::string sceneText_;
    juce::String pendingName_;
    std::array<std::atomic<float>, numBands> bandScales_;
    Capture capture_;
    RoomLoader loader_ { capture_ };                           ///< last: its thread calls back into everything above

    JUCE_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR (MatchProcessor)
};

}  // namespace lumiverb::plugin
