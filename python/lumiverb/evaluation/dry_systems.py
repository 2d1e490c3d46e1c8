# SPDX-License-Identifier: AGPL-3.0-or-later
"""Systems that Dry is measured beside: nothing at all, a late-reverberation suppressor, weighted prediction error, and Dry itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lumiverb.audio import dry_grid as grid
from lumiverb.errors import Error
from lumiverb.evaluation.dry_stream import OnnxDry


@dataclass(frozen=True)
class Hint:
    """What a system may be told of the room; the blind ones do not look."""

    rt60_s: float  #: at 1 kHz
    condition: NDArray[np.float32] | None = None  #: (11,)
    target: NDArray[np.float32] | None = None  #: for the ceiling alone


System = Callable[[NDArray[np.float32], Hint], NDArray[np.float32]]  #: mono at 48 kHz in and out, aligned


def unprocessed(audio: NDArray[np.float32], hint: Hint) -> NDArray[np.float32]:
    return audio


def lebart(
    audio: NDArray[np.float32], hint: Hint, delay_frames: int = 4, floor_db: float = -20.0, smoothing: float = 0.85
) -> NDArray[np.float32]:
    """Spectral suppression of late reverberation, told the true RT60 (Lebart, Boucher and Denbigh, Acta Acustica 87, 2001).

    The late power is the smoothed power of ``delay_frames`` hops ago, fallen by exp(-2 ln(1000) delay / RT60); gains are 1 - sqrt(late /
    power) from the smoothed a-posteriori ratio, not below ``floor_db``.
    """
    spectra = grid.analyse(audio)
    power = np.abs(spectra) ** 2
    smooth = leaky(power, smoothing)
    fallen = 10 ** (-6 * delay_frames * grid.HOP / grid.SAMPLE_RATE / max(hint.rt60_s, 0.1))
    late = np.zeros_like(power)
    late[delay_frames:] = fallen * smooth[:-delay_frames]
    ratio = late / (leaky(power, 0.5) + 1e-15)
    gain = np.maximum(1 - np.sqrt(np.minimum(ratio, 1)), 10 ** (floor_db / 20))
    return grid.synthesise(spectra * gain, len(audio))


def leaky(power: NDArray[np.floating], keep: float) -> NDArray[np.floating]:
    """Exponential mean over the first axis, from silence."""
    from scipy.signal import lfilter

    return np.asarray(lfilter([1 - keep], [1, -keep], power, axis=0))


def wpe(audio: NDArray[np.float32], hint: Hint, taps: int = 10, delay: int = 3, iterations: int = 3) -> NDArray[np.float32]:
    """Offline weighted prediction error of the nara_wpe package (Drude et al. 2018), at 16 kHz with its usual settings; what lies above
    8 kHz stays as it is.

    Raises
    ------
    Error
        If the package (extra ``evaluate``) is not installed.
    """
    try:
        from nara_wpe.utils import istft, stft
        from nara_wpe.wpe import wpe_v8
    except ImportError as error:
        raise Error(f"the system wpe needs the extra lumiverb[evaluate] ({error})") from None
    from lumiverb.audio.files import resample

    low = resample(audio, grid.SAMPLE_RATE, 16000)[0]
    spectra = stft(low[None], size=512, shift=128).transpose(2, 0, 1)  # (bins, channels, frames)
    dried = wpe_v8(spectra, taps=taps, delay=delay, iterations=iterations, statistics_mode="full").transpose(1, 2, 0)
    result = istft(dried, size=512, shift=128)[0, : len(low)]
    change = resample(np.pad(result, (0, len(low) - len(result))) - low, 16000, grid.SAMPLE_RATE)[0]
    change = np.pad(change, (0, max(0, len(audio) - len(change))))[: len(audio)]
    return (audio + change).astype(np.float32)


def ceiling(audio: NDArray[np.float32], hint: Hint) -> NDArray[np.float32]:
    """What no network on this grid can surpass by much: real gains of the bands, the best ones in each hop by the training's own measure,
    told the target.

    Raises
    ------
    Error
        If there is no target.
    """
    from lumiverb.training.dry_mixtures import COMPRESSION, loss_terms

    if hint.target is None:
        raise Error("the system ceiling needs to be told the target")
    spectra = grid.analyse(audio)
    terms = loss_terms(spectra, grid.analyse(hint.target), np.inf)
    gain = np.clip(terms[:, 1] / (terms[:, 0] + 1e-12), 0, 1) @ grid.spread_matrix().T
    return grid.synthesise(spectra * np.maximum(gain, 1e-6) ** (1 / COMPRESSION), len(audio))


class Dry:
    """A Dry package, blind; or told of the room: the truth, or about the opposite of it."""

    def __init__(self, graph: bytes | str | Path, told: str = "", on: grid.Grid = grid.USUAL):
        self.stream, self.told = OnnxDry(graph, on), told

    def __call__(self, audio: NDArray[np.float32], hint: Hint) -> NDArray[np.float32]:
        condition = hint.condition if self.told else None
        return self.stream(audio, opposite(condition) if self.told == "wrong" and condition is not None else condition)


def opposite(condition: NDArray[np.float32]) -> NDArray[np.float32]:
    """A church for a bathroom and the reverse: RT60 mirrored about 0.8 s, DRR about 0 dB, C50 about 5 dB, volume about 100 cubic metres.
    ``condition`` (..., 9 or 11).
    """
    middle = np.array([np.log(0.8)] * 6 + [0.0, 0.5, np.log(100) / 5], np.float32)
    return np.concatenate([2 * middle - condition[..., :9], condition[..., 9:]], -1)


def find(name: str, package: Path | None = None) -> System:
    """``unprocessed``, ``lebart``, ``wpe``, ``ceiling``; or ``lite``, ``full``, ``low-latency``, the shipped package ``dry-<name>`` (or ``package``);
    ``<name>:told`` is the same one told the true room, ``<name>:wrong`` about the opposite.

    Raises
    ------
    Error
        If there is no such system.
    """
    plain: dict[str, System] = {"unprocessed": unprocessed, "lebart": lebart, "wpe": wpe, "ceiling": ceiling}
    if name in plain:
        return plain[name]
    quality, _, told = name.partition(":")
    if quality not in ("lite", "full", "low-latency") or told not in ("", "told", "wrong"):
        raise Error(f"'{name}' is no system; there are {', '.join(plain)}, lite, full, low-latency, and lite:told, lite:wrong")
    if package is None:
        from lumiverb.host.models import model_folder

        package = model_folder(f"dry-{quality}")
    fields = json.loads((package / "manifest.json").read_text(encoding="utf-8"))
    return Dry(package / "model.onnx", told, grid.Grid(fields["window"], fields["hop"], fields["synthesis_window"]))
