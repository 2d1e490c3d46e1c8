// SPDX-License-Identifier: AGPL-3.0-or-later
// The processor of Match without host and window: A/B, undo, programs, room files, impulse-response export, pictures.
// Pictures and a model come from tests/plugin/test_processor.py through the environment (PICTURE_A, PICTURE_B, LUMIVERB_MODELS).
#define DOCTEST_CONFIG_IMPLEMENT
#include "match/match_processor.h"
#include "match/recent_rooms.h"
#include <doctest/doctest.h>
#include <juce_audio_formats/juce_audio_formats.h>
#include <juce_gui_basics/juce_gui_basics.h>

using namespace lumiverb;
using namespace lumiverb::plugin;

namespace {

RoomDescription aRoom (float rt60_s)
{
    RoomDescription room;
    room.rt60_s.fill (rt60_s);
    room.room_kind = "church";
    return room;
}

void turn (MatchProcessor& processor, MatchKnob knob, float value)
{
    juce::RangedAudioParameter& parameter = processor.knobs[knob];
    parameter.setValueNotifyingHost (parameter.convertTo0to1 (value));
    processor.commitEdit();
}

float mix (const MatchProcessor& processor) { return processor.parameters().mix; }

juce::File scratch (const char* name)
{
    return juce::File::getSpecialLocation (juce::File::tempDirectory).getChildFile (juce::String ("lumiverb-test-") + name);
}

juce::MemoryBlock stateOf (MatchProcessor& processor)
{
    juce::MemoryBlock block;
    processor.getStateInformation (block);
    return block;
}

juce::File recording (const char* name)
{
    return juce::File (juce::SystemStats::getEnvironmentVariable ("RECORDINGS", {})).getChildFile (name);
}

float midRt60 (const MatchProcessor& processor) { return midRt60_s (*processor.room()); }

/// Plays noise until the loader has done its work: on the track, on the sidechain (channels 2 and 3), or on neither.
void play (MatchProcessor& processor, bool track, bool sidechain, int blocks = 4000)
{
    juce::Random random (1);
    juce::AudioBuffer<float> buffer (std::max (processor.getTotalNumInputChannels(), processor.getTotalNumOutputChannels()), 480);
    juce::MidiBuffer midi;
    for (int block = 0; block < blocks && processor.loadingStage() != RoomLoader::Stage::idle; ++block)
    {
        buffer.clear();
        for (int c = 0; c < buffer.getNumChannels(); ++c)
            if (c < 2 ? track : sidechain)
                for (int i = 0; i < 480; ++i)
                    buffer.setSample (c, i, random.nextFloat() * 0.2f - 0.1f);
        processor.processBlock (buffer, midi);
        juce::Thread::sleep (1);
    }
}

juce::File environmentFile (const char* name) { return juce::File (juce::SystemStats::getEnvironmentVariable (name, {})); }

}  // namespace

TEST_CASE ("A and B keep their own room and knobs, and the state carries both")
{
    MatchProcessor processor;
    processor.useRoom (aRoom (0.5f), "first", {});
    turn (processor, MatchKnob::mix, 20);
    processor.selectSlot (1);
    CHECK_FALSE (processor.room().has_value());
    processor.useRoom (aRoom (2.0f), "second", {});
    turn (processor, MatchKnob::mix, 80);
    processor.selectSlot (0);
    CHECK (mix (processor) == doctest::Approx (0.2f));
    CHECK (processor.room()->rt60_s[0] == 0.5f);
    processor.selectSlot (1);
    CHECK (mix (processor) == doctest::Approx (0.8f));
    CHECK (processor.activeSlot().name == "second");

    MatchProcessor other;
    const auto state = stateOf (processor);
    other.setStateInformation (state.getData(), (int) state.getSize());
    CHECK (other.activeIndex() == 1);
    CHECK (mix (other) == doctest::Approx (0.8f));
    CHECK (stateOf (other) == state);
    other.copyToOtherSlot();
    other.selectSlot (0);
    CHECK (other.activeSlot().name == "second");
}

