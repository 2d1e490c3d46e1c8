# SPDX-License-Identifier: AGPL-3.0-or-later
"""The look of Lumiverb's figures: the colours and type of the plug-in's editor."""

from __future__ import annotations

from typing import Any

BACKGROUND, PANEL, RAISED, LINE = "#15181d", "#1c2027", "#2a2f39", "#2b313b"
TEXT, DIM = "#e6e9ee", "#8b94a3"
ACCENT, VALUE, GOOD = "#f2b35b", "#6fb7d9", "#7fd07f"
#: Octaves 125 Hz to 8 kHz, the same everywhere.
BANDS = ("#7a5cff", "#5b7dff", "#4aa8e8", "#4fc9b0", "#8fce5a", "#e8c14e", "#f28b54")
BAND_NAMES = ("125", "250", "500", "1k", "2k", "4k", "8k")

_style: Any = {
    "figure.facecolor": BACKGROUND,
    "savefig.facecolor": BACKGROUND,
    "axes.facecolor": PANEL,
    "axes.edgecolor": LINE,
    "axes.labelcolor": DIM,
    "axes.titlecolor": TEXT,
    "axes.titlesize": 12.5,
    "axes.titleweight": "semibold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.labelsize": 10.5,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.linewidth": 0.8,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "text.color": TEXT,
    "xtick.color": DIM,
    "ytick.color": DIM,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "font.family": ["Inter", "DejaVu Sans"],
    "font.size": 10.5,
    "legend.frameon": False,
    "lines.solid_capstyle": "round",
}


def figure(width: float, height: float, dpi: int = 110) -> Any:
    """A dark figure (inches) on a canvas of its own: no window, no global state, usable from any thread."""
    import logging

    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # Inter is optional
    with matplotlib.rc_context(_style):
        made = Figure(figsize=(width, height), dpi=dpi)
        FigureCanvasAgg(made)
    return made


def styled() -> Any:
    """A context in which axes are made in this look."""
    import matplotlib

    return matplotlib.rc_context(_style)


def spectrum_colours() -> Any:
    """Colour map of spectrograms: the panel's dark through blue and teal to the warm accent."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("lumiverb", [PANEL, "#27305c", "#3f63b8", "#4fb3c9", "#d9d27a", ACCENT, "#fff3dc"])
