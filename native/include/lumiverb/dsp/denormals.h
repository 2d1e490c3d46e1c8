// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <cstdint>
#if defined(__SSE2__) || defined(_M_X64)
    #include <immintrin.h>
#endif

namespace lumiverb {

/// Flushes subnormal numbers to zero while it lives: decaying tails would otherwise slow the FPU down by orders of magnitude.
class ScopedFlushDenormals
{
public:
#if defined(__SSE2__) || defined(_M_X64)
    ScopedFlushDenormals() noexcept : saved_ (_mm_getcsr()) { _mm_setcsr (saved_ | 0x8040u); }   // FTZ and DAZ
    ~ScopedFlushDenormals() { _mm_setcsr (saved_); }
private:
    unsigned saved_;
#elif defined(__aarch64__)
    ScopedFlushDenormals() noexcept
    {
        asm volatile ("mrs %0, fpcr" : "=r"(saved_));
        const std::uint64_t flushed = saved_ | (std::uint64_t { 1 } << 24);
        asm volatile ("msr fpcr, %0" : : "r"(flushed));
    }
    ~ScopedFlushDenormals() { asm volatile ("msr fpcr, %0" : : "r"(saved_)); }
private:
    std::uint64_t saved_ = 0;
#else
    ScopedFlushDenormals() noexcept {}
#endif
public:
    ScopedFlushDenormals (const ScopedFlushDenormals&) = delete;
    ScopedFlushDenormals& operator= (const ScopedFlushDenormals&) = delete;
};

}  // namespace lumiverb
