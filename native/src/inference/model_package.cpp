// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/inference/model_package.h"
#include "onnx_scan.h"
#include "paths.h"
#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>

namespace lumiverb {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Bytes = std::span<const std::uint8_t>;

constexpr int formatVersion = 1;
constexpr int maxJsonDepth = 32;
constexpr std::size_t maxTensors = 64;
constexpr std::size_t maxRank = 8;
constexpr std::array<const char*, 6> dtypes { "float32", "float16", "int64", "int32", "uint8", "bool" };

[[noreturn]] void fail (const std::string& file, const std::string& reason) { throw ModelError (file + ": " + reason + "."); }

std::vector<std::uint8_t> readFile (const fs::path& path, std::uint64_t maxBytes)
{
    const auto name = toUtf8 (path);
    std::error_code error;
    const auto status = fs::status (path, error);
    if (! fs::exists (status))
        fail (name, "the file does not exist");
    if (! fs::is_regular_file (status))
        fail (name, "it is not a file");
    const auto size = fs::file_size (path, error);
    if (error)
        fail (name, "it cannot be read (" + error.message() + ")");
    if (size == 0)
        fail (name, "the file is empty");
    if (size > maxBytes)
        fail (name, "it has " + std::to_string (size) + " bytes, more than the " + std::to_string (maxBytes) + " allowed");

    std::ifstream stream (path, std::ios::binary);
    if (! stream)
        fail (name, "it cannot be opened for reading");
    std::vector<std::uint8_t> bytes (static_cast<std::size_t> (size));
    stream.read (reinterpret_cast<char*> (bytes.data()), static_cast<std::streamsize> (size));
    if (stream.gcount() != static_cast<std::streamsize> (size))
        fail (name, "it cannot be read to its end");
    return bytes;
}

/// A manifest, with accessors that name the file and the field when something is amiss.
class Manifest
{
public:
    Manifest (Bytes bytes, std::string file) : file_ (std::move (file))
    {
        if (bytes.empty())
            fail (file_, "the file is empty");
        if (bytes.size() > maxManifestBytes)
            fail (file_,
                  "it has " + std::to_string (bytes.size()) + " bytes, more than the " + std::to_string (maxManifestBytes) + " allowed");
        text_.assign (bytes.begin(), bytes.end());
        parse();
        if (! json_.is_object())
            fail (file_, "it is not a JSON object");
    }

    [[noreturn]] void fault (const std::string& field, const std::string& reason) const
    {
        fail (file_, "field \"" + field + "\" " + reason);
    }

    const Json& field (const std::string& name) const
    {
        const auto found = json_.find (name);
        if (found == json_.end())
            fault (name, "is missing");
        return *found;
    }

    std::string string (const std::string& name) const
    {
        const auto& value = field (name);
        if (! value.is_string() || value.get_ref<const std::string&>().empty())
            fault (name, "is not a text");
        return value.get<std::string>();
    }

    std::int64_t integer (const std::string& name, std::int64_t low, std::int64_t high) const
    {
        const auto& value = field (name);
        // Unsigned numbers above the signed range would wrap.
        if (! value.is_number_integer() || (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t (high)))
            fault (name, "is not an integer from " + std::to_string (low) + " to " + std::to_string (high));
        const auto number = value.get<std::int64_t>();
        if (number < low || number > high)
            fault (name, "is " + std::to_string (number) + ", not from " + std::to_string (low) + " to " + std::to_string (high));
        return number;
    }

    std::vector<TensorSpec> tensors (const std::string& name) const
    {
        const auto& list = field (name);
        if (! list.is_array() || list.empty() || list.size() > maxTensors)
            fault (name, "is not a list of 1 to " + std::to_string (maxTensors) + " tensors");
        std::vector<TensorSpec> specs;
        for (std::size_t i = 0; i < list.size(); ++i)
            specs.push_back (tensor (list[i], name + "[" + std::to_string (i) + "]"));
        return specs;
    }

    const std::string& text() const { return text_; }
    const std::string& file() const { return file_; }

private:
    void parse()
    {
        try
        {
            json_ = Json::parse (text_,
                                 [this] (int depth, Json::parse_event_t, Json&)
                                 {
                                     if (depth > maxJsonDepth)
                                         fail (file_, "it is nested deeper than " + std::to_string (maxJsonDepth) + " levels");
                                     return true;
                                 });
        }
        catch (const Json::parse_error& e)
        {
            fail (file_, "it is not valid JSON (fault at byte " + std::to_string (e.byte) + ")");
        }
        catch (const Json::exception&)
        {
            fail (file_, "it holds a number out of range");
        }
    }

    TensorSpec tensor (const Json& json, const std::string& where) const
    {
        const auto part = [&] (const char* key) -> const Json&
        {
            if (! json.is_object() || ! json.contains (key))
                fault (where + "." + key, "is missing");
            return json.at (key);
        };
        TensorSpec spec;
        if (! part ("name").is_string())
            fault (where + ".name", "is not a text");
        spec.name = part ("name").get<std::string>();
        const auto& dtype = part ("dtype");
        if (! dtype.is_string() || std::find (dtypes.begin(), dtypes.end(), dtype.get_ref<const std::string&>()) == dtypes.end())
            fault (where + ".dtype", "is not one of float32, float16, int64, int32, uint8, bool");
        spec.dtype = dtype.get<std::string>();
        spec.shape = shape (part ("shape"), where + ".shape");
        return spec;
    }

