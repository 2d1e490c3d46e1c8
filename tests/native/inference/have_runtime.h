// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/inference/runtime.h"
#include <cstdlib>
#include <iostream>

/// Tests that run a network need the library; a build without one says so once and skips them.
inline bool haveRuntime()
{
    static const bool have = []
    {
#if defined(LUMIVERB_TEST_ORT_LIBRARY)
        const std::string library = std::getenv ("LUMIVERB_ORT_LIBRARY") != nullptr ? "" : LUMIVERB_TEST_ORT_LIBRARY;
#else
        const std::string library;
#endif
        try
        {
            lumiverb::initRuntime (library);
            return true;
        }
        catch (const lumiverb::ModelError& e)
        {
            std::cout << "Skipping the tests that run a network: " << e.what() << "\n";
            return false;
        }
    }();
    return have;
}
