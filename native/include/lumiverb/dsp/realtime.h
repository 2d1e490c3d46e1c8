// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

/// Marks a function that runs on the audio thread: no allocation, lock, log, file or system call, no exception.
/// Under clang >= 20 RealtimeSanitizer enforces it at run time (LUMIVERB_SANITIZE=realtime).
#if defined(__clang__) && __clang_major__ >= 20
    #define LUMIVERB_REALTIME [[clang::nonblocking]]
#else
    #define LUMIVERB_REALTIME
#endif
