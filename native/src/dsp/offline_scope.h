// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#if defined(__clang__) && defined(__has_feature)
    #if __has_feature(realtime_sanitizer)
        #include <sanitizer/rtsan_interface.h>
        #define LUMIVERB_RTSAN 1
    #endif
#endif

namespace lumiverb {

/// Tells RealtimeSanitizer that what follows runs in offline rendering, where process may wait and allocate.
struct OfflineMayBlock
{
#if LUMIVERB_RTSAN
    __rtsan::ScopedDisabler disabler;
#else
    OfflineMayBlock() noexcept {}        // not trivial: no warning about an unused variable
#endif
};

}  // namespace lumiverb
