# SPDX-License-Identifier: AGPL-3.0-or-later
"""The card of the blind-room network as Markdown, from measured numbers. Needs no other package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lumiverb.training.targets import BANDS_HZ

AIM_S = 0.09
_ROWS = (
    ("this network", "network"),
    ("decay fit (maximum likelihood in free decays)", "decay_fit"),
    ("constant (median of the training takes)", "constant_median"),
)


def render(manifest: Mapping) -> str:
    """Markdown text of the card: every number in it is one of the manifest's (``parameters``, ``metrics``, ``recipe``, ``trained_on``)."""
    metrics = manifest["metrics"]
    parts = [_head(manifest), _verdict(metrics), _rooms(metrics), _more(metrics), _curve(metrics["learning_curve"])]
    parts += [_data(manifest["trained_on"]), _LIMITS, _reproduce(manifest["recipe"])]
    return "\n".join(parts)


def _head(manifest: Mapping) -> str:
    return f"""# blind-room

Hears 2 to 10 s of reverberant voice or music and says what the room does to sound: RT60 and direct-to-reverberant ratio per octave
(125 Hz - 8 kHz), C50, volume, each with one standard deviation. Levels of 32 bands every 8 ms, three convolutions, pooling by attention;
{manifest["parameters"] / 1e6:.2f} M parameters; independent of level and colour, any rate from 8 kHz on.

Definitions: `rt60_s` is T30 of the impulse response (T20 where its range is short), DRR counts +-2.5 ms as direct, C50 is that of 500 Hz and
1 kHz together; both at the microphone's own distance.
"""


def _verdict(metrics: Mapping) -> str:
    measured = metrics["measured_rooms"]
    error, fit = measured["network"]["mid_mean_error_s"], measured["decay_fit"]["mid_mean_error_s"]
    reached = "reached" if error <= AIM_S else "**not reached**"
    missed = [f"{name} {1000 * row['mid_mean_error_s']:.0f} ms" for name, row in _other_rows(metrics) if row["mid_mean_error_s"] > AIM_S]
    inside = measured["network"]["within_1_spread_percent"]
    unsure = [f"{name.upper()} {share:.0f} %" for name, share in inside.items() if share < 60]
    lines = [
        f"Mean error of mid-band RT60 on unseen voices in unseen measured rooms: **{1000 * error:.0f} ms** "
        f"(aim {1000 * AIM_S:.0f} ms: {reached}); the classical decay fit {1000 * fit:.0f} ms."
    ]
    if missed:
        lines.append(f"Not reached with: {', '.join(missed)}.")
    if unsure:
        lines.append(f"Spreads that are too narrow in measured rooms (truths within one; 68 % would be exact): {', '.join(unsure)}.")
    return "\n".join([*lines, ""])


def _other_rows(metrics: Mapping) -> list[tuple[str, Mapping]]:
    """Less of it, and other sounds."""
    rows = [(f"speech, first {name}", row) for name, row in metrics["by_duration"].items()]
    return rows + [(f"{name}, 8 s", metrics[name]) for name in ("singing", "music") if name in metrics]


