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
from lumiverb.host.twin import Twin, add_knobs, as_block, stream
from lumiverb.room import Room

#: Output layouts and their number of channels.
OUTPUTS: dict[str, int] = {"mono": 1, "stereo": 2, "foa": 4, "5.1": 6, "binaural": 2}
MAX_INPUTS = 2


class Match(Twin):
    """Puts audio into a room; callable like a pedalboard plug-in.

    Parameters
    ----------
    room : Room, optional
        Without one, audio passes through unchanged.
    output : str
        "stereo", "mono" (of stereo the mean), "5.1" (L R C LFE Ls Rs), "foa" (AmbiX: W Y Z X) or "binaural" (for headphones; the input is
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
        values: dict[str, Any] = {p.name: p.default for p in MATCH_PARAMETERS}
        super().__init__({**values, BAND_DECAY: [1.0] * 7, CANDIDATE: "as seen", QUALITY: "real-time", "bypass": False})
        self._output = output
        self._offline = offline
        self._seed = int(seed)
        self._settled: tuple[str, str] | None = None
        self.room = room
        for name, value in parameters.items():
            self._values[name] = check_parameter(name, value)

    @property
    def output(self) -> str:
        """The output layout."""
        return self._output

    @property
    def seed(self) -> int:
        """Seed of the diffuse tail."""
        return self._seed

    @property
    def late_blocks(self) -> int:
        """Blocks whose reverberation tail came late (only when not offline)."""
        return self._engine.late_blocks if self._engine is not None else 0

    @property
    def tail_length_s(self) -> float:
        """How long the room rings on after the audio ends, in s; known after the first call."""
        return float(self._engine.tail_length_s) if self._engine is not None else 0.0

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
        block = as_block(audio, "Match", MAX_INPUTS)
        engine = self._prepared(float(sample_rate), block.shape[0], reset)
        if tail:
            silence = math.ceil(engine.tail_length_s * sample_rate)
            block = np.concatenate([block, np.zeros((block.shape[0], silence), np.float32)], axis=1)
        return stream(engine, block, self._native_parameters(), progress)

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
        return f"<Match {self._room!r} -> {self._output}{self._changed(MATCH_PARAMETERS)}>"


_knobs = {p.name: f"{p.help} ({p.low:g}..{p.high:g} {p.unit})" for p in MATCH_PARAMETERS}
_knobs |= {
    BAND_DECAY: "reverberation time per octave, 7 factors 0.25..4",
    CANDIDATE: "room inside the spread of the estimate: 'drier', 'as seen', 'livelier'",
    QUALITY: "'real-time' or 'traced'",
    "bypass": "pass the input through",
}
add_knobs(Match, _knobs, check_parameter)
