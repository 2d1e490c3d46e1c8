// SPDX-License-Identifier: AGPL-3.0-or-later
// Counts what the audio thread must not do: memory, locks, wake-ups, sleep. Include in ONE source file of a test executable; it replaces
// the C library's functions there. Absent under sanitizers (they replace the same functions; RealtimeSanitizer checks more).
#pragma once
#include <cstdlib>
#if defined(__linux__) && defined(__GLIBC__) && ! defined(__SANITIZE_ADDRESS__) && ! defined(__SANITIZE_THREAD__)
    #if defined(__has_feature)
        #if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(realtime_sanitizer)
            #define LUMIVERB_GUARD_OFF 1
        #endif
    #endif
    #if ! defined(LUMIVERB_GUARD_OFF)
        #define LUMIVERB_GUARD_ON 1
    #endif
#endif

#if LUMIVERB_GUARD_ON
    #include <cerrno>
    #include <cstdlib>
    #include <ctime>
    #include <dlfcn.h>
    #include <pthread.h>

namespace realtime_guard {
inline thread_local bool watching = false;
inline thread_local int violations = 0;
inline void note() noexcept { violations += watching ? 1 : 0; }

template <typename Function>
Function next (const char* name)
{
    return reinterpret_cast<Function> (dlsym (RTLD_NEXT, name));
}

/// Violations of the calling thread while it runs `work`.
template <typename Work>
int count (Work&& work)
{
    violations = 0;
    watching = true;
    work();
    watching = false;
    return violations;
}
}  // namespace realtime_guard

extern "C" {
void* __libc_malloc (size_t);
void* __libc_calloc (size_t, size_t);
void* __libc_realloc (void*, size_t);
void* __libc_memalign (size_t, size_t);
void __libc_free (void*);

void* malloc (size_t size)
{
    realtime_guard::note();
    return __libc_malloc (size);
}
void* calloc (size_t count, size_t size)
{
    realtime_guard::note();
    return __libc_calloc (count, size);
}
void* realloc (void* memory, size_t size)
{
    realtime_guard::note();
    return __libc_realloc (memory, size);
}
void* aligned_alloc (size_t alignment, size_t size)
{
    realtime_guard::note();
    return __libc_memalign (alignment, size);
}
void* memalign (size_t alignment, size_t size)
{
    realtime_guard::note();
    return __libc_memalign (alignment, size);
}
int posix_memalign (void** result, size_t alignment, size_t size)
{
    realtime_guard::note();
    *result = __libc_memalign (alignment, size);
    return *result == nullptr ? ENOMEM : 0;
}
void free (void* memory)
{
    realtime_guard::note();
    __libc_free (memory);
}

int pthread_mutex_lock (pthread_mutex_t* mutex)
{
    static const auto original = realtime_guard::next<int (*) (pthread_mutex_t*)> ("pthread_mutex_lock");
    realtime_guard::note();
    return original (mutex);
}
int pthread_cond_signal (pthread_cond_t* condition)
{
    static const auto original = realtime_guard::next<int (*) (pthread_cond_t*)> ("pthread_cond_signal");
    realtime_guard::note();
    return original (condition);
}
int pthread_cond_broadcast (pthread_cond_t* condition)
{
    static const auto original = realtime_guard::next<int (*) (pthread_cond_t*)> ("pthread_cond_broadcast");
    realtime_guard::note();
    return original (condition);
}
int nanosleep (const struct timespec* wanted, struct timespec* left)
{
    static const auto original = realtime_guard::next<int (*) (const struct timespec*, struct timespec*)> ("nanosleep");
    realtime_guard::note();
    return original (wanted, left);
}
}
#endif
