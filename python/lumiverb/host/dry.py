# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dry: takes the room off a recording. The Python twin of the plug-in (the same native engine)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lumiverb.errors import ModelError, RoomError
from lumiverb.host import models
from lumiverb.host.native import native, translated
from lumiverb.host.parameters import DRY_PARAMETERS, DRY_SWITCHES, check_dry_parameter
from lumiverb.host.twin import Twin, add_knobs, as_block, stream
from lumiverb.room import Room

MAX_CHANNELS = 8


class Dry(Twin):
    """Takes the room off a recording; callable like a pedalboard plug-in.

    Parameters
    ----------
    room : Room, optional
        What is known of the room (from a picture, a recording, or by hand); the network listens for it. It works without.
    quality : str
        "lite" (default), "full" or "low-latency": which of the shipped networks.
    model : path, optional
        Another model package, in place of `quality`.
    offline : bool
        True (default) waits for the network and is repeatable; False is what a DAW runs while playing.
    **parameters
        The knobs: amount, tail_s, early_ms, low_db, high_db, mix, output_db, residual, bypass. They are also attributes and may be
        changed between blocks. docs/dry.md says exactly what they do.

    Raises
    ------
    ModelError
        When the network is not there or cannot run.
    RoomError
        For an unknown knob or quality, or a value out of range.

    Examples
    --------
    >>> dried = lumiverb.Dry(amount=0.8)(audio, sample_rate)
    >>> removed = lumiverb.Dry(residual=True)(audio, sample_rate)
    """

    if TYPE_CHECKING:
        amount: float
        tail_s: float
        early_ms: float
        low_db: float
        high_db: float
        mix: float
        output_db: float
        residual: bool
        bypass: bool

    def __init__(
        self,
        room: Room | None = None,
        *,
        quality: str = "lite",
        model: str | os.PathLike[str] | None = None,
        offline: bool = True,
        **parameters: Any,
    ) -> None:
        if quality not in models.DRY_MODELS:
            raise RoomError(f"unknown quality '{quality}'; the qualities are {', '.join(models.DRY_MODELS)}")
        super().__init__({p.name: p.default for p in DRY_PARAMETERS} | dict.fromkeys(DRY_SWITCHES, False))
        for name, value in parameters.items():
            self._values[name] = check_dry_parameter(name, value)
        self._offline = offline
        self._folder = Path(model) if model is not None else models.model_folder(models.DRY_MODELS[quality])
        models.init_runtime()
        with translated(ModelError):
            native().dry_shape(str(self._folder))  # a package that does not fit is refused here, not in the first block
        self.room = room

    @property
    def model(self) -> Path:
        """The folder of the network in use."""
        return self._folder

    @property
    def late_frames(self) -> int:
        """Frames whose filter came late (only when not offline)."""
        return self._engine.late_frames if self._engine is not None else 0

    def latency_samples(self, sample_rate: float) -> int:
        """How late a stream (``reset=False``) comes out: synthesis window plus one hop (not ``offline``: plus 480 samples where they are more)."""
        if self._engine_key is not None and self._engine_key[0] == sample_rate:
            return int(self._engine.latency_samples)
        return int(self._new_engine(float(sample_rate), 1).latency_samples)

    def __call__(
        self,
        audio: NDArray[np.floating],
        sample_rate: float,
        reset: bool = True,
        *,
        progress: Callable[[float], None] | None = None,
    ) -> NDArray[np.float32]:
        """Process a whole recording, or (with ``reset=False``) the next block of a stream.

        Parameters
        ----------
        audio : array (channels, samples) or (samples,)
            1 to 8 channels of floats; any length, also 0. Values that are not numbers are replaced by silence.
        sample_rate : float
            8000 to 384000 Hz.
        reset : bool
            True: a whole recording; the result is aligned with it. False: the next block of a stream; the result has its length and is
            late by :meth:`latency_samples`.
        progress : function, optional
            Called with 0..1 now and then.

        Returns
        -------
        float32 array of the input's shape (always two axes)

        Raises
        ------
        RoomError
            For a shape, number of channels, or rate that cannot be used, or one that changes inside a stream.
        ModelError
            When the network failed again and again.
        """
        block = as_block(audio, "Dry", MAX_CHANNELS)
        engine = self._prepared(float(sample_rate), block.shape[0], reset)
        late = 0
        if reset:
            engine.reset()
            late = engine.latency_samples
            block = np.concatenate([block, np.zeros((block.shape[0], late), np.float32)], axis=1)
        result = stream(engine, block, self._values, progress)
        if engine.error:
            raise ModelError(engine.error)
        return np.ascontiguousarray(result[:, late:])

    process = __call__

    def _prepared(self, sample_rate: float, channels: int, reset: bool) -> Any:
        if self._engine is None or self._engine_key != (sample_rate, channels):
            if self._engine is not None and not reset:
                raise RoomError("the sample rate or the number of channels changed inside a stream; start a new one with reset=True")
            self._engine = self._new_engine(sample_rate, channels)
            self._engine_key = (sample_rate, channels)
        return self._engine

    def _new_engine(self, sample_rate: float, channels: int) -> Any:
        with translated(RoomError):
            block = 1 if self._offline else 480  # offline the network is waited for: there is nothing to be early for
            engine = native().DryEngine(sample_rate, channels, self._offline, block, str(self._folder))
            self._give_room(engine)
        return engine

    def __repr__(self) -> str:
        return f"<Dry {self._folder.name}{f', {self._room!r}' if self._room else ''}{self._changed(DRY_PARAMETERS)}>"


_knobs = {p.name: f"{p.help} ({p.low:g}..{p.high:g} {p.unit})" for p in DRY_PARAMETERS}
_knobs |= {"residual": "hear what is removed", "bypass": "pass the input through (a stream: delayed)"}
add_knobs(Dry, _knobs, check_dry_parameter)
