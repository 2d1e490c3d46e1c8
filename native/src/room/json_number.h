// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <nlohmann/json.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lumiverb {

/// JSON whose numbers are single-precision: written with the fewest digits that read back as the same float, keys sorted.
using FloatJson = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t, std::uint64_t, float>;

/// Text that never throws for bytes that are not UTF-8.
inline std::string dumpJson (const FloatJson& json, int indent = -1)
{
    return json.dump (indent, ' ', false, FloatJson::error_handler_t::replace);
}

}  // namespace lumiverb