TEST_CASE ("Undo and redo go through every finished gesture")
{
    MatchProcessor processor;
    CHECK_FALSE (processor.canUndo());
    const float start = mix (processor);
    turn (processor, MatchKnob::mix, 50);
    processor.useRoom (aRoom (1.0f), "room", {});
    processor.commitEdit();
    auto scales = processor.bandScales();
    scales[2] = 1.5f;
    processor.setBandScales (scales);
    processor.commitEdit();

    processor.undo();
    CHECK (processor.bandScales()[2] == 1.0f);
    CHECK (processor.room().has_value());
    processor.undo();
    CHECK_FALSE (processor.room().has_value());
    CHECK (mix (processor) == doctest::Approx (0.5f));
    processor.undo();
    CHECK (mix (processor) == doctest::Approx (start));
    CHECK_FALSE (processor.canUndo());
    processor.redo();
    processor.redo();
    processor.redo();
    CHECK (processor.bandScales()[2] == 1.5f);
    CHECK_FALSE (processor.canRedo());
    processor.undo();
    turn (processor, MatchKnob::mix, 10);
    CHECK_FALSE (processor.canRedo());
    processor.commitEdit();                          // nothing has changed: no step
    processor.undo();
    CHECK (mix (processor) == doctest::Approx (0.5f));
}

TEST_CASE ("A new room keeps the knobs and gives the octaves back to the picture")
{
    MatchProcessor processor;
    turn (processor, MatchKnob::decay, 2);
    processor.useRoom (aRoom (1.0f), "first", {});
    processor.setBandScales ({ 2, 2, 2, 2, 2, 2, 2 });
    processor.useRoom (aRoom (0.4f), "second", {});
    CHECK (processor.parameters().edits.decay_scale == doctest::Approx (2.0f));
    CHECK (processor.bandScales() == BandArray { 1, 1, 1, 1, 1, 1, 1 });
}

TEST_CASE ("Programs are the finished rooms; the one that sounds is not loaded again")
{
    MatchProcessor processor;
    REQUIRE (processor.getNumPrograms() == 1 + processor.factoryRooms.size());
    for (int i = 0; i < processor.factoryRooms.size(); ++i)
    {
        processor.setCurrentProgram (i + 1);
        CHECK (processor.getCurrentProgram() == i + 1);
        CHECK (processor.activeSlot().name == processor.factoryRooms.name (i).toStdString());
        CHECK (processor.activeSlot().thumbnail.size() <= 30000);
        CHECK (sceneFromJson (processor.activeSlot().scene).volume_m3 == doctest::Approx (processor.room()->volume_m3).epsilon (1e-3));
        CHECK (processor.room()->volume_m3 > 1);
    }
    if (processor.factoryRooms.size() > 0)
    {
        processor.setBandScales ({ 2, 1, 1, 1, 1, 1, 1 });
        processor.setCurrentProgram (processor.getCurrentProgram());
        CHECK (processor.bandScales()[0] == 2.0f);
        processor.setCurrentProgram (0);
        CHECK (processor.room().has_value());
    }
    processor.useRoom (aRoom (1.0f), "a picture", {});
    CHECK (processor.getCurrentProgram() == 0);
    CHECK (processor.getProgramName (0).isNotEmpty());
}

TEST_CASE ("A room file brings room and knobs back; a damaged one changes nothing")
{
    MatchProcessor processor;
    processor.useRoom (aRoom (1.25f), "kept", {});
    turn (processor, MatchKnob::mix, 77);
    const auto file = scratch ("room.lumiroom");
    REQUIRE (processor.saveRoom (file).wasOk());

    MatchProcessor other;
    REQUIRE (other.loadRoom (file).wasOk());
    CHECK (other.room()->rt60_s[3] == 1.25f);
    CHECK (mix (other) == doctest::Approx (0.77f));

    const auto before = stateOf (other);
    juce::MemoryBlock bytes;
    file.loadFileAsData (bytes);
    file.replaceWithData (bytes.getData(), bytes.getSize() / 2);
    const auto result = other.loadRoom (file);
    CHECK (result.failed());
    CHECK (result.getErrorMessage().contains (file.getFileName()));
    CHECK (other.loadRoom (scratch ("nothing.lumiroom")).failed());
    CHECK (stateOf (other) == before);
    CHECK (processor.saveRoom (juce::File ("/nonexistent folder/x.lumiroom")).failed());
    file.deleteFile();
}

