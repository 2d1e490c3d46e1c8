// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <cstring>

namespace lumiverb {

/// Eight floats that the compiler keeps in one or two registers.
#if defined(__GNUC__) || defined(__clang__)
using Float8 = float __attribute__ ((vector_size (32)));
#else
struct Float8
{
    float v[8];
    Float8& operator+= (const Float8& other)
    {
        for (int i = 0; i < 8; ++i)
            v[i] += other.v[i];
        return *this;
    }
    friend Float8 operator* (float a, const Float8& b)
    {
        Float8 r;
        for (int i = 0; i < 8; ++i)
            r.v[i] = a * b.v[i];
        return r;
    }
};
#endif

// References, not values: passing vectors by value changes the calling convention where AVX is not switched on.
inline void load (Float8& vector, const float* memory) noexcept { std::memcpy (&vector, memory, sizeof vector); }
inline void store (float* memory, const Float8& vector) noexcept { std::memcpy (memory, &vector, sizeof vector); }

}  // namespace lumiverb
