# SPDX-License-Identifier: AGPL-3.0-or-later
"""How well pictures are read: errors on held-out traced rooms beside two baselines, and behaviour on real photographs. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np

from lumiverb.training import targets as T

REACH = (0.05, 0.10, 0.20)
SMALL_ROOM_M3 = 150.0
VOLUME_FACTOR = 1.5
#: Nominal coverages of the reliability diagram, in percent.
COVERAGES = (10, 20, 30, 40, 50, 60, 70, 80, 90, 95)


GROUPS = {
    "rt60": T.RT60,
    "volume": T.VOLUME,
    "dimensions": T.DIMENSIONS,
    "absorption": T.ABSORPTION,
    "drr": T.DRR,
    "clarity": T.CLARITY,
}


@dataclass(frozen=True)
class Said:
    """The network's outputs for N pictures, in the units of ``lumiverb.training.targets``."""

    mean: np.ndarray  #: (N, 26)
    log_std: np.ndarray  #: (N, 26)
    kind: np.ndarray  #: (N, K) logits
    outdoor: np.ndarray  #: (N,) logits

    def of_rows(self, rows: Sequence[int]) -> Said:
        return Said(self.mean[rows], self.log_std[rows], self.kind[rows], self.outdoor[rows])


@dataclass(frozen=True)
class Truth:
    values: np.ndarray  #: (N, 26)
    known: np.ndarray  #: (N, 26) 0 or 1
    kind: np.ndarray  #: (N,) names
    outdoor: np.ndarray  #: (N,) bool

    @staticmethod
    def of(labels: Sequence[dict]) -> Truth:
        values, known = zip(*(T.encode(label) for label in labels), strict=False)
        return Truth(
            np.stack(values),
            np.stack(known),
            np.array([label["kind"] for label in labels]),
            np.array([label["outdoor"] for label in labels], bool),
        )

    def of_rows(self, rows: np.ndarray) -> Truth:
        return Truth(self.values[rows], self.known[rows], self.kind[rows], self.outdoor[rows])


def training_medians(truth: Truth) -> dict:
    """What the two baselines know: the median of every target over all indoor training rooms, and within each kind."""
    indoor = ~truth.outdoor
    return {
        "constant": _median(truth, indoor),
        "kinds": {str(kind): _median(truth, truth.kind == kind) for kind in sorted(set(truth.kind))},
    }


def baseline(medians: dict, truth: Truth, name: str) -> np.ndarray:
    """(N, 26) predictions of the baseline "constant" or "kind"."""
    rows = [medians["constant"] if name == "constant" else medians["kinds"].get(kind, medians["constant"]) for kind in truth.kind]
    return np.array(rows, dtype=float)