TEST_CASE ("The exported WAV is the impulse response that sounds, 32-bit float; a failure leaves no file")
{
    MatchProcessor processor;
    CHECK (processor.exportImpulseResponse (scratch ("ir.wav")).failed());
    processor.useRoom (aRoom (0.5f), "room", {});
    processor.setPlayConfigDetails (2, 2, 44100, 512);
    processor.prepareToPlay (44100, 512);
    const auto file = scratch ("ir.wav");
    REQUIRE (processor.exportImpulseResponse (file).wasOk());
    juce::WavAudioFormat format;
    std::unique_ptr<juce::AudioFormatReader> reader (format.createReaderFor (new juce::FileInputStream (file), true));
    REQUIRE (reader != nullptr);
    const auto rir =
        matchRir (*processor.room(), processor.parameters().edits, { .sampleRate = 44100, .inputs = 2, .output = MatchOutput::stereo });
    CHECK (reader->sampleRate == 44100);
    CHECK (reader->usesFloatingPointData);
    CHECK (reader->bitsPerSample == 32);
    REQUIRE ((int) reader->numChannels == (int) rir.paths.size());
    REQUIRE (reader->lengthInSamples == rir.length);
    juce::AudioBuffer<float> read ((int) rir.paths.size(), rir.length);
    reader->read (&read, 0, rir.length, 0, true, true);
    bool same = true;
    for (int c = 0; c < read.getNumChannels(); ++c)
        for (int i = 0; i < rir.length; ++i)
            same = same && juce::exactlyEqual (read.getSample (c, i), rir.paths[(std::size_t) c][(std::size_t) i]);
    CHECK (same);
    file.deleteFile();
    CHECK (processor.exportImpulseResponse (juce::File ("/nonexistent folder/ir.wav")).failed());
    processor.setRateAndBufferSizeDetails (4000, 512);
    CHECK (processor.exportImpulseResponse (file).getErrorMessage().contains ("8000 to 384000 Hz"));
    CHECK_FALSE (juce::File ("/nonexistent folder").exists());
}

TEST_CASE ("Bad states change nothing and say why")
{
    MatchProcessor processor;
    processor.useRoom (aRoom (0.7f), "kept", {});
    const auto before = stateOf (processor);
    const char garbage[] = "LVMS garbage that is long enough to be looked at";
    for (const int size : { 0, 1, 4, 12, (int) sizeof garbage })
    {
        processor.setStateInformation (garbage, size);
        CHECK (processor.notice().kind == Notice::Kind::state);
        CHECK (processor.notice().text.isNotEmpty());
    }
    // Sizes that JUCE's wrapper may invent from a damaged trailer; nothing beyond the real bytes may be read.
    for (const int size : { -1, INT32_MIN, INT32_MAX, (int) before.getSize() + 1, (int) before.getSize() - 1 })
        processor.setStateInformation (before.getData(), size);
    CHECK (stateOf (processor) == before);
    processor.setStateInformation (before.getData(), (int) before.getSize());
    CHECK (processor.notice().kind == Notice::Kind::none);
}

TEST_CASE ("A picture becomes a room; of two, the newer one counts; a missing file is a sentence")
{
    const auto a = environmentFile ("PICTURE_A"), b = environmentFile ("PICTURE_B");
    if (! a.existsAsFile())
        return;
    MatchProcessor processor;
    processor.loadFile (a);
    REQUIRE (processor.waitForLoading (20000));
    INFO (processor.notice().text);
    REQUIRE (processor.room().has_value());
    CHECK (processor.activeSlot().name == a.getFileNameWithoutExtension().toStdString());
    CHECK (processor.canUndo());
    CHECK (recentRoomFiles().size() == 1);
    for (int i = 0; i < 5; ++i)
    {
        processor.loadFile (a);
        processor.loadFile (b);
    }
    REQUIRE (processor.waitForLoading (20000));
    CHECK (processor.activeSlot().name == b.getFileNameWithoutExtension().toStdString());
    CHECK (processor.notice().kind == Notice::Kind::none);

    const auto before = stateOf (processor);
    processor.loadFile (juce::File ("/nonexistent/picture.jpg"));
    REQUIRE (processor.waitForLoading (20000));
    CHECK (processor.notice().kind == Notice::Kind::picture);
    CHECK (processor.notice().text.contains ("picture.jpg"));
    CHECK (stateOf (processor) == before);
    processor.loadFile (a);                       // destroyed while reading
}

