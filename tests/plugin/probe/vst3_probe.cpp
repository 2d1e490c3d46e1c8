// SPDX-License-Identifier: AGPL-3.0-or-later
// A small VST3 host without JUCE, for what Python hosts cannot do: any bus layout, a count of what the audio thread allocates and
// locks, automation inside a block, threads that save and restore while audio runs.
//
//   vst3_probe BUNDLE_BINARY key=value...
//     rate=48000 in=2 out=stereo|mono|foa|5.1 block=64 offline=0 state=FILE input=FILE.f32 output=FILE.f32
//     mix=a:b      automate Mix from a to b (0..1) over the run, twice per block
//     swap=FILE    another thread sets this state and the first one in turns while audio runs (at its real pace),
//     pause=150    every so many milliseconds
//     passes=1     run the input that often without a reset, write the last pass
//     fresh=0      1: no warm-up before the counted passes (else: until the state's room sounds)
// Input and output are float32, channels interleaved by plane: (channels, samples). Prints one JSON object.
#include "pluginterfaces/base/ibstream.h"
#include "pluginterfaces/base/ipluginbase.h"
#include "pluginterfaces/vst/ivstaudioprocessor.h"
#include "pluginterfaces/vst/ivstcomponent.h"
#include "pluginterfaces/vst/ivsthostapplication.h"
#include "pluginterfaces/vst/ivstparameterchanges.h"
#include "pluginterfaces/vst/vstspeaker.h"
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <map>
#include <pthread.h>
#include <string>
#include <thread>
#include <vector>

// --- what the audio thread does besides audio -------------------------------------------------------------------------
// The program's own symbols come first in the search order of every library that is loaded later.

namespace {
thread_local bool watched = false;
std::atomic<long> allocations { 0 }, releases { 0 }, locks { 0 };
struct Watch
{
    Watch() { watched = true; }
    ~Watch() { watched = false; }
};
}  // namespace

extern "C" {
void* __libc_malloc (std::size_t);
void* __libc_calloc (std::size_t, std::size_t);
void* __libc_realloc (void*, std::size_t);
void* __libc_memalign (std::size_t, std::size_t);
void __libc_free (void*);

#define EXPORTED __attribute__ ((visibility ("default"), used))
EXPORTED void* malloc (std::size_t n)
{
    if (watched)
        ++allocations;
    return __libc_malloc (n);
}
EXPORTED void* calloc (std::size_t n, std::size_t m)
{
    if (watched)
        ++allocations;
    return __libc_calloc (n, m);
}
EXPORTED void* realloc (void* p, std::size_t n)
{
    if (watched)
        ++allocations;
    return __libc_realloc (p, n);
}
EXPORTED void* memalign (std::size_t a, std::size_t n)
{
    if (watched)
        ++allocations;
    return __libc_memalign (a, n);
}
EXPORTED void* aligned_alloc (std::size_t a, std::size_t n)
{
    if (watched)
        ++allocations;
    return __libc_memalign (a, n);
}
EXPORTED int posix_memalign (void** p, std::size_t a, std::size_t n)
{
    if (watched)
        ++allocations;
    *p = __libc_memalign (a, n);
    return *p == nullptr ? ENOMEM : 0;
}
EXPORTED void free (void* p)
{
    if (watched && p != nullptr)
        ++releases;
    __libc_free (p);
}

EXPORTED int pthread_mutex_lock (pthread_mutex_t* mutex)
{
    using Lock = int (*) (pthread_mutex_t*);
    static const auto real = reinterpret_cast<Lock> (dlsym (RTLD_NEXT, "pthread_mutex_lock"));
    if (watched)
        ++locks;
    return real (mutex);
}
}  // extern "C"

// --- the least that a plug-in expects of a host -----------------------------------------------------------------------

using namespace Steinberg;
using namespace Steinberg::Vst;

