# SPDX-License-Identifier: AGPL-3.0-or-later
"""Losses at points where their value or their gradient is known."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # two threads that share a busy core wait for each other

from lumiverb.nets.scene_encoder import Prediction, SceneEncoder  # noqa: E402
from lumiverb.training.losses import LossWeights, beta_nll, change_loss, photo_loss, room_loss  # noqa: E402

NONE = torch.zeros(3, 3, dtype=torch.bool)  # of three crops nobody says what kind they are


def said(n: int, ln_rt60: float = 0.0, outdoor: float = 0.0) -> Prediction:
    return Prediction(
        torch.full((n, 26), ln_rt60, requires_grad=True),
        torch.zeros(n, 26, requires_grad=True),
        torch.zeros(n, 3),
        torch.full((n, 1), outdoor),
        torch.zeros(n, 128),
    )


def test_the_best_spread_is_the_size_of_the_error():
    error = torch.tensor(0.3)
    spreads = torch.linspace(-3, 1, 401)
    plain = 0.5 * error.square() / torch.exp(2 * spreads) + spreads
    assert np.exp(float(spreads[plain.argmin()])) == pytest.approx(0.3, rel=0.02)
    log_std = torch.tensor(np.log(0.3), requires_grad=True)
    beta_nll(error, log_std).backward()
    assert float(log_std.grad) == pytest.approx(0, abs=1e-5)


def test_unknown_targets_have_no_gradient():
    model, prediction = SceneEncoder(("a", "b", "c")), said(2)
    known = torch.ones(2, 26)
    known[:, 18:] = 0
    loss, _ = room_loss(model, prediction, torch.ones(2, 26), known, torch.tensor([0, 1]), torch.zeros(2), LossWeights())
    loss.backward()
    assert float(prediction.mean.grad[:, 18:].abs().max()) == 0 and float(prediction.mean.grad[:, :18].abs().min()) > 0


def test_inside_the_range_there_is_no_pull():
    low, high = torch.tensor([0.5, 0.5, 0.5]), torch.tensor([2.0, 2.0, 2.0])
    for ln_rt60, direction in ((0.0, 0), (np.log(3.0), 1), (np.log(0.2), -1)):
        prediction = said(3, ln_rt60)
        loss, _ = photo_loss(prediction, low, high, torch.zeros(3), NONE, LossWeights(photo_outdoor=0))
        loss.backward()
        assert np.sign(float(prediction.mean.grad.sum())) == direction


def test_outdoor_ranges_have_no_lower_end():
    prediction = said(1, np.log(0.05))
    loss, numbers = photo_loss(prediction, torch.tensor([0.0]), torch.tensor([0.1]), torch.ones(1), NONE[:1], LossWeights())
    assert numbers["photo_range"] == 0 and float(loss.detach()) == pytest.approx(0.3 * np.log(2), rel=1e-5)


def test_weights_sum_to_one():
    assert float(LossWeights().per_target().sum()) == pytest.approx(1)


def test_a_photo_pulls_towards_the_kinds_that_fit_whichever():
    prediction = said(1, np.log(0.05))
    kind = torch.zeros(1, 3, requires_grad=True)
    fit = torch.tensor([[True, True, False]])
    loss, numbers = photo_loss(prediction._replace(kind=kind), torch.tensor([0.0]), torch.tensor([0.1]), torch.ones(1), fit, LossWeights())
    assert numbers["photo_kind"] == pytest.approx(np.log(1.5), rel=1e-5)
    loss.backward()
    assert kind.grad[0, 0] == kind.grad[0, 1] < 0 < kind.grad[0, 2]


def test_a_change_is_followed_where_the_errors_are_the_same():
    model, known = SceneEncoder(("a", "b", "c")), torch.ones(3, 26)
    values, pair = torch.tensor([0.0, 1.0, 5.0])[:, None].expand(3, 26), torch.tensor([[1, 0]])
    both_wrong = (values + torch.tensor([0.4, 0.4, 0.0])[:, None]).requires_grad_()
    loss = change_loss(model, both_wrong, values, known, pair, LossWeights())
    assert float(loss.detach()) == pytest.approx(0, abs=1e-6)
    no_change = torch.zeros(3, 26, requires_grad=True)
    change_loss(model, no_change, values, known, pair, LossWeights()).backward()
    assert (no_change.grad[1] < 0).all() and (no_change.grad[0] > 0).all() and not no_change.grad[2].any()
