# SPDX-License-Identifier: AGPL-3.0-or-later
"""The card of the scene encoder as Markdown, from measured numbers. Needs no other package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lumiverb.training.targets import BANDS_HZ

_ROWS = (
    ("this encoder", "encoder"),
    ("constant (median of the training rooms)", "constant_median"),
    ("median of the *true* kind", "median_of_true_kind"),
)


def render(manifest: Mapping) -> str:
    """Markdown text of the card: every number in it is one of the manifest's (``parameters``, ``kinds``, ``metrics``,
    ``recipe``, ``trained_on``).
    """
    metrics = manifest["metrics"]
    parts = [_head(manifest), _aims(metrics), _rooms(metrics["traced_rooms"])]
    parts += [section(metrics[name]) for name, section in _OPTIONAL.items() if metrics.get(name)]
    parts += [_data(manifest["trained_on"]), _LIMITS, _reproduce(manifest["recipe"])]
    return "\n".join(parts)


def _head(manifest: Mapping) -> str:
    return f"""# scene-encoder

Reads one picture of a place and says what the place does to sound: RT60, direct-to-reverberant ratio and mean absorption per octave
(125 Hz - 8 kHz), volume, dimensions, clarity, each with one standard deviation; the kind of place; whether it is outdoors; and an
embedding of 128 numbers. MobileNetEdgeTPU trunk, pooled over the picture and its thirds, and a reading of the surfaces in it that is summed
up by area; {manifest["parameters"] / 1e6:.2f} M parameters; 192 x 192 pixels. Trained: {manifest["recipe"]["chosen"]}.

Definitions: `rt60_s` is T30. DRR is with the source at 1 m, C50 with it at 2 m. `absorption` is the area-weighted mean coefficient of all
surfaces, furniture included. Outdoors, where nothing rings, RT60 counts as 0.05 s, and size and absorption are not taught.

