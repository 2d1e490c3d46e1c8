// SPDX-License-Identifier: AGPL-3.0-or-later
// Small vector arithmetic on Vec3 (positions, directions) and Rgb (radiance, albedo).
#pragma once
#include "lumiverb/room/scene.h"
#include <algorithm>
#include <cmath>
#include <numbers>

namespace lumiverb::tracer {

inline constexpr float pi = std::numbers::pi_v<float>;

inline Vec3 operator+ (Vec3 a, Vec3 b) noexcept { return { a.x + b.x, a.y + b.y, a.z + b.z }; }
inline Vec3 operator- (Vec3 a, Vec3 b) noexcept { return { a.x - b.x, a.y - b.y, a.z - b.z }; }
inline Vec3 operator- (Vec3 a) noexcept { return { -a.x, -a.y, -a.z }; }
inline Vec3 operator* (Vec3 a, float s) noexcept { return { a.x * s, a.y * s, a.z * s }; }
inline float dot (Vec3 a, Vec3 b) noexcept { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vec3 cross (Vec3 a, Vec3 b) noexcept { return { a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x }; }
inline float length (Vec3 a) noexcept { return std::sqrt (dot (a, a)); }
inline Vec3 normalised (Vec3 a) noexcept { return a * (1.0f / std::max (length (a), 1e-20f)); }
inline Vec3 reflect (Vec3 d, Vec3 n) noexcept { return d - n * (2.0f * dot (d, n)); }
inline Vec3 minimum (Vec3 a, Vec3 b) noexcept { return { std::min (a.x, b.x), std::min (a.y, b.y), std::min (a.z, b.z) }; }
inline Vec3 maximum (Vec3 a, Vec3 b) noexcept { return { std::max (a.x, b.x), std::max (a.y, b.y), std::max (a.z, b.z) }; }
inline float component (Vec3 a, int axis) noexcept { return axis == 0 ? a.x : axis == 1 ? a.y : a.z; }

struct Rgb
{
    float r = 0, g = 0, b = 0;
    Rgb() = default;
    constexpr Rgb (float red, float green, float blue) noexcept : r (red), g (green), b (blue) {}
    Rgb (const std::array<float, 3>& c) noexcept : r (c[0]), g (c[1]), b (c[2]) {}
};

inline Rgb operator+ (Rgb a, Rgb b) noexcept { return { a.r + b.r, a.g + b.g, a.b + b.b }; }
inline Rgb operator- (Rgb a, Rgb b) noexcept { return { a.r - b.r, a.g - b.g, a.b - b.b }; }
inline Rgb operator* (Rgb a, Rgb b) noexcept { return { a.r * b.r, a.g * b.g, a.b * b.b }; }
inline Rgb operator* (Rgb a, float s) noexcept { return { a.r * s, a.g * s, a.b * s }; }
inline Rgb& operator+= (Rgb& a, Rgb b) noexcept { return a = a + b; }
inline Rgb& operator*= (Rgb& a, Rgb b) noexcept { return a = a * b; }
inline Rgb& operator*= (Rgb& a, float s) noexcept { return a = a * s; }
inline float largest (Rgb a) noexcept { return std::max (a.r, std::max (a.g, a.b)); }
inline float luminance (Rgb a) noexcept { return 0.2126f * a.r + 0.7152f * a.g + 0.0722f * a.b; }
inline Rgb mix (Rgb a, Rgb b, float t) noexcept { return a * (1.0f - t) + b * t; }

inline float clamp01 (float x) noexcept { return std::clamp (x, 0.0f, 1.0f); }
inline float smoothStep (float lo, float hi, float x) noexcept
{
    const float t = clamp01 ((x - lo) / (hi - lo));
    return t * t * (3.0f - 2.0f * t);
}

/// Two unit vectors that make a right-handed frame with the unit vector n (Duff et al. 2017, without branches).
struct Frame
{
    Vec3 u, v;
};
inline Frame frameAround (Vec3 n) noexcept
{
    const float sign = std::copysign (1.0f, n.z), a = -1.0f / (sign + n.z), b = n.x * n.y * a;
    return { { 1.0f + sign * n.x * n.x * a, sign * b, -sign * n.x }, { b, sign + n.y * n.y * a, -n.y } };
}

/// Cosine-weighted direction about n from two numbers in [0, 1).
inline Vec3 cosineDirection (Vec3 n, float a, float b) noexcept
{
    const float radius = std::sqrt (a), angle = 2.0f * pi * b;
    const auto frame = frameAround (n);
    return normalised (frame.u * (radius * std::cos (angle)) + frame.v * (radius * std::sin (angle))
                       + n * std::sqrt (std::max (0.0f, 1.0f - a)));
}

inline Vec3 uniformDirection (float a, float b) noexcept
{
    const float z = 1.0f - 2.0f * a, radius = std::sqrt (std::max (0.0f, 1.0f - z * z)), angle = 2.0f * pi * b;
    return { radius * std::cos (angle), radius * std::sin (angle), z };
}

}  // namespace lumiverb::tracer
