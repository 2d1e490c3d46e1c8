// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/inference/scene_encoder.h"
#include "network_output.h"
#include "session.h"
#include <algorithm>
#include <cmath>
#include <mutex>

namespace lumiverb {
namespace {

// Where each quantity starts in the network's target vector (docs/models.md).
enum Target
{
    rt60At = 0,
    volumeAt = 7,
    dimensionsAt = 8,
    absorptionAt = 11,
    drrAt = 18,
    clarityAt = 25,
    numTargets = 26
};
constexpr int numEmbedding = 128, maxImageSize = 1024;
constexpr std::size_t maxKindLength = 64;       // as RoomDescription's JSON allows
constexpr float clarityDistance_m = 2.0f;

// Rooms that exist, with a margin, and inside what RoomDescription's JSON accepts; a network may say more.
struct Range
{
    float low, high;
};
constexpr Range rt60Range { 0.05f, 20.0f }, dimensionRange { 0.5f, 200.0f }, absorptionRange { 0.001f, 0.999f },
    decibelRange { -60.0f, 60.0f }, logSpreadRange { 0.0f, 5.0f }, absorptionSpreadRange { 0.0f, 0.5f }, decibelSpreadRange { 0.0f, 60.0f },
    embeddingRange { -1e6f, 1e6f };

float clampTo (const Range& range, double value) { return std::clamp (static_cast<float> (value), range.low, range.high); }

double sigmoid (double x) { return 1.0 / (1.0 + std::exp (-x)); }

std::vector<std::string> expectedTargets()
{
    std::vector<std::string> names;
    appendBandNames (names, "ln_rt60_s");
    for (const char* name : { "ln_volume_m3", "ln_length_m", "ln_width_m", "ln_height_m" })
        names.push_back (name);
    appendBandNames (names, "logit_absorption");
    appendBandNames (names, "drr_1m_db");
    names.push_back ("clarity_c50_2m_db");
    return names;
}

/// What the package says of itself; the rest of the file relies on it.
struct Layout
{
    int imageSize = 0;
    std::vector<std::string> kinds;
    std::size_t mean = 0, logStd = 0, kind = 0, outdoor = 0, embedding = 0;   // positions among the outputs
};

int imageSize (const ModelPackage& package, const ManifestReader& manifest)
{
    const auto& in = package.inputs;
    const bool fits = in.size() == 1 && in[0].name == "image" && in[0].dtype == "float32" && in[0].shape.size() == 4 && in[0].shape[0] == -1
                      && in[0].shape[1] == 3 && in[0].shape[2] == in[0].shape[3] && in[0].shape[2] > 0 && in[0].shape[2] <= maxImageSize;
    if (! fits)
        manifest.fault ("inputs", "is not one float32 tensor \"image\" of shape [-1, 3, size, size]");
    return static_cast<int> (in[0].shape[2]);
}

Layout readLayout (const ModelPackage& package)
{
    const ManifestReader manifest (package, "scene-encoder");
    Layout layout;
    layout.imageSize = imageSize (package, manifest);
    if (manifest.names ("targets") != expectedTargets())
        manifest.fault ("targets", "is not the list of 26 targets in the order of docs/models.md");
    layout.kinds = manifest.names ("kinds");
    if (std::any_of (layout.kinds.begin(), layout.kinds.end(), [] (const auto& kind) { return kind.size() > maxKindLength; }))
        manifest.fault ("kinds", "has a name of more than " + std::to_string (maxKindLength) + " bytes");
    layout.mean = manifest.output ("mean", numTargets);
    layout.logStd = manifest.output ("log_std", numTargets);
    layout.kind = manifest.output ("kind", static_cast<std::int64_t> (layout.kinds.size()));
    layout.outdoor = manifest.output ("outdoor", 1);
    layout.embedding = manifest.output ("embedding", numEmbedding);
    return layout;
}

/// The network's answer averaged over crops: in the units of the network.
struct Estimate
{
    std::array<double, numTargets> mean {}, variance {};
    std::vector<double> kindLogProbability;
    double outdoorLogit = 0.0;
    std::vector<float> embedding;
};

void averageTargets (const OutputRows& mean, const OutputRows& logStd, std::size_t crops, Estimate& e)
{
    const double n = double (crops);
    for (std::size_t c = 0; c < crops; ++c)
        for (std::size_t t = 0; t < numTargets; ++t)
            e.mean[t] += mean[c][t] / n;
    for (std::size_t c = 0; c < crops; ++c)
        for (std::size_t t = 0; t < numTargets; ++t)
        {
            const double between = mean[c][t] - e.mean[t];
            const double predicted = std::exp (std::min (2.0 * logStd[c][t], 40.0));    // finite, and far beyond any clamp
            e.variance[t] += (predicted + between * between) / n;
        }
}

void averageKinds (const OutputRows& logits, std::size_t crops, Estimate& e)
{
    for (std::size_t c = 0; c < crops; ++c)
    {
        const auto row = logits[c];
        const double top = *std::max_element (row.begin(), row.end());
        double sum = 0.0;
        for (const float logit : row)
            sum += std::exp (logit - top);
        e.kindLogProbability.resize (row.size());
        for (std::size_t k = 0; k < row.size(); ++k)
            e.kindLogProbability[k] += (row[k] - top - std::log (sum)) / double (crops);
    }
}

/// Moves ln V and the ln dimensions so that V = L W H, each in proportion to its variance (least squares under that constraint).
void reconcileVolume (Estimate& e)
{
    double difference = e.mean[volumeAt], total = e.variance[volumeAt];
    for (std::size_t d = dimensionsAt; d < dimensionsAt + 3; ++d)
    {
        difference -= e.mean[d];
        total += e.variance[d];
    }
    if (! (total > 0.0))
        return;
    e.mean[volumeAt] -= difference * e.variance[volumeAt] / total;
    for (std::size_t d = dimensionsAt; d < dimensionsAt + 3; ++d)
        e.mean[d] += difference * e.variance[d] / total;
}

/// C50 at another distance. Only the direct sound changes: with direct energy g and reverberant energy 1, of which e arrives early,
/// C50 = 10 lg ((g + e) / (1 - e)).
double clarityAtDistance (double c50_db, double drrAt1m_db, double from_m, double to_m)
{
    const double direct = std::pow (10.0, drrAt1m_db / 10.0);
    const double ratio = std::pow (10.0, c50_db / 10.0);
    const double early = std::clamp ((ratio - direct / (from_m * from_m)) / (1.0 + ratio), 0.0, 1.0 - 1e-6);
    return 10.0 * std::log10 (std::max (1e-9, (direct / (to_m * to_m) + early) / (1.0 - early)));
}

void fillSize (const Estimate& e, RoomDescription& room)
{
    room.volume_m3 = 1.0f;
    for (std::size_t d = 0; d < 3; ++d)
    {
        room.dimensions_m[d] = clampTo (dimensionRange, std::exp (std::min (e.mean[dimensionsAt + d], 20.0)));
        room.dimensions_spread_log[d] = clampTo (logSpreadRange, std::sqrt (e.variance[dimensionsAt + d]));
        room.volume_m3 *= room.dimensions_m[d];
    }
    room.volume_spread_log = clampTo (logSpreadRange, std::sqrt (e.variance[volumeAt]));
    room.source_distance_m = std::clamp (0.35f * std::min (room.dimensions_m[0], room.dimensions_m[1]), 0.5f, 2.0f);
}

void fillBands (const Estimate& e, RoomDescription& room)
{
    for (std::size_t b = 0; b < numBands; ++b)
    {
        room.rt60_s[b] = clampTo (rt60Range, std::exp (std::min (e.mean[rt60At + b], 20.0)));
        room.rt60_spread_log[b] = clampTo (logSpreadRange, std::sqrt (e.variance[rt60At + b]));
        const double absorption = sigmoid (e.mean[absorptionAt + b]);
        room.absorption[b] = clampTo (absorptionRange, absorption);
        // Spread of the logit times the slope of the logistic function.
        room.absorption_spread[b] =
            clampTo (absorptionSpreadRange, std::sqrt (e.variance[absorptionAt + b]) * absorption * (1.0 - absorption));
        room.drr_db[b] = clampTo (decibelRange, e.mean[drrAt + b] - 20.0 * std::log10 (room.source_distance_m));
        room.drr_spread_db[b] = clampTo (decibelSpreadRange, std::sqrt (e.variance[drrAt + b]));
    }
    const double drrMid_db = (e.mean[drrAt + 2] + e.mean[drrAt + 3]) / 2.0;
    room.clarity_c50_db =
        clampTo (decibelRange, clarityAtDistance (std::clamp (e.mean[clarityAt], -60.0, 60.0), std::clamp (drrMid_db, -60.0, 60.0),
                                                  clarityDistance_m, room.source_distance_m));
    room.clarity_spread_db = clampTo (decibelSpreadRange, std::sqrt (e.variance[clarityAt]));
}

}  // namespace

struct SceneEncoder::Impl
{
    Impl (const ModelPackage& package, const std::string& provider)
        : name (package.nameForErrors), layout (readLayout (package)), session (package, provider)
    {
        // The first run allocates and picks kernels: pay for it here, and find a provider that cannot run at all.
        const std::vector<std::uint8_t> grey (3, 128);
        estimate ({ grey.data(), 1, 1 });
    }

