// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/inference/scene_encoder.h"
#include "paths.h"
#include "session.h"
#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

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
constexpr int numEmbedding = 128, maxKinds = 256, maxImageSize = 1024;
constexpr std::size_t maxKindLength = 64;       // as RoomDescription's JSON allows
constexpr float clarityDistance_m = 2.0f;

// Rooms that exist, with a margin, and inside what RoomDescription's JSON accepts; a network may say more.
struct Range
{ float low, high; };
constexpr Range rt60Range { 0.05f, 20.0f }, dimensionRange { 0.5f, 200.0f }, absorptionRange { 0.001f, 0.999f },
    decibelRange { -60.0f, 60.0f }, logSpreadRange { 0.0f, 5.0f }, absorptionSpreadRange { 0.0f, 0.5f }, decibelSpreadRange { 0.0f, 60.0f },
    embeddingRange { -1e6f, 1e6f };

float clampTo (const Range& range, double value) { return std::clamp (static_cast<float> (value), range.low, range.high); }

double sigmoid (double x) { return 1.0 / (1.0 + std::exp (-x)); }

std::vector<std::string> expectedTargets()
{
    std::vector<std::string> names;
    const auto perBand = [&] (const std::string& prefix) {
        for (const char* band : { "125", "250", "500", "1000", "2000", "4000", "8000" })
            names.push_back (prefix + "_" + band);
    };
    perBand ("ln_rt60_s");
    for (const char* name : { "ln_volume_m3", "ln_length_m", "ln_width_m", "ln_height_m" })
        names.push_back (name);
    perBand ("logit_absorption");
    perBand ("drr_1m_db");
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

class LayoutReader
{
public:
    explicit LayoutReader (const ModelPackage& package) : package_ (package), json_ (nlohmann::json::parse (package.manifestJson)) {}

    Layout read() const
    {
        if (package_.task != "scene-encoder")
            fault ("task", "is \"" + package_.task + "\", not \"scene-encoder\"");
        Layout layout;
        layout.imageSize = imageSize();
        if (names ("targets") != expectedTargets())
            fault ("targets", "is not the list of 26 targets in the order of docs/models.md");
        layout.kinds = names ("kinds");
        if (std::any_of (layout.kinds.begin(), layout.kinds.end(), [] (const auto& kind) { return kind.size() > maxKindLength; }))
            fault ("kinds", "has a name of more than " + std::to_string (maxKindLength) + " bytes");
        layout.mean = output ("mean", numTargets);
        layout.logStd = output ("log_std", numTargets);
        layout.kind = output ("kind", static_cast<std::int64_t> (layout.kinds.size()));
        layout.outdoor = output ("outdoor", 1);
        layout.embedding = output ("embedding", numEmbedding);
        return layout;
    }

private:
    [[noreturn]] void fault (const std::string& field, const std::string& reason) const
    { throw ModelError (package_.nameForErrors + "/manifest.json: field \"" + field + "\" " + reason + "."); }

    int imageSize() const
    {
        const auto& in = package_.inputs;
        const bool fits = in.size() == 1 && in[0].name == "image" && in[0].dtype == "float32" && in[0].shape.size() == 4
                          && in[0].shape[0] == -1 && in[0].shape[1] == 3 && in[0].shape[2] == in[0].shape[3] && in[0].shape[2] > 0
                          && in[0].shape[2] <= maxImageSize;
        if (! fits)
            fault ("inputs", "is not one float32 tensor \"image\" of shape [-1, 3, size, size]");
        return static_cast<int> (in[0].shape[2]);
    }

    std::vector<std::string> names (const std::string& field) const
    {
        const auto found = json_.find (field);
        const bool fits = found != json_.end() && found->is_array() && ! found->empty() && found->size() <= maxKinds
                          && std::all_of (found->begin(), found->end(), [] (const auto& n) { return n.is_string() && n != ""; });
        if (! fits)
            fault (field, "is missing or is not a list of names");
        return found->get<std::vector<std::string>>();
    }

    std::size_t output (const std::string& name, std::int64_t width) const
    {
        const auto& out = package_.outputs;
        const auto found = std::find_if (out.begin(), out.end(), [&] (const auto& spec) { return spec.name == name; });
        if (found == out.end() || found->dtype != "float32" || found->shape != std::vector<std::int64_t> { -1, width })
            fault ("outputs", "has no float32 tensor \"" + name + "\" of shape [-1, " + std::to_string (width) + "]");
        return static_cast<std::size_t> (found - out.begin());
    }

    const ModelPackage& package_;
    nlohmann::json json_;
};

/// The network's answer averaged over crops: in the units of the network.
struct Estimate
{
    std::array<double, numTargets> mean {}, variance {};
    std::vector<double> kindLogProbability;
    double outdoorLogit = 0.0;
    std::vector<float> embedding;
};

/// Rows of one output, [crops][width], checked: the sizes a graph declares need not be those it delivers.
class Rows
{
public:
    Rows (const Ort::Value& value, std::size_t crops, std::size_t width, const std::string& where)
    {
        const auto info = value.GetTensorTypeAndShapeInfo();
        if (info.GetElementType() != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT
            || info.GetShape() != std::vector<std::int64_t> { std::int64_t (crops), std::int64_t (width) })
            throw ModelError (where + " has an unexpected shape.");
        values_ = { value.GetTensorData<float>(), crops * width };
        if (! std::all_of (values_.begin(), values_.end(), [] (float v) { return std::isfinite (v); }))
            throw ModelError (where + " is not finite.");
        width_ = width;
    }

    std::span<const float> operator[] (std::size_t crop) const { return values_.subspan (crop * width_, width_); }

private:
    std::span<const float> values_;
    std::size_t width_ = 0;
};

void averageTargets (const Rows& mean, const Rows& logStd, std::size_t crops, Estimate& e)
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

void averageKinds (const Rows& logits, std::size_t crops, Estimate& e)
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
        : name (package.nameForErrors), layout (LayoutReader (package).read()), session (package, provider)
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
        const auto rows = [&] (std::size_t index, std::size_t width, const char* output) {
            return Rows (outputs[index], crops, width, name + "/model.onnx: the output \"" + output + "\"");
        };
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

std::shared_ptr<SceneEncoder> sharedSceneEncoder (const std::string& folder)
{
    static std::mutex mutex;
    static std::map<std::string, std::weak_ptr<SceneEncoder>> encoders;

    std::error_code ignored;
    const auto resolved = std::filesystem::weakly_canonical (pathFromUtf8 (folder), ignored);
    const auto key = ignored ? folder : toUtf8 (resolved);
    const std::lock_guard lock (mutex);
    if (auto encoder = encoders[key].lock())
        return encoder;
    auto encoder = std::make_shared<SceneEncoder> (loadModelPackage (folder));
    encoders[key] = encoder;
    return encoder;
}

}  // namespace lumiverb
