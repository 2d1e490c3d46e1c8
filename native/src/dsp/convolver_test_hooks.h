// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <atomic>

namespace lumiverb::testing {

/// While set, worker threads leave tail blocks alone: how the tests bring about late blocks.
inline std::atomic<bool> holdTails { false };

}  // namespace lumiverb::testing