def _rooms(metrics: Mapping) -> str:
    lines = []
    for title, key in (
        ("Unseen voices in unseen measured rooms", "measured_rooms"),
        ("Unseen voices in simulated rooms", "simulated_rooms"),
    ):
        table = metrics[key]
        lines += [
            f"## {title} ({table['network']['takes']} takes of 8 s)",
            "",
            "Mean error of RT60 in s:",
            "",
            "| | " + " | ".join(_hz(hz) for hz in BANDS_HZ) + " | mid |",
            "|---" * (len(BANDS_HZ) + 2) + "|",
        ]
        for name, row in ((name, table[key]) for name, key in _ROWS):
            lines.append(f"| {name} | " + " | ".join(str(v) for v in row["rt60_mean_error_s"]) + f" | {row['mid_mean_error_s']} |")
        lines += [
            "",
            "| | mid, median error | mid, bias s | rank correlation | DRR dB | C50 dB | volume x/÷ |",
            "|---|---|---|---|---|---|---|",
        ]
        for name, row in ((name, table[key]) for name, key in _ROWS):
            lines.append(
                f"| {name} | {row['mid_median_error_percent']} % | {row['mid_bias_s']} | {row['rank_correlation']} | "
                f"{row.get('drr_mean_error_db', '-')} | {row.get('c50_mean_error_db', '-')} | {row.get('volume_median_factor', '-')} |"
            )
        one, two = table["network"]["within_1_spread_percent"], table["network"]["within_2_spread_percent"]
        inside = ", ".join(f"{name.upper()} {one[name]:.0f} / {two[name]:.0f} %" for name in one)
        lines += ["", f"Truths inside one / two spreads (68 / 95 % would be exact): {inside}.", ""]
    lines += ["By room (true / heard, mean error in s): " + "; ".join(
        f"{room} {row['true_s']} / {row['heard_s']}, {row['mean_error_s']}" for room, row in metrics["measured_rooms"]["mid_mean_error_s_by_room"].items()
    ) + ".", ""]  # fmt: skip
    return "\n".join(lines)


def _more(metrics: Mapping) -> str:
    lines = [
        "## Less of it, and other sounds (unseen measured rooms)",
        "",
        "| | takes | mid, mean error s | median error | rank | DRR dB | C50 dB | spread it states |",
        "|---" * 8 + "|",
    ]
    for name, row in _other_rows(metrics):
        lines.append(
            f"| {name} | {row['takes']} | {row['mid_mean_error_s']} | {row['mid_median_error_percent']} % | {row['rank_correlation']} | "
            f"{row['drr_mean_error_db']} | {row['c50_mean_error_db']} | {row['median_mid_spread_percent']} % |"
        )
    dry = metrics["dry_speech"]
    lines += [
        "",
        f"Of {dry['takes']} takes of speech without a room it says (medians): RT60 {dry['median_mid_rt60_s']} s, DRR {dry['median_drr_db']} dB, "
        f"C50 {dry['median_c50_db']} dB, spread of RT60 {dry['median_mid_spread_percent']} %. (Their own recording rooms remain in them.)",
        "",
    ]
    return "\n".join(lines)


def _curve(points: Sequence[Mapping]) -> str:
    lines = [
        "## Learning curve",
        "",
        "On calibration takes (other voices and rooms than both training and the tables above):",
        "",
        "| step | mid RT60, median error | mean error s | DRR dB | C50 dB |",
        "|---|---|---|---|---|",
    ]
    for p in points:
        lines.append(
            f"| {p['step']} | {p['mid_rt60_median_error_percent']} % | {p['mid_rt60_mean_error_s']} | {p['drr_mean_error_db']} | {p['c50_mean_error_db']} |"
        )
    return "\n".join([*lines, ""])


def _data(lines: Sequence[str]) -> str:
    return "\n".join(["## Data and licences", "", *(f"* {line}" for line in lines), ""])


_LIMITS = """## Limits

* A room is heard where sound stops: a wall of sound without rests tells little, and the spread says so.
* Dynamics processing lengthens decays, gates cut them, another reverberation effect counts as the room's.
* Volume is known for simulated rooms only, and is guessed mostly from RT60: trust its spread.
* DRR of measured responses depends on how well their direct sound is isolated; many here have a weak one.
* Dwellings of the test are all of one house; halls and churches are few.
"""


def _reproduce(recipe: Mapping) -> str:
    return f"""## Made again by

    {recipe["command"]}

{recipe["takes"]} takes of 6 s, each heard many times with other noise and limits; {recipe["steps"]} steps of {recipe["batch"]}.
`lumiverb evaluate blind-room` measures again.
"""


def _hz(hz: int) -> str:
    return f"{hz} Hz" if hz < 1000 else f"{hz // 1000} kHz"
