// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "vec.h"
#include <cstdint>
#include <vector>

namespace lumiverb::tracer {

/// Mean light that surfaces reflect, per cell of space and facing (six ways): what a path finds at its second surface.
/// Filled first by one thread in a fixed order, then only read.
class RadianceCache
{
public:
    explicit RadianceCache (float cellSize) : inverseSize_ (1.0f / cellSize), cellSize_ (cellSize), slots_ (1 << 14) {}

    void add (Vec3 position, Vec3 normal, Rgb light)
    {
        if (2 * used_ > slots_.size())
            grow();
        auto& slot = slots_[indexOf (slots_, keyOf (position, normal))];
        if (slot.count == 0)
            ++used_;
        slot.key = keyOf (position, normal);
        slot.light += light;
        slot.count += 1;
    }

    /// False where the cell has seen too little light to be trusted.
    bool look (Vec3 position, Vec3 normal, Rgb& light) const noexcept
    {
        const auto& slot = slots_[indexOf (slots_, keyOf (position, normal))];
        if (slot.count < 6)
            return false;
        light = slot.light * (1.0f / slot.count);
        return true;
    }
    float cellSize() const noexcept { return cellSize_; }

private:
    struct Slot
    {
        std::uint64_t key = 0;
        Rgb light;
        float count = 0;
    };

    std::uint64_t keyOf (Vec3 p, Vec3 n) const noexcept
    {
        const auto quantise = [this] (float x)
        { return static_cast<std::uint64_t> (static_cast<std::int64_t> (std::floor (x * inverseSize_)) & 0xfffff); };
        const float ax = std::abs (n.x), ay = std::abs (n.y), az = std::abs (n.z);
        const auto facing = ax > ay && ax > az ? (n.x > 0 ? 1U : 2U) : ay > az ? (n.y > 0 ? 3U : 4U) : (n.z > 0 ? 5U : 6U);
        return (static_cast<std::uint64_t> (facing) << 60) | (quantise (p.x) << 40) | (quantise (p.y) << 20) | quantise (p.z);
    }

    static std::size_t indexOf (const std::vector<Slot>& slots, std::uint64_t key) noexcept
    {
        const auto mask = slots.size() - 1;
        auto index = static_cast<std::size_t> ((key * 0x9e3779b97f4a7c15ULL) >> 20) & mask;
        while (slots[index].count > 0 && slots[index].key != key)
            index = (index + 1) & mask;
        return index;
    }

    void grow()
    {
        std::vector<Slot> bigger (slots_.size() * 2);
        for (const auto& slot : slots_)
            if (slot.count > 0)
                bigger[indexOf (bigger, slot.key)] = slot;
        slots_.swap (bigger);
    }

    float inverseSize_, cellSize_;
    std::size_t used_ = 0;
    std::vector<Slot> slots_;
};

}  // namespace lumiverb::tracer
