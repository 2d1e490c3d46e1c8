# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a kind and a seed to a scene."""

from __future__ import annotations

from .builder import Builder
from .kinds import KINDS
from .scene import Scene


def make_scene(kind: str, seed: int, variant: int = 0, palette: str = "usual") -> Scene:
    """Make a place of a kind; the same arguments give the same scene.

    Parameters
    ----------
    kind : a name in KINDS.
    seed : any integer >= 0.
    variant : another draw under the same seed.
    palette : "usual", or "unseen" for colours and patterns that no training picture has.

    Raises
    ------
    ValueError
        For an unknown kind or palette.
    """
    if kind not in KINDS:
        raise ValueError(f"kind '{kind}' is unknown; choose one of {', '.join(KINDS)}")
    for attempt in range(8):  # a room can come out too full to stand in, or with no light on
        builder = Builder(kind, seed, 8 * variant + attempt, palette)
        try:
            KINDS[kind].build(builder)
        except RuntimeError:
            continue
        if not builder.dark:
            return builder.scene()
    raise RuntimeError(f"{kind} seed {seed}: too full or too dark for a picture in eight attempts")
