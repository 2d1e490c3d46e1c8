# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the blind-room network hears, measured on voices, instruments and rooms that it was never trained on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lumiverb import _native
from lumiverb.evaluation.decay_fit import decay_fit_rt60_s
from lumiverb.evaluation.scene_encoder import spearman
from lumiverb.training import heard_targets as T
from lumiverb.training import recordings, responses
from lumiverb.training.recordings import RATE, Bank
from lumiverb.training.responses import Response
from lumiverb.training.reverberant import convolved

TAKE_S = 8.0
DURATIONS_S = (2.0, 4.0, 8.0)
TEST_SEED = 19_000_000
SIMULATED_ROOMS = 48
DRY_TAKES = 24


@dataclass(frozen=True)
class TestTake:
    audio: np.ndarray  #: float32 (samples,) at RATE
    targets: np.ndarray  #: (16,), NaN = unknown
    room: str


_ROOM_NAMES = {
    "brir_": "Rostock seminar room",
    "rir_clap": "Rostock seminar room",
    "StAndrews": "St Andrew's church",
    "SaintLawrence": "St Lawrence church",
    "St_Margaret": "St Margaret's church",
}


class Hearer:
    """The exported graph in ONNX Runtime's Python module: levels in, mean and spread out."""

    def __init__(self, graph: bytes | str | Path):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        source = graph if isinstance(graph, bytes) else str(graph)
        self._session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])

    def __call__(self, audio: np.ndarray, rate: float = RATE) -> tuple[np.ndarray, np.ndarray]:
        """(mean, log_std), (16,) each, of one channel."""
        levels = _native.heard_band_levels_db(np.ascontiguousarray(audio, np.float32), float(rate))
        mean, log_std = self._session.run(["mean", "log_std"], {"bands": levels[None]})
        return np.asarray(mean)[0], np.asarray(log_std)[0]


# -- the test set --------------------------------------------------------------------------------------------------------


def measured_takes(bank: Bank, category: str, takes: int, limit: int | None = None) -> list[TestTake]:
    """Every measured response of the test rooms, as it was measured, with so many takes each; noise 30 to 60 dB below."""
    made = []
    for n, path in enumerate(responses.measured_files("test")[:limit]):
        rng = np.random.default_rng([TEST_SEED, n, recordings.CATEGORIES.index(category)])
        samples = responses.read_measured(path)[0]
        response = Response(samples, responses.analysed(samples), room_of(path.stem))
        made += _takes_through(response, bank, category, takes, rng)
    return made


def simulated_takes(bank: Bank, rooms: int) -> list[TestTake]:
    """One take of speech each in rooms drawn as for training, from seeds of their own."""
    made = []
    for n in range(rooms):
        rng = np.random.default_rng([TEST_SEED + 1, n])
        made += _takes_through(responses.draw_simulated(rng), bank, "speech", 1, rng)
    return made


def dry_takes(bank: Bank, takes: int) -> list[TestTake]:
    """Speech as it was recorded."""
    rng = np.random.default_rng(TEST_SEED + 2)
    unknown = np.full(T.NUM_TARGETS, np.nan, np.float32)
    return [TestTake(recordings.draw_take(bank, "speech", TAKE_S, rng), unknown, "dry") for _ in range(takes)]


def _takes_through(response: Response, bank: Bank, category: str, takes: int, rng: np.random.Generator) -> list[TestTake]:
    dry = [recordings.draw_take(bank, category, TAKE_S, rng) for _ in range(takes)]
    wet = convolved(response, dry)
    return [TestTake(_with_noise(audio, rng.uniform(30, 60), rng), response.targets, response.name) for audio in wet]


def _with_noise(audio: np.ndarray, snr_db: float, rng: np.random.Generator) -> np.ndarray:
    """Pink noise, as rooms and preamplifiers have it."""
    spectrum = np.fft.rfft(rng.standard_normal(len(audio)))
    noise = np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 10), len(audio))
    noise *= np.sqrt((audio**2).mean() / (noise**2).mean()) * 10 ** (-snr_db / 20)
    return (audio + noise).astype(np.float32)


def room_of(name: str) -> str:
    """The room that a file was measured in: several positions and treatments are one room."""
    for start, room in _ROOM_NAMES.items():
        if name.startswith(start):
            return room
    for room in ("Living_Room", "Garage", "Master_Bedroom", "Bedroom"):
        if name.startswith(f"College_House_{room}"):
            return f"College House {room.replace('_', ' ')}"
    return name.replace("_", " ")


# -- measures ------------------------------------------------------------------------------------------------------------


def measure_network(graph: bytes | Path, medians: list[float], folder: Path, takes: int = 4, limit: int | None = None,
                    say: Callable[[str], None] = print) -> dict:  # fmt: skip
    """All numbers of the card.

    Parameters
    ----------
    graph : the exported network
    medians : (16,) of the training takes: the constant guess
    folder : keeps the decoded dry recordings
    takes : of speech per measured response; one of singing and of music
    limit : dry stretches per voice and measured responses, for smoke tests
    """
    hear = Hearer(graph)
    bank = recordings.open_bank(folder, "test", limit, say)
    speech = measured_takes(bank, "speech", takes, limit)
    simulated = simulated_takes(bank, SIMULATED_ROOMS if limit is None else limit)
    say(f"{len(speech)} takes of unseen voices in {len({t.room for t in speech})} unseen measured rooms, {len(simulated)} simulated")
    result = {"measured_rooms": compared(hear, speech, medians), "simulated_rooms": compared(hear, simulated, medians)}
    result["by_duration"] = {f"{s:g} s": scores(*heard(hear, speech, s), speech) for s in DURATIONS_S}
    for category in ("singing", "music"):
        if category in bank.categories:
            others = measured_takes(bank, category, 1, limit)
            result[category] = scores(*heard(hear, others), others)
    result["dry_speech"] = said_of_dry(hear, dry_takes(bank, DRY_TAKES if limit is None else limit))
    return result


