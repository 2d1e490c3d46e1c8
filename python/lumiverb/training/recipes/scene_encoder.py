# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recipe of the scene encoder: rooms -> cached features -> heads -> upper trunk -> calibrated spreads -> package with card.

Each step leaves its result in the run's folder and is skipped when it is there: start the same command again to go on.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from lumiverb.evaluation import scene_encoder as measures
from lumiverb.evaluation.scene_encoder_sets import evaluate_sets
from lumiverb.nets.scene_encoder import SceneEncoder
from lumiverb.training import targets as T
from lumiverb.training.features import FeatureSet, both_sides, cached, picture_features, room_features
from lumiverb.training.losses import LossWeights, change_loss, photo_loss, room_loss, surface_loss
from lumiverb.training.photos import WeakPhoto, half_of, plausible_kinds, read_weak_photos, shared_data
from lumiverb.training.rooms import HELD_OUT_KIND, SPLIT_SEEDS, RoomSet, make_rooms, read_labels, read_rooms, room_kinds, standard_set
from lumiverb.training.trainer import Stage, TrainOptions, run_stage

TRUNK = "weights/imagenet_mobilenet_edgetpu/model.onnx"


@dataclass(frozen=True)
class Preset:
    """How much of everything."""

    train_rooms: int
    changed_rooms: int  #: of the training rooms once more, each after a change (``train-changed`` of training/rooms.py)
    valid_rooms: int
    test_rooms: int
    views: int  #: augmented views per room
    photo_views: int
    heads: TrainOptions
    tune: TrainOptions
    heads_batch: int = 256
    tune_batch: int = 32
    photos_per_batch: float = 0.15  #: share of a batch that is real crops, added to the rooms
    trunk_rate: float = 0.1  #: of the learning rate
    samples: int = 3
    rays: int = 600
    target_error: float = 0.05
    weights: LossWeights = field(default_factory=LossWeights)

    def room_set(self, split: str) -> RoomSet:
        counts = {"train": self.train_rooms, "train-changed": self.changed_rooms, "valid": self.valid_rooms, "test": self.test_rooms}
        return standard_set(split, counts[split], self.samples, self.rays, self.target_error)


PRESETS = {
    "smoke": Preset(
        20,
        5,
        10,
        10,
        views=2,
        photo_views=2,
        heads=TrainOptions(40, warmup_steps=5, validations=1),
        tune=TrainOptions(3, 3e-4, warmup_steps=1, validations=1),
        heads_batch=32,
        tune_batch=8,
        samples=2,
        rays=400,
        target_error=0.0,
    ),
    "small": Preset(
        4096,
        1024,
        304,
        800,
        views=2,
        photo_views=16,
        heads=TrainOptions(400, 1e-3, weight_decay=0.1, validations=2),
        tune=TrainOptions(1800, 1e-3, warmup_steps=60, validations=4),
    ),
    "full": Preset(
        12000,
        4000,
        480,
        800,
        views=16,
        photo_views=64,
        heads=TrainOptions(4000, 1e-3, weight_decay=0.1),
        tune=TrainOptions(24000, 1e-3, warmup_steps=400),
    ),
}


