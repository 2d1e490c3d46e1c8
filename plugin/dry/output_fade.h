// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <juce_audio_processors/juce_audio_processors.h>

namespace lumiverb::plugin {

/// Takes the output down before the engine is prepared anew while the host plays, and up again after it, so that neither clicks.
class OutputFade
{
public:
    // --- audio thread ---
    void apply (float* const* channels, int numChannels, int numSamples) noexcept
    {
        played_ = true;
        const bool down = down_.load();
        if (! down && level_ >= 1.0f)
            return;
        for (int i = 0; i < numSamples; ++i)
        {
            if (silence_ > 0)
                --silence_;
            else
                level_ = juce::jlimit (0.0f, 1.0f, level_ + (down ? -step : step));
            for (int c = 0; c < numChannels; ++c)
                channels[c][i] *= level_;
        }
        if (down && level_ <= 0.0f)
            silent_ = true;
    }

    // --- other threads ---
    /// Returns when the output is silent, or does not seem to be played.
    void fadeOut (int timeout_ms)
    {
        silent_ = ! played_;
        down_ = true;
        for (int waited = 0; ! silent_ && waited < timeout_ms; ++waited)
            juce::Thread::sleep (1);
    }
    /// While nothing plays: after so many samples of silence the sound comes up.
    void fadeIn (int silence)
    {
        level_ = played_ ? 0.0f : 1.0f;
        silence_ = played_ ? silence : 0;
        down_ = false;
    }
    /// While nothing plays: what comes is a beginning, at full level.
    void reset()
    {
        played_ = false;
        fadeIn (0);
    }

private:
    static constexpr float step = 1.0f / 256;

    std::atomic<bool> down_ { false }, silent_ { false }, played_ { false };
    float level_ = 1.0f;
    int silence_ = 0;
};

}  // namespace lumiverb::plugin