namespace {

[[noreturn]] void fail (const std::string& why)
{
    std::fprintf (stderr, "vst3_probe: %s\n", why.c_str());
    std::_Exit (3);
}

template <typename Interface>
struct Stationary : Interface
{
    tresult PLUGIN_API queryInterface (const TUID iid, void** object) override
    {
        if (FUnknownPrivate::iidEqual (iid, Interface::iid) || FUnknownPrivate::iidEqual (iid, FUnknown::iid))
        {
            *object = this;
            return kResultOk;
        }
        *object = nullptr;
        return kNoInterface;
    }
    uint32 PLUGIN_API addRef() override { return 1; }
    uint32 PLUGIN_API release() override { return 1; }
};

struct Host : Stationary<IHostApplication>
{
    tresult PLUGIN_API getName (String128 name) override
    {
        const char text[] = "probe";
        for (std::size_t i = 0; i < sizeof text; ++i)
            name[i] = (TChar) text[i];
        return kResultOk;
    }
    tresult PLUGIN_API createInstance (TUID, TUID, void** object) override
    {
        *object = nullptr;
        return kNotImplemented;
    }
};

struct MemoryStream : Stationary<IBStream>
{
    std::vector<char> data;
    int64 at = 0;
    tresult PLUGIN_API read (void* buffer, int32 count, int32* done) override
    {
        const int64 n = std::max<int64> (0, std::min<int64> (count, (int64) data.size() - at));
        std::memcpy (buffer, data.data() + at, (std::size_t) n);
        at += n;
        if (done != nullptr)
            *done = (int32) n;
        return kResultOk;
    }
    tresult PLUGIN_API write (void* buffer, int32 count, int32* done) override
    {
        data.resize (std::max (data.size(), (std::size_t) (at + count)));
        std::memcpy (data.data() + at, buffer, (std::size_t) count);
        at += count;
        if (done != nullptr)
            *done = count;
        return kResultOk;
    }
    tresult PLUGIN_API seek (int64 position, int32 mode, int64* result) override
    {
        at = mode == kIBSeekSet ? position : mode == kIBSeekCur ? at + position : (int64) data.size() + position;
        if (result != nullptr)
            *result = at;
        return kResultOk;
    }
    tresult PLUGIN_API tell (int64* position) override
    {
        *position = at;
        return kResultOk;
    }
};

/// Two points of one parameter in a block; lives outside the watched part.
struct Queue : Stationary<IParamValueQueue>
{
    ParamID id = 0;
    int32 offsets[2] = {};
    ParamValue values[2] = {};
    ParamID PLUGIN_API getParameterId() override { return id; }
    int32 PLUGIN_API getPointCount() override { return 2; }
    tresult PLUGIN_API getPoint (int32 index, int32& offset, ParamValue& value) override
    {
        offset = offsets[index];
        value = values[index];
        return kResultOk;
    }
    tresult PLUGIN_API addPoint (int32, ParamValue, int32&) override { return kNotImplemented; }
};

struct Changes : Stationary<IParameterChanges>
{
    Queue queue;
    int32 PLUGIN_API getParameterCount() override { return 1; }
    IParamValueQueue* PLUGIN_API getParameterData (int32) override { return &queue; }
    IParamValueQueue* PLUGIN_API addParameterData (const ParamID&, int32&) override { return nullptr; }
};

/// The number that JUCE gives a parameter of this id.
ParamID juceParameter (const char* id)
{
    uint32 hash = 0;
    for (; *id != 0; ++id)
        hash = 31 * hash + (uint32) (unsigned char) *id;
    return hash & 0x7fffffff;
}

std::vector<char> readFile (const std::string& path)
{
    std::ifstream in (path, std::ios::binary);
    if (! in)
        fail ("cannot read " + path);
    return { std::istreambuf_iterator<char> (in), std::istreambuf_iterator<char>() };
}

SpeakerArrangement arrangement (const std::string& name)
{
    if (name == "mono")
        return SpeakerArr::kMono;
    if (name == "stereo")
        return SpeakerArr::kStereo;
    if (name == "foa")
        return SpeakerArr::kAmbi1stOrderACN;
    if (name == "5.1")
        return SpeakerArr::k51;
    fail ("unknown layout " + name);
}

struct Planes
{
    Planes (int channels, int length) : samples ((std::size_t) channels * (std::size_t) length), length_ (length)
    {
        for (int c = 0; c < channels; ++c)
            pointers.push_back (nullptr);
    }
    float** at (int offset)
    {
        for (std::size_t c = 0; c < pointers.size(); ++c)
            pointers[c] = samples.data() + c * (std::size_t) length_ + offset;
        return pointers.data();
    }
    std::vector<float> samples;
    std::vector<float*> pointers;

private:
    int length_;
};

using Clock = std::chrono::steady_clock;
double milliseconds (Clock::time_point since) { return std::chrono::duration<double, std::milli> (Clock::now() - since).count(); }

}  // namespace

