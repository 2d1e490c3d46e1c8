// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/inference/model_package.h"
#include "ort.h"

namespace lumiverb {

/// One network ready to run: worker threads only, one thread at a time (on the CPU: as many as like). Options, provider fallback and the check of the declared
/// tensors against the graph are the same for every task.
class Session
{
public:
    /// provider: "CPU", "CUDA", "CoreML", "DirectML", ... One that cannot be used falls back to CPU and warning() says why.
    /// Throws ModelError when the name is unknown, the runtime is missing, or the graph does not fit the manifest.
    Session (const ModelPackage&, const std::string& provider);

    /// inputs in the order of the manifest; the outputs come in the order of the manifest too. When another provider than CPU fails here
    /// the session moves to CPU and runs again. Throws ModelError.
    std::vector<Ort::Value> run (std::span<const Ort::Value> inputs);
    /// The same into `outputs`, whose shapes must be those of the graph; null values are allocated.
    void run (std::span<const Ort::Value> inputs, std::span<Ort::Value> outputs);

    const std::string& provider() const { return provider_; }
    const std::string& warning() const { return warning_; }

private:
    void open (const std::string& provider);
    void fallBack (const std::string& reason);
    void checkTensors (const std::vector<TensorSpec>& declared, bool areInputs) const;

    std::string name_;
    std::vector<TensorSpec> inputs_, outputs_;
    std::vector<const char*> inputNames_, outputNames_;
    std::vector<std::uint8_t> onnx_;        // kept only while a fallback may need it
    std::string provider_, warning_;
    Ort::Session session_ { nullptr };
};

/// A float32 tensor that views the caller's memory.
Ort::Value tensorView (std::span<float> data, std::span<const std::int64_t> shape);

}  // namespace lumiverb