    Estimate estimate (const PictureView& picture)
    {
        const auto centres = cropCentres (picture.width, picture.height);
        std::vector<float> images;
        for (const float centre : centres)
        {
            const auto image = preparePicture (picture, layout.imageSize, centre);
            images.insert (images.end(), image.begin(), image.end());
        }
        const std::array<std::int64_t, 4> shape { std::int64_t (centres.size()), 3, layout.imageSize, layout.imageSize };
        std::vector<Ort::Value> inputs;
        inputs.push_back (tensorView (images, shape));
        const auto outputs = session.run (inputs);
        return average (outputs, centres.size());
    }

    Estimate average (const std::vector<Ort::Value>& outputs, std::size_t crops) const
    {
        const auto rows = [&] (std::size_t index, std::size_t width, const char* output)
        { return OutputRows (outputs[index], crops, width, name + "/model.onnx: the output \"" + output + "\""); };
        Estimate e;
        averageTargets (rows (layout.mean, numTargets, "mean"), rows (layout.logStd, numTargets, "log_std"), crops, e);
        averageKinds (rows (layout.kind, layout.kinds.size(), "kind"), crops, e);
        const auto outdoor = rows (layout.outdoor, 1, "outdoor");
        const auto embedding = rows (layout.embedding, numEmbedding, "embedding");
        e.embedding.assign (numEmbedding, 0.0f);
        for (std::size_t c = 0; c < crops; ++c)
        {
            e.outdoorLogit += outdoor[c][0] / double (crops);
            for (std::size_t i = 0; i < numEmbedding; ++i)
                e.embedding[i] += clampTo (embeddingRange, embedding[c][i]) / float (crops);
        }
        return e;
    }

