// SPDX-License-Identifier: AGPL-3.0-or-later
#include "session.h"
#include <algorithm>
#include <cctype>

namespace lumiverb {
namespace {

/// The names that may be asked for; whether the library has them is another matter.
std::string canonicalProvider (const std::string& asked)
{
    const auto lower = [] (std::string text)
    {
        std::transform (text.begin(), text.end(), text.begin(), [] (unsigned char c) { return static_cast<char> (std::tolower (c)); });
        return text;
    };
    for (const char* known : { "CPU", "CUDA", "TensorRT", "ROCM", "CoreML", "DirectML", "OpenVINO" })
        if (lower (asked) == lower (known))
            return known;
    throw ModelError ("The execution provider \"" + asked
                      + "\" is not known; known are CPU, CUDA, TensorRT, ROCM, CoreML, DirectML and OpenVINO.");
}

void appendCuda (Ort::SessionOptions& options)
{
    OrtCUDAProviderOptionsV2* cuda = nullptr;
    Ort::ThrowOnError (Ort::GetApi().CreateCUDAProviderOptions (&cuda));
    const std::unique_ptr<OrtCUDAProviderOptionsV2, void (*) (OrtCUDAProviderOptionsV2*)> owner (
        cuda, [] (OrtCUDAProviderOptionsV2* o) { Ort::GetApi().ReleaseCUDAProviderOptions (o); });
    options.AppendExecutionProvider_CUDA_V2 (*cuda);
}

void appendProvider (Ort::SessionOptions& options, const std::string& provider)
{
    if (provider == "CPU")
        return;
    const auto built = availableProviders();
    if (std::find (built.begin(), built.end(), provider) == built.end())
        throw ModelError ("this ONNX Runtime was built without it");
    if (provider == "CUDA")
        appendCuda (options);
    else if (provider == "TensorRT")
        options.AppendExecutionProvider_TensorRT (OrtTensorRTProviderOptions {});
    else if (provider == "ROCM")
        options.AppendExecutionProvider_ROCM (OrtROCMProviderOptions {});
    else if (provider == "DirectML")
    {
        options.DisableMemPattern();
        options.AppendExecutionProvider ("DML");
    }
    else
        options.AppendExecutionProvider (provider);
}

/// One thread and no spinning: a plug-in shares its machine with the audio thread and with other plug-ins.
Ort::SessionOptions sessionOptions (const std::string& provider)
{
    Ort::SessionOptions options;
    options.SetIntraOpNumThreads (1);
    options.SetInterOpNumThreads (1);
    options.SetExecutionMode (ORT_SEQUENTIAL);
    options.SetGraphOptimizationLevel (ORT_ENABLE_ALL);
    options.SetLogSeverityLevel (ORT_LOGGING_LEVEL_FATAL);
    options.AddConfigEntry ("session.intra_op.allow_spinning", "0");
    options.AddConfigEntry ("session.inter_op.allow_spinning", "0");
    appendProvider (options, provider);
    return options;
}

std::string dtypeName (ONNXTensorElementDataType type)
{
    switch (type)
    {
        case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT: return "float32";
        case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16: return "float16";
        case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64: return "int64";
        case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32: return "int32";
        case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8: return "uint8";
        case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL: return "bool";
        default: return "another type";
    }
}

std::string shapeText (const std::vector<std::int64_t>& shape)
{
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i == 0 ? "" : ", ") + std::to_string (shape[i]);
    return text + "]";
}

/// Inputs must agree exactly: a caller feeds what the manifest promises. Outputs may be less definite in the graph than in the
/// manifest, since exporters lose sizes; what really comes out is checked by whoever reads it.
bool shapesFit (const std::vector<std::int64_t>& declared, const std::vector<std::int64_t>& graph, bool exact)
{
    return declared.size() == graph.size()
           && std::equal (declared.begin(), declared.end(), graph.begin(),
                          [exact] (auto d, auto g) { return d == g || (! exact && (d < 0 || g < 0)); });
}

}  // namespace

