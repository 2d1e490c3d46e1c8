# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far the scene encoder can be trusted, as a figure: drawn from the numbers of ``lumiverb evaluate scene-encoder`` (matplotlib)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lumiverb.evaluation import look

_SHOWN = (
    ("rt60", "RT60", look.ACCENT),
    ("volume", "volume", look.VALUE),
    ("absorption", "absorption", look.GOOD),
    ("drr", "DRR", look.DIM),
)


def draw(path: Path, metrics: Mapping[str, Any], learning_curve: Sequence[Mapping[str, float]] = ()) -> None:
    """Reliability of the spreads, error per octave beside the baselines, error per kind, and what more rooms bring."""
    rooms = metrics["traced_rooms"]
    figure = look.figure(12, 7.2, dpi=90)
    with look.styled():
        axes = figure.subplots(2, 2)
        _reliability(axes[0, 0], rooms["encoder"]["reliability"])
        _bands(axes[0, 1], rooms)
        _kinds(axes[1, 0], rooms)
        _curve(axes[1, 1], learning_curve)
        figure.tight_layout(pad=1.4)
    figure.savefig(path)


def _reliability(axes: Any, points: Mapping[str, Sequence[float]]) -> None:
    axes.set_title("Are the spreads right?")
    axes.plot([0, 100], [0, 100], color=look.DIM, linewidth=1, linestyle=":")
    for name, title, colour in _SHOWN:
        axes.plot(points["nominal_percent"], points[name], color=colour, marker="o", markersize=3.5, label=title)
    axes.set(xlabel="interval that the spread gives, %", ylabel="truths inside, %", xlim=(0, 100), ylim=(0, 100))
    axes.legend(loc="upper left")


def _bands(axes: Any, rooms: Mapping[str, Any]) -> None:
    axes.set_title("RT60, median error per octave")
    for key, title, colour in (("median_of_true_kind", "median of the true kind", look.VALUE), ("encoder", "encoder", look.ACCENT)):
        axes.plot(look.BAND_NAMES, rooms[key]["rt60_median_error_percent"], color=colour, marker="o", markersize=4, label=title)
    axes.set(xlabel="Hz", ylabel="%")
    axes.set_ylim(bottom=0)
    axes.legend(loc="upper right")


def _kinds(axes: Any, rooms: Mapping[str, Any]) -> None:
    axes.set_title("Mid-band RT60, median error per kind")
    field = "mid_median_error_percent_by_kind"
    names = sorted(rooms["encoder"][field], key=lambda kind: rooms["encoder"][field][kind])
    places = np.arange(len(names))
    axes.bar(places, [rooms["encoder"][field][kind] for kind in names], 0.6, color=look.ACCENT, label="encoder")
    usual = [rooms["median_of_true_kind"][field].get(kind, np.nan) for kind in names]
    axes.plot(places, usual, "_", color=look.VALUE, markersize=13, markeredgewidth=2, label="median of the true kind")
    axes.set_xticks(places, [kind.replace("_", " ") for kind in names], rotation=55, ha="right", fontsize=8.5)
    axes.set_ylabel("%")
    axes.grid(axis="x", visible=False)
    axes.legend(loc="upper left")


def _curve(axes: Any, points: Sequence[Mapping[str, float]]) -> None:
    if not points:
        axes.set_axis_off()
        return
    axes.set_title("What more rooms bring")
    rooms = [point["rooms"] for point in points]
    axes.plot(rooms, [point["mid_median_error_percent"] for point in points], color=look.ACCENT, marker="o", label="median error, %")
    axes.plot(rooms, [100 * point["rank_within_kinds"] for point in points], color=look.GOOD, marker="o", label="rank within kinds, x 100")
    axes.set_xscale("log", base=2)
    axes.set_xticks(rooms, [str(count) for count in rooms])
    axes.minorticks_off()
    axes.set_xlabel("training rooms")
    axes.set_ylim(bottom=0)
    axes.legend(loc="lower left")
