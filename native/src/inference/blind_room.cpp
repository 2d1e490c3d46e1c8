// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/inference/blind_room.h"
#include "network_output.h"
#include "session.h"
#include <algorithm>
#include <cmath>
#include <mutex>
#include <random>
#include <stdexcept>

namespace lumiverb {
namespace {

// Where each quantity starts in the network's target vector (docs/models.md).
enum Target
{
    rt60At = 0,
    drrAt = 7,
    clarityAt = 14,
    volumeAt = 15,
    numTargets = 16
};

// Rooms that exist, with a margin, and inside what RoomDescription's JSON accepts; a network may say more.
struct Range
{
    double low, high;
};
constexpr Range rt60Range { 0.05, 20 }, volumeRange { 1, 1e6 }, distanceRange { 0.2, 50 }, absorptionRange { 0.001, 0.999 },
    decibelRange { -60, 60 }, logSpreadRange { 0, 5 }, absorptionSpreadRange { 0, 0.5 }, decibelSpreadRange { 0, 60 };

float clampTo (const Range& range, double value) { return static_cast<float> (std::clamp (value, range.low, range.high)); }

// Length, width and height of a room of 1 m3, and how much rooms differ in them (one standard deviation, in logarithms).
constexpr std::array<double, 3> usualProportions { 1.4663, 1.1, 0.62 };
constexpr double proportionSpread_log = 0.25;

std::vector<std::string> expectedTargets()
{
    std::vector<std::string> names;
    appendBandNames (names, "ln_rt60_s");
    appendBandNames (names, "drr_db");
    names.push_back ("clarity_c50_db");
    names.push_back ("ln_volume_m3");
    return names;
}

struct Layout
{
    std::size_t mean = 0, logStd = 0;
};               // positions among the outputs

Layout readLayout (const ModelPackage& package)
{
    const ManifestReader manifest (package, "blind-room");
    const auto& in = package.inputs;
    const bool fits = in.size() == 1 && in[0].name == "bands" && in[0].dtype == "float32"
                      && in[0].shape == std::vector<std::int64_t> { -1, -1, heardBands };
    if (! fits)
        manifest.fault ("inputs", "is not one float32 tensor \"bands\" of shape [-1, -1, " + std::to_string (heardBands) + "]");
    manifest.requireNumber ("hop", heardHop_s);
    manifest.requireNumber ("window", heardWindow_s);
    if (manifest.names ("targets") != expectedTargets())
        manifest.fault ("targets", "is not the list of 16 targets in the order of docs/models.md");
    return { manifest.output ("mean", numTargets), manifest.output ("log_std", numTargets) };
}

/// A network's answer over pieces, in the units of the network.
struct Estimate
{
    std::array<double, numTargets> mean {}, variance {};
};

/// Mean weighted by precision; the variance is the harmonic mean, as if the errors of the pieces were the same error.
Estimate average (const OutputRows& mean, const OutputRows& logStd, std::size_t pieces)
{
    Estimate e;
    for (std::size_t t = 0; t < numTargets; ++t)
    {
        double precision = 0, sum = 0;
        for (std::size_t p = 0; p < pieces; ++p)
        {
            const double weight = std::exp (-2.0 * std::clamp (logStd[p][t], -15.0f, 15.0f));
            precision += weight;
            sum += weight * mean[p][t];
        }
        e.mean[t] = std::clamp (sum / precision, -100.0, 100.0);
        e.variance[t] = static_cast<double> (pieces) / precision;
    }
    return e;
}

double squareSum (std::span<const float> samples)
{
    double sum = 0;
    for (const float x : samples)
        sum += static_cast<double> (x) * x;
    return sum;
}

[[noreturn]] void refuse (const std::string& what) { throw std::invalid_argument ("the recording " + what); }

void checkRecording (const AudioView& audio)
{
    if (! (audio.sampleRate >= 8000 && audio.sampleRate <= 384000))
        refuse ("has a sample rate outside 8000 to 384000 Hz");
    if (audio.numChannels < 1)
        refuse ("has no channels");
    const double seconds = audio.numSamples / audio.sampleRate;
    if (seconds < leastRecording_s)
        refuse ("is " + std::to_string (seconds).substr (0, 4) + " s long; at least 1 s of voice or music is needed to hear a room");
    if (seconds > longestRecording_s)
        refuse ("is longer than 10 minutes; a few seconds are enough to hear a room");
    double loudest = 0;
    for (int c = 0; c < audio.numChannels; ++c)
        for (int i = 0; i < audio.numSamples; ++i)
        {
            const float x = audio.channels[c][i];
            if (! std::isfinite (x))
                refuse ("has samples that are not numbers");
            loudest = std::max (loudest, std::abs (static_cast<double> (x)));
        }
    if (loudest < 1e-7)
        refuse ("is silent");
}

/// What is heard of a recording: up to 8 pieces of 8 s per channel, at most 16 in all; weak ones left out.
std::vector<std::span<const float>> choosePieces (const AudioView& audio)
{
    constexpr double whole_s = 10, piece_s = 8;
    constexpr int mostPieces = 8, mostChannels = 2;
    const double seconds = audio.numSamples / audio.sampleRate;
    const int count = seconds <= whole_s ? 1 : std::min (mostPieces, static_cast<int> (std::ceil (seconds / piece_s)));
    const int length = count == 1 ? audio.numSamples : static_cast<int> (piece_s * audio.sampleRate);

    std::vector<std::span<const float>> all;
    std::vector<double> energies;
    for (int c = 0; c < audio.numChannels; ++c)
        for (int p = 0; p < count; ++p)
        {
            const auto start =
                count == 1 ? 0 : static_cast<std::size_t> ((audio.numSamples - length) / static_cast<double> (count - 1) * p);
            all.emplace_back (audio.channels[c] + start, static_cast<std::size_t> (length));
            energies.push_back (squareSum (all.back()));
        }
    const double least = 1e-3 * *std::max_element (energies.begin(), energies.end());
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (energies[i] >= least)
            order.push_back (i);
    std::stable_sort (order.begin(), order.end(), [&] (std::size_t a, std::size_t b) { return energies[a] > energies[b]; });
    order.resize (std::min<std::size_t> (order.size(), mostPieces * mostChannels));
    std::vector<std::span<const float>> chosen;
    for (const auto i : order)
        chosen.push_back (all[i]);
    return chosen;
}

RoomDescription toRoom (const Estimate& e)
{
    RoomDescription room;
    room.volume_m3 = clampTo (volumeRange, std::exp (e.mean[volumeAt]));
    room.volume_spread_log = clampTo (logSpreadRange, std::sqrt (e.variance[volumeAt]));
    const double side = std::cbrt (static_cast<double> (room.volume_m3));
    for (std::size_t d = 0; d < 3; ++d)
    {
        room.dimensions_m[d] = static_cast<float> (usualProportions[d] * side);
        room.dimensions_spread_log[d] = clampTo (logSpreadRange, std::hypot (room.volume_spread_log / 3.0, proportionSpread_log));
    }
    const auto [length, width, height] = room.dimensions_m;
    const double surface = 2.0 * (length * width + length * height + width * height);
    for (std::size_t b = 0; b < numBands; ++b)
    {
        room.rt60_s[b] = clampTo (rt60Range, std::exp (e.mean[rt60At + b]));
        room.rt60_spread_log[b] = clampTo (logSpreadRange, std::sqrt (e.variance[rt60At + b]));
        room.drr_db[b] = clampTo (decibelRange, e.mean[drrAt + b]);
        room.drr_spread_db[b] = clampTo (decibelSpreadRange, std::sqrt (e.variance[drrAt + b]));
        // Eyring: -ln (1 - a) = 0.161 V / (S T). The spread of its logarithm is that of V^(1/3) / T.
        const double exponent = 0.161 * room.volume_m3 / (surface * room.rt60_s[b]);
        const double exponentSpread = std::hypot (room.rt60_spread_log[b], room.volume_spread_log / 3.0);
        room.absorption[b] = clampTo (absorptionRange, -std::expm1 (-exponent));
        room.absorption_spread[b] = clampTo (absorptionSpreadRange, std::exp (-exponent) * exponent * exponentSpread);
    }
    room.clarity_c50_db = clampTo (decibelRange, e.mean[clarityAt]);
    room.clarity_spread_db = clampTo (decibelSpreadRange, std::sqrt (e.variance[clarityAt]));

    const double critical_m = 0.057 * std::sqrt (static_cast<double> (room.volume_m3) / midRt60_s (room));
    const double drrMid_db = 0.5 * (room.drr_db[2] + room.drr_db[3]);
    // No further away than the room is long.
    room.source_distance_m = std::min (0.8f * length, clampTo (distanceRange, critical_m * std::pow (10.0, -drrMid_db / 20)));
    return room;
}

}  // namespace

struct BlindRoom::Impl
{
    Impl (const ModelPackage& package, const std::string& provider)
        : name (package.nameForErrors), layout (readLayout (package)), session (package, provider)
    {
        // The first run allocates and picks kernels: pay for it here, and find a provider that cannot run at all.
        std::vector<float> noise (16000);
        std::minstd_rand random;
        for (auto& x : noise)
            x = static_cast<float> (random()) / static_cast<float> (std::minstd_rand::max()) - 0.5f;
        estimate ({ std::span<const float> (noise) }, 16000);
    }