TEST_CASE ("A candidate is a choice of its own: undo, state and automation see it, Decay stays")
{
    MatchProcessor processor;
    auto room = aRoom (1.0f);
    room.rt60_spread_log.fill (0.2f);
    processor.useRoom (room, "room", {});
    processor.commitEdit();
    processor.knobs.candidate() = 2;
    processor.commitEdit();
    CHECK (processor.parameters().edits.candidate == 1.0f);
    CHECK (processor.parameters().edits.decay_scale == 1.0f);
    CHECK (midRt60_s (applyEdits (*processor.room(), processor.parameters().edits)) == doctest::Approx (std::exp (0.2f)));
    MatchProcessor other;
    const auto state = stateOf (processor);
    other.setStateInformation (state.getData(), (int) state.getSize());
    CHECK (other.knobs.candidate().getIndex() == 2);
    CHECK (stateOf (other) == state);
    processor.undo();
    CHECK (processor.knobs.candidate().getIndex() == 1);
    processor.redo();
    CHECK (processor.knobs.candidate().getIndex() == 2);
    processor.useRoom (aRoom (0.5f), "another", {});
    CHECK (processor.knobs.candidate().getIndex() == 2);
}

TEST_CASE ("A recording is heard, whatever its ending, and fused with the picture; the slider and undo work")
{
    if (! recording ("take.wav").existsAsFile())
        return;
    for (const char* name : { "take.wav", "take.aiff", "take.jpg", "four.wav" })
    {
        MatchProcessor processor;
        processor.loadFile (recording (name));
        REQUIRE (processor.waitForLoading (20000));
        INFO (processor.notice().text);
        REQUIRE (processor.room().has_value());
        CHECK (midRt60 (processor) == doctest::Approx (2.0f));
        CHECK (processor.activeSlot().recordingName == recording (name).getFileNameWithoutExtension().toStdString());
    }

    MatchProcessor processor;
    auto seen = aRoom (1.0f);
    seen.rt60_spread_log.fill (0.12f);
    processor.useRoom (seen, "seen", {});
    processor.commitEdit();
    processor.loadFile (recording ("take.wav"));
    REQUIRE (processor.waitForLoading (20000));
    CHECK (midRt60 (processor) == doctest::Approx (std::sqrt (2.0f)).epsilon (0.01));
    processor.setBalance (1.0f);
    processor.commitEdit();
    CHECK (midRt60 (processor) == doctest::Approx (2.0f));
    processor.setBalance (0.0f);
    CHECK (midRt60 (processor) == doctest::Approx (1.0f));
    processor.undo();                                // to the end of the last gesture but one
    CHECK (processor.activeSlot().balance == 0.5f);
    processor.redo();
    CHECK (processor.activeSlot().balance == 1.0f);

    MatchProcessor other;
    const auto state = stateOf (processor);
    other.setStateInformation (state.getData(), (int) state.getSize());
    CHECK (stateOf (other) == state);
    CHECK (other.room() == processor.room());

    processor.removeRecording();
    CHECK (midRt60 (processor) == doctest::Approx (1.0f));
    processor.undo();
    CHECK (midRt60 (processor) == doctest::Approx (2.0f));
    processor.useRoom (aRoom (0.5f), "another place", {});
    CHECK_FALSE (processor.activeSlot().recording.has_value());
}

TEST_CASE ("A recording waits for its picture; that of another picture goes")
{
    const auto a = environmentFile ("PICTURE_A");
    if (! a.existsAsFile())
        return;
    MatchProcessor processor;
    processor.loadFile (recording ("take.wav"));
    REQUIRE (processor.waitForLoading (20000));
    processor.loadFile (a);
    REQUIRE (processor.waitForLoading (20000));
    CHECK (processor.activeSlot().room.has_value());
    CHECK (processor.activeSlot().recording.has_value());
    processor.loadFile (environmentFile ("PICTURE_B"));
    REQUIRE (processor.waitForLoading (20000));
    CHECK_FALSE (processor.activeSlot().recording.has_value());
}

