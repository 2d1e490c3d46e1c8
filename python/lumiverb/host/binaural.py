# SPDX-License-Identifier: AGPL-3.0-or-later
"""Match for headphones: the room as two ears hear it. Only in Python; the plug-in's outputs are made for loudspeakers."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumiverb.errors import RoomError
from lumiverb.host.native import native, translated

_max_length_s = 10.0


class BinauralEngine:
    """Same calls as ``lumiverb._native.MatchEngine``; the input is mixed to mono, which is one source in the room."""

    late_blocks = 0

    def __init__(self, sample_rate: float, offline: bool, seed: int = 1) -> None:
        self._sample_rate = sample_rate
        self._offline = offline
        self._seed = seed
        self._room_json: str | None = None
        self._scene_json = ""
        self._edits: dict[str, Any] = {}
        self._convolver: Any = None
        self._length = 0
        self._made_for: tuple[str | None, str, str] | None = None
        self._gains: tuple[float, float] | None = None

    @property
    def tail_length_s(self) -> float:
        """Length of the response in s."""
        return self._length / self._sample_rate

    def set_room(self, room_json: str | None, scene_json: str = "") -> None:
        """The next block plays this room; a convolver that is playing cross-fades."""
        self._room_json = room_json
        self._scene_json = scene_json

    def wait_until_ready(self) -> None:
        """Rooms are made inside :meth:`process`."""

    def reset(self) -> None:
        """Forget what sounded."""
        if self._convolver is not None:
            self._convolver.reset()
        self._gains = None

    def process(self, audio: NDArray[np.float32], parameters: dict[str, Any]) -> NDArray[np.float32]:
        """(1 or 2, n) in, (2, n) out."""
        self._update(parameters["edits"], parameters.get("traced", False))
        clean = np.nan_to_num(audio, nan=0.0, posinf=0.0, neginf=0.0)
        mono = np.ascontiguousarray(clean.mean(axis=0, keepdims=True), dtype=np.float32)
        if self._convolver is None or parameters["bypass"]:
            return np.repeat(mono, 2, axis=0)
        wet = self._convolver.process(mono)
        gain = 10.0 ** (parameters["output_db"] / 20.0)
        target = ((1.0 - parameters["mix"]) * gain, parameters["mix"] * gain)
        dry_gain, wet_gain = (
            np.linspace(old, new, mono.shape[1], dtype=np.float32) for old, new in zip(self._gains or target, target, strict=True)
        )
        self._gains = target
        return dry_gain * mono + wet_gain * wet

    def _update(self, edits: dict[str, Any], traced: bool) -> None:
        wanted = (self._room_json, self._scene_json, repr((edits, traced)))
        if wanted == self._made_for:
            return
        self._made_for = wanted
        if self._room_json is None:
            self._convolver = None
            return
        with translated(RoomError):
            options = (edits, self._sample_rate, "binaural", self._seed, _max_length_s, True)
            if traced:
                more = {"threads": os.cpu_count() or 1, "scene_json": self._scene_json}
                paths = native().traced_rir(self._room_json, *options, **more)
            else:
                paths = native().synthesise_rir(self._room_json, *options)
            self._length = paths.shape[-1]
            if self._convolver is None:
                self._convolver = native().Convolver(paths, self._sample_rate, self._offline, _max_length_s)
            else:
                self._convolver.set_filter(paths)