    /// Pieces of one length.
    Estimate estimate (const std::vector<std::span<const float>>& pieces, double sampleRate)
    {
        std::vector<float> bands;
        for (const auto piece : pieces)
        {
            const auto levels = heardBandLevels_db (piece, sampleRate);
            bands.insert (bands.end(), levels.begin(), levels.end());
        }
        const auto count = static_cast<std::int64_t> (pieces.size());
        const std::array<std::int64_t, 3> shape { count, std::int64_t (bands.size()) / (count * heardBands), heardBands };
        std::vector<Ort::Value> inputs;
        inputs.push_back (tensorView (bands, shape));
        const auto outputs = session.run (inputs);
        const auto rows = [&] (std::size_t index, const char* output)
        { return OutputRows (outputs[index], pieces.size(), numTargets, name + "/model.onnx: the output \"" + output + "\""); };
        return average (rows (layout.mean, "mean"), rows (layout.logStd, "log_std"), pieces.size());
    }

    std::mutex mutex;
    std::string name;
    Layout layout;
    Session session;
};

BlindRoom::BlindRoom (const ModelPackage& package, const std::string& provider) : impl_ (std::make_unique<Impl> (package, provider)) {}
BlindRoom::~BlindRoom() = default;

RoomDescription BlindRoom::describe (const AudioView& audio)
{
    checkRecording (audio);
    const auto pieces = choosePieces (audio);
    const std::lock_guard lock (impl_->mutex);
    return toRoom (impl_->estimate (pieces, audio.sampleRate));
}

std::string BlindRoom::provider() const
{
    const std::lock_guard lock (impl_->mutex);
    return impl_->session.provider();
}

std::string BlindRoom::warning() const
{
    const std::lock_guard lock (impl_->mutex);
    return impl_->session.warning();
}

std::shared_ptr<BlindRoom> sharedBlindRoom (const std::string& folder) { return sharedNetwork<BlindRoom> (folder); }

}  // namespace lumiverb
