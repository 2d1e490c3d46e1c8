# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recipe of the blind-room network: dry recordings x responses -> band levels -> network -> calibrated spreads -> package with card.

Each step leaves its result in the run's folder and is skipped when it is there: start the same command again to go on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from lumiverb.errors import ModelError
from lumiverb.nets.blind_room import BlindRoom, Prediction
from lumiverb.training import heard_targets as T
from lumiverb.training.heard_augment import augmented
from lumiverb.training.losses import beta_nll
from lumiverb.training.reverberant import FRAMES, Takes, TakeSet, make_takes, open_takes
from lumiverb.training.trainer import Stage, TrainOptions, run_stage

#: Per target, before normalisation: RT60 is what the network is for.
_WEIGHTS = np.array([0.6, 0.8, 1, 1, 1, 1, 0.8] + [0.3] * 7 + [1.0, 0.4])
SHORTEST_FRAMES, LONGEST_FRAMES = 200, 450  #: of a batch: 1.6 to 3.6 s; pooling carries what was learnt to longer takes

#: Steps between two growths of the training set.
GROWTH_STEPS = 250

#: What the card says of the data.
DATA = (
    "Dry speech: Picovoice speech-to-intent (Apache-2.0, > 50 speakers), speechocean762 (CC BY 4.0, 70 speakers), Kathleen (CC0), "
    "GCompris words (BY-SA, Free Art). Unseen voices of the tables: Kerstin (CC0) and 12 speakers of speechocean762",
    "Dry singing: UTAU-Yuki (public domain), Erithacus (CC BY 4.0); unseen: vocobox (MIT)",
    "Dry music: single notes of guitar, tuba, percussion, body percussion (CC0, CC BY 4.0); unseen: saxophones, flute",
    "Responses: synthesised by the project's own core (7 of 10), and measured ones (3 of 10; public domain, CC BY, CC BY-SA, MIT, Apache-2.0, "
    "CC0), varied in time, damping and direct sound",
    "Unseen measured rooms of the tables: all of College House, Rostock seminar room, St Andrew's, St Lawrence, St Margaret's",
)