int main (int argc, char** argv)
{
    std::map<std::string, std::string> option { { "rate", "48000" }, { "in", "2" },      { "out", "stereo" },
                                                { "block", "64" },   { "offline", "0" }, { "passes", "1" },
                                                { "fresh", "0" },    { "wait", "500" },  { "pause", "150" } };
    for (int i = 2; i < argc; ++i)
    {
        const std::string text = argv[i];
        option[text.substr (0, text.find ('='))] = text.substr (text.find ('=') + 1);
    }
    if (argc < 2)
        fail ("usage: vst3_probe BINARY key=value...");

    const auto loadStart = Clock::now();
    void* const library = dlopen (argv[1], RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        fail (dlerror());
    const auto moduleEntry = reinterpret_cast<bool (*) (void*)> (dlsym (library, "ModuleEntry"));
    const auto moduleExit = reinterpret_cast<bool (*)()> (dlsym (library, "ModuleExit"));
    const auto getFactory = reinterpret_cast<IPluginFactory* (*)()> (dlsym (library, "GetPluginFactory"));
    if (moduleEntry == nullptr || getFactory == nullptr || ! moduleEntry (library))
        fail ("not a VST3 module");
    IPluginFactory* const factory = getFactory();
    TUID component_id {};
    bool found = false;
    for (int32 i = 0; i < factory->countClasses() && ! found; ++i)
    {
        PClassInfo info;
        if (factory->getClassInfo (i, &info) == kResultOk && std::string (info.category) == kVstAudioEffectClass)
        {
            std::memcpy (component_id, info.cid, sizeof (TUID));
            found = true;
        }
    }
    if (! found)
        fail ("no audio effect in the module");
    const double load_ms = milliseconds (loadStart);

    Host host;
    const auto createStart = Clock::now();
    IComponent* component = nullptr;
    if (factory->createInstance (component_id, IComponent::iid, (void**) &component) != kResultOk
        || component->initialize (&host) != kResultOk)
        fail ("the component cannot be created");
    IAudioProcessor* processor = nullptr;
    component->queryInterface (IAudioProcessor::iid, (void**) &processor);
    const double create_ms = milliseconds (createStart);

    const double rate = std::stod (option["rate"]);
    const int block = std::stoi (option["block"]), inputs = std::stoi (option["in"]);
    SpeakerArrangement in = inputs == 1 ? SpeakerArr::kMono : SpeakerArr::kStereo, out = arrangement (option["out"]);
    // The sidechain, if there is one, is left as it is and stays inactive; no buffers are given for it.
    std::vector<SpeakerArrangement> ins ((std::size_t) component->getBusCount (kAudio, kInput));
    for (std::size_t i = 0; i < ins.size(); ++i)
        processor->getBusArrangement (kInput, (int32) i, ins[i]);
    ins.at (0) = in;
    if (processor->setBusArrangements (ins.data(), (int32) ins.size(), &out, 1) != kResultTrue)
        fail ("the layout is not accepted");
    SpeakerArrangement inNow = 0, outNow = 0;
    processor->getBusArrangement (kInput, 0, inNow);
    processor->getBusArrangement (kOutput, 0, outNow);
    if (inNow != in || outNow != out)
        fail ("the layout is not kept");
    const int outputs = SpeakerArr::getChannelCount (out);

    ProcessSetup setup { option["offline"] == "1" ? kOffline : kRealtime, kSample32, block, rate };
    if (processor->setupProcessing (setup) != kResultOk)
        fail ("setupProcessing failed");
    component->activateBus (kAudio, kInput, 0, true);
    component->activateBus (kAudio, kOutput, 0, true);
    component->setActive (true);
    const auto setState = [component] (const std::vector<char>& bytes)
    {
        MemoryStream stream;
        stream.data = bytes;
        component->setState (&stream);
    };
    if (option.count ("state"))
        setState (readFile (option["state"]));
    processor->setProcessing (true);

    const auto raw = readFile (option["input"]);
    const int length = (int) (raw.size() / sizeof (float)) / inputs;
    Planes input (inputs, length), output (outputs, length);
    std::memcpy (input.samples.data(), raw.data(), input.samples.size() * sizeof (float));

    Changes changes;
    changes.queue.id = juceParameter ("mix");
    double mixFrom = 0, mixTo = 0;
    const bool automate = option.count ("mix") != 0;
    if (automate)
        std::sscanf (option["mix"].c_str(), "%lf:%lf", &mixFrom, &mixTo);

    AudioBusBuffers inBus, outBus;
    inBus.numChannels = inputs;
    outBus.numChannels = outputs;
    ProcessData data;
    data.processMode = setup.processMode;
    data.symbolicSampleSize = kSample32;
    data.numInputs = data.numOutputs = 1;
    data.inputs = &inBus;
    data.outputs = &outBus;
    const auto runOnce = [&] (bool watch)
    {
        double worst_ms = 0;
        for (int at = 0; at < length; at += block)
        {
            data.numSamples = std::min (block, length - at);
            inBus.channelBuffers32 = input.at (at);
            outBus.channelBuffers32 = output.at (at);
            if (automate)
            {
                changes.queue.offsets[0] = 0;
                changes.queue.offsets[1] = data.numSamples / 2;
                changes.queue.values[0] = mixFrom + (mixTo - mixFrom) * at / length;
                changes.queue.values[1] = mixFrom + (mixTo - mixFrom) * (at + data.numSamples / 2) / length;
                data.inputParameterChanges = &changes;
            }
            const auto start = Clock::now();
            if (watch)
            {
                const Watch guard;
                processor->process (data);
            }
            else
                processor->process (data);
            worst_ms = std::max (worst_ms, milliseconds (start));
            if (watch && option.count ("swap"))
                std::this_thread::sleep_for (std::chrono::microseconds ((int) (1e6 * block / rate)));
        }
        return worst_ms;
    };
    if (option["fresh"] != "1")
    {
        runOnce (false);
        // In real time the room is made by a worker: play on until it sounds (a state without a room never gets a tail, nor does Dry).
        for (int wait = 0; option.count ("state") && processor->getTailSamples() == 0 && wait < std::stoi (option["wait"]); ++wait)
        {
            std::this_thread::sleep_for (std::chrono::milliseconds (10));
            data.numSamples = std::min (block, length);
            inBus.channelBuffers32 = input.at (0);
            outBus.channelBuffers32 = output.at (0);
            processor->process (data);
        }
        runOnce (false);
    }
    std::atomic<bool> stop { false };
    std::thread swapper;
    if (option.count ("swap"))
        swapper = std::thread (
            [&, first = readFile (option["state"]), second = readFile (option["swap"])]
            {
                for (int i = 0; ! stop; ++i)
                {
                    setState (i % 2 == 0 ? second : first);
                    std::this_thread::sleep_for (std::chrono::milliseconds (std::stoi (option["pause"])));
                }
            });

    const auto runStart = Clock::now();
    double worst_ms = 0;
    for (int pass = 0; pass < std::stoi (option["passes"]); ++pass)
        worst_ms = runOnce (true);
    const double run_ms = milliseconds (runStart);
    stop = true;
    if (swapper.joinable())
        swapper.join();
    const auto latency = processor->getLatencySamples();
    const auto tail = processor->getTailSamples();

    if (option.count ("output"))
        std::ofstream (option["output"], std::ios::binary)
            .write ((const char*) output.samples.data(), (std::streamsize) (output.samples.size() * sizeof (float)));
    MemoryStream saved;
    component->getState (&saved);
    std::printf (
        "{\"latency\": %u, \"tail\": %u, \"channels\": %d, \"allocations\": %ld, \"releases\": %ld, \"locks\": %ld, \"blocks\": %d, "
        "\"load_ms\": %.2f, \"create_ms\": %.2f, \"run_ms\": %.2f, \"worst_block_ms\": %.3f, \"state_bytes\": %zu}\n",
        latency, tail, outputs, allocations.load(), releases.load(), locks.load(), (length + block - 1) / block, load_ms, create_ms, run_ms,
        worst_ms, saved.data.size());
    std::fflush (stdout);

    processor->setProcessing (false);
    component->setActive (false);
    component->terminate();
    processor->release();
    component->release();
    factory->release();
    if (moduleExit != nullptr)
        moduleExit();
    return 0;
}