    std::mutex mutex;
    std::string name;
    Layout layout;
    Session session;
};

SceneEncoder::SceneEncoder (const ModelPackage& package, const std::string& provider) : impl_ (std::make_unique<Impl> (package, provider))
{}
SceneEncoder::~SceneEncoder() = default;

RoomDescription SceneEncoder::describe (const PictureView& picture)
{
    const std::lock_guard lock (impl_->mutex);
    auto e = impl_->estimate (picture);
    reconcileVolume (e);
    RoomDescription room;
    fillSize (e, room);
    fillBands (e, room);
    const auto likeliest = std::max_element (e.kindLogProbability.begin(), e.kindLogProbability.end()) - e.kindLogProbability.begin();
    room.room_kind = impl_->layout.kinds[static_cast<std::size_t> (likeliest)];
    room.outdoor_probability = static_cast<float> (sigmoid (e.outdoorLogit));
    room.embedding = std::move (e.embedding);
    return room;
}

std::string SceneEncoder::provider() const
{
    const std::lock_guard lock (impl_->mutex);
    return impl_->session.provider();
}

std::string SceneEncoder::warning() const
{
    const std::lock_guard lock (impl_->mutex);
    return impl_->session.warning();
}

std::shared_ptr<SceneEncoder> sharedSceneEncoder (const std::string& folder) { return sharedNetwork<SceneEncoder> (folder); }

}  // namespace lumiverb
