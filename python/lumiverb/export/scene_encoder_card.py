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
    parts = [_head(manifest), _rooms(metrics["traced_rooms"])]
    if "photos" in metrics:
        parts.append(_photos(metrics["photos"]))
    parts += [_data(manifest["trained_on"]), _LIMITS, _reproduce(manifest["recipe"])]
    return "\n".join(parts)


def _head(manifest: Mapping) -> str:
    return f"""# scene-encoder

Reads one picture of a place and says what the place does to sound: RT60, direct-to-reverberant ratio and mean absorption per octave
(125 Hz - 8 kHz), volume, dimensions, clarity, each with one standard deviation; the kind of place; whether it is outdoors; and an
embedding of 128 numbers. MobileNetEdgeTPU trunk, pooled over the picture and its thirds; {manifest["parameters"] / 1e6:.2f} M parameters;
192 x 192 pixels. Trained: {manifest["recipe"]["chosen"]}.

Definitions: `rt60_s` is T30. DRR is with the source at 1 m, C50 with it at 2 m. `absorption` is the area-weighted mean coefficient of all
surfaces, furniture included. Outdoors, where nothing rings, RT60 counts as 0.05 s, and size and absorption are not taught.

Kinds: {", ".join(manifest["kinds"])}.
"""


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
        "| | within 5 % | 10 % | 20 % | log2 RMSE | mean error s | rank within kinds | volume x/÷ | DRR dB | C50 dB | absorption |",
        "|---" * 11 + "|",
    ]
    for title, key in _ROWS:
        row = table[key]
        within = row["mid_within_percent"]
        lines.append(
            f"| {title} | {within['5']} % | {within['10']} % | {within['20']} % | {row['mid_log2_rmse']} | {row['mid_mean_error_s']} | "
            f"{row['mid_rank_correlation_within_kinds']} | {row['volume_median_factor']} | {row['drr_mean_error_db']} | "
            f"{row['c50_mean_error_db']} | {row['absorption_mean_error']} |"
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
