// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/bands.h"
#include <string>
#include <vector>

namespace lumiverb {

/// What a picture (or a recording, or a person) says of a room. Plain data; the Python dataclass
/// lumiverb.RoomDescription and the JSON form have the same field names.
/// JSON: {"format": "lumiverb-room", "version": 1, <fields>}, arrays of 7 for bands, 3 for dimensions.
struct RoomDescription
{
    BandArray rt60_s { 0.6f, 0.6f, 0.6f, 0.6f, 0.6f, 0.55f, 0.5f };    ///< reverberation time per octave, > 0
    BandArray drr_db {};                                              ///< direct-to-reverberant ratio at source_distance_m
    float volume_m3 = 60.0f;
    std::array<float, 3> dimensions_m { 5.0f, 4.8f, 2.5f };            ///< length (view direction), width, height
    BandArray absorption { 0.2f, 0.2f, 0.2f, 0.2f, 0.2f, 0.2f, 0.2f }; ///< mean absorption coefficient, 0..1
    float clarity_c50_db = 6.0f;
    float source_distance_m = 2.0f;
    float source_azimuth_deg = 0.0f;                                   ///< positive = left (ISO 2631 / SOFA sense)
    float source_elevation_deg = 0.0f;
    std::string room_kind = "unknown";                                 ///< "living_room", "church", ... (scene maker's names)
    float outdoor_probability = 0.0f;                                  ///< 0..1; 1 = no enclosing room in the picture

    // One standard deviation of each estimate. 0 = known (edited or traced).
    BandArray rt60_spread_log {};                                     ///< of ln(rt60)
    BandArray drr_spread_db {};
    float volume_spread_log = 0.0f;
    std::array<float, 3> dimensions_spread_log {};
    BandArray absorption_spread {};
    float clarity_spread_db = 0.0f;

    std::vector<float> embedding;                                      ///< 128 values from the scene encoder, or empty

    bool operator== (const RoomDescription&) const = default;
};

/// Mean of the 500 Hz and 1 kHz octaves (ISO 3382-1 T30,mid).
float midRt60_s (const RoomDescription&);

/// JSON text, keys sorted, shortest round-trip floats: the same description gives the same bytes.
std::string toJson (const RoomDescription&);

/// Throws std::invalid_argument naming the field when a field is missing, not finite, of wrong length or out of range,
/// or when the format or version is unknown.
RoomDescription roomDescriptionFromJson (const std::string& json);

/// The knobs of Match: offsets on a RoomDescription, so that automation survives a new picture.
struct RoomEdits
{
    float decay_scale = 1.0f;            ///< x rt60, 0.25..4
    float size_scale = 1.0f;             ///< x dimensions (volume by the cube), 0.5..2; early times and mixing time follow
    float distance_scale = 1.0f;         ///< x source_distance_m, 0.25..4; DRR follows 20 log10
    float angle_deg = 0.0f;              ///< added to source_azimuth_deg, -90..90
    float predelay_ms = 0.0f;            ///< 0..250, of everything after the direct sound
    float early_late_db = 0.0f;          ///< -12..12: + favours early reflections, - the tail
    float width = 1.0f;                  ///< 0..2, 1 = physical
    float low_db = 0.0f;                 ///< -12..12 at 125-250 Hz, of the reverberation
    float high_db = 0.0f;                ///< -12..12 at 4-8 kHz, of the reverberation
    BandArray rt60_band_scale { 1, 1, 1, 1, 1, 1, 1 };   ///< dragged RT60 bars, 0.25..4 each
    /// Which of the rooms that the estimate allows the others are offsets on: -1 drier, 0 as seen, 1 livelier (roomCandidate; steps of one
    /// spread). A room without spreads is known: its steps are knownCandidateStep_log.
    float candidate = 0.0f;

    bool operator== (const RoomEdits&) const = default;
};

/// "Drier" and "livelier" of a room that is known: 20 % of its RT60.
inline constexpr float knownCandidateStep_log = 0.18f;

/// The edits forced into the ranges above; a value that is not finite becomes the default.
RoomEdits clampedEdits (const RoomEdits&);

/// The description with its edits applied (clamped to the ranges that RirSynth accepts); what the editor displays.
RoomDescription applyEdits (const RoomDescription&, const RoomEdits&);

} // namespace lumiverb
