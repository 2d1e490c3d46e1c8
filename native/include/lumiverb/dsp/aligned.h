// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <cstddef>
#include <new>
#include <vector>

namespace lumiverb {

/// Cache-line alignment: what the FFT's SIMD plans and the vectorised loops expect.
template <typename Value>
struct AlignedAllocator
{
    using value_type = Value;
    static constexpr std::align_val_t alignment { 64 };

    AlignedAllocator() = default;
    template <typename Other>
    AlignedAllocator (const AlignedAllocator<Other>&)
    {}

    Value* allocate (std::size_t count) { return static_cast<Value*> (::operator new (count * sizeof (Value), alignment)); }
    void deallocate (Value* memory, std::size_t) noexcept { ::operator delete (memory, alignment); }
    template <typename Other>
    bool operator== (const AlignedAllocator<Other>&) const
    {
        return true;
    }
};

template <typename Value>
using AlignedVector = std::vector<Value, AlignedAllocator<Value>>;

}  // namespace lumiverb
