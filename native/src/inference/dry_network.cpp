// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/inference/dry_network.h"
#include "paths.h"
#include "session.h"
#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

namespace lumiverb {
namespace {

constexpr std::int64_t maxStateValues = 1 << 24;     // of one state

/// Where each tensor stands in the manifest's order.
struct Layout
{
    struct State
    {
        std::size_t input, output;
    };

    DryShape shape;
    std::size_t spectrum = 0, condition = 0, filter = 0, gain = 0;
    std::vector<State> states;
};

class LayoutReader
{
public:
    explicit LayoutReader (const ModelPackage& package) : package_ (package), json_ (nlohmann::json::parse (package.manifestJson)) {}

    DryShape shape() const
    {
        if (package_.task != "dry")
            fault ("task", "is \"" + package_.task + "\", not \"dry\"");
        DryShape shape;
        shape.grid.sampleRate = integer ("sample_rate", 48000, 48000);
        shape.grid.fft = integer ("fft", 1024, 1024);
        shape.grid.hop = integer ("hop", 32, 512);
        shape.grid.window = integer ("window", 2 * shape.grid.hop, shape.grid.fft);
        shape.grid.synthesisWindow = integer ("synthesis_window", 2 * shape.grid.hop, 2 * shape.grid.hop);
        if (shape.grid.window % shape.grid.hop != 0)
            fault ("window", "is not a multiple of the hop");
        shape.filterOrder = integer ("filter_order", 1, maxDryOrder);
        shape.filterBins = integer ("filter_bins", 1, numDryBins);
        shape.early_ms = static_cast<float> (integer ("early_ms", 0, 1000));
        return shape;
    }

    Layout read() const
    {
        Layout layout;
        layout.shape = shape();
        layout.spectrum = tensor (package_.inputs, "inputs", "spectrum", { 1, 2, 1, numDryBins });
        layout.condition = tensor (package_.inputs, "inputs", "condition", { 1, numDryConditions });
        layout.filter = tensor (package_.outputs, "outputs", "filter", { 1, layout.shape.filterOrder, 2, layout.shape.filterBins });
        layout.gain = tensor (package_.outputs, "outputs", "gain", { 1, numDryBins });
        for (std::size_t i = 0; i < package_.inputs.size(); ++i)
            if (i != layout.spectrum && i != layout.condition)
                layout.states.push_back (state (i));
        if (package_.outputs.size() != 2 + layout.states.size())
            fault ("outputs", "has more than a filter, a gain and one tensor per state");
        return layout;
    }

private:
    [[noreturn]] void fault (const std::string& field, const std::string& reason) const
    {
        throw ModelError (package_.nameForErrors + "/manifest.json: field \"" + field + "\" " + reason + ".");
    }

    int integer (const std::string& field, int low, int high) const
    {
        const auto found = json_.find (field);
        const bool fits = found != json_.end() && found->is_number() && found->get<double>() == static_cast<double> (std::int64_t (*found))
                          && *found >= low && *found <= high;
        if (! fits)
            fault (field, "is missing or is not "
                              + (low == high ? std::to_string (low)
                                             : "a whole number from " + std::to_string (low) + " to " + std::to_string (high)));
        return found->get<int>();
    }

    std::size_t tensor (const std::vector<TensorSpec>& list, const std::string& field, const std::string& name,
                        const std::vector<std::int64_t>& shape) const
    {
        const auto found = std::find_if (list.begin(), list.end(), [&] (const auto& spec) { return spec.name == name; });
        if (found == list.end() || found->dtype != "float32" || found->shape != shape)
        {
            std::string text;
            for (const auto size : shape)
                text += (text.empty() ? "" : ", ") + std::to_string (size);
            fault (field, "has no float32 tensor \"" + name + "\" of shape [" + text + "]");
        }
        return static_cast<std::size_t> (found - list.begin());
    }

    Layout::State state (std::size_t input) const
    {
        const auto& spec = package_.inputs[input];
        if (! spec.name.ends_with ("_in"))
            fault ("inputs", "has a tensor \"" + spec.name + "\" that is neither spectrum nor condition nor a state (\"..._in\")");
        std::int64_t values = 1;
        for (const auto size : spec.shape)
        {
            if (size < 1 || size > maxStateValues / values)
                fault ("inputs", "has a state \"" + spec.name + "\" whose size is not fixed or is too large");
            values *= size;
        }
        const auto output = spec.name.substr (0, spec.name.size() - 3) + "_out";
        return { input, tensor (package_.outputs, "outputs", output, spec.shape) };
    }