@dataclass(frozen=True)
class Preset:
    """How much of everything."""

    train: TakeSet
    valid: TakeSet
    options: TrainOptions
    first_shards: int  #: that training starts with
    growth: int = 12  #: shards added every GROWTH_STEPS, until all are there
    batch: int = 32
    test_takes: int = 4  #: per measured response

    def shards_at(self, step: int) -> int:
        return min(self.train.shards, self.first_shards + self.growth * (step // GROWTH_STEPS))


PRESETS = {
    "smoke": Preset(
        TakeSet("train", 1, limit=3),
        TakeSet("valid", 1, limit=3),
        TrainOptions(12, 2e-3, warmup_steps=3, validations=1),
        first_shards=1,
        batch=8,
        test_takes=1,
    ),
    "small": Preset(
        TakeSet("train", 202),
        TakeSet("valid", 6),
        TrainOptions(3500, 2e-3, warmup_steps=100, ema_decay=0.995, validations=7),
        first_shards=46,
    ),
    "full": Preset(
        TakeSet("train", 2000),
        TakeSet("valid", 24),
        TrainOptions(40000, 2e-3, warmup_steps=200, validations=20),
        first_shards=80,
    ),
}


@dataclass(frozen=True)
class Run:
    """Where a run lives and how it reports."""

    folder: Path
    preset_name: str
    preset: Preset
    device: str = "cpu"
    say: Callable[[str], None] = print


def train(run: Run, package: Path | None = None) -> dict:
    """Everything, from mixing takes to the package in ``package`` (default ``<folder>/package``); returns the measured numbers."""
    make_takes(run.folder / "valid", run.preset.valid, run.say)
    return finish(run, fit(run), package or run.folder / "package")


def fit(run: Run) -> BlindRoom:
    """Trains and calibrates the spreads. The set of takes grows as the steps need it: the first learn as much from few."""
    valid = open_takes(run.folder / "valid", run.preset.valid.shards)
    while True:
        step = steps_done(run.folder)
        shards = run.preset.shards_at(step)
        make_takes(run.folder / "train", replace(run.preset.train, shards=shards), run.say)
        takes = open_takes(run.folder / "train", shards)
        torch.manual_seed(run.preset.options.seed)
        model = BlindRoom().to(run.device)
        model.set_units(*target_units(takes.targets))  # of the first takes: later on the checkpoint brings them
        model = run_stage(stage(run, model, takes, valid), run.folder, GROWTH_STEPS - step % GROWTH_STEPS)
        if steps_done(run.folder) >= run.preset.options.steps:
            break
    calibrate(model.cpu(), valid)
    return model


def steps_done(folder: Path) -> int:
    """Steps of the checkpoint, 0 before there is one."""
    return int(torch.load(folder / "blind.pt", weights_only=True)["step"]) if (folder / "blind.pt").exists() else 0


def target_units(targets: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and spread (16,) of every target over the training takes, unknown ones left out."""
    mean, std = np.nanmean(targets, 0), np.nanstd(targets, 0)
    return torch.from_numpy(mean.astype(np.float32)), torch.from_numpy(np.maximum(std, 1e-2).astype(np.float32))


def stage(run: Run, model: BlindRoom, takes: Takes, valid: Takes) -> Stage:
    def loss(net: BlindRoom, step: int) -> tuple[torch.Tensor, dict[str, float]]:
        levels, targets = draw(takes, run.preset.batch, step, run.preset.options.seed)
        return heard_loss(net, net(torch.from_numpy(levels).to(run.device)), torch.from_numpy(targets).to(run.device))

    return Stage(
        "blind",
        model,
        [(list(model.parameters()), 1.0)],
        loss,
        run.preset.options,
        lambda net: validate(net, valid),
        log=lambda record: run.say(f"{record}"),
    )


def draw(takes: Takes, count: int, step: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A batch of one random length: levels (count, T, 32), targets (count, 16); the same for the same step and seed."""
    rng = np.random.default_rng([seed, step])
    frames = int(rng.integers(SHORTEST_FRAMES, LONGEST_FRAMES + 1))
    chosen = rng.integers(len(takes), size=count)
    levels = takes.read(chosen)
    starts = rng.integers(FRAMES - frames + 1, size=count)
    cut = [augmented(x[start : start + frames], rng) for x, start in zip(levels, starts, strict=True)]
    return np.stack(cut), takes.targets[chosen]


def heard_loss(model: BlindRoom, said: Prediction, targets: torch.Tensor) -> tuple[torch.Tensor, dict[str, float]]:
    """beta-NLL plus half of |error|, in units of each target's spread over the training takes; unknown targets do not count."""
    known = torch.isfinite(targets)
    error = torch.where(known, (said.mean - torch.nan_to_num(targets)) / model.target_std, 0.0)
    log_std = said.log_std - torch.log(model.target_std) - model.log_std_shift
    weights = torch.from_numpy((_WEIGHTS / _WEIGHTS.sum()).astype(np.float32)).to(error.device) * known
    likelihood = (beta_nll(error, log_std) * weights).sum(1).mean()
    absolute = (F.smooth_l1_loss(error, torch.zeros_like(error), reduction="none", beta=0.2) * weights).sum(1).mean()
    return likelihood + 0.5 * absolute, {"likelihood": float(likelihood.detach()), "absolute": float(absolute.detach())}


@torch.no_grad()
def predict(model: BlindRoom, takes: Takes, frames: int = FRAMES, batch: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """(mean, log_std), each (takes, 16), on calibration takes as they are recorded: lightly degraded, the same every time."""
    device = model.target_std.device
    said = []
    for start in range(0, len(takes), batch):
        chosen = np.arange(start, min(start + batch, len(takes)))
        levels = np.stack(
            [augmented(x[:frames], np.random.default_rng([77, int(i)])) for i, x in zip(chosen, takes.read(chosen), strict=True)]
        )
        said.append([part.cpu().numpy() for part in model(torch.from_numpy(levels).to(device))])
    return np.concatenate([s[0] for s in said]), np.concatenate([s[1] for s in said])


def validate(model: BlindRoom, valid: Takes) -> dict[str, float]:
    mean, _ = predict(model, valid)
    error = np.abs(mean - valid.targets)
    mid = np.abs(np.exp(mean[:, 2:4]).mean(1) - np.exp(valid.targets[:, 2:4]).mean(1))
    return {
        "mid_rt60_median_error_percent": round(100 * float(np.nanmedian(error[:, 2:4].mean(1))), 2),
        "mid_rt60_mean_error_s": round(float(np.nanmean(mid)), 4),
        "drr_mean_error_db": round(float(np.nanmean(error[:, T.DRR])), 3),
        "c50_mean_error_db": round(float(np.nanmean(error[:, T.CLARITY])), 3),
    }


def calibrate(model: BlindRoom, valid: Takes) -> None:
    """Shifts each log spread so that 68.3 % of the calibration takes, heard whole, lie within one."""
    model.log_std_shift.zero_()
    mean, log_std = predict(model, valid)
    ratio = np.log(np.maximum(np.abs(mean - valid.targets), 1e-6)) - log_std
    for t in range(T.NUM_TARGETS):
        known = ratio[np.isfinite(ratio[:, t]), t]
        if len(known) >= 20:
            model.log_std_shift[t] = float(np.quantile(known, 0.6827))


def finish(run: Run, model: BlindRoom, package: Path) -> dict:
    """Exports, measures on unseen voices and rooms, writes package and card; returns the numbers."""
    from lumiverb.evaluation import blind_room as measures
    from lumiverb.export import blind_room as export

    takes = open_takes(run.folder / "train", run.preset.train.shards)
    medians = np.nanmedian(takes.targets, 0).tolist()
    graph = export.onnx_bytes(model)
    metrics = measures.measure_network(graph, medians, run.folder, run.preset.test_takes, run.preset.train.limit, run.say)
    metrics["learning_curve"] = learning_curve(run.folder)
    (run.folder / "metrics.json").write_text(json.dumps(metrics, indent=1))
    training = {
        "preset": run.preset_name,
        "command": f"lumiverb train blind-room --preset {run.preset_name} --package models/blind-room",
        "takes": len(takes),
        "steps": steps_done(run.folder),
        "batch": run.preset.batch,
        "data": list(DATA),
    }
    export.write_blind_room(package, model, graph, medians, metrics, training)
    return metrics


def export_again(run: Run, package: Path) -> dict:
    """Calibrates, measures and exports the averaged weights of a run as they are now; the training need not be at its end."""
    checkpoint = run.folder / "blind.pt"
    try:
        model = BlindRoom()
        model.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
    except (KeyError, RuntimeError, OSError) as error:
        raise ModelError(f"{checkpoint}: not a run of the blind-room network ({' '.join(str(error).split())[:200]})") from None
    calibrate(model.eval(), open_takes(run.folder / "valid", run.preset.valid.shards))
    return finish(run, model, package)


def learning_curve(folder: Path) -> list[dict]:
    """The validations of the training run, in order."""
    lines = [json.loads(line) for line in (folder / "blind.jsonl").read_text().splitlines()]
    return [line for line in lines if "mid_rt60_median_error_percent" in line]
