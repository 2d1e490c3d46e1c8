// SPDX-License-Identifier: AGPL-3.0-or-later
// Eight floats at a time: AVX2 where the compiler offers it, plain loops (left to the vectoriser) elsewhere.
#pragma once
#include <cmath>
#include <cstdint>
#if defined(__AVX2__)
    #include <immintrin.h>
#endif

namespace lumiverb::tracer {

#if defined(__AVX2__)

struct Float8
{
    __m256 v;
    Float8() = default;
    Float8 (__m256 x) noexcept : v (x) {}
    Float8 (float x) noexcept : v (_mm256_set1_ps (x)) {}
    static Float8 load (const float* p) noexcept { return _mm256_load_ps (p); }
    void store (float* p) const noexcept { _mm256_store_ps (p, v); }
};
struct Mask8
{
    __m256 v;
};

inline Float8 operator+ (Float8 a, Float8 b) noexcept { return _mm256_add_ps (a.v, b.v); }
inline Float8 operator- (Float8 a, Float8 b) noexcept { return _mm256_sub_ps (a.v, b.v); }
inline Float8 operator* (Float8 a, Float8 b) noexcept { return _mm256_mul_ps (a.v, b.v); }
inline Float8 operator/ (Float8 a, Float8 b) noexcept { return _mm256_div_ps (a.v, b.v); }
inline Float8 min (Float8 a, Float8 b) noexcept { return _mm256_min_ps (a.v, b.v); }
inline Float8 max (Float8 a, Float8 b) noexcept { return _mm256_max_ps (a.v, b.v); }
inline Float8 sqrt (Float8 a) noexcept { return _mm256_sqrt_ps (a.v); }
inline Mask8 operator< (Float8 a, Float8 b) noexcept { return { _mm256_cmp_ps (a.v, b.v, _CMP_LT_OQ) }; }
inline Mask8 operator<= (Float8 a, Float8 b) noexcept { return { _mm256_cmp_ps (a.v, b.v, _CMP_LE_OQ) }; }
inline Mask8 operator& (Mask8 a, Mask8 b) noexcept { return { _mm256_and_ps (a.v, b.v) }; }
inline Mask8 operator| (Mask8 a, Mask8 b) noexcept { return { _mm256_or_ps (a.v, b.v) }; }
inline std::uint32_t bits (Mask8 m) noexcept { return static_cast<std::uint32_t> (_mm256_movemask_ps (m.v)); }
inline Float8 select (Mask8 m, Float8 yes, Float8 no) noexcept { return _mm256_blendv_ps (no.v, yes.v, m.v); }

#else

struct Float8
{
    float v[8];
    Float8() = default;
    Float8 (float x) noexcept
    {
        for (auto& lane : v)
            lane = x;
    }
    static Float8 load (const float* p) noexcept
    {
        Float8 r;
        for (int i = 0; i < 8; ++i)
            r.v[i] = p[i];
        return r;
    }
    void store (float* p) const noexcept
    {
        for (int i = 0; i < 8; ++i)
            p[i] = v[i];
    }
};
struct Mask8
{
    bool v[8];
};

template <typename F>
Float8 lanes (F f) noexcept
{
    Float8 r;
    for (int i = 0; i < 8; ++i)
        r.v[i] = f (i);
    return r;
}
template <typename F>
Mask8 tests (F f) noexcept
{
    Mask8 r;
    for (int i = 0; i < 8; ++i)
        r.v[i] = f (i);
    return r;
}
inline Float8 operator+ (Float8 a, Float8 b) noexcept
{
    return lanes ([&] (int i) { return a.v[i] + b.v[i]; });
}
inline Float8 operator- (Float8 a, Float8 b) noexcept
{
    return lanes ([&] (int i) { return a.v[i] - b.v[i]; });
}
inline Float8 operator* (Float8 a, Float8 b) noexcept
{
    return lanes ([&] (int i) { return a.v[i] * b.v[i]; });
}
inline Float8 operator/ (Float8 a, Float8 b) noexcept
{
    return lanes ([&] (int i) { return a.v[i] / b.v[i]; });
}
inline Float8 min (Float8 a, Float8 b) noexcept
{
    return lanes ([&] (int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
}
inline Float8 max (Float8 a, Float8 b) noexcept
{
    return lanes ([&] (int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
}
inline Float8 sqrt (Float8 a) noexcept
{
    return lanes ([&] (int i) { return std::sqrt (a.v[i]); });
}
inline Mask8 operator< (Float8 a, Float8 b) noexcept
{
    return tests ([&] (int i) { return a.v[i] < b.v[i]; });
}
inline Mask8 operator<= (Float8 a, Float8 b) noexcept
{
    return tests ([&] (int i) { return a.v[i] <= b.v[i]; });
}
inline Mask8 operator& (Mask8 a, Mask8 b) noexcept
{
    return tests ([&] (int i) { return a.v[i] && b.v[i]; });
}
inline Mask8 operator| (Mask8 a, Mask8 b) noexcept
{
    return tests ([&] (int i) { return a.v[i] || b.v[i]; });
}
inline std::uint32_t bits (Mask8 m) noexcept
{
    std::uint32_t r = 0;
    for (int i = 0; i < 8; ++i)
        r |= (m.v[i] ? 1U : 0U) << i;
    return r;
}
inline Float8 select (Mask8 m, Float8 yes, Float8 no) noexcept
{
    return lanes ([&] (int i) { return m.v[i] ? yes.v[i] : no.v[i]; });
}

#endif

}  // namespace lumiverb::tracer