def score_rooms(mean: np.ndarray, truth: Truth) -> dict:
    """Errors of predictions (N, 26) on the indoor rooms: the truth is what the tracer measured."""
    rooms = ~truth.outdoor & (truth.known[:, T.RT60].min(1) > 0)
    mean, values, kind = mean[rooms], truth.values[rooms], truth.kind[rooms]
    ratio = np.exp(mean[:, T.RT60] - values[:, T.RT60])
    mid, true_mid = T.mid_rt60_s(mean), T.mid_rt60_s(values)
    relative = np.abs(mid / true_mid - 1)
    volume = np.abs(mean[:, T.VOLUME] - values[:, T.VOLUME])[:, 0]
    heard = truth.known[rooms][:, T.DRR] > 0
    clear = truth.known[rooms][:, T.CLARITY] > 0
    small = values[:, T.VOLUME][:, 0] < np.log(SMALL_ROOM_M3)
    return {
        "rooms": int(rooms.sum()),
        "rt60_median_error_percent": _round(100 * np.median(np.abs(ratio - 1), 0), 1),
        "mid_median_error_percent": _round(100 * np.median(relative), 1),
        "mid_within_percent": {f"{int(100 * reach)}": _round(100 * np.mean(relative <= reach), 1) for reach in REACH},
        "mid_log2_rmse": _round(np.sqrt(np.mean(np.log2(mid / true_mid) ** 2)), 3),
        "mid_mean_error_s": _round(np.mean(np.abs(mid - true_mid)), 3),
        "mid_mean_error_s_below_150_m3": _round(np.mean(np.abs(mid - true_mid)[small]) if small.any() else np.nan, 3),
        "mid_rank_correlation_within_kinds": _round(rank_within(mid, true_mid, kind), 2),
        "volume_median_factor": _round(np.exp(np.median(volume)), 2),
        "volume_within_1.5_percent": _round(100 * np.mean(volume <= np.log(VOLUME_FACTOR)), 1),
        "drr_mean_error_db": _round(np.mean(np.abs(mean[:, T.DRR] - values[:, T.DRR])[heard]), 2),
        "c50_mean_error_db": _round(np.mean(np.abs(mean[:, T.CLARITY] - values[:, T.CLARITY])[clear]), 2),
        "absorption_mean_error": _round(np.mean(np.abs(_sigmoid(mean[:, T.ABSORPTION]) - _sigmoid(values[:, T.ABSORPTION]))), 3),
    }


def score_spreads(said: Said, truth: Truth) -> dict:
    """Share of truths within one and two predicted spreads, indoor rooms (68.3 and 95.4 % if the spreads are right)."""
    distances = _distances(said, truth)
    return {
        f"within_{n}_spread_percent": {name: _round(100 * np.mean(distance <= n), 1) for name, distance in distances.items()}
        for n in (1, 2)
    }


def reliability(said: Said, truth: Truth) -> dict:
    """Points of the reliability diagram: share of truths (percent) inside the central interval that a normal distribution with the
    predicted spread gives each of :data:`COVERAGES`; the diagonal is right, below it the network is too sure.
    """
    widths = [NormalDist().inv_cdf(0.5 + nominal / 200) for nominal in COVERAGES]
    return {"nominal_percent": list(COVERAGES)} | {
        name: [_round(100 * np.mean(distance <= width), 1) for width in widths] for name, distance in _distances(said, truth).items()
    }


def _distances(said: Said, truth: Truth) -> dict[str, np.ndarray]:
    """|error| in predicted spreads of every known target of the indoor rooms, by group."""
    rooms = ~truth.outdoor
    distance = np.abs(said.mean - truth.values)[rooms] / np.exp(said.log_std[rooms])
    known = truth.known[rooms] > 0
    return {name: distance[:, where][known[:, where]] for name, where in GROUPS.items()}


def score_kinds(said: Said, truth: Truth, kinds: Sequence[str]) -> dict:
    named = np.array(kinds)[said.kind.argmax(1)]
    result = {"kind_accuracy_percent": _round(100 * np.mean(named == truth.kind), 1)}
    if truth.outdoor.any() and not truth.outdoor.all():
        result["outdoor_auc"] = _round(auc(said.outdoor, truth.outdoor), 3)
    return result


def intervals(mean: np.ndarray, truth: Truth, draws: int = 400, seed: int = 1) -> dict:
    """95 % bootstrap intervals over the indoor rooms of the mid-band's median error, share within 10 % and rank within kinds."""
    rooms = ~truth.outdoor & (truth.known[:, T.RT60].min(1) > 0)
    mid, true_mid, kind = T.mid_rt60_s(mean[rooms]), T.mid_rt60_s(truth.values[rooms]), truth.kind[rooms]
    relative = np.abs(mid / true_mid - 1)
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        i = rng.integers(0, len(mid), len(mid))
        found.append((100 * np.median(relative[i]), 100 * np.mean(relative[i] <= 0.1), rank_within(mid[i], true_mid[i], kind[i])))
    low, high = np.nanquantile(found, [0.025, 0.975], axis=0)
    names = ("mid_median_error_percent", "mid_within_10_percent", "mid_rank_correlation_within_kinds")
    return {name: [_round(low[n], 2), _round(high[n], 2)] for n, name in enumerate(names)}