Kinds: {", ".join(manifest["kinds"])}.
"""


def _aims(metrics: Mapping) -> str:
    """What a good number would be, beside what was measured; rows whose set was not measured are left out."""
    encoder, kind = metrics["traced_rooms"]["encoder"], metrics["traced_rooms"]["median_of_true_kind"]
    low, high = encoder["intervals_95"]["mid_median_error_percent"]
    rank_low, rank_high = encoder["intervals_95"]["mid_rank_correlation_within_kinds"]
    rows = [
        ("median error of mid-band RT60", "<= 9 %", encoder["mid_median_error_percent"], f" % ({low} - {high})", 9, False),
        ("worst octave", "<= 10 %", max(encoder["rt60_median_error_percent"]), " %", 10, False),
        ("rooms within 10 %", ">= 55 %", encoder["mid_within_percent"]["10"], " %", 55, True),
        ("rank within kinds", ">= 0.6", encoder["mid_rank_correlation_within_kinds"], f" ({rank_low} - {rank_high})", 0.6, True),
        ("mean error below 150 m3", "<= 0.09 s", encoder["mid_mean_error_s_below_150_m3"], " s", 0.09, False),
        ("DRR at the true distance, mean error", "<= 1 dB", encoder["drr_mean_error_db"], " dB", 1, False),
        ("volume within a factor 1.5", ">= 70 %", encoder["volume_within_1.5_percent"], " %", 70, True),
        ("truths of RT60 inside one spread", "68 %", encoder["within_1_spread_percent"]["rt60"], " %", 64, True),
    ]
    if palettes := metrics.get("unseen_palettes"):
        factor = round(palettes["encoder"]["mid_median_error_percent"] / encoder["mid_median_error_percent"], 2)
        rows.append(("unseen palettes, times that error", "<= 1.3", factor, "", 1.3, False))
    for change, row in metrics.get("pairs", {}).items():
        rows.append((f"pairs, {change}: order right", ">= 90 %", row["order_right_percent"], " %", 90, True))
        rows.append((f"pairs, {change}: gain", ">= 0.5", row["gain"], "", 0.5, True))
    if mirror := metrics.get("mirror"):
        rows.append(("change when mirrored, 95th percentile", "<= 3 %", mirror["mid_95th_percentile_change_percent"], " %", 3, False))
    if photos := metrics.get("photos"):
        row = photos["evaluation_half"]
        rows += [
            ("real indoor crops inside their weak range", ">= 70 %", row["indoor_inside_range_percent"], " %", 70, True),
            ("real crops, indoor/outdoor AUC", ">= 0.9", row["outdoor_auc"], "", 0.9, True),
            ("rank over real panoramas", ">= 0.6", row["rank_correlation_over_panoramas"], "", 0.6, True),
        ]
    lines = ["## What it reaches and what it does not", "", "| | aim | measured | reached |", "|---|---|---|---|"]
    for title, aim, value, unit, bound, more in rows:
        reached = value is not None and (value >= bound if more else value <= bound)
        lines.append(f"| {title} | {aim} | {value}{unit} | {'yes' if reached else '**no**'} |")
    usual = kind["mid_median_error_percent"]
    lines += ["", f"In parentheses: 95 % bootstrap intervals. Knowing only the *true* kind of room gives {usual} %.", ""]
    return "\n".join(lines)


def _rooms(table: dict) -> str:
    encoder = table["encoder"]
    lines = [
        f"## Held-out traced rooms ({encoder['rooms']} indoor rooms, seeds never trained on)",
        "",
        "Median error of RT60 in percent:",
        "",
        "| | " + " | ".join(_hz(hz) for hz in BANDS_HZ) + " | mid |",
        "|---" * (len(BANDS_HZ) + 2) + "|",
    ]
    for title, key in _ROWS:
        row = table[key]
        lines.append(
            f"| {title} | " + " | ".join(f"{v}" for v in row["rt60_median_error_percent"]) + f" | {row['mid_median_error_percent']} |"
        )
    lines += [
        "",
        "Mid-band (500 Hz - 1 kHz) and the rest:",
        "",
        "| | within 5 % | 10 % | 20 % | log2 RMSE | mean error s | below 150 m3 | rank within kinds | volume x/÷ | DRR dB | C50 dB | "
        "absorption |",
        "|---" * 12 + "|",
    ]
    for title, key in _ROWS:
        row = table[key]
        within = row["mid_within_percent"]
        lines.append(
            f"| {title} | {within['5']} % | {within['10']} % | {within['20']} % | {row['mid_log2_rmse']} | {row['mid_mean_error_s']} | "
            f"{row['mid_mean_error_s_below_150_m3']} | {row['mid_rank_correlation_within_kinds']} | {row['volume_median_factor']} | "
            f"{row['drr_mean_error_db']} | {row['c50_mean_error_db']} | {row['absorption_mean_error']} |"
        )
    one, two = encoder["within_1_spread_percent"], encoder["within_2_spread_percent"]
    lines += [
        "",
        "Truths inside one / two predicted spreads (68.3 / 95.4 % would be exact): "
        + ", ".join(f"{name} {one[name]} / {two[name]} %" for name in one)
        + ".",
        f"Kind named right: {encoder['kind_accuracy_percent']} %."
        + (f" Outdoor or indoor: AUC {encoder['outdoor_auc']}." if "outdoor_auc" in encoder else ""),
        "",
        "Median mid-band error by kind in percent (encoder / median of that kind): "
        + ", ".join(
            f"{kind} {value} / {table['median_of_true_kind']['mid_median_error_percent_by_kind'].get(kind, '-')}"
            for kind, value in encoder["mid_median_error_percent_by_kind"].items()
        )
        + ".",
        "",
    ]
    return "\n".join(lines)


def _unseen(title: str, text: str):
    def section(table: dict) -> str:
        encoder, kind = table["encoder"], table["median_of_true_kind"]
        return (
            f"## {title}\n\n{text} {encoder['rooms']} indoor rooms: median error mid-band {encoder['mid_median_error_percent']} % "
            f"(constant {table['constant_median']['mid_median_error_percent']} %, median of the kind {kind['mid_median_error_percent']} %), "
            f"within 10 %: {encoder['mid_within_percent']['10']} %, rank within kinds {encoder['mid_rank_correlation_within_kinds']}, "
            f"volume within a factor 1.5: {encoder['volume_within_1.5_percent']} %, truths of RT60 inside one spread "
            f"{encoder['within_1_spread_percent']['rt60']} %.\n"
        )

    return section


def _pairs(pairs: dict) -> str:
    lines = [
        "## Rooms that differ in one respect",
        "",
        "| change | pairs | order right | gain | T changes by (true / said) |",
        "|---|---|---|---|---|",
    ]
    for change, row in pairs.items():
        lines.append(
            f"| {change} | {row['pairs']} | {row['order_right_percent']} % | {row['gain']} | "
            f"x {row['true_median_factor']} / x {row['said_median_factor']} |"
        )
    return "\n".join([*lines, ""])


def _mirror(mirror: dict) -> str:
    return (
        "## Mirrored pictures\n\nThe network reads every picture twice, as it is and mirrored, and answers for both: T changes by "
        f"{mirror['mid_median_change_percent']} % (median) and {mirror['mid_95th_percentile_change_percent']} % (95th percentile) over "
        f"{mirror['pictures']} pictures. None of its outputs has a side.\n"
    )


def _curve(points: Sequence[Mapping]) -> str:
    lines = [
        "## What more rooms bring",
        "",
        "Heads on a frozen trunk, measured on rooms that were not trained on:",
        "",
        "| training rooms | median error mid-band | log2 RMSE | rank within kinds |",
        "|---|---|---|---|",
    ]
    lines += [f"| {p['rooms']} | {p['mid_median_error_percent']} % | {p['mid_log2_rmse']} | {p['rank_within_kinds']} |" for p in points]
    return "\n".join([*lines, ""])


def _ceiling(known: Mapping[str, Mapping]) -> str:
    rooms = next(iter(known.values()))["rooms"]
    lines = [
        "## What could be known",
        "",
        f"Not this encoder, but regressions that are told the truth about a place and learn from {rooms} traced rooms "
        "(`lumiverb evaluate ceiling`). The third and fourth row read the picture without error, as far as it goes; the last one also knows "
        "what no picture shows.",
        "",
        "| told | median error mid-band | within 10 % | rank within kinds |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {told} | {row['mid_median_error_percent']} % | {row['within_10_percent']} % | {row['rank_within_kinds']} |"
        for told, row in known.items()
    ]
    return "\n".join([*lines, ""])


def _photos(photos: dict) -> str:
    lines = [
        "## Real photographs",
        "",
        "Crops of panoramas with *weak* labels: a range of mid-band RT60 usual for such a scene. **Nothing was measured in these places**; "
        "the numbers say whether the guess is plausible and ordered, not how many seconds it is off. The training half's ranges were used "
        "in training (hinge loss), the evaluation half only here.",
        "",
        "| | crops (panoramas) | indoor crops inside range | best constant | indoor/outdoor AUC | rank over panoramas | indoor only |",
        "|---" * 7 + "|",
    ]
    for title, key in (("evaluation half", "evaluation_half"), ("all", "all")):
        row = photos[key]
        lines.append(
            f"| {title} | {row['crops']} ({row['panoramas']}) | {row['indoor_inside_range_percent']} % | "
            f"{row['indoor_inside_range_percent_of_best_constant']} % | {row['outdoor_auc']} | {row['rank_correlation_over_panoramas']} | "
            f"{row['rank_correlation_over_indoor_panoramas']} |"
        )
    spoken = photos["evaluation_half"]["mid_rt60_s_by_panorama"]
    lines += ["", "Said of the evaluation half (mid-band s): " + ", ".join(f"{name} {value}" for name, value in spoken.items()) + ".", ""]
    return "\n".join(lines)


def _data(lines: Sequence[str]) -> str:
    return "\n".join(["## Data and licences", "", *(f"* {line}" for line in lines), ""])


_OPTIONAL = {
    "unseen_palettes": _unseen("Unseen palettes", "Colours and patterns that no training picture has."),
    "unseen_kind": _unseen("An unseen kind of place", "No training room is of this kind."),
    "pairs": _pairs,
    "mirror": _mirror,
    "learning_curve": _curve,
    "ceiling": _ceiling,
    "photos": _photos,
}

_LIMITS = """## Limits

* Trained on renderings of procedurally made rooms; no measured room with a photograph was at hand. On photographs trust the order more than
  the seconds.
* Much of what decides RT60 is not in a picture (what is behind the camera, behind plaster and above tiles): the spreads say so, keep them
  in sight.
* A picture does not tell where the sound comes from: DRR and C50 refer to stated distances.
* Drawings, text, faces and close-ups get an answer too; it means nothing. Outdoors only `outdoor` and a short RT60 are meant.
"""


def _reproduce(recipe: Mapping) -> str:
    rooms, seeds = recipe["rooms"], recipe["seeds"]
    return f"""## Made again by

    {recipe["command"]}

Rooms traced for training {rooms["train"]} (seeds from {seeds["train"]}), for calibration and choice
{rooms["valid"]} (from {seeds["valid"]}), held out {rooms["test"]} (from {seeds["test"]}; outdoor ones included).
`lumiverb evaluate scene-encoder --rooms {rooms["test"]}` traces the held-out rooms from their seeds and measures again.
"""


def _hz(hz: int) -> str:
    return f"{hz} Hz" if hz < 1000 else f"{hz // 1000} kHz"
