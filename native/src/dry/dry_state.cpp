// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/dry/dry_state.h"
#include "../room/room_json.h"
#include "../state/state_bytes.h"

namespace lumiverb {

namespace {

constexpr state::Format format { { 'L', 'V', 'D', 'S' }, 1, "Lumiverb Dry" };
constexpr const char* qualityNames[numDryQualities] { "lite", "full", "low-latency" };

FloatJson toJsonValue (const DrySlot& slot)
{
    const auto& p = slot.parameters;
    return { { "name", slot.name.substr (0, state::maxName) },
             { "room", slot.room ? roomToJsonValue (*slot.room) : FloatJson (nullptr) },
             { "parameters",
               { { "amount", p.amount },
                 { "tail_s", p.tail_s },
                 { "early_ms", p.early_ms },
                 { "low_db", p.low_db },
                 { "high_db", p.high_db },
                 { "mix", p.mix },
                 { "output_db", p.output_db },
                 { "residual", p.residual },
                 { "bypass", p.bypass } } } };
}

DrySlot slotFromJson (const FloatJson& json)
{
    DrySlot slot;
    slot.name = state::shortText (json, "name");
    if (const auto& room = state::field (json, "room"); ! room.is_null())
        slot.room = roomFromJsonValue (room);
    const auto& parameters = state::field (json, "parameters");
    auto& p = slot.parameters;
    p.amount = state::number (parameters, "amount", 0, 1);
    p.tail_s = state::number (parameters, "tail_s", 0, 2);
    p.early_ms = state::number (parameters, "early_ms", 30, 120);
    p.low_db = state::number (parameters, "low_db", -12, 12);
    p.high_db = state::number (parameters, "high_db", -12, 12);
    p.mix = state::number (parameters, "mix", 0, 1);
    p.output_db = state::number (parameters, "output_db", -24, 12);
    p.residual = state::boolean (parameters, "residual");
    p.bypass = state::boolean (parameters, "bypass");
    return slot;
}

DryQuality qualityFromJson (const FloatJson& json)
{
    const auto name = state::shortText (json, "quality");
    for (int i = 0; i < numDryQualities; ++i)
        if (name == qualityNames[i])
            return static_cast<DryQuality> (i);
    state::fail ("\"quality\" must be lite, full or low-latency");
}

/// Version 1 is the first: the chain is empty.
constexpr std::array<state::Migration, format.currentVersion - 1> migrations {};

}  // namespace

const char* dryModelName (DryQuality quality)
{
    constexpr const char* names[numDryQualities] { "dry-lite", "dry-full", "dry-low-latency" };
    return names[static_cast<int> (quality)];
}

DryGrid dryGrid (DryQuality quality)
{
    if (quality == DryQuality::lowLatency)
        return { 48000, 1024, 1024, 256, 512 };
    return {};
}

std::vector<std::uint8_t> serialise (const DryState& dry)
{
    auto json = state::toJsonValue (dry, [] (const DrySlot& slot) { return toJsonValue (slot); });
    json["quality"] = qualityNames[static_cast<int> (dry.quality)];
    return state::pack (format, json, { dry.slots[0].thumbnail, dry.slots[1].thumbnail });
}

DryState deserialiseDryState (std::span<const std::uint8_t> bytes)
{
    auto unpacked = state::unpack (format, bytes);
    auto result = state::fromUnpacked<DryState> (unpacked, migrations, slotFromJson);
    result.quality = qualityFromJson (unpacked.json);
    return result;
}

}  // namespace lumiverb
