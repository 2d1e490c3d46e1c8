# SPDX-License-Identifier: AGPL-3.0-or-later
"""The training loop on a problem that takes milliseconds: it learns, and an interruption leaves no trace."""

from __future__ import annotations

import json

import pytest

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # two threads that share a busy core wait for each other

from lumiverb.training.trainer import Stage, TrainOptions, run_stage  # noqa: E402


def stage(steps: int = 60, log=lambda record: None, **options) -> Stage:
    torch.manual_seed(3)
    model = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.Tanh(), torch.nn.Dropout(0.1), torch.nn.Linear(16, 1))
    frozen, trained = model[0], model[3]

    def loss(net, step):
        x = torch.randn(32, 4, generator=torch.Generator().manual_seed(step))
        error = (net(x)[:, 0] - x.sum(1)).square().mean()
        return error, {"error": float(error.detach())}

    return Stage(
        "toy",
        model,
        [(list(frozen.parameters()), 0.1), (list(trained.parameters()), 1.0)],
        loss,
        TrainOptions(steps, 0.05, warmup_steps=5, log_every=10, validations=2, **options),
        lambda net: {"valid": 1.0},
        log=log,
    )


def test_it_learns(tmp_path):
    records = []
    run_stage(stage(200, records.append), tmp_path)
    losses = [record["loss"] for record in records if "loss" in record]
    assert losses[-1] < 0.3 * losses[0]


def test_resumed_equals_uninterrupted(tmp_path):
    straight = run_stage(stage(), tmp_path / "straight").state_dict()
    for _ in range(3):  # 25 + 25 + 10 steps, each from a new process' point of view
        resumed = run_stage(stage(), tmp_path / "resumed", stop_after=25).state_dict()
    for name, value in straight.items():
        assert torch.allclose(value, resumed[name], atol=1e-6), name
    logs = [[json.loads(line) for line in (tmp_path / name / "toy.jsonl").read_text().splitlines()] for name in ("straight", "resumed")]
    assert [record["step"] for record in logs[0]] == [10, 20, 30, 30, 40, 50, 60, 60]
    assert [record["step"] for record in logs[1]][-3:] == [50, 60, 60]
    assert logs[0][-2]["loss"] == pytest.approx(logs[1][-2]["loss"], abs=1e-4)


def test_a_finished_stage_is_not_trained_again(tmp_path):
    first = run_stage(stage(), tmp_path).state_dict()
    calls = []
    again = stage()
    again.loss = lambda net, step: calls.append(step)
    second = run_stage(again, tmp_path).state_dict()
    assert not calls
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_what_is_in_no_group_stays(tmp_path):
    made = stage()
    made.groups = made.groups[1:]
    before = made.model[0].weight.clone()
    run_stage(made, tmp_path)
    assert torch.equal(before, made.model[0].weight)


def test_a_loss_that_is_not_finite_stops_the_run(tmp_path):
    made = stage()
    made.loss = lambda net, step: (net(torch.full((1, 4), float("nan"))).sum(), {})
    with pytest.raises(FloatingPointError, match="toy: the loss is not finite at step 0"):
        run_stage(made, tmp_path)
