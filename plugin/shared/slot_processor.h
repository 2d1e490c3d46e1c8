// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "shared/edit_history.h"
#include "shared/load_meter.h"
#include "shared/notice.h"
#include "shared/state_size.h"
#include <juce_audio_processors/juce_audio_processors.h>
#include <mutex>
#include <span>

namespace lumiverb::plugin {

/// What the processors have in common: an engine, a state of two slots (A/B) with undo, a notice, the editor's size.
/// Everything but what the host calls on its audio thread may be called from any thread except that one.
template <typename Engine, typename State>
class SlotProcessor : public juce::AudioProcessor
{
public:
    using Slot = std::remove_extent_t<decltype (State::slots)>;

    // --- host ---
    void releaseResources() override {}
    void reset() override
    {
        if (prepared_)
            engine_.reset();
    }
    void setNonRealtime (bool offline) noexcept override
    {
        // JUCE's VST3 wrapper calls this in every block, on the audio thread: only a change may reach the engine, whose switch
        // waits for its worker (and cancels what is being made).
        const bool changed = offline != isNonRealtime();
        AudioProcessor::setNonRealtime (offline);
        if (changed && prepared_)
            engine_.setOffline (offline);
    }
    bool acceptsMidi() const override { return false; }
    bool producesMidi() const override { return false; }
    bool hasEditor() const override { return true; }
    void changeProgramName (int, const juce::String&) override {}

    void getStateInformation (juce::MemoryBlock& block) override
    {
        const std::scoped_lock lock (mutex_);
        const auto bytes = serialise (currentStateLocked());
        block.replaceAll (bytes.data(), bytes.size());
    }
    void setStateInformation (const void* data, int size) override
    {
        try
        {
            const auto* bytes = static_cast<const std::uint8_t*> (data);
            if (! hasStatedSize (bytes, size))
                throw std::invalid_argument ("it is not a complete state of " + getName().toStdString());
            const auto state = readState ({ bytes, (std::size_t) size });
            const std::scoped_lock lock (mutex_);
            beforeStateLocked();
            applyLocked (state);
            history_.restart (currentStateLocked());
        }
        catch (const std::exception& e)
        {
            showNotice (Notice::Kind::state, "The saved state was not used: " + juce::String::fromUTF8 (e.what()));
        }
    }

    // --- A/B ---
    Slot activeSlot() const
    {
        const std::scoped_lock lock (mutex_);
        return currentStateLocked().slots[state_.active];
    }
    int activeIndex() const
    {
        const std::scoped_lock lock (mutex_);
        return state_.active;
    }
    void selectSlot (int index)
    {
        const std::scoped_lock lock (mutex_);
        if (index == state_.active || index < 0 || index > 1)
            return;
        auto state = currentStateLocked();
        state.active = index;
        applyLocked (state);
        history_.commit (currentStateLocked());
    }
    void copyToOtherSlot()
    {
        const std::scoped_lock lock (mutex_);
        state_ = currentStateLocked();
        state_.slots[1 - state_.active] = state_.slots[state_.active];
        history_.commit (currentStateLocked());
        touch();
    }

    // --- undo: whole states, one step per finished gesture ---
    void commitEdit()
    {
        {
            const std::scoped_lock lock (mutex_);
            history_.commit (currentStateLocked());
            touch();
        }
        updateHostDisplay (ChangeDetails().withNonParameterStateChanged (true));
    }
    void undo()
    {
        const std::scoped_lock lock (mutex_);
        if (history_.canUndo())
            applyLocked (history_.undo());
    }
    void redo()
    {
        const std::scoped_lock lock (mutex_);
        if (history_.canRedo())
            applyLocked (history_.redo());
    }
    bool canUndo() const
    {
        const std::scoped_lock lock (mutex_);
        return history_.canUndo();
    }
    bool canRedo() const
    {
        const std::scoped_lock lock (mutex_);
        return history_.canRedo();
    }

    // --- for the editor ---
    /// Counts changes of anything that the editor shows, but for knobs and meters.
    unsigned revision() const noexcept { return revision_.load(); }
    virtual Notice notice() const
    {
        const std::scoped_lock lock (noticeMutex_);
        return notice_;
    }
    void dismissNotice() { showNotice (Notice::Kind::none, {}); }
    void showNotice (Notice::Kind kind, const juce::String& text)
    {
        {
            const std::scoped_lock lock (noticeMutex_);
            notice_ = { kind, text };
        }
        touch();
    }
    juce::Point<int> editorSize() const
    {
        const std::scoped_lock lock (mutex_);
        return { state_.editorWidth, state_.editorHeight };
    }
    void setEditorSize (int width, int height)
    {
        const std::scoped_lock lock (mutex_);
        state_.editorWidth = width;
        state_.editorHeight = height;
    }

    LoadMeter load;

protected:
    using AudioProcessor::AudioProcessor;

    /// state_ with the knobs as they are.
    virtual State currentStateLocked() const = 0;
    virtual void applyLocked (const State&) = 0;
    /// Throws std::invalid_argument.
    virtual State readState (std::span<const std::uint8_t>) const = 0;
    /// A saved state is about to replace this one.
    virtual void beforeStateLocked() = 0;
    void touch() noexcept { revision_.fetch_add (1); }

    Engine engine_;
    mutable std::recursive_mutex mutex_; ///< guards state_, history_ and more of the subclass; never taken by the audio thread
    State state_; ///< parameters of the active slot live in the knobs
    EditHistory<State> history_;
    std::atomic<unsigned> revision_ { 0 };
    std::atomic<bool> prepared_ { false };

private:
    mutable std::mutex noticeMutex_; ///< of its own, and the last one taken: threads that must not wait for mutex_ have notices too
    Notice notice_;
};

} // namespace lumiverb::plugin
