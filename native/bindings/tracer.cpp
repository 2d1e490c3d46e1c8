// SPDX-License-Identifier: AGPL-3.0-or-later
#include "bindings.h"
#include "convert.h"
#include "lumiverb/room/room_tracer.h"
#include "lumiverb/room/scene_description.h"
#include "lumiverb/room/traced_rir.h"
#include <cmath>
#include <limits>

namespace lumiverb::bindings {
namespace {

template <typename T>
py::array_t<T> arrayOf (std::vector<py::ssize_t> shape, const std::vector<T>& values)
{
    py::array_t<T> result (std::move (shape));
    std::copy (values.begin(), values.end(), result.mutable_data());
    return result;
}

py::array_t<float> bandArray (const BandArray& values)
{
    return arrayOf<float> ({ numBands }, std::vector<float> (values.begin(), values.end()));
}

/// One decay parameter of all bands; nan where the decay does not give it.
py::array_t<float> decayArray (const SoundField& field, std::optional<float> DecayParameters::* member)
{
    std::vector<float> values;
    for (const auto& band : field.decay)
        values.push_back ((band.*member).value_or (std::numeric_limits<float>::quiet_NaN()));
    return arrayOf<float> ({ numBands }, values);
}

py::array_t<double> energyArray (const SoundField& field)
{
    std::vector<double> values;
    for (const auto& band : field.energy)
        values.insert (values.end(), band.begin(), band.end());
    return arrayOf<double> ({ numBands, static_cast<py::ssize_t> (field.energy[0].size()) }, values);
}

py::array_t<float> directionArray (const SoundField& field)
{
    std::vector<float> values;
    for (const auto& slot : field.direction)
        for (const auto& band : slot)
            values.insert (values.end(), band.begin(), band.end());
    return arrayOf<float> ({ static_cast<py::ssize_t> (field.direction.size()), numBands, 4 }, values);
}

/// (n, 12): time_s, order, direction x y z, energy of 7 bands.
py::array_t<float> arrivalArray (const SoundField& field)
{
    std::vector<float> values;
    for (const auto& a : field.arrivals)
    {
        values.insert (values.end(), { a.time_s, static_cast<float> (a.order), a.direction.x, a.direction.y, a.direction.z });
        values.insert (values.end(), a.energy.begin(), a.energy.end());
    }
    return arrayOf<float> ({ static_cast<py::ssize_t> (field.arrivals.size()), 5 + numBands }, values);
}

/// A traced sound field stays with the tracer that made it: rir() needs both.
struct TracedSound
{
    std::shared_ptr<const RoomTracer> tracer;
    SoundField field;
};

PictureOptions pictureOptions (int width, int height, int samples, int maxBounces, std::uint64_t seed, int threads, bool denoise,
                               float exposure, std::array<float, 3> whiteBalance, float contrast)
{
    return { width, height, samples, maxBounces, seed, threads, denoise, exposure, whiteBalance, contrast };
}

/// Tells Python how far the work is; an exception there (Ctrl+C) cancels it.
class Progress
{
public:
    explicit Progress (py::object callback) : callback_ (std::move (callback)) {}
    const std::atomic<bool>* cancel() const { return &cancel_; }
    std::function<void (float)> function()
    {
        return [this] (float share)
        {
            const py::gil_scoped_acquire acquire;
            try
            {
                if (PyErr_CheckSignals() != 0)
                    throw py::error_already_set();
                if (! callback_.is_none())
                    callback_ (share);
            }
            catch (py::error_already_set& error)
            {
                error_ = std::make_unique<py::error_already_set> (std::move (error));
                cancel_ = true;
            }
        };
    }
    void rethrow()
    {
        if (error_)
            throw py::error_already_set (std::move (*error_));
    }

private:
    py::object callback_;
    std::atomic<bool> cancel_ { false };
    std::unique_ptr<py::error_already_set> error_;
};

template <typename Trace>
FloatArray tracedArray (double sampleRate, const std::string& layout, std::uint64_t seed, float maxLength_s, bool normaliseLoudness,
                        int rays, int threads, const py::object& callback, const Trace& trace)
{
    Progress progress (callback);
    const TracedRirOptions options {
        { sampleRate, layoutFromName (layout), seed, maxLength_s, normaliseLoudness, progress.cancel() }, rays, threads, progress.function()
    };
    Rir rir;
    {
        const py::gil_scoped_release release;
        rir = trace (options);
    }
    progress.rethrow();
    return toArray (rir);
}

}  // namespace

void initTracer (py::module_& m)
{
    py::class_<TracedSound> (m, "SoundField",
                             "What RoomTracer.sound found. Energies are those of a 1 W source (direct: 1 / (4 pi d^2)); directions are\n"
                             "seen by a listener who looks the camera's way: x ahead, y left, z up.")
        .def_property_readonly ("bin_width_s", [] (const TracedSound& s) { return s.field.binWidth_s; })
        .def_property_readonly (
            "energy", [] (const TracedSound& s) { return energyArray (s.field); }, "(7, n) float64 from t = 0, without the direct sound")
        .def_property_readonly (
            "direct_energy", [] (const TracedSound& s) { return bandArray (s.field.directEnergy); }, "(7,), 0 where the source is hidden")
        .def_property_readonly ("direct_time_s", [] (const TracedSound& s) { return s.field.directTime_s; })
        .def_property_readonly (
            "arrivals", [] (const TracedSound& s) { return arrivalArray (s.field); },
            "(k, 12) image sources: time_s, order, direction x y z, energy of 7 bands")
        .def_property_readonly (
            "direction", [] (const TracedSound& s) { return directionArray (s.field); }, "(m, 7, 4) energy-weighted W Y Z X per 10 ms")
        .def_property_readonly (
            "t30_s", [] (const TracedSound& s) { return decayArray (s.field, &DecayParameters::t30_s); },
            "(7,), nan where there is no such decay")
        .def_property_readonly ("t20_s", [] (const TracedSound& s) { return decayArray (s.field, &DecayParameters::t20_s); })
        .def_property_readonly ("edt_s", [] (const TracedSound& s) { return decayArray (s.field, &DecayParameters::edt_s); })
        .def_property_readonly ("c50_db", [] (const TracedSound& s) { return decayArray (s.field, &DecayParameters::c50_db); })
        .def_property_readonly ("drr_db", [] (const TracedSound& s) { return decayArray (s.field, &DecayParameters::drr_db); })
        .def_property_readonly (
            "t30_error", [] (const TracedSound& s) { return bandArray (s.field.t30Error); },
            "(7,) relative difference of T30 between the two halves of the rays")
        .def_property_readonly ("rays_traced", [] (const TracedSound& s) { return s.field.raysTraced; })
        .def (
            "rir",
            [] (const TracedSound& s, const std::string& layout, double sampleRate, std::uint64_t seed)
            {
                Rir rir;
                {
                    const py::gil_scoped_release release;
                    rir = s.tracer->rir (s.field, layoutFromName (layout), sampleRate, seed);
                }
                std::vector<float> values;
                for (const auto& path : rir.paths)
                    values.insert (values.end(), path.begin(), path.end());
                return arrayOf<float> ({ rir.outputs, rir.length }, values);
            },
            py::arg ("layout") = "mono", py::arg ("sample_rate") = 48000.0, py::arg ("seed") = 1,
            "float32 (outputs, length): mono, stereo, binaural, foa or 5.1. Amplitude 1 is the direct sound at 1 m; the time of\n"
            "flight is kept.");

    py::class_<RoomTracer, std::shared_ptr<RoomTracer>> (
        m, "RoomTracer", "Picture and sound of one scene (JSON, docs/scene-format.md). Any thread may use it.")
        .def (py::init ([] (const std::string& json) { return std::make_shared<RoomTracer> (sceneFromJson (json)); }),
              py::arg ("scene_json"))
        .def (
            "picture",
            [] (const RoomTracer& t, int width, int height, int samples, int maxBounces, std::uint64_t seed, int threads, bool denoise,
                float exposure, std::array<float, 3> whiteBalance, float contrast)
            {
                Picture picture;
                {
                    const py::gil_scoped_release release;
                    picture = t.picture (
                        pictureOptions (width, height, samples, maxBounces, seed, threads, denoise, exposure, whiteBalance, contrast));
                }
                return arrayOf<std::uint8_t> ({ picture.height, picture.width, 3 }, picture.rgb);
            },
            py::arg ("width") = 192, py::arg ("height") = 192, py::arg ("samples") = 32, py::arg ("max_bounces") = 6, py::arg ("seed") = 1,
            py::arg ("threads") = 1, py::arg ("denoise") = false, py::arg ("exposure_ev") = 0.0f,
            py::arg ("white_balance") = std::array<float, 3> { 1, 1, 1 }, py::arg ("contrast") = PictureOptions {}.contrast,
            "uint8 (height, width, 3), sRGB")
        .def (
            "radiance",
            [] (const RoomTracer& t, int width, int height, int samples, int maxBounces, std::uint64_t seed, int threads, bool denoise)
            {
                std::vector<float> values;
                {
                    const py::gil_scoped_release release;
                    values = t.radiance (pictureOptions (width, height, samples, maxBounces, seed, threads, denoise, 0, { 1, 1, 1 }, 1));
                }
                return arrayOf<float> ({ height, width, 3 }, values);
            },
            py::arg ("width") = 192, py::arg ("height") = 192, py::arg ("samples") = 32, py::arg ("max_bounces") = 6, py::arg ("seed") = 1,
            py::arg ("threads") = 1, py::arg ("denoise") = false, "float32 (height, width, 3), linear, before exposure")
        .def (
            "surfaces",
            [] (const RoomTracer& t, int width, int height)
            {
                std::vector<float> values;
                {
                    const py::gil_scoped_release release;
                    for (const auto& seen : t.surfaces (width, height))
                    {
                        values.insert (values.end(), { seen.distance_m, seen.facing, seen.upward });
                        values.insert (values.end(), seen.absorption.begin(), seen.absorption.end());
                    }
                }
                return arrayOf<float> ({ height, width, 3 + numBands }, values);
            },
            py::arg ("width") = 48, py::arg ("height") = 48,
            "float32 (height, width, 10), what every pixel shows first: distance in m (0: sky), cosine of the view against the normal,\n"
            "vertical part of the normal (1 floor, -1 ceiling), absorption of the material in 7 octaves")
        .def (
            "sound",
            [] (std::shared_ptr<RoomTracer> t, int rays, std::uint64_t seed, int threads, float maxTime, int order, float binWidth,
                float targetError, int maxRays)
            {
                SoundOptions options { rays, seed, threads, maxTime, order, binWidth, targetError, maxRays, nullptr };
                const py::gil_scoped_release release;
                return TracedSound { t, t->sound (options) };
            },
            py::arg ("rays") = 20000, py::arg ("seed") = 1, py::arg ("threads") = 1, py::arg ("max_time_s") = 12.0f,
            py::arg ("image_source_order") = 3, py::arg ("bin_width_s") = 0.001f, py::arg ("target_error") = 0.0f,
            py::arg ("max_rays") = 200000,
            "Sound at the listener. With target_error > 0, `rays` more are traced until the median t30_error is below it, or max_rays.");
    m.def (
        "traced_rir",
        [] (const std::string& room, const py::dict& edits, double sampleRate, const std::string& layout, std::uint64_t seed,
            float maxLength_s, bool normaliseLoudness, int rays, int threads, const py::object& progress, const std::string& sceneJson)
        {
            const auto parsed = roomDescriptionFromJson (room);
            const auto parsedEdits = editsFromDict (edits);
            const auto scene = sceneJson.empty() ? std::nullopt : std::optional (sceneFromJson (sceneJson));
            return tracedArray (
                sampleRate, layout, seed, maxLength_s, normaliseLoudness, rays, threads, progress, [&] (const TracedRirOptions& options)
                { return scene ? tracedRir (*scene, parsed, parsedEdits, options) : tracedRir (parsed, parsedEdits, options); });
        },
        py::arg ("room_json"), py::arg ("edits") = py::dict(), py::arg ("sample_rate") = 48000.0, py::arg ("layout") = "stereo",
        py::arg ("seed") = 1, py::arg ("max_length_s") = 10.0f, py::arg ("normalise_loudness") = true, py::arg ("rays") = 20000,
        py::arg ("threads") = 1, py::arg ("progress") = py::none(), py::arg ("scene_json") = "",
        "Impulse response of the estimated box by ray tracing, with the conventions of synthesise_rir: float32 (inputs, outputs, length).\n"
        "scene_json: the place that the description belongs to (describe_scene), in the place of the box.\n"
        "progress (share 0..1) is called now and then; an exception that it raises stops the work.");
    m.def (
        "traced_scene_rir",
        [] (const std::string& json, double sampleRate, const std::string& layout, std::uint64_t seed, float maxLength_s,
            bool normaliseLoudness, int rays, int threads, const py::object& progress)
        {
            const auto scene = sceneFromJson (json);
            return tracedArray (sampleRate, layout, seed, maxLength_s, normaliseLoudness, rays, threads, progress,
                                [&] (const TracedRirOptions& options) { return tracedRir (scene, options); });
        },
        py::arg ("scene_json"), py::arg ("sample_rate") = 48000.0, py::arg ("layout") = "stereo", py::arg ("seed") = 1,
        py::arg ("max_length_s") = 10.0f, py::arg ("normalise_loudness") = true, py::arg ("rays") = 20000, py::arg ("threads") = 1,
        py::arg ("progress") = py::none(),
        "Impulse response of a scene at its listener, direct sound at sample 0, loudness as synthesise_rir: float32 (1, outputs, length).");
    m.def (
        "describe_scene",
        [] (const std::string& json, int rays, std::uint64_t seed, int threads)
        {
            const auto scene = sceneFromJson (json);
            const py::gil_scoped_release release;
            SoundOptions options;
            options.rays = rays;
            options.seed = seed;
            options.threads = threads;
            return toJson (describeScene (scene, RoomTracer (scene).sound (options)));
        },
        py::arg ("scene_json"), py::arg ("rays") = 20000, py::arg ("seed") = 1, py::arg ("threads") = 1,
        "What a picture would have to say of a scene, as the JSON of a room; ValueError for a place that is no closed room.");
    m.def (
        "box_scene", [] (const std::string& room) { return toJson (boxScene (roomDescriptionFromJson (room))); }, py::arg ("room_json"),
        "The box that a description is taken for, as a scene (JSON).");
    m.def (
        "canonical_scene", [] (const std::string& json) { return toJson (sceneFromJson (json)); }, py::arg ("scene_json"),
        "The scene with all defaults written out; ValueError naming the key if it is not a valid one.");
}
}  // namespace lumiverb::bindings