TEST_CASE ("Recordings that cannot be used are one sentence, and the old room stays")
{
    if (! recording ("take.wav").existsAsFile())
        return;
    MatchProcessor processor;
    processor.useRoom (aRoom (1.0f), "kept", {});
    const auto before = stateOf (processor);
    const auto refused = [&] (const juce::File& file, const char* words)
    {
        processor.loadFile (file);
        REQUIRE (processor.waitForLoading (20000));
        const auto notice = processor.notice();
        INFO (notice.text);
        CHECK (notice.text.startsWith (file.getFileName()));
        CHECK (notice.text.contains (words));
        CHECK (notice.text.endsWithChar ('.'));
        CHECK (stateOf (processor) == before);
    };
    refused (recording ("short.wav"), "too short");
    refused (recording ("silent.wav"), "silent");
    refused (recording ("cut.wav"), "cut short");
    refused (recording ("header.wav"), "damaged");
    refused (recording ("text.wav"), "not a recording");
    refused (recording ("empty.wav"), "not a recording");
    refused (recording ("low.wav"), "4000 Hz");
    refused (recording ("song.mp3"), "MP3");
    refused (recording ("missing.wav"), "not found");

    const auto models = juce::SystemStats::getEnvironmentVariable ("LUMIVERB_MODELS", {});
    setenv ("LUMIVERB_MODELS", juce::SystemStats::getEnvironmentVariable ("MODELS_WITHOUT_EARS", {}).toRawUTF8(), 1);
    processor.loadFile (recording ("take.wav"));
    REQUIRE (processor.waitForLoading (20000));
    CHECK (processor.notice().kind == Notice::Kind::modelMissing);
    CHECK (processor.notice().text.contains ("blind-room"));
    CHECK (stateOf (processor) == before);
    processor.loadFile (environmentFile ("PICTURE_A"));
    REQUIRE (processor.waitForLoading (20000));
    CHECK (processor.activeSlot().name == "a");
    setenv ("LUMIVERB_MODELS", models.toRawUTF8(), 1);
}

TEST_CASE ("Ten seconds of the track or the sidechain are captured and matched")
{
    if (! recording ("take.wav").existsAsFile())
        return;
    MatchProcessor processor;
    processor.startCapture (false);                  // nothing plays yet
    REQUIRE (processor.waitForLoading (5000));
    CHECK (processor.notice().kind == Notice::Kind::recording);

    REQUIRE (processor.enableAllBuses());
    CHECK (processor.hasSidechain());
    processor.setRateAndBufferSizeDetails (8000, 480);
    processor.prepareToPlay (8000, 480);
    for (const bool sidechain : { false, true })
    {
        processor.startCapture (sidechain);
        play (processor, ! sidechain, sidechain);    // the other one is silent and must not start it
        REQUIRE (processor.waitForLoading (5000));
        INFO (processor.notice().text);
        REQUIRE (processor.activeSlot().recording.has_value());
        CHECK (processor.activeSlot().recordingName == (sidechain ? "Sidechain" : "This track"));
        CHECK (processor.captureProgress() == 1.0);
        processor.removeRecording();
    }
    processor.startCapture (true);
    juce::Thread::sleep (30);
    processor.finishCapture();
    REQUIRE (processor.waitForLoading (5000));
    CHECK (processor.notice().text.contains ("sidechain"));
    CHECK_FALSE (processor.activeSlot().recording.has_value());
    processor.startCapture (false);                  // destroyed while listening
}

TEST_CASE ("A capture outlives hosts that prepare anew while it listens, and hears the last rate")
{
    if (! recording ("take.wav").existsAsFile())
        return;
    MatchProcessor processor;
    REQUIRE (processor.enableAllBuses());
    const auto prepare = [&] (double rate)
    {
        processor.setRateAndBufferSizeDetails (rate, 480);
        processor.prepareToPlay (rate, 480);
    };
    prepare (48000);
    for (const bool sidechain : { false, true })
    {
        processor.startCapture (sidechain);
        for (int i = 0; i < 30; ++i)                 // in every stage of the loader
        {
            play (processor, ! sidechain, sidechain, i);
            prepare (i % 2 == 0 ? 44100 : 8000);
        }
        CHECK (processor.loadingStage() == RoomLoader::Stage::listening);
        CHECK (processor.notice().kind == Notice::Kind::none);
        play (processor, ! sidechain, sidechain);
        REQUIRE (processor.waitForLoading (5000));
        INFO (processor.notice().text);
        REQUIRE (processor.activeSlot().recording.has_value());
        CHECK (processor.activeSlot().recordingName == (sidechain ? "Sidechain" : "This track"));
        processor.removeRecording();
    }
}