Session::Session (const ModelPackage& package, const std::string& provider)
    : name_ (package.nameForErrors), inputs_ (package.inputs), outputs_ (package.outputs), onnx_ (package.onnx)
{
    for (const auto& spec : inputs_)
        inputNames_.push_back (spec.name.c_str());
    for (const auto& spec : outputs_)
        outputNames_.push_back (spec.name.c_str());
    const auto wanted = canonicalProvider (provider);
    ortEnvironment();       // a missing runtime is not a reason to try another provider
    try
    {
        open (wanted);
    }
    catch (const std::exception& e)
    {
        if (wanted == "CPU")
            throw ModelError (name_ + "/model.onnx: ONNX Runtime refuses it: " + e.what() + ".");
        provider_ = wanted;
        fallBack (e.what());
    }
    checkTensors (inputs_, true);
    checkTensors (outputs_, false);
    if (provider_ == "CPU")
        onnx_ = {};
}

void Session::open (const std::string& provider)
{
    session_ = Ort::Session (ortEnvironment(), onnx_.data(), onnx_.size(), sessionOptions (provider));
    provider_ = provider;
}

void Session::fallBack (const std::string& reason)
{
    warning_ = "The execution provider " + provider_ + " cannot be used (" + reason + "), so the CPU is used.";
    try
    {
        open ("CPU");
    }
    catch (const std::exception& e)
    {
        throw ModelError (name_ + "/model.onnx: ONNX Runtime refuses it: " + e.what() + ".");
    }
}

void Session::checkTensors (const std::vector<TensorSpec>& declared, bool areInputs) const
{
    const std::string field = areInputs ? "inputs" : "outputs";
    const auto fail = [&] (const std::string& reason)
    { throw ModelError (name_ + "/manifest.json: field \"" + field + "\" does not fit model.onnx: " + reason + "."); };

    const auto count = areInputs ? session_.GetInputCount() : session_.GetOutputCount();
    if (count != declared.size())
        fail ("it lists " + std::to_string (declared.size()) + " tensors, the graph has " + std::to_string (count));

    Ort::AllocatorWithDefaultOptions allocator;
    for (std::size_t i = 0; i < count; ++i)
    {
        const std::string name =
            (areInputs ? session_.GetInputNameAllocated (i, allocator) : session_.GetOutputNameAllocated (i, allocator)).get();
        const auto spec = std::find_if (declared.begin(), declared.end(), [&] (const auto& s) { return s.name == name; });
        if (spec == declared.end())
            fail ("the graph's tensor \"" + name + "\" is not listed");
        const auto type = areInputs ? session_.GetInputTypeInfo (i) : session_.GetOutputTypeInfo (i);
        if (type.GetONNXType() != ONNX_TYPE_TENSOR)
            fail ("\"" + name + "\" is not a tensor");
        const auto info = type.GetTensorTypeAndShapeInfo();
        if (dtypeName (info.GetElementType()) != spec->dtype)
            fail ("\"" + name + "\" is " + dtypeName (info.GetElementType()) + " in the graph, not " + spec->dtype);
        if (! shapesFit (spec->shape, info.GetShape(), areInputs))
            fail ("\"" + name + "\" has the shape " + shapeText (info.GetShape()) + " in the graph, not " + shapeText (spec->shape));
    }
}

std::vector<Ort::Value> Session::run (std::span<const Ort::Value> inputs)
{
    std::vector<Ort::Value> outputs;
    for (std::size_t i = 0; i < outputNames_.size(); ++i)
        outputs.emplace_back (nullptr);
    run (inputs, outputs);
    return outputs;
}

void Session::run (std::span<const Ort::Value> inputs, std::span<Ort::Value> outputs)
{
    const auto once = [&]
    {
        session_.Run (Ort::RunOptions { nullptr }, inputNames_.data(), inputs.data(), inputs.size(), outputNames_.data(), outputs.data(),
                      outputs.size());
    };
    try
    {
        return once();
    }
    catch (const Ort::Exception& e)
    {
        if (provider_ == "CPU")
            throw ModelError (name_ + "/model.onnx: the inference failed: " + e.what() + ".");
        fallBack (e.what());
        onnx_ = {};
    }
    try
    {
        once();
    }
    catch (const Ort::Exception& e)
    {
        throw ModelError (name_ + "/model.onnx: the inference failed: " + e.what() + ".");
    }
}

Ort::Value tensorView (std::span<float> data, std::span<const std::int64_t> shape)
{
    const auto memory = Ort::MemoryInfo::CreateCpu (OrtArenaAllocator, OrtMemTypeDefault);
    return Ort::Value::CreateTensor<float> (memory, data.data(), data.size(), shape.data(), shape.size());
}

}  // namespace lumiverb