def score_pairs(said_a: np.ndarray, said_b: np.ndarray, true_a: np.ndarray, true_b: np.ndarray) -> dict:
    """Rooms a and b that differ in one respect, targets (N, 26) each: is the order of the mid-band RT60 right, how far is it followed?

    ``gain`` is the slope through zero of the predicted over the true change of ln T (1 = followed in full, 0 = not seen).
    """
    said = np.log(T.mid_rt60_s(said_b) / T.mid_rt60_s(said_a))
    true = np.log(T.mid_rt60_s(true_b) / T.mid_rt60_s(true_a))
    return {
        "pairs": len(true),
        "order_right_percent": _round(100 * np.mean(np.sign(said) == np.sign(true)), 1),
        "gain": _round(said @ true / (true @ true), 2),
        "true_median_factor": _round(np.exp(np.median(true)), 2),
        "said_median_factor": _round(np.exp(np.median(said)), 2),
    }


def score_mirror(there: np.ndarray, back: np.ndarray) -> dict:
    """Predictions (N, 26) of pictures and of the same pictures mirrored: nothing that is predicted has a side, so nothing may change."""
    change = 100 * np.abs(T.mid_rt60_s(back) / T.mid_rt60_s(there) - 1)
    return {
        "pictures": len(change),
        "mid_median_change_percent": _round(np.median(change), 2),
        "mid_95th_percentile_change_percent": _round(np.quantile(change, 0.95), 2),
        "mid_within_3_percent": _round(100 * np.mean(change <= 3), 1),
    }


def mid_error_by_kind(mean: np.ndarray, truth: Truth) -> dict:
    """Median error of the mid-band RT60 in percent for each indoor kind."""
    rooms = ~truth.outdoor & (truth.known[:, T.RT60].min(1) > 0)
    relative = np.abs(T.mid_rt60_s(mean) / T.mid_rt60_s(truth.values) - 1)
    return {str(kind): _round(100 * np.median(relative[rooms & (truth.kind == kind)]), 1) for kind in sorted(set(truth.kind[rooms]))}


def score_photos(said: Said, low_s: np.ndarray, high_s: np.ndarray, outdoor: np.ndarray, panorama: np.ndarray) -> dict:
    """Real crops with weak ranges of the mid-band RT60; also what the best constant reaches on the same indoor crops."""
    mid = T.mid_rt60_s(said.mean)
    indoor = ~outdoor
    inside = (mid >= low_s) & (mid <= high_s)
    constants = np.geomspace(0.2, 5, 200)
    best = max(float(np.mean((c >= low_s[indoor]) & (c <= high_s[indoor]))) for c in constants)
    names = sorted(set(panorama))
    by_panorama = np.array(
        [[np.exp(np.mean(np.log(mid[panorama == n]))), _middle(low_s, high_s)[panorama == n][0], outdoor[panorama == n][0]] for n in names]
    )
    rooms = by_panorama[:, 2] == 0
    return {
        "crops": int(len(mid)),
        "panoramas": len(names),
        "indoor_inside_range_percent": _round(100 * np.mean(inside[indoor]), 1),
        "indoor_inside_range_percent_of_best_constant": _round(100 * best, 1),
        "outdoor_auc": _round(auc(said.outdoor, outdoor), 3),
        "rank_correlation_over_panoramas": _round(spearman(by_panorama[:, 0], by_panorama[:, 1]), 2),
        "rank_correlation_over_indoor_panoramas": _round(spearman(by_panorama[rooms, 0], by_panorama[rooms, 1]), 2),
        "mid_rt60_s_by_panorama": {n: _round(v, 2) for n, v in zip(names, by_panorama[:, 0], strict=False)},
    }