TEST_CASE ("A scene or a room as JSON is taken by its content; traced quality goes into the scene")
{
    const auto file = scratch ("scene.txt");
    MatchProcessor processor;
    REQUIRE (processor.factoryRooms.size() > 3);
    file.replaceWithText (juce::String::fromUTF8 (processor.factoryRooms.scene (3).c_str()));
    processor.loadFile (file);
    REQUIRE (processor.waitForLoading (60000));
    INFO (processor.notice().text);
    REQUIRE (processor.room().has_value());
    const auto slot = processor.activeSlot();
    const auto known = processor.factoryRooms.room (3);
    CHECK (slot.thumbnail.size() > 1000);
    CHECK (midRt60 (processor) == doctest::Approx (midRt60_s (known)).epsilon (0.12));
    CHECK (slot.room->drr_db[3] == doctest::Approx (known.drr_db[3]).epsilon (0.05).scale (10));
    CHECK (slot.room->dimensions_m[0] == doctest::Approx (known.dimensions_m[0]).epsilon (0.01));

    MatchProcessor other;
    const auto state = stateOf (processor);
    other.setStateInformation (state.getData(), (int) state.getSize());
    CHECK (stateOf (other) == state);
    CHECK (other.activeSlot().scene == slot.scene);

    file.replaceWithText (toJson (aRoom (1.25f)));
    processor.loadFile (file);
    REQUIRE (processor.waitForLoading (5000));
    CHECK (midRt60 (processor) == 1.25f);
    CHECK (processor.activeSlot().scene.empty());
    for (const char* text : { "{ \"quads\": 3 }", "{ not JSON", "{\"format\": \"lumiverb-room\"}" })
    {
        file.replaceWithText (text);
        processor.loadFile (file);
        REQUIRE (processor.waitForLoading (5000));
        CHECK (processor.notice().kind == Notice::Kind::file);
        CHECK (processor.notice().text.startsWith (file.getFileName()));
        CHECK (midRt60 (processor) == 1.25f);
    }
    file.deleteFile();
}

TEST_CASE ("Traced quality: the quick response at once, the traced one in the background; export writes what sounds")
{
    MatchProcessor processor;
    processor.useRoom (aRoom (0.4f), "room", {});
    processor.setPlayConfigDetails (1, 1, 8000, 480);
    processor.prepareToPlay (8000, 480);
    processor.knobs.quality() = 1;
    CHECK (processor.parameters().traced);
    juce::AudioBuffer<float> buffer (1, 480);
    juce::MidiBuffer midi;
    bool seen = false;
    for (int i = 0; i < 3000 && (! seen || processor.tracingProgress() >= 0); ++i)
    {
        buffer.clear();
        processor.processBlock (buffer, midi);
        seen = seen || processor.tracingProgress() >= 0;
        juce::Thread::sleep (10);
    }
    CHECK (seen);
    const auto file = scratch ("traced.wav");
    REQUIRE (processor.exportImpulseResponse (file).wasOk());
    juce::WavAudioFormat format;
    std::unique_ptr<juce::AudioFormatReader> reader (format.createReaderFor (new juce::FileInputStream (file), true));
    REQUIRE (reader != nullptr);
    MatchRirOptions options { .sampleRate = 8000, .inputs = 1, .output = MatchOutput::mono };
    const auto quick = matchRir (*processor.room(), {}, options);
    options.traced = true;
    const auto rir = matchRir (*processor.room(), {}, options);
    juce::AudioBuffer<float> read (1, rir.length);
    REQUIRE (reader->lengthInSamples == rir.length);
    reader->read (&read, 0, rir.length, 0, true, false);
    bool same = true, quickToo = true;
    for (int i = 0; i < rir.length; ++i)
    {
        same = same && juce::exactlyEqual (read.getSample (0, i), rir.paths[0][(std::size_t) i]);
        quickToo = quickToo && i < quick.length && juce::exactlyEqual (read.getSample (0, i), quick.paths[0][(std::size_t) i]);
    }
    CHECK (same);
    CHECK_FALSE (quickToo);
    file.deleteFile();
}

int main (int argc, char** argv)
{
    const juce::ScopedJuceInitialiser_GUI juceIsUp;
    doctest::Context context (argc, argv);
    return context.run();
}
