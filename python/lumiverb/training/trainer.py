# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small training loop: resumable anywhere, logged, with an exponential moving average of the weights.

Everything that is random in step ``n`` is seeded by (seed, n), so a run that was stopped and resumed takes the same steps as
one that was not.
"""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import torch
from torch import nn


@dataclass(frozen=True)
class TrainOptions:
    steps: int
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    warmup_steps: int = 50
    final_rate: float = 0.02  #: of the learning rate at the end of the cosine
    clip_norm: float = 2.0
    ema_decay: float = 0.998
    checkpoint_seconds: float = 120.0
    log_every: int = 25
    validations: int = 5  #: of the averaged weights, evenly over the steps
    seed: int = 1


Model = TypeVar("Model", bound=nn.Module)


@dataclass
class Stage(Generic[Model]):
    """One stage of training.

    Attributes
    ----------
    model : trained in place; holds the averaged weights at the end
    groups : (parameters, factor of the learning rate) pairs; everything else stays as it is
    loss : (model, step) -> (scalar loss, numbers to log); must draw its batch from ``step`` alone
    validate : model -> numbers to log, called ``options.validations`` times with the averaged weights; may be None
    """

    name: str
    model: Model
    groups: Sequence[tuple[Sequence[nn.Parameter], float]]
    loss: Callable[[Model, int], tuple[torch.Tensor, dict[str, float]]]
    options: TrainOptions
    validate: Callable[[Model], dict[str, float]] | None = None
    log: Callable[[dict], None] = field(default=lambda record: None)


def run_stage(stage: Stage[Model], folder: Path, stop_after: int | None = None) -> Model:
    """Trains to the end (or for ``stop_after`` steps, as an interruption would) and returns ``stage.model``.

    ``folder/<name>.pt`` is the checkpoint, ``folder/<name>.jsonl`` the log. A finished stage is loaded, not trained again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    options, checkpoint = stage.options, folder / f"{stage.name}.pt"
    parameters = [p for group, _ in stage.groups for p in group]
    for parameter in stage.model.parameters():
        parameter.requires_grad_(False)
    for parameter in parameters:
        parameter.requires_grad_(True)
    optimiser = torch.optim.AdamW(
        [{"params": list(group), "factor": factor} for group, factor in stage.groups],
        lr=options.learning_rate,
        weight_decay=options.weight_decay,
    )
    average = copy.deepcopy(stage.model).eval()
    step = _load(checkpoint, stage.model, average, optimiser)
    last = options.steps if stop_after is None else min(options.steps, step + stop_after)
    logger, saved = _Logger(folder / f"{stage.name}.jsonl", step, stage.log), time.monotonic()
    while step < last:
        torch.manual_seed(options.seed * 1_000_003 + step)
        stage.model.train()
        loss, numbers = stage.loss(stage.model, step)
        if not math.isfinite(float(loss.detach())):
            raise FloatingPointError(f"{stage.name}: the loss is not finite at step {step}")
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, options.clip_norm)
        _set_rate(optimiser, options, step)
        optimiser.step()
        step += 1
        _update_average(average, stage.model, min(options.ema_decay, step / (step + 10)))
        logger.add(step, float(loss.detach()), numbers, options.log_every)
        if stage.validate and step % max(1, options.steps // options.validations) == 0:
            logger.write({"step": step, **stage.validate(average)})
        if time.monotonic() - saved > options.checkpoint_seconds:
            _save(checkpoint, stage.model, average, optimiser, step)
            saved = time.monotonic()
    _save(checkpoint, stage.model, average, optimiser, step)
    if step >= options.steps:
        stage.model.load_state_dict(average.state_dict())
    stage.model.eval()
    return stage.model


def _set_rate(optimiser: torch.optim.Optimizer, options: TrainOptions, step: int) -> None:
    warm = min(1.0, (step + 1) / max(1, options.warmup_steps))
    cosine = 0.5 * (1 + math.cos(math.pi * step / max(1, options.steps)))
    rate = options.learning_rate * warm * (options.final_rate + (1 - options.final_rate) * cosine)
    for group in optimiser.param_groups:
        group["lr"] = rate * group["factor"]


@torch.no_grad()
def _update_average(average: nn.Module, model: nn.Module, decay: float) -> None:
    for old, new in zip(average.parameters(), model.parameters(), strict=False):
        if new.requires_grad:
            old.lerp_(new, 1 - decay)
    for old, new in zip(average.buffers(), model.buffers(), strict=False):
        old.copy_(new)


def _save(path: Path, model: nn.Module, average: nn.Module, optimiser: torch.optim.Optimizer, step: int) -> None:
    temporary = path.with_suffix(".part")
    torch.save({"model": model.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict(), "step": step}, temporary)
    temporary.replace(path)


def _load(path: Path, model: nn.Module, average: nn.Module, optimiser: torch.optim.Optimizer) -> int:
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    model.load_state_dict(state["model"])
    average.load_state_dict(state["average"])
    optimiser.load_state_dict(state["optimiser"])
    return int(state["step"])


class _Logger:
    """Means over ``log_every`` steps, one JSON object per line; a resumed run drops the lines that it will write again."""

    def __init__(self, path: Path, step: int, forward: Callable[[dict], None]):
        kept = [line for line in path.read_text().splitlines() if json.loads(line)["step"] <= step] if path.exists() else []
        path.write_text("".join(line + "\n" for line in kept))
        self.path, self.forward, self.sums, self.count, self.started = path, forward, {}, 0, time.monotonic()

    def add(self, step: int, loss: float, numbers: dict[str, float], every: int) -> None:
        for name, value in {"loss": loss, **numbers}.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
        self.count += 1
        if step % every == 0:
            means = {name: round(total / self.count, 5) for name, total in self.sums.items()}
            self.write({"step": step, **means, "seconds": round(time.monotonic() - self.started, 1)})
            self.sums, self.count = {}, 0

    def write(self, record: dict) -> None:
        with self.path.open("a") as out:
            out.write(json.dumps(record) + "\n")
        self.forward(record)
