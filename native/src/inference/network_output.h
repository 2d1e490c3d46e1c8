// SPDX-License-Identifier: AGPL-3.0-or-later
// What the tasks share: reading their fields of a manifest, and the rows of their outputs.
#pragma once
#include "lumiverb/inference/model_package.h"
#include "ort.h"
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

namespace lumiverb {

/// Fields of a task's own; every fault is a ModelError that names the manifest and the field.
class ManifestReader
{
public:
    /// Throws ModelError unless the package is for this task.
    ManifestReader (const ModelPackage&, const std::string& task);

    [[noreturn]] void fault (const std::string& field, const std::string& reason) const;
    /// A list of 1 to 256 names.
    std::vector<std::string> names (const std::string& field) const;
    /// A number that must have this value (to six digits).
    void requireNumber (const std::string& field, double value) const;
    /// Position of a float32 output of shape [-1, width].
    std::size_t output (const std::string& name, std::int64_t width) const;

private:
    const ModelPackage& package_;
    nlohmann::json json_;
};

/// Rows of one output, [rows][width], checked: the sizes a graph declares need not be those it delivers. Views the value.
class OutputRows
{
public:
    OutputRows (const Ort::Value&, std::size_t rows, std::size_t width, const std::string& where);
    std::span<const float> operator[] (std::size_t row) const { return values_.subspan (row * width_, width_); }

private:
    std::span<const float> values_;
    std::size_t width_ = 0;
};

/// "125", "250", ... appended to a prefix: how targets per octave are named.
void appendBandNames (std::vector<std::string>& names, const std::string& prefix);

/// The folder's absolute path where it exists: two spellings of one folder are one network.
std::string resolvedFolder (const std::string& folder);

/// The process-wide network of a folder: loaded by the first who asks (others wait), freed with the last. A failure is not kept.
template <typename Network>
std::shared_ptr<Network> sharedNetwork (const std::string& folder)
{
    const auto key = resolvedFolder (folder);
    static std::mutex mutex;
    static std::map<std::string, std::weak_ptr<Network>> networks;
    const std::lock_guard lock (mutex);
    if (auto network = networks[key].lock())
        return network;
    auto network = std::make_shared<Network> (loadModelPackage (folder));
    networks[key] = network;
    return network;
}

}  // namespace lumiverb
