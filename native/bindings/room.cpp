// SPDX-License-Identifier: AGPL-3.0-or-later
#include "bindings.h"
#include "convert.h"
#include "lumiverb/room/decay_analysis.h"
#include "lumiverb/room/head_model.h"
#include "lumiverb/room/rir_synth.h"
#include "lumiverb/room/room_fusion.h"

namespace lumiverb::bindings {

namespace {

py::dict toDict (const DecayParameters& p)
{
    py::dict d;
    d["edt_s"] = p.edt_s;
    d["t20_s"] = p.t20_s;
    d["t30_s"] = p.t30_s;
    d["c50_db"] = p.c50_db;
    d["c80_db"] = p.c80_db;
    d["drr_db"] = p.drr_db;
    d["dynamic_range_db"] = p.dynamicRange_db;
    return d;
}

std::span<const float> signal (const FloatArray& array)
{
    if (array.ndim() != 1)
        throw std::invalid_argument ("a one-dimensional impulse response is expected, not " + std::to_string (array.ndim())
                                     + " dimensions");
    return { array.data(), static_cast<std::size_t> (array.size()) };
}

FloatArray synthesise (const std::string& room, const py::dict& edits, double sampleRate, const std::string& layout, std::uint64_t seed,
                       float maxLength_s, bool normaliseLoudness)
{
    RirOptions options;
    options.sampleRate = sampleRate;
    options.layout = layoutFromName (layout);
    options.seed = seed;
    options.maxLength_s = maxLength_s;
    options.normaliseLoudness = normaliseLoudness;
    const auto parsedEdits = editsFromDict (edits);
    Rir rir;
    {
        const py::gil_scoped_release release;
        rir = synthesiseRir (roomDescriptionFromJson (room), parsedEdits, options);
    }
    return toArray (rir);
}

}  // namespace

void initRoom (py::module_& m)
{
    m.attr ("band_centres_hz") = py::cast (std::vector<float> (bandCentres_hz.begin(), bandCentres_hz.end()));
    m.def (
        "canonical_room", [] (const std::string& room) { return toJson (roomDescriptionFromJson (room)); }, py::arg ("room_json"),
        "Checks a room's JSON and returns it in canonical form.");
    m.def (
        "apply_edits", [] (const std::string& room, const py::dict& edits)
        { return toJson (applyEdits (roomDescriptionFromJson (room), editsFromDict (edits))); }, py::arg ("room_json"), py::arg ("edits"),
        "The room with its edits applied, as JSON.");
    m.def (
        "fuse_rooms", [] (const std::string& picture, const std::string& recording, float balance)
        { return toJson (fuseRooms (roomDescriptionFromJson (picture), roomDescriptionFromJson (recording), balance)); },
        py::arg ("picture_json"), py::arg ("recording_json"), py::arg ("balance") = 0.5f,
        "One room from what a picture and a recording say: 0 = picture, 1 = recording, 0.5 = by their spreads.");
    m.def (
        "room_candidate",
        [] (const std::string& room, float steps) { return toJson (roomCandidate (roomDescriptionFromJson (room), steps)); },
        py::arg ("room_json"), py::arg ("steps"), "The room with its RT60 moved by this many spreads, and what follows from it.");
    m.def ("synthesise_rir", &synthesise, py::arg ("room_json"), py::arg ("edits") = py::dict(), py::arg ("sample_rate") = 48000.0,
           py::arg ("layout") = "stereo", py::arg ("seed") = 1, py::arg ("max_length_s") = 10.0f, py::arg ("normalise_loudness") = true,
           "Impulse response of a room: float32 (inputs, outputs, length).");
    m.def (
        "early_reflections",
        [] (const std::string& room, const py::dict& edits, int maxCount)
        {
            const auto reflections = earlyReflections (roomDescriptionFromJson (room), editsFromDict (edits), maxCount);
            FloatArray result ({ static_cast<py::ssize_t> (reflections.size()), static_cast<py::ssize_t> (2) });
            for (std::size_t i = 0; i < reflections.size(); ++i)
            {
                result.mutable_at (static_cast<py::ssize_t> (i), 0) = reflections[i].time_s;
                result.mutable_at (static_cast<py::ssize_t> (i), 1) = reflections[i].level_db;
            }
            return result;
        },
        py::arg ("room_json"), py::arg ("edits") = py::dict(), py::arg ("max_count") = 64,
        "Early reflections: float32 (n, 2) of time after the direct sound in s and level relative to it in dB.");
    m.def (
        "analyse_decay",
        [] (const FloatArray& rir, double sampleRate)
        {
            const auto samples = signal (rir);
            std::vector<DecayParameters> parameters;
            {
                const py::gil_scoped_release release;
                parameters = analyseDecay (samples, sampleRate);
            }
            py::list result;
            for (const auto& p : parameters)
                result.append (toDict (p));
            return result;
        },
        py::arg ("rir"), py::arg ("sample_rate"), "ISO 3382-1 parameters of the seven octave bands and of the whole: list of 8 dicts.");
    m.def (
        "schroeder_decay_db",
        [] (const FloatArray& rir)
        {
            const auto curve = schroederDecay_db (signal (rir));
            FloatArray result (static_cast<py::ssize_t> (curve.size()));
            std::copy (curve.begin(), curve.end(), result.mutable_data());
            return result;
        },
        py::arg ("rir"), "Backward-integrated energy in dB, 0 at the start.");
    m.def (
        "head_impulse_response",
        [] (double azimuth, double elevation, double sampleRate, int length)
        {
            const auto ears = headImpulseResponse (azimuth, elevation, sampleRate, length);
            FloatArray result ({ static_cast<py::ssize_t> (2), static_cast<py::ssize_t> (length) });
            for (std::size_t ear = 0; ear < 2; ++ear)
                std::copy (ears[ear].begin(), ears[ear].end(), result.mutable_data (static_cast<py::ssize_t> (ear), 0));
            return result;
        },
        py::arg ("azimuth_deg"), py::arg ("elevation_deg") = 0.0, py::arg ("sample_rate") = 48000.0, py::arg ("length") = 256,
        "Spherical-head impulse responses, float32 (2, length): left, right; azimuth positive to the left.");
}

}  // namespace lumiverb::bindings