@dataclass(frozen=True)
class Run:
    """Where a run lives and how it reports."""

    folder: Path
    preset_name: str
    preset: Preset
    init: Path | None  #: ONNX trunk, a whole encoder (.pt) to go on from, or None for random weights
    workers: int = 1
    device: str = "cpu"
    more_rooms: Sequence[Path] = ()  #: further folders of training rooms, all of which are used
    say: Callable[[str], None] = print

    def rooms(self, split: str) -> Path:
        return self.folder / "rooms" / split

    def room_folders(self, split: str) -> list[tuple[Path, int | None]]:
        """Folders of a split, and up to which index their rooms are used."""
        folders: list[tuple[Path, int | None]] = [(self.rooms(split), self.preset.room_set(split).rooms)]
        if split == "train" and self.preset.changed_rooms:
            folders.append((self.rooms("train-changed"), self.preset.changed_rooms))
        if split == "train":
            folders += [(folder, None) for folder in self.more_rooms]
        return folders

    @property
    def goes_on(self) -> bool:
        """Whether it begins with a whole encoder."""
        return self.init is not None and self.init.suffix == ".pt"

    def command(self) -> str:
        """How to make such a run again; folders of other runs by their last name."""
        counts = [f"--rooms {self.preset.train_rooms}", f"--changed-rooms {self.preset.changed_rooms}"]
        parts = ["lumiverb train scene-encoder", f"--preset {self.preset_name}", *counts]
        if self.init is None or self.goes_on:
            parts.append(f"--init {'none' if self.init is None else self.init.name}")
        parts += [f"--more-rooms {folder.name}" for folder in self.more_rooms]
        return " ".join(parts)

    def labels(self) -> list[dict]:
        """Of the training rooms of this run's own folder, up to the preset's number; they are what the baselines know."""
        return list(read_labels(self.rooms("train"), self.preset.train_rooms))


def default_init() -> Path | None:
    """The pretrained trunk beside the repository, or None where it is absent."""
    path = shared_data() / TRUNK
    return path if path.exists() else None


def train(run: Run, package: Path | None = None, curve: bool = False) -> dict:
    """Everything, from making rooms to the package in ``package`` (default ``<folder>/package``); returns the measured numbers.

    With ``curve`` also :func:`learning_curve`.
    """
    for split in ("valid", "test", "train", "train-changed"):
        make_rooms(
            run.rooms(split),
            run.preset.room_set(split),
            run.workers,
            lambda done, total, split=split: run.say(f"{split}: {done} of {total} rooms traced"),
        )
    model, chosen = fit(run)
    if curve:
        learning_curve(run)
    return finish(run, model, chosen, package or run.folder / "package")


def fit(run: Run) -> tuple[SceneEncoder, str]:
    """Trains on the rooms that are there; returns the network with calibrated spreads and the name of the stage that was kept."""
    model, data = start(run)
    run.say(f"{len(data.train)} rooms x {data.train.features.views} views, {len(data.photos or [])} real crops")
    first = copy.deepcopy(model if run.goes_on else run_stage(heads_stage(run, model, data), run.folder))
    candidates = {"the encoder it began with" if run.goes_on else "heads on a frozen trunk": first}
    if run.preset.tune.steps:
        tuned = run_stage(tune_stage(run, model, data), run.folder)
        # Changed rooms teach differences, and overstate them in rooms as they are: what lies between the two weights may be better than both.
        candidates["heads and upper trunk"] = tuned
        for share in (0.7, 0.5, 0.3) if run.goes_on else ():
            candidates[f"heads and upper trunk, {share:.0%} of the way from the encoder it began with"] = blended(first, tuned, share)
    scores = {name: validate(candidate, data) for name, candidate in candidates.items()}
    for name, score in scores.items():
        run.say(f"{name}: {score}")
    chosen = min(scores, key=lambda name: scores[name]["choice"])
    calibrate(candidates[chosen], data.valid)
    return candidates[chosen], chosen


def blended(first: SceneEncoder, second: SceneEncoder, share: float) -> SceneEncoder:
    """Weights between those of a network and of the same one trained further (Wortsman et al. 2022, WiSE-FT)."""
    result = copy.deepcopy(second)
    for weights, old in zip(result.parameters(), first.parameters(), strict=True):
        weights.data.copy_(torch.lerp(old, weights, share))
    return result


def start(run: Run) -> tuple[SceneEncoder, Data]:
    """The network before the first step, and its data."""
    from lumiverb.export.scene_encoder import load_checkpoint

    torch.manual_seed(run.preset.heads.seed)
    if run.init is not None and run.goes_on:
        model = load_checkpoint(run.init)
        return model, load_data(run, model)
    model = SceneEncoder(room_kinds())
    if run.init is not None:
        model.trunk.load_onnx(run.init)
    model.eval()
    data = load_data(run, model)
    model.set_units(*target_units(data.train, model.kinds), torch.from_numpy(data.train.pooled[:, 0].astype(np.float32)))
    return model, data


