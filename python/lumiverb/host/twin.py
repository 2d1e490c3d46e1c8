# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the Python twins of the plug-ins have in common: knobs as attributes, a room, an engine that is made when audio comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumiverb.errors import RoomError
from lumiverb.room import Room

_chunk = 65536


class Twin:
    """Base of :class:`lumiverb.Match` and :class:`lumiverb.Dry`; ``values`` are the knobs by name."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values
        self._room: Room | None = None
        self._engine: Any = None
        self._engine_key: tuple[float, int] | None = None  # sample rate and channels

    @property
    def room(self) -> Room | None:
        """The room: of Match the one that sounds (another one cross-fades while streaming), of Dry what the network is told."""
        return self._room

    @room.setter
    def room(self, room: Room | None) -> None:
        if room is not None and not isinstance(room, Room):
            raise RoomError(f"room must be a lumiverb.Room (Room.from_picture, .from_file, .from_json), not {type(room).__name__}")
        self._room = room
        if self._engine is not None:
            self._give_room(self._engine)

    @property
    def parameters(self) -> dict[str, Any]:
        """All knobs by name."""
        return dict(self._values)

    def reset(self) -> None:
        """Forget what sounded; the next block starts in silence."""
        if self._engine is not None:
            self._engine.reset()

    def _give_room(self, engine: Any) -> None:
        engine.set_room(self._room.json if self._room else None)

    def _changed(self, parameters: Any) -> str:
        """Knobs that are not where they start, for ``repr``."""
        changed = {p.name: self._values[p.name] for p in parameters if self._values[p.name] != p.default}
        return "".join(f", {k}={v:g}" for k, v in changed.items())


def as_block(audio: Any, name: str, channels: int) -> NDArray[np.float32]:
    """Audio of 1 to ``channels`` channels as float32 (channels, samples), C-contiguous; one axis is one channel.

    Raises
    ------
    RoomError
        For another shape or whole numbers, in the words of the plug-in ``name``.
    """
    block = np.asarray(audio)
    if block.ndim == 1:
        block = block[None, :]
    if block.ndim != 2:
        raise RoomError(f"audio has the shape (channels, samples), not {block.shape}")
    if not np.issubdtype(block.dtype, np.floating):
        raise RoomError(f"audio must be floats from -1 to 1, not {block.dtype}")
    if not 1 <= block.shape[0] <= channels:
        hint = "; is it (samples, channels)? Transpose it" if block.shape[1] in (1, 2) and block.shape[0] > 8 else ""
        raise RoomError(f"{name} takes 1 {'or' if channels == 2 else 'to'} {channels} channels, not {block.shape[0]}{hint}")
    return np.ascontiguousarray(block, dtype=np.float32)


def stream(
    engine: Any, block: NDArray[np.float32], settings: dict[str, Any], progress: Callable[[float], None] | None
) -> NDArray[np.float32]:
    """``block`` through an engine, piece by piece; ``progress`` hears of 0..1."""
    parts = []
    for start in range(0, max(1, block.shape[1]), _chunk):
        parts.append(engine.process(np.ascontiguousarray(block[:, start : start + _chunk]), settings))
        if progress is not None:
            progress(min(1.0, (start + _chunk) / max(1, block.shape[1])))
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


def add_knobs(twin: type[Twin], texts: Mapping[str, str], check: Callable[[str, Any], Any]) -> None:
    """Makes every knob a property of the class, checked when it is set."""

    def knob(name: str, text: str) -> property:
        def get(self: Twin) -> Any:
            return self._values[name]

        def set_(self: Twin, value: Any) -> None:
            self._values[name] = check(name, value)

        return property(get, set_, doc=text)

    for name, text in texts.items():
        setattr(twin, name, knob(name, text))
