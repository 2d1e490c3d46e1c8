// SPDX-License-Identifier: AGPL-3.0-or-later
#include "network_output.h"
#include "paths.h"
#include <algorithm>
#include <cmath>

namespace lumiverb {
namespace {
constexpr std::size_t maxNames = 256;
} // namespace

ManifestReader::ManifestReader (const ModelPackage& package, const std::string& task)
    : package_ (package), json_ (nlohmann::json::parse (package.manifestJson))
{
    if (package.task != task)
        fault ("task", "is \"" + package.task + "\", not \"" + task + "\"");
}

void ManifestReader::fault (const std::string& field, const std::string& reason) const
{
    throw ModelError (package_.nameForErrors + "/manifest.json: field \"" + field + "\" " + reason + ".");
}

std::vector<std::string> ManifestReader::names (const std::string& field) const
{
    const auto found = json_.find (field);
    const bool fits = found != json_.end() && found->is_array() && ! found->empty() && found->size() <= maxNames
                      && std::all_of (found->begin(), found->end(), [] (const auto& n) { return n.is_string() && n != ""; });
    if (! fits)
        fault (field, "is missing or is not a list of names");
    return found->get<std::vector<std::string>>();
}

void ManifestReader::requireNumber (const std::string& field, double value) const
{
    const auto found = json_.find (field);
    if (found == json_.end() || ! found->is_number())
        fault (field, "is missing or is not a number");
    if (std::abs (found->get<double>() - value) > 1e-6 * std::abs (value))
        fault (field, "is " + found->dump() + ", this program computes with " + nlohmann::json (value).dump());
}

std::size_t ManifestReader::output (const std::string& name, std::int64_t width) const
{
    const auto& out = package_.outputs;
    const auto found = std::find_if (out.begin(), out.end(), [&] (const auto& spec) { return spec.name == name; });
    if (found == out.end() || found->dtype != "float32" || found->shape != std::vector<std::int64_t> { -1, width })
        fault ("outputs", "has no float32 tensor \"" + name + "\" of shape [-1, " + std::to_string (width) + "]");
    return static_cast<std::size_t> (found - out.begin());
}

OutputRows::OutputRows (const Ort::Value& value, std::size_t rows, std::size_t width, const std::string& where)
{
    const auto info = value.GetTensorTypeAndShapeInfo();
    if (info.GetElementType() != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT
        || info.GetShape() != std::vector<std::int64_t> { std::int64_t (rows), std::int64_t (width) })
        throw ModelError (where + " has an unexpected shape.");
    values_ = { value.GetTensorData<float>(), rows * width };
    if (! std::all_of (values_.begin(), values_.end(), [] (float v) { return std::isfinite (v); }))
        throw ModelError (where + " is not finite.");
    width_ = width;
}

void appendBandNames (std::vector<std::string>& names, const std::string& prefix)
{
    for (const char* band : { "125", "250", "500", "1000", "2000", "4000", "8000" })
        names.push_back (prefix + "_" + band);
}

std::string resolvedFolder (const std::string& folder)
{
    std::error_code error;
    const auto resolved = std::filesystem::weakly_canonical (pathFromUtf8 (folder), error);
    return error ? folder : toUtf8 (resolved);
}

}  // namespace lumiverb
