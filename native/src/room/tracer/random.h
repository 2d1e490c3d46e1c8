// SPDX-License-Identifier: AGPL-3.0-or-later
// Random and low-discrepancy numbers. All are functions of a seed, so results never depend on threads.
#pragma once
#include <array>
#include <cstdint>

namespace lumiverb::tracer {

inline std::uint32_t hash32 (std::uint32_t x) noexcept     // "lowbias32" of Chris Wellons
{
    x ^= x >> 16;
    x *= 0x7feb352dU;
    x ^= x >> 15;
    x *= 0x846ca68bU;
    return x ^ (x >> 16);
}

inline std::uint64_t hash64 (std::uint64_t x) noexcept     // finaliser of splitmix64
{
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

inline float toUnit (std::uint32_t x) noexcept { return static_cast<float> (x >> 8) * 0x1p-24f; }

/// PCG32 (O'Neill 2014).
class Random
{
public:
    explicit Random (std::uint64_t seed) noexcept : state_ (hash64 (seed)) { next(); }

    std::uint32_t next() noexcept
    {
        const auto old = state_;
        state_ = old * 6364136223846793005ULL + 1442695040888963407ULL;
        const auto shifted = static_cast<std::uint32_t> (((old >> 18) ^ old) >> 27);
        const auto turn = static_cast<std::uint32_t> (old >> 59);
        return (shifted >> turn) | (shifted << ((32U - turn) & 31U));
    }
    float unit() noexcept { return toUnit (next()); }

private:
    std::uint64_t state_;
};

/// Owen-scrambled Sobol pairs, padded by dimension (Burley 2020, "Practical Hash-based Owen Scrambling"): the samples
/// of a pixel cover each pair of dimensions evenly, different pixels and dimensions are independent.
class PixelSampler
{
public:
    PixelSampler (std::uint64_t seed, std::uint32_t pixel) noexcept
        : seed_ (hash32 (static_cast<std::uint32_t> (hash64 (seed)) ^ (pixel * 0x9e3779b9U + 0x85ebca6bU)))
    {}

    void startSample (std::uint32_t index) noexcept
    {
        index_ = index;
        dimension_ = 0;
        loose_ = seed_ ^ (index * 0x9e3779b9U);
    }

    /// Independent random numbers, at a third of the price: for what hardly shows.
    std::array<float, 2> loosePair() noexcept
    {
        loose_ = hash32 (loose_ + 0x6c8e9cf5U);
        const float a = toUnit (loose_);
        loose_ = loose_ * 0x2c9277b5U + 0xac564b05U;
        return { a, toUnit (hash32 (loose_)) };
    }

    std::array<float, 2> pair() noexcept
    {
        if (++dimension_ > 8)
            return loosePair();
        const auto key = hash32 (seed_ + 0x68e31da4U * dimension_);
        const auto shuffled = reverseBits (owen (reverseBits (index_), key));   // each pair has its own order of the samples
        return { toUnit (reverseBits (owen (shuffled, hash32 (key ^ 0xa511e9b3U)))),
                 toUnit (reverseBits (owen (pascal (shuffled), hash32 (key ^ 0x63d83595U)))) };
    }

private:
    static std::uint32_t reverseBits (std::uint32_t x) noexcept
    {
        x = ((x >> 1) & 0x55555555U) | ((x & 0x55555555U) << 1);
        x = ((x >> 2) & 0x33333333U) | ((x & 0x33333333U) << 2);
        x = ((x >> 4) & 0x0f0f0f0fU) | ((x & 0x0f0f0f0fU) << 4);
        x = ((x >> 8) & 0x00ff00ffU) | ((x & 0x00ff00ffU) << 8);
        return (x >> 16) | (x << 16);
    }
    /// Laine-Karras permutation: Owen scrambling of a number whose digits are reversed (constants of Vegdahl).
    static std::uint32_t owen (std::uint32_t x, std::uint32_t key) noexcept
    {
        x ^= x * 0x3d20adeaU;
        x += key;
        x *= (key >> 16) | 1U;
        x ^= x * 0x05526c56U;
        x ^= x * 0x53a22864U;
        return x;
    }
    /// Second Sobol dimension, digits reversed: the index times Pascal's triangle modulo 2, a Kronecker power of [1 1; 0 1].
    static std::uint32_t pascal (std::uint32_t x) noexcept
    {
        x ^= (x >> 1) & 0x55555555U;
        x ^= (x >> 2) & 0x33333333U;
        x ^= (x >> 4) & 0x0f0f0f0fU;
        x ^= (x >> 8) & 0x00ff00ffU;
        return x ^ (x >> 16);
    }

    std::uint32_t seed_, index_ = 0, dimension_ = 0, loose_ = 0;
};

}  // namespace lumiverb::tracer
