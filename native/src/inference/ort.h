// SPDX-License-Identifier: AGPL-3.0-or-later
// The only header through which the core sees ONNX Runtime.
#pragma once
#include <onnxruntime_cxx_api.h>

namespace lumiverb {

/// The process-wide environment; opens the runtime if need be. Throws ModelError. It lives as long as the process: a host may
/// unload a plug-in while another module still uses the same library, and releasing it under a loader lock would deadlock.
Ort::Env& ortEnvironment();

}  // namespace lumiverb
