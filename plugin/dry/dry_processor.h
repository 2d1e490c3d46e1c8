// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "dry/dry_parameters.h"
#include "dry/network_loader.h"
#include "dry/output_fade.h"
#include "dry/picture_loader.h"
#include "lumiverb/dry/dry_state.h"
#include "shared/edit_history.h"
#include "shared/load_meter.h"
#include "shared/notice.h"

namespace lumiverb::plugin {

/// Lumiverb Dry as a JUCE processor: host parameters, state, presets, A/B, the network and an optional picture around a DryEngine.
/// Everything but processBlock may be called from any thread except the audio thread.
class DryProcessor : public juce::AudioProcessor
{
public:
    DryProcessor();
    ~DryProcessor() override;

    // --- host ---
    const juce::String getName() const override { return "Lumiverb Dry"; }
    void prepareToPlay (double sampleRate, int maximumBlock) override;
    void releaseResources() override {}
    void reset() override;
    void setNonRealtime (bool) noexcept override;
    /// The same 1 to 8 channels in and out, in any arrangement: all are linked.
    bool isBusesLayoutSupported (const BusesLayout&) const override;
    void processBlock (juce::AudioBuffer<float>&, juce::MidiBuffer&) override;
    void processBlockBypassed (juce::AudioBuffer<float>&, juce::MidiBuffer&) override;
    using AudioProcessor::processBlock;
    using AudioProcessor::processBlockBypassed;
    juce::AudioProcessorParameter* getBypassParameter() const override { return &knobs.bypass(); }
    double getTailLengthSeconds() const override { return 0.0; }
    bool acceptsMidi() const override { return false; }
    bool producesMidi() const override { return false; }
    juce::AudioProcessorEditor* createEditor() override;
    bool hasEditor() const override { return true; }

    /// Programs: 0 is whatever sounds now, the others are the presets. Choosing the one that already sounds does nothing, so a host
    /// that restores its program number after the state does not undo the session's edits.
    int getNumPrograms() override;
    int getCurrentProgram() override;
    void setCurrentProgram (int) override;
    const juce::String getProgramName (int) override;
    void changeProgramName (int, const juce::String&) override {}

    void getStateInformation (juce::MemoryBlock&) override;
    void setStateInformation (const void*, int) override;

    // --- settings ---
    DryQuality quality() const;
    /// Another network. Low latency has another grid: the sound fades out and in again, and the host hears of the new latency.
    void setQuality (DryQuality);
    static bool isInstalled (DryQuality);
    void loadPicture (const juce::File&);
    void useRoom (const RoomDescription&, const std::string& name, const std::vector<std::uint8_t>& thumbnail);
    void forgetRoom();
    DrySlot activeSlot() const;
    int activeIndex() const;
    void selectSlot (int);
    void copyToOtherSlot();

    // --- undo: whole states, one step per finished gesture ---
    void commitEdit();
    void undo();
    void redo();
    bool canUndo() const;
    bool canRedo() const;

    // --- for the editor ---
    /// Counts changes of room, slot, quality, notice or picture stage.
    unsigned revision() const noexcept { return revision_.load(); }
    /// Also says why the engine has given a network up.
    Notice notice() const;
    void dismissNotice() { showNotice (Notice::Kind::none, {}); }
    void showNotice (Notice::Kind, const juce::String&);
    PictureLoader::Stage pictureStage() const noexcept { return pictures_.stage(); }
    bool isLoadingNetwork() const noexcept { return networks_.isBusy(); }
    bool hasNetwork() const { return engine_.hasBackend() && engine_.error().empty(); }
    bool waitForNetwork (int timeout_ms) const { return networks_.waitUntilIdle (timeout_ms); }
    bool waitForPicture (int timeout_ms) const { return pictures_.waitUntilIdle (timeout_ms); }
    juce::Point<int> editorSize() const;
    void setEditorSize (int width, int height);
    int lateFrames() const noexcept { return engine_.lateFrames(); }
    juce::String layoutText() const;
    void enableView (bool on) noexcept { engine_.enableView (on); }
    bool readView (DryView& view) noexcept { return engine_.readView (view); }

    DryKnobs knobs;
    LoadMeter load;

private:
    DryState currentStateLocked() const;
    void applyLocked (const DryState&);
    void prepareLocked (double sampleRate, int maximumBlock);
    void changeGridLocked();
    void touch() noexcept { revision_.fetch_add (1); }
    void render (juce::AudioBuffer<float>&, bool bypass) noexcept;

    DryEngine engine_;
    OutputFade fade_;
    mutable std::recursive_mutex mutex_; ///< guards state_, history_, notice_, the engine's settings; never taken by the audio thread
    DryState state_; ///< parameters of the active slot live in `knobs`
    EditHistory<DryState> history_;
    Notice notice_;
    std::atomic<unsigned> revision_ { 0 };
    std::atomic<bool> prepared_ { false };
    PictureLoader pictures_; ///< last: their threads call back into everything above
    NetworkLoader networks_;

    JUCE_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR (DryProcessor)
};

} // namespace lumiverb::plugin
