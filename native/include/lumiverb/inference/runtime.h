// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <stdexcept>
#include <string>
#include <vector>

namespace lumiverb {

/// A model package, runtime or inference fault: one sentence naming the file (and field) and the reason.
struct ModelError : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// Opens ONNX Runtime once per process: the given library, or $LUMIVERB_ORT_LIBRARY, or the privately named library in the folder of the
/// module this code is linked into (liblumiverb_onnxruntime.so, liblumiverb_onnxruntime.dylib, lumiverb_onnxruntime.dll), or the system's.
/// dlopen with RTLD_LOCAL by absolute path, so several runtimes live in one process. The library is never closed.
/// Throws ModelError. Later calls return at once (or throw the same error). Any thread but the audio thread.
void initRuntime (const std::string& libraryPath = {});
/// Version of the opened library, "1.28.0". Opens it if need be; throws ModelError.
std::string runtimeVersion();
/// Execution providers that the opened library was built with, by the names SceneEncoder takes: "CPU", "CUDA", "CoreML", "DirectML", ...
std::vector<std::string> availableProviders();

/// Folder of the shared object (plug-in, Python module, program) that this code is linked into, as UTF-8.
std::string moduleFolder();

}  // namespace lumiverb
