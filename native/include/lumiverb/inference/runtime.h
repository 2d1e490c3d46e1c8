// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <stdexcept>
#include <string>
#include <vector>

namespace lumiverb {

/// A model package, runtime or inference fault: one sentence naming the file (and field) and the reason.
struct ModelError : std::runtime_error { using std::runtime_error::runtime_error; };

/// Opens ONNX Runtime once per process: the given library, or $LUMIVERB_ORT_LIBRARY, or the privately named library in the folder of the
/// module this code is linked into. dlopen with RTLD_LOCAL by absolute path, so several runtimes live in one process.
/// Throws ModelError. Later calls return at once (or throw the same error).
void initRuntime (const std::string& libraryPath = {});
std::string runtimeVersion();
std::vector<std::string> availableProviders();

/// Folder of the shared object (plug-in, Python module, program) that this code is linked into.
std::string moduleFolder();

}  // namespace lumiverb
