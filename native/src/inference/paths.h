// SPDX-License-Identifier: AGPL-3.0-or-later
// Paths cross our seams as UTF-8 text on every system.
#pragma once
#include <filesystem>
#include <string>

namespace lumiverb {

inline std::filesystem::path pathFromUtf8 (const std::string& text)
{
    return std::filesystem::path (std::u8string (text.begin(), text.end()));
}

inline std::string toUtf8 (const std::filesystem::path& path)
{
    const auto text = path.u8string();
    return { text.begin(), text.end() };
}

}  // namespace lumiverb