# -- data ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RoomData:
    """Features and targets of one split."""

    features: FeatureSet
    pooled: np.ndarray  #: float16 (rooms, views, POOLED) with the frozen trunk; empty where only the upper trunk is to be trained
    truth: measures.Truth
    kind: torch.Tensor  #: (rooms,) index
    outdoor: torch.Tensor  #: (rooms,) 0 or 1
    rows: np.ndarray  #: the rooms that may be learnt from: earlier sets hold the kind that is kept unseen
    before: np.ndarray  #: (rooms,) what a changed room was before the change; -1 for all others

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True)
class PhotoData:
    photos: list[WeakPhoto]
    features: np.ndarray  #: float16 (crops, views, 48, 24, 24), augmented
    sides: np.ndarray  #: float16 (crops, 2, 48, 24, 24)
    pooled: np.ndarray
    low_s: torch.Tensor
    high_s: torch.Tensor
    outdoor: torch.Tensor
    kinds: torch.Tensor  #: (crops, K) bool: the kinds that such a scene may be called

    def __len__(self) -> int:
        return len(self.photos)


@dataclass(frozen=True)
class Data:
    train: RoomData
    valid: RoomData
    photos: PhotoData | None  #: the training half


def load_data(run: Run, model: SceneEncoder) -> Data:
    preset = run.preset
    return Data(_room_data(run, model, "train", preset.views), _room_data(run, model, "valid", 0), _photo_data(run, model))


def _room_data(run: Run, model: SceneEncoder, split: str, views: int) -> RoomData:
    sets = [
        room_features(folder, model.trunk, views, limit, lambda done: run.say(f"{split}: features of {done} rooms"))
        for folder, limit in run.room_folders(split)
    ]
    features = FeatureSet(*([item for one in sets for item in getattr(one, name)] for name in ("parts", "labels", "surfaces")))
    pooled = [
        cached(run.folder / f"pooled-{split}" / f"{n:05d}-{len(part)}x{part.shape[1]}.npy", lambda part=part: pool_views(model, part))
        for n, part in enumerate([] if run.goes_on else features.parts)
    ]
    truth = measures.Truth.of(features.labels)
    kind = torch.tensor([model.kinds.index(k) for k in truth.kind])
    return RoomData(
        features,
        np.concatenate(pooled) if pooled else np.zeros((0, 0, 0), np.float16),
        truth,
        kind,
        torch.from_numpy(truth.outdoor).float(),
        np.flatnonzero(truth.kind != HELD_OUT_KIND),
        rooms_before(features.labels, len(sets[0])),
    )


def rooms_before(labels: Sequence[dict], own: int) -> np.ndarray:
    """For every changed room the row of the same room as it was, where it is among the first ``own`` ones; otherwise -1."""
    rows = {room["seed"]: row for row, room in enumerate(labels[:own])}
    return np.array([rows.get(room["seed"], -1) if room["split"] == "train-changed" else -1 for room in labels])


def _photo_data(run: Run, model: SceneEncoder) -> PhotoData | None:
    photos = half_of(read_weak_photos(), "train")
    if not photos:
        run.say("no real photographs here: trained on traced rooms alone")
        return None
    seeds = [7_000_000 + i for i in range(len(photos))]
    features = cached(
        run.folder / f"photos-{len(photos)}x{run.preset.photo_views}.npy",
        lambda: picture_features([p.picture for p in photos], seeds, model.trunk, run.preset.photo_views),
    )
    sides = cached(run.folder / f"photos-{len(photos)}-sides.npy", lambda: both_sides([p.picture for p in photos], model.trunk))
    pooled = cached(run.folder / f"pooled-photos-{len(photos)}x{run.preset.photo_views}.npy", lambda: pool_views(model, features))
    return PhotoData(
        photos,
        features,
        sides,
        pooled,
        torch.tensor([p.low_s for p in photos]),
        torch.tensor([p.high_s for p in photos]),
        torch.tensor([float(p.outdoor) for p in photos]),
        torch.tensor([[kind in plausible_kinds(p) for kind in model.kinds] for p in photos]),
    )


