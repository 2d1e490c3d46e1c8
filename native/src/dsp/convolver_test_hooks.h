// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <atomic>

namespace lumiverb::testing {

/// Makes every tail block take this much longer on the worker thread: how the tests bring about late blocks.
inline std::atomic<int> tailDelay_ms { 0 };

}  // namespace lumiverb::testing