class OnnxSceneEncoder:
    """The shipped graph on one thread of ONNX Runtime's Python wheel."""

    def __init__(self, model: Path | bytes):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            model if isinstance(model, bytes) else str(model), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, pictures: Sequence[np.ndarray], batch: int = 16) -> Said:
        """Pictures uint8 (192, 192, 3) -> :class:`Said`."""
        parts = []
        for first in range(0, len(pictures), batch):
            image = np.stack(pictures[first : first + batch]).transpose(0, 3, 1, 2).astype(np.float32) / 255
            parts.append(self.session.run(["mean", "log_std", "kind", "outdoor"], {"image": image}))
        mean, log_std, kind, outdoor = (np.concatenate(part) for part in zip(*parts, strict=False))
        return Said(mean, log_std, kind, outdoor[:, 0])


def evaluate(said: Said, truth: Truth, medians: dict, kinds: Sequence[str]) -> dict:
    """The whole table on traced rooms."""
    return {
        "encoder": score_rooms(said.mean, truth)
        | score_spreads(said, truth)
        | score_kinds(said, truth, kinds)
        | {"intervals_95": intervals(said.mean, truth), "reliability": reliability(said, truth)}
        | {"mid_median_error_percent_by_kind": mid_error_by_kind(said.mean, truth)},
        "constant_median": score_rooms(baseline(medians, truth, "constant"), truth),
        "median_of_true_kind": score_rooms(baseline(medians, truth, "kind"), truth)
        | {"mid_median_error_percent_by_kind": mid_error_by_kind(baseline(medians, truth, "kind"), truth)},
    }


def evaluate_photos(encoder, photos: Sequence) -> dict:
    """Scores of ``encoder(pictures) -> Said`` on :class:`lumiverb.training.photos.WeakPhoto` lists: the evaluation half, and all."""
    said = encoder([p.picture for p in photos])
    fields = [np.array([getattr(p, name) for p in photos]) for name in ("low_s", "high_s", "outdoor", "panorama")]
    halves = {"evaluation_half": [n for n, p in enumerate(photos) if p.half == "eval"], "all": list(range(len(photos)))}
    return {name: score_photos(said.of_rows(rows), *(field[rows] for field in fields)) for name, rows in halves.items()}


def rank_within(a: np.ndarray, b: np.ndarray, groups: np.ndarray) -> float:
    """Mean over groups (of four or more) of Spearman's correlation; a constant guess counts as 0."""
    found = [spearman(a[groups == g], b[groups == g]) for g in sorted(set(groups)) if np.sum(groups == g) >= 4]
    return float(np.mean(found)) if found else float("nan")


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    a, b = _ranks(a), _ranks(b)
    return 0.0 if a.std() == 0 or b.std() == 0 else float(np.corrcoef(a, b)[0, 1])


def auc(score: np.ndarray, positive: np.ndarray) -> float:
    """Area under the ROC curve (ties count half)."""
    ranks = _ranks(score)
    n, m = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - n * (n - 1) / 2) / (n * m)) if n and m else float("nan")


def _ranks(values: np.ndarray) -> np.ndarray:
    """0-based ranks, ties share their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts + 1) / 2)[inverse]


def _median(truth: Truth, rooms: np.ndarray) -> list[float]:
    values = np.where(truth.known[rooms] > 0, truth.values[rooms], np.nan)
    empty = np.isnan(values).all(0)
    values[:, empty] = 0
    return [round(float(v), 4) for v in np.nanmedian(values, 0)]


def _middle(low_s: np.ndarray, high_s: np.ndarray) -> np.ndarray:
    return np.sqrt(np.maximum(low_s, 0.01) * np.maximum(high_s, 0.01))


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _round(value, digits: int):
    """Rounded Python numbers; None where there was nothing to measure."""
    if np.ndim(value):
        return [_round(v, digits) for v in value]
    return round(float(value), digits) if np.isfinite(value) else None