def compared(hear: Callable, takes: list[TestTake], medians: list[float]) -> dict:
    """Scores of the network, of the classical decay fit, and of a constant."""
    constant = np.tile(np.array(medians, np.float32), (len(takes), 1))
    fit = np.full_like(constant, np.nan)
    fit[:, T.RT60] = [np.log(decay_fit_rt60_s(take.audio, RATE)) for take in takes]
    found = np.isfinite(fit[:, T.RT60])
    fit[:, T.RT60] = np.where(found, fit[:, T.RT60], constant[:, T.RT60])  # where it hears nothing it guesses too
    return {
        "network": scores(*heard(hear, takes), takes),
        "decay_fit": scores(fit, None, takes) | {"bands_without_a_decay_percent": _round(100 * (1 - found.mean()), 1)},
        "constant_median": scores(constant, None, takes),
        "mid_mean_error_s_by_room": by_room(heard(hear, takes)[0], takes),
    }


def heard(hear: Callable, takes: list[TestTake], seconds: float = TAKE_S) -> tuple[np.ndarray, np.ndarray]:
    """(mean, log_std) of the first seconds of every take."""
    said = [hear(take.audio[: round(seconds * RATE)]) for take in takes]
    return np.stack([s[0] for s in said]), np.stack([s[1] for s in said])


def scores(mean: np.ndarray, log_std: np.ndarray | None, takes: list[TestTake]) -> dict:
    """Errors against the truth; what is unknown does not count."""
    truth = np.stack([take.targets for take in takes])
    said_s, true_s = np.exp(mean[:, T.RT60]), np.exp(truth[:, T.RT60])
    mid_said, mid_true = mid(mean), mid(truth)
    error = np.abs(mean - truth)
    result = {
        "takes": len(takes),
        "mid_mean_error_s": _round(np.nanmean(np.abs(mid_said - mid_true)), 3),
        "mid_median_error_percent": _round(100 * np.nanmedian(np.abs(mid_said / mid_true - 1)), 1),
        "mid_bias_s": _round(np.nanmean(mid_said - mid_true), 3),
        "rank_correlation": _round(spearman(mid_said, mid_true), 2),
        "rt60_mean_error_s": _round(np.nanmean(np.abs(said_s - true_s), 0), 3),
        "rt60_median_error_percent": _round(100 * np.nanmedian(np.abs(said_s / true_s - 1), 0), 1),
    }
    if np.isfinite(mean[:, T.CLARITY]).any():
        result["drr_mean_error_db"] = _round(np.nanmean(error[:, T.DRR][:, 1:6]), 2)
        result["c50_mean_error_db"] = _round(np.nanmean(error[:, T.CLARITY]), 2)
    volume = error[np.isfinite(error[:, T.VOLUME]), T.VOLUME]  # of simulated rooms only
    if len(volume):
        result["volume_median_factor"] = _round(np.exp(np.median(volume)), 2)
    if log_std is not None:
        ratio = error / np.exp(log_std)
        for n in (1, 2):
            inside = {"rt60": ratio[:, T.RT60], "drr": ratio[:, T.DRR], "c50": ratio[:, T.CLARITY]}
            result[f"within_{n}_spread_percent"] = {k: _round(100 * np.mean(v[np.isfinite(v)] <= n), 0) for k, v in inside.items()}
        result["median_mid_spread_percent"] = _round(100 * np.median(np.exp(log_std[:, 2:4]).mean(1)), 1)
    return result


def mid(targets: np.ndarray) -> np.ndarray:
    """T30,mid in s of (n, 16) targets."""
    return np.exp(targets[:, 2:4]).mean(1)


def by_room(mean: np.ndarray, takes: list[TestTake]) -> dict[str, dict]:
    """Per room: its true mid-band RT60, what was heard (means), and the mean error."""
    truth, said = mid(np.stack([t.targets for t in takes])), mid(mean)
    rooms = np.array([t.room for t in takes])
    return {
        room: {
            "true_s": _round(np.nanmean(truth[rooms == room]), 2),
            "heard_s": _round(np.nanmean(said[rooms == room]), 2),
            "mean_error_s": _round(np.nanmean(np.abs(said - truth)[rooms == room]), 3),
        }
        for room in sorted(set(rooms))
    }


def said_of_dry(hear: Callable, takes: list[TestTake]) -> dict:
    """Medians of what is said of takes without a room: its recordings' own rooms remain."""
    mean, log_std = heard(hear, takes)
    return {
        "takes": len(takes),
        "median_mid_rt60_s": _round(np.median(mid(mean)), 2),
        "median_drr_db": _round(np.median(mean[:, T.DRR][:, 1:6]), 1),
        "median_c50_db": _round(np.median(mean[:, T.CLARITY]), 1),
        "median_mid_spread_percent": _round(100 * np.median(np.exp(log_std[:, 2:4]).mean(1)), 1),
    }


def _round(value, digits: int):
    """Rounded Python numbers; None where there was nothing to measure."""
    if np.ndim(value):
        return [_round(v, digits) for v in value]
    return round(float(value), digits) if np.isfinite(value) else None