    const ModelPackage& package_;
    nlohmann::json json_;
};

Ort::Value zeros (const std::vector<std::int64_t>& shape)
{
    Ort::AllocatorWithDefaultOptions allocator;
    auto value = Ort::Value::CreateTensor<float> (allocator, shape.data(), shape.size());
    std::fill_n (value.GetTensorMutableData<float>(), value.GetTensorTypeAndShapeInfo().GetElementCount(), 0.0f);
    return value;
}

std::vector<Ort::Value> zeros (const std::vector<TensorSpec>& specs)
{
    std::vector<Ort::Value> values;
    for (const auto& spec : specs)
        values.push_back (zeros (spec.shape));
    return values;
}

}  // namespace

struct DryNetwork::Model
{
    Model (const ModelPackage& package, const std::string& provider)
        : layout (LayoutReader (package).read()), inputs (package.inputs), outputs (package.outputs), session (package, provider)
    {}

    Layout layout;
    std::vector<TensorSpec> inputs, outputs;
    Session session;
};

/// Tensors in the manifest's order, made once. After each frame the states that came out and those that went in change places.
struct DryNetwork::Stream
{
    std::vector<Ort::Value> inputs, outputs;
};

DryShape dryShape (const ModelPackage& package) { return LayoutReader (package).shape(); }

DryNetwork::DryNetwork (std::shared_ptr<Model> model) : model_ (std::move (model)), stream_ (std::make_unique<Stream>()) { reset(); }

DryNetwork::DryNetwork (const ModelPackage& package, const std::string& provider) : DryNetwork (std::make_shared<Model> (package, provider))
{
    // The first run allocates and picks kernels: pay for it here, and find a provider that cannot run at all.
    DryFilter filter;
    evaluate (std::vector<float> (2 * numDryBins), std::vector<float> (numDryConditions), filter);
    reset();
}

DryNetwork::~DryNetwork() = default;

const DryShape& DryNetwork::shape() const noexcept { return model_->layout.shape; }

void DryNetwork::reset()
{
    stream_->inputs = zeros (model_->inputs);
    stream_->outputs = zeros (model_->outputs);
}

void DryNetwork::evaluate (std::span<const float> spectrum, std::span<const float> condition, DryFilter& result)
{
    const auto& layout = model_->layout;
    auto& [inputs, outputs] = *stream_;
    std::copy_n (spectrum.begin(), 2 * numDryBins, inputs[layout.spectrum].GetTensorMutableData<float>());
    std::copy_n (condition.begin(), numDryConditions, inputs[layout.condition].GetTensorMutableData<float>());
    model_->session.run (inputs, outputs);

    result.order = layout.shape.filterOrder;
    result.bins = layout.shape.filterBins;
    std::copy_n (outputs[layout.filter].GetTensorData<float>(), 2 * result.order * result.bins, result.taps.begin());
    std::copy_n (outputs[layout.gain].GetTensorData<float>(), numDryBins, result.gain.begin());
    for (const auto& state : layout.states)
        std::swap (inputs[state.input], outputs[state.output]);
}

std::string DryNetwork::provider() const { return model_->session.provider(); }
std::string DryNetwork::warning() const { return model_->session.warning(); }

std::unique_ptr<DryNetwork> sharedDryNetwork (const std::string& folder)
{
    static std::mutex mutex;
    static std::map<std::string, std::weak_ptr<DryNetwork::Model>> models;

    std::error_code ignored;
    const auto resolved = std::filesystem::weakly_canonical (pathFromUtf8 (folder), ignored);
    const auto key = ignored ? folder : toUtf8 (resolved);
    const std::lock_guard lock (mutex);
    if (auto model = models[key].lock())
        return std::unique_ptr<DryNetwork> (new DryNetwork (std::move (model)));
    auto network = std::make_unique<DryNetwork> (loadModelPackage (folder));
    models[key] = network->model_;
    return network;
}

}  // namespace lumiverb
