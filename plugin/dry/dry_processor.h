// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "dry/dry_parameters.h"
#include "dry/network_loader.h"
#include "dry/output_fade.h"
#include "lumiverb/dry/dry_state.h"
#include "shared/room_loader.h"
#include "shared/slot_processor.h"

namespace lumiverb::plugin {

/// Lumiverb Dry as a JUCE processor: host parameters, presets, the network and an optional hint of the room around a DryEngine.
class DryProcessor : public SlotProcessor<DryEngine, DryState>
{
public:
    DryProcessor();
    ~DryProcessor() override;

    // --- host ---
    const juce::String getName() const override { return "Lumiverb Dry"; }
    void prepareToPlay (double sampleRate, int maximumBlock) override;
    void reset() override;
    /// The same 1 to 8 channels in and out, in any arrangement: all are linked.
    bool isBusesLayoutSupported (const BusesLayout&) const override;
    void processBlock (juce::AudioBuffer<float>&, juce::MidiBuffer&) override;
    void processBlockBypassed (juce::AudioBuffer<float>&, juce::MidiBuffer&) override;
    using AudioProcessor::processBlock;
    using AudioProcessor::processBlockBypassed;
    juce::AudioProcessorParameter* getBypassParameter() const override { return &knobs.bypass(); }
    double getTailLengthSeconds() const override { return 0.0; }
    juce::AudioProcessorEditor* createEditor() override;

    /// Programs: 0 is whatever sounds now, the others are the presets. Choosing the one that already sounds does nothing, so a host
    /// that restores its program number after the state does not undo the session's edits.
    int getNumPrograms() override;
    int getCurrentProgram() override;
    void setCurrentProgram (int) override;
    const juce::String getProgramName (int) override;

    // --- settings ---
    DryQuality quality() const;
    /// Another network. Low latency has another grid: the sound fades out and in again, and the host hears of the new latency.
    void setQuality (DryQuality);
    static bool isInstalled (DryQuality);
    /// A picture, a recording, or a room or scene as JSON: what it says becomes the hint.
    void loadFile (const juce::File&);
    void useRoom (const RoomDescription&, const std::string& name, const std::vector<std::uint8_t>& thumbnail);
    void forgetRoom();

    // --- for the editor ---
    /// Also says why the engine has given a network up.
    Notice notice() const override;
    /// Of what becomes the hint.
    RoomLoader::Stage loadingStage() const noexcept { return listening_.load() ? RoomLoader::Stage::idle : loader_.stage(); }
    /// Hears in the background what room the track has, where the network for it is installed and nothing else is being loaded.
    void listen();
    void stopListening();
    /// At 500 Hz and 1 kHz, of the last ten seconds that were listened to; 0 = not heard yet. It is shown and changes nothing.
    float heardRt60_s() const noexcept { return heardRt60_s_.load(); }
    bool isLoadingNetwork() const noexcept { return networks_.isBusy(); }
    bool hasNetwork() const { return engine_.hasBackend() && engine_.error().empty(); }
    int lateFrames() const noexcept { return engine_.lateFrames(); }
    juce::String layoutText() const;
    void enableView (bool on) noexcept { engine_.enableView (on); }
    bool readView (DryView& view) noexcept { return engine_.readView (view); }

    DryKnobs knobs;

private:
    DryState currentStateLocked() const override;
    void applyLocked (const DryState&) override;
    DryState readState (std::span<const std::uint8_t> bytes) const override { return deserialiseDryState (bytes); }
    void beforeStateLocked() override;
    void prepareLocked (double sampleRate, int maximumBlock);
    void changeGridLocked();
    void expectNetwork (std::optional<DryQuality>);
    void useNetwork (DryQuality, std::unique_ptr<DryNetwork>);
    void networkFailed (DryQuality, NetworkLoader::Failure, const juce::String&);
    void loadFailed (RoomLoader::Failure, const juce::String&);
    void render (juce::AudioBuffer<float>&, bool bypass) noexcept;

    /// Locks are taken in this order: mutex_, JUCE's callback lock (suspendProcessing waits for it), networkMutex_, those inside loaders,
    /// capture and engine, noticeMutex_. An offline render waits for the networks' loader with the callback lock held: what that loader
    /// calls may take none but the last ones, and nobody who holds one of those may wait for the first two, nor call the host.
    std::mutex networkMutex_;                        ///< held while the engine is given a network or another grid
    std::optional<DryQuality> expected_ = state_.quality; ///< guarded by it: whose network is still wanted; none while the grid changes
    OutputFade fade_;
    Capture capture_;
    std::atomic<bool> listening_ { false }, deaf_ { false }; ///< the loader listens to the track; its network does not run
    std::atomic<float> heardRt60_s_ { 0 };
    RoomLoader loader_ { capture_ }; ///< last: their threads call back into everything above
    NetworkLoader networks_;

    JUCE_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR (DryProcessor)
};

} // namespace lumiverb::plugin
