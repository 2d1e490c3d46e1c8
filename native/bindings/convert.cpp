// SPDX-License-Identifier: AGPL-3.0-or-later
#include "convert.h"
#include <stdexcept>

namespace lumiverb::bindings {

namespace {

constexpr RirLayout allLayouts[] { RirLayout::mono, RirLayout::stereo,        RirLayout::trueStereo, RirLayout::binaural,
                                   RirLayout::foa,  RirLayout::foaTrueStereo, RirLayout::surround51, RirLayout::surround51TrueStereo };

/// One list of fields for both directions.
template <typename Edits, typename Visitor>
void forEachEdit (Edits& e, Visitor&& visit)
{
    visit ("decay_scale", e.decay_scale);
    visit ("size_scale", e.size_scale);
    visit ("distance_scale", e.distance_scale);
    visit ("angle_deg", e.angle_deg);
    visit ("predelay_ms", e.predelay_ms);
    visit ("early_late_db", e.early_late_db);
    visit ("width", e.width);
    visit ("low_db", e.low_db);
    visit ("high_db", e.high_db);
    visit ("rt60_band_scale", e.rt60_band_scale);
    visit ("candidate", e.candidate);
}

template <typename Parameters, typename Visitor>
void forEachDryParameter (Parameters& p, Visitor&& visit)
{
    visit ("amount", p.amount);
    visit ("tail_s", p.tail_s);
    visit ("early_ms", p.early_ms);
    visit ("low_db", p.low_db);
    visit ("high_db", p.high_db);
    visit ("mix", p.mix);
    visit ("output_db", p.output_db);
    visit ("residual", p.residual);
    visit ("bypass", p.bypass);
}

template <typename Value>
void read (const std::string& key, const py::handle& item, Value& target)
{
    try
    {
        target = item.cast<Value>();
    }
    catch (const py::cast_error&)
    {
        throw std::invalid_argument ("\"" + key + "\" has the wrong type or length");
    }
}

template <typename Fields>
void readAll (const py::dict& dict, const char* what, Fields&& fields)
{
    for (const auto& [keyHandle, item] : dict)
    {
        const auto key = py::str (keyHandle).cast<std::string>();
        bool found = false;
        fields (
            [&, &value = item] (const char* field, auto& target)
            {
                if (key != field)
                    return;
                read (key, value, target);
                found = true;
            });
        if (! found)
            throw std::invalid_argument (std::string ("unknown ") + what + " \"" + key + "\"");
    }
}

}  // namespace

RirLayout layoutFromName (const std::string& wanted)
{
    for (const auto layout : allLayouts)
        if (lumiverb::name (layout) == wanted)
            return layout;
    throw std::invalid_argument ("unknown layout \"" + wanted
                                 + "\": mono, stereo, true_stereo, binaural, foa, foa_true_stereo, 5.1 or 5.1_true_stereo");
}

const char* name (MatchOutput output)
{
    switch (output)
    {
        case MatchOutput::mono: return "mono";
        case MatchOutput::stereo: return "stereo";
        case MatchOutput::foa: return "foa";
        case MatchOutput::surround51: return "5.1";
    }
    return "";
}

MatchOutput matchOutputFromName (const std::string& wanted)
{
    for (const auto output : { MatchOutput::mono, MatchOutput::stereo, MatchOutput::foa, MatchOutput::surround51 })
        if (wanted == name (output))
            return output;
    throw std::invalid_argument ("unknown output \"" + wanted + "\": mono, stereo, foa or 5.1");
}

RoomEdits editsFromDict (const py::dict& dict)
{
    RoomEdits edits;
    readAll (dict, "edit", [&] (auto&& visit) { forEachEdit (edits, visit); });
    return edits;
}

py::dict toDict (const RoomEdits& edits)
{
    py::dict dict;
    forEachEdit (edits, [&] (const char* field, const auto& value) { dict[field] = value; });
    return dict;
}

MatchParameters parametersFromDict (const py::dict& dict)
{
    MatchParameters parameters;
    py::dict edits;
    readAll (dict, "parameter",
             [&] (auto&& visit)
             {
                 visit ("mix", parameters.mix);
                 visit ("output_db", parameters.output_db);
                 visit ("bypass", parameters.bypass);
                 visit ("traced", parameters.traced);
                 visit ("edits", edits);
             });
    parameters.edits = editsFromDict (edits);
    return parameters;
}

py::dict toDict (const MatchParameters& parameters)
{
    py::dict dict;
    dict["mix"] = parameters.mix;
    dict["output_db"] = parameters.output_db;
    dict["bypass"] = parameters.bypass;
    dict["traced"] = parameters.traced;
    dict["edits"] = toDict (parameters.edits);
    return dict;
}

DryParameters dryParametersFromDict (const py::dict& dict)
{
    DryParameters parameters;
    readAll (dict, "parameter", [&] (auto&& visit) { forEachDryParameter (parameters, visit); });
    return parameters;
}

py::dict toDict (const DryParameters& parameters)
{
    py::dict dict;
    forEachDryParameter (parameters, [&] (const char* field, const auto& value) { dict[field] = value; });
    return dict;
}

FloatArray toArray (const Rir& rir)
{
    FloatArray result (
        { static_cast<py::ssize_t> (rir.inputs), static_cast<py::ssize_t> (rir.outputs), static_cast<py::ssize_t> (rir.length) });
    for (std::size_t path = 0; path < rir.paths.size(); ++path)
        std::copy (rir.paths[path].begin(), rir.paths[path].end(), result.mutable_data() + path * static_cast<std::size_t> (rir.length));
    return result;
}

std::vector<const float*> channelPointers (const FloatArray& audio, int channels)
{
    if (audio.ndim() != 2 || audio.shape (0) != channels)
        throw std::invalid_argument ("audio of shape (" + std::to_string (channels) + ", samples) is expected");
    std::vector<const float*> pointers;
    for (py::ssize_t c = 0; c < channels; ++c)
        pointers.push_back (audio.data() + c * audio.shape (1));
    return pointers;
}

}  // namespace lumiverb::bindings
