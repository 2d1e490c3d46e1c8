# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recipe of Dry: mixtures -> network -> validation on unseen voices and rooms -> package with card.

Each step leaves its result in the run's folder and is skipped when it is there: start the same command again to go on.
"""

from __future__ import annotations

import importlib.util
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from lumiverb.audio import dry_grid
from lumiverb.audio.dry_grid import BANDS
from lumiverb.errors import Error
from lumiverb.evaluation.dry import Clip, clips_from, evaluate
from lumiverb.evaluation.dry_systems import Dry, find, opposite
from lumiverb.nets.dry import COMPRESSION, DryNet, DryShape, no_memory, shape_of, widened
from lumiverb.training.dry_mixtures import Mixtures, MixtureSet
from lumiverb.training.dry_sources import Sources, data_statement, folder_sources, shared_sources
from lumiverb.training.photos import shared_data
from lumiverb.training.traced_rooms import traced_rooms
from lumiverb.training.trainer import Stage, TrainOptions, run_stage

OVER_SUPPRESSION = 2.0  #: weight of taking too much, beside 1 for taking too little
CONDITION_DROP = 0.5
CONDITION_WRONG = 0.1  #: of all examples: told of a room that is not theirs
EVERY_S = 0.04  #: between hops whose gains are trained: neighbours tell little more
COLOURED = (0, 6)  #: the features that an equaliser changes
SEGMENT = 10  #: trained hops (0.4 s) over which :func:`envelope_loss` compares
SPEECH_BANDS = slice(*np.searchsorted(dry_grid.band_centres() * dry_grid.BIN_HZ, (150, 5000)))
CONDITION_NOISE = np.array([0.15] * 6 + [0.2, 0.15, 0.08], np.float32)  #: in the network's units


@dataclass(frozen=True)
class Phase:
    """A stretch of training with cuts of one length."""

    name: str
    options: TrainOptions
    batch: int
    frames: int  #: of a cut
    distortion: float = 0.03  #: weight of :func:`distortion` in the loss
    envelopes: float = 0.05  #: weight of :func:`envelope_loss`


@dataclass(frozen=True)
class Preset:
    train_mixtures: int
    valid_mixtures: int
    phases: tuple[Phase, ...]
    shape: DryShape = DryShape()
    seconds: float = 6.0  #: of a mixture
    first_mixtures: int = 100  #: that are made before the first step
    mixtures_per_step: float = 0.25  #: that are made later on
    traced_rooms: int = 300  #: among the rooms of the mixtures

    @property
    def steps(self) -> int:
        return sum(phase.options.steps for phase in self.phases)

    def steps_before(self, phase: Phase) -> int:
        return sum(earlier.options.steps for earlier in self.phases[: self.phases.index(phase)])

    def available(self, step: int) -> int:
        """Mixtures there are by then."""
        return min(self.train_mixtures, self.first_mixtures + round(step * self.mixtures_per_step))

    def mixture_set(self, split: str) -> MixtureSet:
        return MixtureSet(split, self.train_mixtures if split == "train" else self.valid_mixtures, self.seconds, shape=self.shape)


def _options(steps: int, rate: float, validations: int, final_rate: float = 0.01) -> TrainOptions:
    return TrainOptions(
        steps, rate, weight_decay=0.01, warmup_steps=min(50, steps // 4), ema_decay=0.998, validations=validations,
        log_every=min(50, steps), final_rate=final_rate,
    )  # fmt: skip


PRESETS = {
    "smoke": Preset(
        8,
        4,
        (Phase("dry", _options(8, 3e-3, 1), 4, 60), Phase("dry-long", _options(4, 1e-3, 1), 2, 120)),
        seconds=1.5,
        first_mixtures=4,
        traced_rooms=2,
    ),
    # Short cuts at a constant rate, as long as there is time; then long ones, in which to gather what room it is, down to a rate of nothing.
    "lite": Preset(
        9000,
        40,
        (Phase("dry", _options(6400, 2e-3, 10, final_rate=1.0), 12, 250), Phase("dry-long", _options(2600, 1.5e-3, 10), 8, 450, 0.05)),
        first_mixtures=1200,
        mixtures_per_step=1.2,
    ),
    # Two and a half times the arithmetic on the same mixtures; begins with the weights of lite (--init), to which it adds.
    "full": Preset(
        9000,
        40,
        (Phase("dry", _options(1800, 1.5e-3, 6, final_rate=1.0), 12, 250), Phase("dry-long", _options(1500, 1.2e-3, 6), 8, 450, 0.05)),
        DryShape(channels=56, context=32, memory=288),
        first_mixtures=9000,
    ),
    # Begins with the weights of lite (--init): hops are shorter, all else is the same.
    "low-latency": Preset(
        400,
        24,
        (Phase("dry", _options(500, 1e-3, 5), 12, 470), Phase("dry-long", _options(200, 5e-4, 2), 8, 850, 0.05)),
        DryShape(low_latency=True),
        first_mixtures=400,
    ),
}


@dataclass(frozen=True)
class Run:
    """Where a run lives, what it learns from and how it reports."""

    folder: Path
    preset_name: str
    preset: Preset
    sources: Callable[[str], Sources]  #: by split
    say: Callable[[str], None] = print
    start: Path | None = None  #: folder of a run whose weights are the first ones
    material: str = ""  #: options that named other voices and rooms than the usual ones

    def mixtures(self, split: str) -> Path:
        return self.folder / "mixtures" / split

    def clips(self) -> list[Clip]:
        """What the network is measured on: in rooms, dry, sung, made vowels."""
        return clips_from(self.sources("valid"), *((2, 1, 0, 0) if self.preset_name == "smoke" else (38, 8, 8, 6)))

    def command(self) -> str:
        init = f" --init {self.start}" if self.start else ""
        return f"lumiverb train dry --preset {self.preset_name}{init}{self.material}"


def run_of(preset: str, folder: str, speech: str, rirs: str, init: str, say: Callable[[str], None]) -> Run:
    """The run that the options of the command line mean; empty texts stand for what is usual. Raises Error for an unknown preset."""
    if preset not in PRESETS:
        raise Error(f"'{preset}' is no preset of Dry; there are {', '.join(PRESETS)}")
    if rirs and not speech:
        raise Error("--rirs needs --speech: the usual voices have rooms of their own")

    def sources(split: str) -> Sources:
        return folder_sources(Path(speech), Path(rirs) if rirs else None, split) if speech else shared_sources(shared_data(), split)

    material = "".join(f" --{name} {Path(given).name}" for name, given in (("speech", speech), ("rirs", rirs)) if given)
    return Run(Path(folder or f"runs/dry-{preset}"), preset, PRESETS[preset], sources, say, Path(init) if init else None, material)


def train(run: Run, package: Path | None = None, clips: Sequence[Clip] | None = None) -> dict:
    """Everything, from the first mixture to the package in ``package`` (default ``<folder>/package``); returns the numbers measured on
    ``clips`` (default :meth:`Run.clips`).
    """
    return finish(run, fit(run), run.clips() if clips is None else clips, package or run.folder / "package")


def finish(run: Run, net: DryNet, clips: Sequence[Clip], package: Path) -> dict:
    """Measures the network beside the baselines on ``clips`` and writes the package."""
    from lumiverb.export.dry import check_parity, grid_fields, onnx_bytes, save_checkpoint, write_dry
    from lumiverb.export.dry_card import render

    save_checkpoint(run.folder / "dry-finished.pt", net)
    graph = onnx_bytes(net)
    grid = net.shape.grid
    spectra = dry_grid.analyse(clips[0].wet, grid)
    told = clips[0].hint.condition
    parity = check_parity(net, graph, spectra, told if told is not None else np.zeros(11, np.float32))
    name = run.preset_name
    systems = {
        name: Dry(graph, "", grid),
        f"{name}, told the room": Dry(graph, "told", grid),
        f"{name}, told a wrong room": Dry(graph, "wrong", grid),
    }
    metrics = evaluate(clips, systems, run.say)
    metrics = {
        **metrics,
        "parity_torch_onnxruntime": float(f"{parity:.1e}"),
        "systems": {**measure_baselines(run, clips), **metrics["systems"]},
    }
    (run.folder / "metrics.json").write_text(json.dumps(metrics, indent=1))
    steps, curve = learning_curve(run)
    recipe = {
        "preset": name,
        "command": run.command(),
        "steps": sum(steps.values()),
        "hours_seen": round(sum(steps[p.name] * p.batch * p.frames for p in run.preset.phases) * net.shape.grid.hop_s / 3600, 1),
        "hours_of_mixtures": round(run.preset.available(sum(steps.values())) * run.preset.seconds / 3600, 2),
        "learning_curve": curve,
    }
    fields = {"trained_on": data_statement(run.sources("train")), "metrics": metrics, "recipe": recipe}
    parameters = sum(p.numel() for p in net.parameters())
    card = render({"name": f"dry-{name}", "parameters": parameters, **grid_fields(net.shape), **fields})
    write_dry(package, net, graph, name=f"dry-{name}", card=card, **fields)
    run.say(f"package: {package}")
    return metrics


def measure_baselines(run: Run, clips: Sequence[Clip]) -> dict:
    """Rows of the table for doing nothing, Lebart's suppressor, WPE where it is installed, and the best that gains could do; measured once
    for the same clips.
    """
    path, names = run.folder / "baselines.json", [clip.name for clip in clips]
    kept = json.loads(path.read_text()) if path.exists() else {}
    rows = kept["systems"] if kept.get("clips") == names else {}
    wanted = {"unprocessed": "unprocessed", "lebart (told RT60)": "lebart", "ceiling (told the target)": "ceiling"}
    if importlib.util.find_spec("nara_wpe"):
        wanted["wpe (offline)"] = "wpe"
    rows |= evaluate(clips, {row: find(name) for row, name in wanted.items() if row not in rows}, run.say)["systems"]
    path.write_text(json.dumps({"clips": names, "systems": rows}))
    return rows


def load_average(run: Run) -> DryNet:
    """The averaged weights of a run that may still be going on. Raises ModelError if there is no checkpoint."""
    from lumiverb.errors import ModelError

    there = [path for phase in run.preset.phases if (path := run.folder / f"{phase.name}.pt").exists()]
    if not there:
        raise ModelError(f"{run.folder}: no run here (looked for {run.preset.phases[0].name}.pt)")
    weights = torch.load(there[-1], weights_only=True)["average"]
    net = DryNet(shape_of(weights, run.preset.shape.low_latency))
    net.load_state_dict(weights)
    return net.eval()


def learning_curve(run: Run) -> tuple[dict[str, int], list[dict[str, float]]]:
    """Steps taken by phase up to the checkpoint, and the validation losses on the way, at most ten of them."""
    taken, valid = {}, []
    for phase in run.preset.phases:
        before, path = sum(taken.values()), run.folder / f"{phase.name}.pt"
        taken[phase.name] = int(torch.load(path, weights_only=True)["step"]) if path.exists() else 0
        log = path.with_suffix(".jsonl")
        records = [json.loads(line) for line in log.read_text().splitlines()] if taken[phase.name] else []
        valid += [r | {"step": r["step"] + before} for r in records if "valid_blind" in r and r["step"] <= taken[phase.name]]
    chosen = sorted({round(i) for i in np.linspace(0, len(valid) - 1, min(10, len(valid)))}) if valid else []
    return taken, [valid[i] for i in chosen]


def fit(run: Run) -> DryNet:
    """Trains to the end; mixtures are made as the steps need them."""
    train = Mixtures(run.mixtures("train"), lambda: training_sources(run), run.preset.mixture_set("train"))
    valid = Mixtures(run.mixtures("valid"), lambda: run.sources("valid"), run.preset.mixture_set("valid"))
    valid.require(len(valid))
    torch.manual_seed(run.preset.phases[0].options.seed)
    net = widened(load_average(replace(run, folder=run.start)), run.preset.shape) if run.start else DryNet(run.preset.shape)
    run.say(f"{sum(p.numel() for p in net.parameters())} parameters, {len(train)} mixtures")
    for phase in run.preset.phases:
        run_stage(_stage(run, phase, net, train, valid), run.folder)
    return net


def training_sources(run: Run) -> Sources:
    """Voices and rooms of the run with traced rooms among them, which are kept in its folder."""
    traced = traced_rooms(run.folder / "traced-rooms.npz", run.preset.traced_rooms, run.say)
    return replace(run.sources("train"), traced=traced)


def _stage(run: Run, phase: Phase, net: DryNet, train: Mixtures, valid: Mixtures) -> Stage:
    return Stage(
        phase.name,
        net,
        [(list(net.parameters()), 1.0)],
        lambda model, step: batch_loss(model, train, run.preset, phase, step),
        phase.options,
        lambda model: validate(model, valid, run.preset.shape),
        lambda record: run.say(f"{phase.name} {record}"),
    )


def batch_loss(net: torch.nn.Module, data: Mixtures, preset: Preset, phase: Phase, step: int) -> tuple[torch.Tensor, dict[str, float]]:
    """Loss of batch ``step`` of a phase: random cuts of the mixtures that are there by then (the set grows while the network learns),
    a third of them from the start of a mixture, where the memories are empty.
    """
    step += preset.steps_before(phase)
    rng = np.random.default_rng([phase.options.seed, step])
    there = preset.available(step)
    data.require(there)
    indices = rng.integers(0, there, phase.batch)
    latest = data.frames - phase.frames
    starts = np.where(rng.random(phase.batch) < 0.3, 0, rng.integers(0, latest + 1, phase.batch))
    features, terms = data.cut(indices, starts, phase.frames)
    features[:, :, COLOURED] += _colour(rng, phase.batch)
    condition = draw_condition(rng, data.condition(indices))
    every = hops_between(preset.shape)
    wanted = slice(int(rng.integers(0, every)), None, every)
    gain, _ = net(torch.from_numpy(features), torch.from_numpy(condition), no_memory(preset.shape, phase.batch), wanted)
    wanted_terms = torch.from_numpy(terms[:, wanted])
    parts = {
        "spectral": gain_loss(gain, wanted_terms),
        "distortion": distortion(gain, wanted_terms),
        "envelopes": envelope_loss(gain, wanted_terms),
    }
    loss = parts["spectral"] + phase.distortion * parts["distortion"] + phase.envelopes * parts["envelopes"]
    return loss, {name: float(part.detach()) for name, part in parts.items()}


def hops_between(shape: DryShape) -> int:
    """EVERY_S in hops."""
    return round(EVERY_S / shape.grid.hop_s)


def _colour(rng: np.random.Generator, count: int) -> np.ndarray:
    """A random smooth equalisation, as it shows in the features: in the level of bands against the loudness and nowhere else."""
    places = np.linspace(0, 1, BANDS)
    curves = [np.interp(places, np.linspace(0, 1, 5), rng.normal(0, 0.8, 5)) for _ in range(count)]
    return np.stack(curves)[:, None, None].astype(np.float32) / 4


def draw_condition(rng: np.random.Generator, known: np.ndarray) -> np.ndarray:
    """(N, 9) of the rooms -> (N, 11) as the network gets it: with errors, now and then of another room, and half of the time nothing."""
    count = len(known)
    wrong = rng.random((count, 1)) < CONDITION_WRONG / (1 - CONDITION_DROP)
    other = np.where(rng.random((count, 1)) < 0.5, np.roll(known, 1, 0), opposite(known))
    noisy = np.where(wrong, other, known) + CONDITION_NOISE * rng.standard_normal(known.shape)
    noisy[:, :6] += 0.15 * rng.standard_normal((count, 1))
    told = rng.random((count, 1)) >= CONDITION_DROP
    return np.concatenate([noisy * told, np.ones_like(told), told], 1).astype(np.float32)


def gain_loss(gain: torch.Tensor, terms: torch.Tensor) -> torch.Tensor:
    """Compressed spectral error above the least possible one; gain^.3 (N, T, BANDS), terms (N, T, 2, BANDS) of dry_mixtures."""
    a = terms[:, :, 0]
    error = gain - best_gain(terms)
    return (a * error.square() * torch.where(error < 0, OVER_SUPPRESSION, 1.0)).mean()


def best_gain(terms: torch.Tensor) -> torch.Tensor:
    """The gain^.3 of least error, 0..1."""
    return (terms[:, :, 1] / (terms[:, :, 0] + 1e-6)).clamp(0, 1)


def distortion(gain: torch.Tensor, terms: torch.Tensor) -> torch.Tensor:
    """Distortion per signal in linear spectra, on a logarithmic scale (10 dB = 1), as SI-SDR counts it: loud sound decides, where the
    compressed error listens to the quiet as well. Distances are to the best gains; what no gain can mend is taken for 5 %.
    """
    power = terms[:, :, 0] ** (1 / COMPRESSION)
    best = best_gain(terms) ** (1 / COMPRESSION)
    wrong = (power * (gain ** (1 / COMPRESSION) - best).square()).sum((1, 2)) / ((power * best.square()).sum((1, 2)) + 1e-6)
    return torch.log10(wrong + 0.05).mean()


def envelope_loss(gain: torch.Tensor, terms: torch.Tensor) -> torch.Tensor:
    """How unlike the target's the shapes of the bands' envelopes are, 0..1, after the extended short-time intelligibility (Jensen and
    Taal 2016): bands of 150 Hz to 5 kHz over 0.4 s, each normalised over time, then each hop over the bands, correlated.
    """
    terms = terms[:, : terms.shape[1] // SEGMENT * SEGMENT, :, SPEECH_BANDS]
    wet = terms[:, :, 0].clamp(min=1e-9) ** (0.5 / COMPRESSION)
    target = wet * best_gain(terms) ** (1 / COMPRESSION)
    output = wet * gain[:, : terms.shape[1], SPEECH_BANDS] ** (1 / COMPRESSION)
    usual = target.square().mean((1, 2), keepdim=True).sqrt() + 1e-6
    first, second = (_shapes(x.unflatten(1, (-1, SEGMENT)) / usual[:, None]) for x in (target, output))
    heard = target.unflatten(1, (-1, SEGMENT)).square().mean((2, 3)).sqrt() > 0.03 * usual[:, :, 0]
    likeness = (first * second).sum(-1).mean(-1)
    return 1 - (likeness * heard).sum() / heard.sum().clamp(min=1)


def _shapes(envelopes: torch.Tensor) -> torch.Tensor:
    """(N, segments, SEGMENT, bands), normalised over time, then over bands."""
    for axis in (2, 3):
        envelopes = envelopes - envelopes.mean(axis, keepdim=True)
        envelopes = envelopes / (envelopes.square().sum(axis, keepdim=True) + 1e-5).sqrt()
    return envelopes


@torch.no_grad()
def validate(net: torch.nn.Module, data: Mixtures, shape: DryShape) -> dict[str, float]:
    """Loss on whole validation mixtures, blind and told the room, beside that of leaving everything as it is."""
    result: dict[str, float] = defaultdict(float)
    wanted = slice(0, None, hops_between(shape))
    for start in range(0, len(data), 20):
        indices = np.arange(start, min(start + 20, len(data)))
        features, terms = (torch.from_numpy(x) for x in data.cut(indices, np.zeros_like(indices), data.frames))
        terms, share = terms[:, wanted], len(indices) / len(data)
        told = np.concatenate([data.condition(indices), np.ones((len(indices), 2), np.float32)], 1)
        blind = np.zeros_like(told)
        blind[:, 9] = 1
        for name, condition in (("blind", blind), ("told", told)):
            gain, _ = net(features, torch.from_numpy(condition), no_memory(shape, len(indices)), wanted)
            result[f"valid_{name}"] += float(gain_loss(gain, terms)) * share
            result[f"valid_{name}_distortion"] += float(distortion(gain, terms)) * share
            result[f"valid_{name}_envelopes"] += float(envelope_loss(gain, terms)) * share
        result["valid_unprocessed"] += float(gain_loss(torch.ones_like(terms[:, :, 0]), terms)) * share
    return {name: round(value, 5) for name, value in result.items()}
