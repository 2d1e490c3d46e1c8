# SPDX-License-Identifier: AGPL-3.0-or-later
"""Match: audio goes in dry and comes out in the room. The Python twin of the plug-in (the same native engine)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lumiverb.errors import RoomError
from lumiverb.host.binaural import BinauralEngine
from lumiverb.host.native import native, translated
from lumiverb.host.parameters import BAND_DECAY, CANDIDATE, MATCH_PARAMETERS, QUALITY, check_parameter, native_edits, native_settings
from lumiverb.room import Room

#: Output layouts and their number of channels.
OUTPUTS: dict[str, int] = {"mono": 1, "stereo": 2, "foa": 4, "5.1": 6, "binaural": 2}
MAX_INPUTS = 2
_chunk = 65536


class Match:
    """Puts audio into a room; callable like a pedalboard plug-in.

    Parameters
    ----------
    room : Room, optional
        Without one, audio passes through unchanged.
    output : str
        "stereo", "mono" (mono input only), "5.1" (L R C LFE Ls Rs), "foa" (AmbiX: W Y Z X) or "binaural" (for headphones; the input is
        mixed to mono).
    offline : bool
        True (default) renders exactly, without a worker thread, and repeatably; False is what a DAW runs while playing.
    seed : int
        Of the diffuse tail, >= 0: the same seed gives the same samples; the plug-in plays seed 1.
    **parameters
        The knobs: mix, decay, size, distance, angle, predelay_ms, early_late_db, width, low_db, high_db, output_db, band_decay
        (7 numbers), candidate ("drier", "as seen", "livelier": which room inside the spread of the estimate the others are offsets on),
        quality ("real-time"; "traced" follows rays through the room, which takes seconds), bypass. They are also attributes and may be changed between blocks.

    Raises
    ------
    RoomError
        For an unknown knob or layout, or a value out of range.

    Examples
    --------
    >>> match = lumiverb.Match(lumiverb.Room.from_picture("church.jpg"), mix=0.6)
    >>> wet = match(audio, sample_rate, tail=True)
    """

    if TYPE_CHECKING:
        mix: float
        decay: float
        size: float
        distance: float
        angle: float
        predelay_ms: float
        early_late_db: float
        width: float
        low_db: float
        high_db: float
        output_db: float
        band_decay: list[float]
        candidate: str
        quality: str
        bypass: bool

    def __init__(self, room: Room | None = None, *, output: str = "stereo", offline: bool = True, seed: int = 1, **parameters: Any) -> None:
        if output not in OUTPUTS:
            raise RoomError(f"unknown output '{output}'; the outputs are {', '.join(OUTPUTS)}")
        if seed < 0:
            raise RoomError(f"seed must be a whole number from 0 on, not {seed}")
        self._output = output
        self._offline = offline
        self._seed = int(seed)
        self._values: dict[str, Any] = {p.name: p.default for p in MATCH_PARAMETERS}
        self._values |= {BAND_DECAY: [1.0] * 7, CANDIDATE: "as seen", QUALITY: "real-time", "bypass": False}
        self._room: Room | None = None
        self._engine: Any = None
        self._engine_key: tuple[float, int] | None = None
        self._settled: tuple[str, str] | None = None
        self.room = room
        for name, value in parameters.items():
            self._values[name] = check_parameter(name, value)

    @property
    def room(self) -> Room | None:
        """The room that sounds; setting another one cross-fades while streaming."""
        return self._room

    @room.setter
    def room(self, room: Room | None) -> None:
        if room is not None and not isinstance(room, Room):
            raise RoomError(f"room must be a lumiverb.Room (Room.from_picture, .from_file, .from_json), not {type(room).__name__}")
        self._room = room
        if self._engine is not None:
            self._give_room(self._engine)

    @property
    def output(self) -> str:
        """The output layout."""
        return self._output

    @property
    def seed(self) -> int:
        """Seed of the diffuse tail."""
        return self._seed

    @property
    def parameters(self) -> dict[str, Any]:
        """All knobs by name."""
        return dict(self._values)

    @property
    def late_blocks(self) -> int:
        """Blocks whose reverberation tail came late (only when not offline)."""
        return self._engine.late_blocks if self._engine is not None else 0

    @property
    def tail_length_s(self) -> float:
        """How long the room rings on after the audio ends, in s; known after the first call."""
        return float(self._engine.tail_length_s) if self._engine is not None else 0.0

    def reset(self) -> None:
        """Forget what sounded; the next block starts in silence."""
        if self._engine is not None:
            self._engine.reset()

    def __call__(
        self,
        audio: NDArray[np.floating],
        sample_rate: float,
        reset: bool = True,
        *,
        tail: bool = False,
        progress: Callable[[float], None] | None = None,
    ) -> NDArray[np.float32]:
        """Process a whole file, or (with ``reset=False``) the next block of a stream.

        Parameters
        ----------
        audio : array (channels, samples) or (samples,)
            1 or 2 channels of floats; any length, also 0. Values that are not numbers are replaced by silence.
        sample_rate : float
            8000 to 384000 Hz.
        reset : bool
            False goes on from the last block.
        tail : bool
            Append the decay of the room after the end of the audio.
        progress : function, optional
            Called with 0..1 now and then.

        Returns
        -------
        float32 array (output channels, samples); latency is 0.

        Raises
        ------
        RoomError
            For a shape, number of channels, or rate that cannot be used.
        """
        block = _as_block(audio)
        engine = self._prepared(float(sample_rate), block.shape[0], reset)
        if tail:
            silence = math.ceil(engine.tail_length_s * sample_rate)
            block = np.concatenate([block, np.zeros((block.shape[0], silence), np.float32)], axis=1)
        parts = []
        settings = self._native_parameters()
        for start in range(0, max(1, block.shape[1]), _chunk):
            parts.append(engine.process(np.ascontiguousarray(block[:, start : start + _chunk]), settings))
            if progress is not None:
                progress(min(1.0, (start + _chunk) / max(1, block.shape[1])))
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    process = __call__

    def _native_parameters(self) -> dict[str, Any]:
        """MatchParameters: the edits are a nested dictionary, as in C++."""
        return {**native_settings(self._values), "edits": native_edits(self._values)}

    def _prepared(self, sample_rate: float, channels: int, reset: bool) -> Any:
        key = (sample_rate, channels)
        if self._engine is None or self._engine_key != key:
            if self._engine is not None and not reset:
                raise RoomError("the sample rate or the number of channels changed inside a stream; start a new one with reset=True")
            self._engine = self._new_engine(sample_rate, channels)
            self._engine_key = key
            self._settled = None
        wanted = (self._room.json if self._room else "", repr(self._native_parameters()))
        if reset or self._settled is None:
            if self._settled is not None and self._settled != wanted:
                # A fresh start must not hear the old room fade away.
                self._engine = self._new_engine(sample_rate, channels)
            # One silent sample hands over the knobs, so that the tail's length is known and nothing is faded in.
            self._engine.process(np.zeros((channels, 1), np.float32), self._native_parameters())
            self._engine.wait_until_ready()
            self._engine.reset()
        self._settled = wanted
        return self._engine

    def _new_engine(self, sample_rate: float, channels: int) -> Any:
        if self._output == "binaural":
            engine: Any = BinauralEngine(sample_rate, self._offline, self._seed)
            self._give_room(engine)
            return engine
        with translated(RoomError):
            engine = native().MatchEngine(sample_rate, channels, self._output, self._offline)
            engine.set_seed(self._seed)
            self._give_room(engine)
        return engine

    def _give_room(self, engine: Any) -> None:
        engine.set_room(self._room.json if self._room else None, self._room.scene if self._room else "")

    def __repr__(self) -> str:
        changed = {p.name: self._values[p.name] for p in MATCH_PARAMETERS if self._values[p.name] != p.default}
        knobs = "".join(f", {k}={v:g}" for k, v in changed.items())
        return f"<Match {self._room!r} -> {self._output}{knobs}>"


def _as_block(audio: Any) -> NDArray[np.float32]:
    block = np.asarray(audio)
    if block.ndim == 1:
        block = block[None, :]
    if block.ndim != 2:
        raise RoomError(f"audio has the shape (channels, samples), not {block.shape}")
    if not np.issubdtype(block.dtype, np.floating):
        raise RoomError(f"audio must be floats from -1 to 1, not {block.dtype}")
    if block.shape[0] == 0 or block.shape[0] > MAX_INPUTS:
        hint = "; is it (samples, channels)? Transpose it" if block.shape[1] in (1, 2) and block.shape[0] > 8 else ""
        raise RoomError(f"Match takes 1 or 2 channels, not {block.shape[0]}{hint}")
    return np.ascontiguousarray(block, dtype=np.float32)


def _knob(name: str, text: str) -> property:
    def get(self: Match) -> Any:
        return self._values[name]

    def set_(self: Match, value: Any) -> None:
        self._values[name] = check_parameter(name, value)

    return property(get, set_, doc=text)


_knobs = {p.name: f"{p.help} ({p.low:g}..{p.high:g} {p.unit})" for p in MATCH_PARAMETERS}
_knobs |= {
    BAND_DECAY: "reverberation time per octave, 7 factors 0.25..4",
    CANDIDATE: "room inside the spread of the estimate: 'drier', 'as seen', 'livelier'",
    QUALITY: "'real-time' or 'traced'",
    "bypass": "pass the input through",
}
for _name, _text in _knobs.items():
    setattr(Match, _name, _knob(_name, _text))
