// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/room/room_tracer.h"
#include "develop.h"
#include "sound_tracer.h"
#include "traced_rir.h"
#include <stdexcept>

namespace lumiverb {
namespace {

void require (bool condition, const char* message)
{
    if (! condition)
        throw std::invalid_argument (message);
}

void check (const PictureOptions& o)
{
    require (o.width >= 1 && o.height >= 1 && o.width <= 16384 && o.height <= 16384, "picture: width and height must be 1 to 16384");
    require (o.samplesPerPixel >= 1 && o.samplesPerPixel <= 65536, "picture: samples must be 1 to 65536");
    require (o.maxBounces >= 0 && o.maxBounces <= 64, "picture: max_bounces must be 0 to 64");
    require (o.threads >= 1, "picture: threads must be at least 1");
    require (std::isfinite (o.exposure_ev), "picture: exposure_ev is not a finite number");
    require (o.contrast >= 0.2f && o.contrast <= 3, "picture: contrast must be 0.2 to 3");
    for (const float w : o.whiteBalance)
        require (std::isfinite (w) && w > 0, "picture: white_balance must be positive");
}

void check (const SoundOptions& o)
{
    require (o.rays >= 1 && o.rays <= 100000000, "sound: rays must be 1 to 100000000");
    require (o.threads >= 1, "sound: threads must be at least 1");
    require (o.maxTime_s > 0 && o.maxTime_s <= 60, "sound: max_time_s must be above 0 and at most 60");
    require (o.imageSourceOrder >= 0 && o.imageSourceOrder <= 6, "sound: image_source_order must be 0 to 6");
    require (o.binWidth_s >= 1e-4f && o.binWidth_s <= 0.1f, "sound: bin_width_s must be 0.0001 to 0.1");
}

/// Left and right change places.
void mirror (SoundField& field)
{
    for (auto& arrival : field.arrivals)
        arrival.direction.y = -arrival.direction.y;
    for (auto& slot : field.direction)
        for (auto& band : slot)
            band[1] = -band[1];
}

template <typename Pixels>
void mirrorRows (Pixels& pixels, int width, int channels)
{
    const auto row = static_cast<std::ptrdiff_t> (width) * channels;
    for (auto start = pixels.begin(); start != pixels.end(); start += row)
        for (int x = 0; x < width / 2; ++x)
            std::swap_ranges (start + x * channels, start + (x + 1) * channels, start + (width - 1 - x) * channels);
}

}  // namespace

struct RoomTracer::Impl
{
    Scene scene;
    tracer::Geometry geometry;
    tracer::PathTracer light;
    tracer::MirrorPlanes planes;

    explicit Impl (const Scene& s) : scene (s), geometry (scene), light (scene, geometry), planes (geometry) {}

    tracer::Film film (const PictureOptions& options) const
    {
        check (options);
        auto result = light.render (options);
        if (options.denoise)
            tracer::denoise (result, options.threads);
        return result;
    }
};

RoomTracer::RoomTracer (const Scene& scene) : impl_ (std::make_unique<Impl> (scene)) {}
RoomTracer::~RoomTracer() = default;
RoomTracer::RoomTracer (RoomTracer&&) noexcept = default;

Picture RoomTracer::picture (const PictureOptions& options) const
{
    auto picture = tracer::develop (impl_->film (options), options);
    if (impl_->scene.mirrored)
        mirrorRows (picture.rgb, picture.width, 3);
    return picture;
}

std::vector<float> RoomTracer::radiance (const PictureOptions& options) const
{
    const auto film = impl_->film (options);
    std::vector<float> result;
    result.reserve (3 * film.reflected.size());
    for (std::size_t i = 0; i < film.reflected.size(); ++i)
        for (const auto c = film.at (i); const float channel : { c.r, c.g, c.b })
            result.push_back (channel);
    if (impl_->scene.mirrored)
        mirrorRows (result, film.width, 3);
    return result;
}

std::vector<SeenSurface> RoomTracer::surfaces (int width, int height) const
{
    PictureOptions options;
    options.width = width;
    options.height = height;
    check (options);
    auto result = impl_->light.surfaces (options);
    if (impl_->scene.mirrored)
        mirrorRows (result, width, 1);
    return result;
}

SoundField RoomTracer::sound (const SoundOptions& options) const
{
    check (options);
    auto field = tracer::traceSound (impl_->scene, impl_->geometry, impl_->planes, options);
    if (impl_->scene.mirrored)
        mirror (field);
    return field;
}

Rir RoomTracer::rir (const SoundField& field, RirLayout layout, double sampleRate, std::uint64_t seed) const
{
    require (sampleRate >= 8000 && sampleRate <= 384000, "rir: sample_rate must be 8000 to 384000 Hz");
    return tracer::renderRir (field, layout, sampleRate, seed, impl_->scene.mirrored);
}

}  // namespace lumiverb