@torch.no_grad()
def pool_views(model: SceneEncoder, features: np.ndarray) -> np.ndarray:
    """(pictures, views, 48, 24, 24) -> float16 (pictures, views, POOLED)"""
    return np.stack([model.pool(torch.from_numpy(f.astype(np.float32))).numpy().astype(np.float16) for f in features])


def target_units(train: RoomData, kinds: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Mean and spread (26,) of every target over the indoor training rooms, and the mean of each kind (K, 26)."""
    truth = train.truth.of_rows(train.rows)
    mean, std = _moments(truth.values, truth.known * ~truth.outdoor[:, None])
    rows = [(truth.values[truth.kind == kind], truth.known[truth.kind == kind]) for kind in kinds]
    kind_means = np.stack([np.where(known.any(0), _moments(values, known)[0], mean) for values, known in rows])
    return _tensor(mean), _tensor(np.maximum(std, 1e-2)), _tensor(kind_means)


def _tensor(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(values.astype(np.float32))


def _moments(values: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    count = np.maximum(known.sum(0), 1)
    mean = (values * known).sum(0) / count
    return mean, np.sqrt(((values - mean) ** 2 * known).sum(0) / count)


# -- stages --------------------------------------------------------------------------------------------------------------


def heads_stage(run: Run, model: SceneEncoder, data: Data) -> Stage:
    """Everything above the frozen trunk, on cached pooled features: seconds."""
    preset = run.preset

    def loss(net: SceneEncoder, step: int) -> tuple[torch.Tensor, dict[str, float]]:
        places, views = draw(len(data.train.rows), data.train.features.views, preset.heads_batch, step, preset.heads.seed)
        rooms = data.train.rows[places]
        pooled = torch.from_numpy(data.train.pooled[rooms, views]).float()
        crops = None
        if data.photos is not None:
            crops = _draw_photos(data.photos, preset, preset.heads_batch, step)
            pooled = torch.cat([pooled, torch.from_numpy(data.photos.pooled[crops]).float()])
        return _loss(net, net.from_pooled(pooled), data, rooms, crops, preset.weights)

    return Stage(
        "heads",
        model,
        [(model.head_parameters(), 1.0)],
        loss,
        preset.heads,
        lambda net: validate(net, data),
        log=lambda record: run.say(f"heads {record}"),
    )


def tune_stage(run: Run, model: SceneEncoder, data: Data) -> Stage:
    """The trunk above stride 8 too, at a fraction of the rate."""
    preset = run.preset
    trunk = [*model.trunk.middle.parameters(), *model.trunk.top.parameters()]

    def loss(net: SceneEncoder, step: int) -> tuple[torch.Tensor, dict[str, float]]:
        places, views = draw(len(data.train.rows), data.train.features.views, preset.tune_batch, step, preset.tune.seed + 1)
        rooms, views, pairs = with_rooms_before(data.train.rows[places], views, data.train.before)
        feat8 = data.train.features.read(rooms, views)
        crops = None
        if data.photos is not None:
            crops = _draw_photos(data.photos, preset, preset.tune_batch, step)
            feat8 = torch.cat([feat8, torch.from_numpy(data.photos.features[crops]).float()])
        said, seen = net.from_stride8(mirror_some(feat8, step, preset.tune.seed).contiguous(memory_format=torch.channels_last))
        total, numbers = _loss(net, said, data, rooms, crops, preset.weights, pairs)
        truth = mirror_some(data.train.features.read_surfaces(rooms, views), step, preset.tune.seed)
        surfaces, more = surface_loss(type(seen)(*(t[: len(rooms)] for t in seen)), truth)
        return total + preset.weights.surfaces * surfaces, numbers | more

    return Stage(
        "tune",
        model,
        [(model.head_parameters(), 0.3), (model.surface_parameters(), 1.0), (trunk, preset.trunk_rate)],
        loss,
        preset.tune,
        lambda net: validate(net, data),
        log=lambda record: run.say(f"tune {record}"),
    )


def draw(rooms: int, views: int, batch: int, step: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rooms of batch ``step`` (every room once per pass, reshuffled for each) and a random view of each."""
    places = np.arange(step * batch, (step + 1) * batch)
    orders = {epoch: np.random.default_rng([seed, 1, epoch]).permutation(rooms) for epoch in np.unique(places // rooms)}
    chosen = np.array([orders[place // rooms][place % rooms] for place in places])
    return chosen, np.random.default_rng([seed, 2, step]).integers(0, views, batch)


def with_rooms_before(rooms: np.ndarray, views: np.ndarray, before: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A batch and, after it, what its changed rooms were before, in the same views; and (P, 2) the places of both in it."""
    changed = np.flatnonzero(before[rooms] >= 0)
    pairs = np.stack([changed, len(rooms) + np.arange(len(changed))], 1)
    return np.concatenate([rooms, before[rooms[changed]]]), np.concatenate([views, views[changed]]), pairs


def mirror_some(features: torch.Tensor, step: int, seed: int) -> torch.Tensor:
    """Half of the feature maps (N, C, H, W) with left and right exchanged: nearly the features of mirrored pictures, for nothing."""
    chosen = torch.from_numpy(np.random.default_rng([seed, 4, step]).random(len(features)) < 0.5)
    return torch.where(chosen[:, None, None, None], features.flip(3), features)


def _draw_photos(photos: PhotoData, preset: Preset, batch: int, step: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng([preset.heads.seed, 3, step])
    count = max(1, int(batch * preset.photos_per_batch))
    return rng.integers(0, len(photos), count), rng.integers(0, photos.features.shape[1], count)


def _loss(
    net: SceneEncoder, said, data: Data, rooms: np.ndarray, crops, weights: LossWeights, pairs: np.ndarray | None = None
) -> tuple[torch.Tensor, dict[str, float]]:
    """The first rows of ``said`` are rooms, the others (if any) real crops; ``pairs`` as of :func:`with_rooms_before`."""
    n, train = len(rooms), data.train
    values, known = torch.from_numpy(train.truth.values[rooms]), torch.from_numpy(train.truth.known[rooms])
    total, numbers = room_loss(net, type(said)(*(t[:n] for t in said)), values, known, train.kind[rooms], train.outdoor[rooms], weights)
    if pairs is not None and len(pairs):
        changes = change_loss(net, said.mean[:n], values, known, torch.from_numpy(pairs), weights)
        total, numbers = total + weights.changes * changes, numbers | {"changes": float(changes.detach())}
    if crops is not None and (photos := data.photos) is not None:
        which = crops[0]
        extra, more = photo_loss(
            type(said)(*(t[n:] for t in said)),
            photos.low_s[which],
            photos.high_s[which],
            photos.outdoor[which],
            photos.kinds[which],
            weights,
        )
        total, numbers = total + extra, numbers | more
    return total, numbers


def learning_curve(run: Run, parts: Sequence[int] = (8, 4, 2, 1)) -> list[dict[str, float]]:
    """Heads on a frozen trunk, trained on an eighth, a quarter, half and all of the rooms: what more rooms bring, on the validation rooms.

    Written to ``learning-curve.json`` in the run's folder, from where the card takes it.
    """
    points = []
    for part in parts:
        preset = with_rooms(run.preset, run.preset.train_rooms // part, 0)
        model, data = start(replace(run, preset=preset, more_rooms=()))
        found = validate(run_stage(heads_stage(run, model, data), run.folder / f"curve-{preset.train_rooms}"), data)
        points.append(
            {
                "rooms": preset.train_rooms,
                "mid_median_error_percent": found["valid_mid_error_percent"],
                "mid_log2_rmse": found["valid_mid_log2_rmse"],
                "rank_within_kinds": found["valid_rank_within"],
            }
        )
        run.say(f"learning curve: {points[-1]}")
    points.sort(key=lambda point: point["rooms"])
    (run.folder / "learning-curve.json").write_text(json.dumps(points, indent=1))
    return points


# -- validation, calibration, the end ------------------------------------------------------------------------------------


@torch.no_grad()
def predict(model: SceneEncoder, features: Sequence[np.ndarray]) -> measures.Said:
    """What the finished network says, from the cached features of both sides: parts of shape (pictures, 2, 48, 24, 24)."""
    said = [model.from_pooled(torch.from_numpy(pool_views(model, part).astype(np.float32)).mean(1)) for part in features]
    mean, log_std, kind, outdoor, _ = (torch.cat(part).numpy() for part in zip(*said, strict=False))
    return measures.Said(mean, log_std, kind, outdoor[:, 0])


def validate(model: SceneEncoder, data: Data) -> dict[str, float]:
    """Mid-band error on the validation rooms; ``choice`` adds how far real crops of the training half fall outside their ranges."""
    model.eval()
    score = measures.score_rooms((said := predict(model, data.valid.features.parts)).mean, data.valid.truth)
    result = {
        "valid_mid_error_percent": score["mid_median_error_percent"],
        "valid_mid_log2_rmse": score["mid_log2_rmse"],
        "valid_rank_within": score["mid_rank_correlation_within_kinds"],
        "valid_volume_factor": score["volume_median_factor"],
    }
    result["valid_kind_percent"] = measures.score_kinds(said, data.valid.truth, model.kinds)["kind_accuracy_percent"]
    outside = 0.0
    if data.photos is not None:
        photos = data.photos
        said = predict(model, [photos.sides])
        scores = measures.score_photos(
            said, photos.low_s.numpy(), photos.high_s.numpy(), photos.outdoor.numpy() > 0, np.array([p.panorama for p in photos.photos])
        )
        result["photos_inside_percent"], result["photos_outdoor_auc"] = scores["indoor_inside_range_percent"], scores["outdoor_auc"]
        outside = 1 - scores["indoor_inside_range_percent"] / 100
    result["choice"] = round(result["valid_mid_log2_rmse"] + 0.3 * outside, 4)
    return result


def calibrate(model: SceneEncoder, valid: RoomData) -> None:
    """Scales every spread so that 68.3 % of the validation rooms' truths lie within one."""
    said, truth = predict(model, valid.features.parts), valid.truth
    distance = np.abs(said.mean - truth.values) / np.exp(said.log_std)
    usable = (truth.known > 0) & ~truth.outdoor[:, None]
    shift = [np.log(np.quantile(distance[usable[:, i], i], 0.6827) + 1e-6) if usable[:, i].any() else 0.0 for i in range(T.NUM_TARGETS)]
    model.log_std_shift.add_(torch.tensor(shift, dtype=torch.float32))


def finish(run: Run, model: SceneEncoder, chosen: str, package: Path) -> dict:
    """Saves the network, measures it on the held-out rooms and the real crops, writes the package; returns the numbers."""
    from lumiverb.export.scene_encoder import onnx_bytes, round_to_half, save_checkpoint, write_scene_encoder

    round_to_half(model)
    save_checkpoint(run.folder / "scene-encoder.pt", model)
    (run.folder / "run.json").write_text(
        json.dumps(
            {"preset": run.preset_name, "train_rooms": run.preset.train_rooms, "changed_rooms": run.preset.changed_rooms}
            | {"chosen": chosen, "init": str(run.init or ""), "more_rooms": [str(folder) for folder in run.more_rooms]}
        )
    )
    graph = onnx_bytes(model)
    train_labels = run.labels()
    changed = run.preset.changed_rooms
    more = changed + sum(labels["kind"] != HELD_OUT_KIND for folder in run.more_rooms for labels in read_labels(folder))
    medians = measures.training_medians(measures.Truth.of(train_labels))
    encoder = measures.OnnxSceneEncoder(graph)
    metrics = evaluate_sets(encoder, run.folder / "rooms", medians, model.kinds, run.preset.test_rooms)
    photos = read_weak_photos()
    if photos:
        metrics["photos"] = measures.evaluate_photos(encoder, photos)
    for name, file in (("learning_curve", "learning-curve.json"), ("ceiling", "ceiling.json")):
        if (found := run.folder / file).exists():
            metrics[name] = json.loads(found.read_text())
    (run.folder / "metrics.json").write_text(json.dumps(metrics, indent=1))
    training = {
        "preset": run.preset_name,
        "command": run.command(),
        "chosen": chosen,
        "rooms": {"train": len(train_labels) + more, "valid": run.preset.valid_rooms, "test": run.preset.test_rooms},
        "seeds": SPLIT_SEEDS,
        "data": data_statement(len(train_labels) + more, changed, run.init is not None, bool(photos)) + _notes(run.folder),
    }
    pictures = [sample.picture for sample in read_rooms(run.rooms("test"), 4)]
    write_scene_encoder(package, model, graph, medians, metrics, training, pictures)
    run.say(f"package: {package}")
    return metrics


def _notes(folder: Path) -> list[str]:
    """Lines of ``notes.txt``: what else the card shall say of a run's data."""
    path = folder / "notes.txt"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def export_again(folder: Path, package: Path, say: Callable[[str], None] = print) -> dict:
    """Export, measures and card of a finished run, from its checkpoint. Raises ModelError if there is none."""
    from lumiverb.errors import ModelError
    from lumiverb.export.scene_encoder import load_checkpoint

    try:
        record = json.loads((folder / "run.json").read_text())
    except OSError as error:
        raise ModelError(f"{folder / 'run.json'}: no finished run here ({error.strerror})") from None
    preset = with_rooms(PRESETS[record["preset"]], record["train_rooms"], record["changed_rooms"])
    more = [Path(name) for name in record.get("more_rooms", [])]
    run = Run(folder, record["preset"], preset, Path(record["init"]) if record["init"] else None, more_rooms=more, say=say)
    return finish(run, load_checkpoint(folder / "scene-encoder.pt"), record["chosen"], package)


def data_statement(rooms: int, changed: int, pretrained: bool, photos: bool) -> list[str]:
    lines = [f"{rooms} rooms made and traced by this project (picture and sound from one scene); ours, AGPL-3.0-or-later"]
    if changed:
        lines.append(
            f"{changed} of them are rooms among the others once more, after one change (softer or harder surfaces, or a larger shell)"
        )
    if pretrained:
        lines.append(
            "start of the trunk: MobileNetEdgeTPU 1.0 (ImageNet classifier by Google, from mlcommons/mobile_models v0_7), "
            "Apache-2.0, Copyright Google and MLCommons contributors; changed by our training"
        )
    if photos:
        lines.append(
            "9 of 18 real panoramas by Poly Haven / HDRI Haven (CC0 1.0), as crops with weak RT60 ranges by kind of scene; "
            "the other 9 only for evaluation"
        )
    return lines


def with_rooms(preset: Preset, train_rooms: int | None, changed_rooms: int | None = None) -> Preset:
    """The preset with other numbers of training rooms; None = as it says."""
    rooms, changed = (
        old if new is None else new for old, new in ((preset.train_rooms, train_rooms), (preset.changed_rooms, changed_rooms))
    )
    return replace(preset, train_rooms=rooms, changed_rooms=changed)
