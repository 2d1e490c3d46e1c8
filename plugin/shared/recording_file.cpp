// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shared/recording_file.h"
#include <cstring>
#include <juce_audio_formats/juce_audio_formats.h>

namespace lumiverb::plugin {
namespace {

[[noreturn]] void fail (const juce::String& sentence) { throw RecordingError (sentence.toStdString()); }

bool startsWith (const std::uint8_t* data, std::size_t size, const char* text, std::size_t at = 0)
{
    const auto length = std::strlen (text);
    return size >= at + length && std::memcmp (data + at, text, length) == 0;
}

/// The name of a format that is recognised but not read, or empty.
juce::String foreignFormat (const std::uint8_t* data, std::size_t size)
{
    if (startsWith (data, size, "fLaC"))
        return JUCE_USE_FLAC ? "" : "FLAC";
    if (startsWith (data, size, "OggS"))
        return JUCE_USE_OGGVORBIS ? "" : "Ogg";
    if (startsWith (data, size, "ID3") || (size >= 2 && data[0] == 0xff && (data[1] & 0xe6) == 0xe2))
        return "MP3";
    if (startsWith (data, size, "ftypM4A", 4) || startsWith (data, size, "ftypmp4", 4) || startsWith (data, size, "ftypisom", 4))
        return "MPEG-4";
    return {};
}

bool isReadable (const std::uint8_t* data, std::size_t size)
{
    return ((startsWith (data, size, "RIFF") || startsWith (data, size, "RF64")) && startsWith (data, size, "WAVE", 8))
           || (startsWith (data, size, "FORM") && (startsWith (data, size, "AIFF", 8) || startsWith (data, size, "AIFC", 8)))
           || startsWith (data, size, "fLaC") || startsWith (data, size, "OggS");
}

std::unique_ptr<juce::AudioFormatReader> openReader (const juce::File& file)
{
    juce::AudioFormatManager formats;
    formats.registerBasicFormats();
    auto stream = file.createInputStream();
    if (stream == nullptr)
        fail (file.getFileName() + " could not be opened.");
    // By content: the ending may lie.
    std::unique_ptr<juce::AudioFormatReader> reader (formats.createReaderFor (std::move (stream)));
    if (reader == nullptr)
        fail (file.getFileName() + " is damaged: its sound cannot be read.");
    return reader;
}

/// Damaged and cut files come with a tail of exact zeros that nobody recorded.
int lengthWithoutZeros (const juce::AudioBuffer<float>& audio)
{
    int length = audio.getNumSamples();
    const auto isSilent = [&] (int i)
    {
        for (int c = 0; c < audio.getNumChannels(); ++c)
            if (! juce::exactlyEqual (audio.getSample (c, i), 0.0f))
                return false;
        return true;
    };
    while (length > 0 && isSilent (length - 1))
        --length;
    return length;
}

}  // namespace

bool looksLikeRecording (const std::uint8_t* data, std::size_t size)
{
    return isReadable (data, size) || foreignFormat (data, size).isNotEmpty();
}

juce::String recordingFormats()
{
    juce::StringArray names { "WAV", "AIFF" };
#if JUCE_USE_FLAC
    names.add ("FLAC");
#endif
#if JUCE_USE_OGGVORBIS
    names.add ("Ogg Vorbis");
#endif
    return names.joinIntoString (", ");
}

juce::String recordingWildcard()
{
    juce::String endings = "*.wav;*.aif;*.aiff";
#if JUCE_USE_FLAC
    endings << ";*.flac";
#endif
#if JUCE_USE_OGGVORBIS
    endings << ";*.ogg";
#endif
    return endings;
}

Recording readRecording (const juce::File& file, const std::atomic<bool>& cancel)
{
    if (! file.existsAsFile())
        fail (file.getFileName() + (file.isDirectory() ? " is a folder, not a recording." : " was not found."));
    std::uint8_t start[16] {};
    if (juce::FileInputStream stream (file); stream.openedOk())
    {
        const auto size = (std::size_t) std::max (0, stream.read (start, sizeof start));
        if (const auto format = foreignFormat (start, size); format.isNotEmpty())
            fail (file.getFileName() + " is " + format + ", which is not read here: export it as WAV (" + recordingFormats()
                  + " are read).");
        if (! isReadable (start, size))
            fail (file.getFileName() + " is not a recording (" + recordingFormats() + " are read).");
    }
    const auto reader = openReader (file);
    const double rate = reader->sampleRate;
    if (! (rate >= 8000 && rate <= 384000))
        fail (file.getFileName() + " has a sample rate of " + juce::String (rate) + " Hz; 8000 to 384000 Hz are possible.");
    if (reader->numChannels < 1 || (double) reader->lengthInSamples < leastRecording_s * rate)
        fail (file.getFileName() + " is too short: 2 seconds of voice or music are needed, 10 are better.");

    Recording recording;
    recording.sampleRate = rate;
    recording.name = file.getFileNameWithoutExtension();
    const int channels = (int) std::min (2u, reader->numChannels);
    const int length = (int) std::min ((double) reader->lengthInSamples, readRecording_s * rate);
    recording.audio.setSize (channels, length);
    recording.audio.clear();
    for (int at = 0; at < length; at += 1 << 16)
    {
        if (cancel.load())
            return {};
        reader->read (&recording.audio, at, std::min (1 << 16, length - at), at, true, channels > 1);
    }
    const int kept = lengthWithoutZeros (recording.audio);
    if (kept < leastRecording_s * rate)
        fail (file.getFileName() + (kept == 0 ? " is silent." : " holds less than 2 seconds of sound: it may have been cut short."));
    recording.audio.setSize (channels, kept, true, false, true);
    return recording;
}

}  // namespace lumiverb::plugin
