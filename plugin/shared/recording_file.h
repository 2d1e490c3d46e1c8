// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <atomic>
#include <stdexcept>
#include <juce_audio_basics/juce_audio_basics.h>

namespace lumiverb::plugin {

/// One clear sentence for the person who dropped the file.
struct RecordingError : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// Sound of a room, at most two channels.
struct Recording
{
    juce::AudioBuffer<float> audio;
    double sampleRate = 0;
    juce::String name;                               ///< of the file or the bus, for people
};

/// More than this of a file is not read: the network hears eight pieces of 8 s at most.
inline constexpr double readRecording_s = 120.0;
/// Shorter ones are refused.
inline constexpr double leastRecording_s = 2.0;

/// Whether the first bytes of a file are those of an audio file, also of formats that are not read.
bool looksLikeRecording (const std::uint8_t* data, std::size_t size);
/// Reads WAV and AIFF (FLAC and Ogg Vorbis where the build has them), the first two channels. Not on the audio or message thread.
/// Throws RecordingError; returns an empty buffer once `cancel` is set.
Recording readRecording (const juce::File&, const std::atomic<bool>& cancel);
/// "WAV, AIFF"
juce::String recordingFormats();
/// For a file chooser: "*.wav;*.aiff;...".
juce::String recordingWildcard();

}  // namespace lumiverb::plugin