    /// Numbers are fixed sizes; -1, null and symbolic names such as "N" mean any.
    std::vector<std::int64_t> shape (const Json& json, const std::string& where) const
    {
        if (! json.is_array() || json.size() > maxRank)
            fault (where, "is not a list of at most " + std::to_string (maxRank) + " sizes");
        std::vector<std::int64_t> sizes;
        for (const auto& size : json)
        {
            if (size.is_null() || size.is_string())
                sizes.push_back (-1);
            else if (size.is_number_integer() && size.get<double>() >= -1.0 && size.get<double>() <= 1e9 && size.get<double>() != 0.0)
                sizes.push_back (size.get<std::int64_t>());
            else
                fault (where, "holds a size that is neither positive nor -1");
        }
        return sizes;
    }

    std::string file_, text_;
    Json json_;
};

void checkHash (const Manifest& manifest, const ModelPackage& package, const std::string& onnxFile)
{
    auto expected = manifest.string ("sha256");
    std::transform (expected.begin(), expected.end(), expected.begin(), [] (char c) { return c >= 'A' && c <= 'F' ? char (c + 32) : c; });
    if (expected.size() != 64 || expected.find_first_not_of ("0123456789abcdef") != std::string::npos)
        manifest.fault ("sha256", "is not a SHA-256 sum of 64 hexadecimal digits");
    const auto found = sha256Hex (package.onnx);
    if (found != expected)
        fail (onnxFile, "its SHA-256 sum " + found.substr (0, 12) + "... differs from " + expected.substr (0, 12)
                            + "... in field \"sha256\" of the manifest, so the file is damaged or was changed");
}

void checkGraph (const Manifest& manifest, const ModelPackage& package, const std::string& onnxFile)
{
    OnnxSummary summary;
    try
    {
        summary = scanOnnx (package.onnx);
    }
    catch (const std::invalid_argument& e)
    {
        fail (onnxFile, e.what());
    }
    if (summary.externalData)
        fail (onnxFile, "it keeps weights in another file"
                            + (summary.externalLocation.empty() ? std::string() : " (\"" + summary.externalLocation + "\")")
                            + ", which a model package must not do");
    if (summary.opset != package.opset)
        manifest.fault ("opset", "is " + std::to_string (package.opset) + " but model.onnx has opset " + std::to_string (summary.opset));
}

ModelPackage readManifest (const Manifest& manifest)
{
    const auto& version = manifest.field ("format_version");
    if (version != formatVersion)
        manifest.fault ("format_version", "is not " + std::to_string (formatVersion) + ", the one this version of Lumiverb reads");
    ModelPackage package;
    package.name = manifest.string ("name");
    package.version = manifest.string ("version");
    package.task = manifest.string ("task");
    package.licence = manifest.string ("licence");
    package.opset = static_cast<int> (manifest.integer ("opset", 1, 1000));
    package.inputs = manifest.tensors ("inputs");
    package.outputs = manifest.tensors ("outputs");
    package.manifestJson = manifest.text();
    return package;
}

/// Size first, then the hash, then what is inside: nothing is parsed that is not what the author shipped.
void checkOnnx (const Manifest& manifest, ModelPackage& package, const std::string& onnxFile)
{
    const auto size = manifest.integer ("size", 1, static_cast<std::int64_t> (maxOnnxBytes));
    if (package.onnx.empty())
        fail (onnxFile, "the file is empty");
    if (package.onnx.size() != static_cast<std::uint64_t> (size))
        fail (onnxFile, "it has " + std::to_string (package.onnx.size()) + " bytes, but field \"size\" of the manifest says "
                            + std::to_string (size));
    checkHash (manifest, package, onnxFile);
    checkGraph (manifest, package, onnxFile);
}

}  // namespace

ModelPackage loadModelPackage (const std::string& folder)
{
    const auto path = pathFromUtf8 (folder);
    std::error_code ignored;
    if (! fs::is_directory (path, ignored))
        fail (folder, "the model package folder does not exist");
    const auto manifestPath = path / "manifest.json", onnxPath = path / "model.onnx";
    const Manifest manifest (readFile (manifestPath, maxManifestBytes), toUtf8 (manifestPath));
    auto package = readManifest (manifest);
    package.nameForErrors = folder;
    package.onnx = readFile (onnxPath, maxOnnxBytes);
    checkOnnx (manifest, package, toUtf8 (onnxPath));
    return package;
}

ModelPackage loadModelPackage (Bytes manifestBytes, Bytes onnx, const std::string& nameForErrors)
{
    const Manifest manifest (manifestBytes, nameForErrors + "/manifest.json");
    const auto onnxFile = nameForErrors + "/model.onnx";
    auto package = readManifest (manifest);
    package.nameForErrors = nameForErrors;
    if (onnx.size() > maxOnnxBytes)
        fail (onnxFile, "it has " + std::to_string (onnx.size()) + " bytes, more than the " + std::to_string (maxOnnxBytes) + " allowed");
    package.onnx.assign (onnx.begin(), onnx.end());
    checkOnnx (manifest, package, onnxFile);
    return package;
}

}  // namespace lumiverb
