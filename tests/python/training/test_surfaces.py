# SPDX-License-Identifier: AGPL-3.0-or-later
"""Maps of what a picture shows: right where the geometry is known, and still in place after the picture was framed anew."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from lumiverb.nets.scene_encoder import SURVEY, Surfaces, survey  # noqa: E402
from lumiverb.training.augment import Frame, augment, draw_frame  # noqa: E402
from lumiverb.training.losses import surface_loss  # noqa: E402
from lumiverb.training.surfaces import CELLS, CHANNELS, as_read, surface_targets  # noqa: E402


def halves() -> np.ndarray:
    """A wall at 2 m of absorption .5 on the left, sky on the right."""
    surfaces = np.zeros((48, 48, 10), np.float32)
    surfaces[:, :24] = [2.0, 0.8, 0.0, *[0.5] * 7]
    surfaces[:, 24:, 3:] = 1
    return surfaces


def read(surfaces: np.ndarray) -> tuple[torch.Tensor, Surfaces]:
    targets = torch.from_numpy(surface_targets(surfaces).astype(np.float32))[None]
    return targets, as_read(targets)


def test_cells_hold_the_means_of_what_is_not_sky():
    cells = surface_targets(halves())
    assert cells.shape == (CHANNELS, CELLS, CELLS) and np.all(cells[0] == 1)
    assert np.all(cells[1, :, :6] == 0) and np.all(cells[1, :, 6:] == 1)
    assert cells[2, 3, 3] == pytest.approx(np.log(2), abs=1e-3) and cells[3, 3, 3] == pytest.approx(0.8, abs=1e-3)
    assert np.all(cells[5:, :, :6] == 0.5) and np.all(cells[2:, :, 6:] == 0)
    assert np.all(surface_targets(None) == 0)


def test_maps_are_framed_as_the_picture_is():
    # The map is the picture itself: brightness stands for distance.
    rng = np.random.default_rng(3)
    coarse = rng.uniform(0.2, 0.9, (6, 6))
    picture = np.asarray(Image.fromarray((255 * coarse).astype(np.uint8)).resize((192, 192), Image.Resampling.BICUBIC))
    surfaces = np.zeros((192, 192, 10), np.float32)
    surfaces[..., 0] = np.exp(picture / 255)
    for seed in range(6):
        view, _ = augment(np.repeat(picture[..., None], 3, 2), np.random.default_rng([seed, 1]))
        cells = surface_targets(surfaces, draw_frame(np.random.default_rng([seed, 1])))
        shown = view.mean(2).reshape(CELLS, 16, CELLS, 16).mean((1, 3))
        inside = cells[0] > 0.99
        assert inside.mean() > 0.6
        # Exposure, contrast and noise change the picture, its shapes stay where the map has them.
        assert np.corrcoef(cells[2][inside].astype(float), shown[inside])[0, 1] > 0.97


def test_a_mirrored_frame_mirrors_the_map():
    cells = surface_targets(halves(), Frame(0.0, (0.0, 0.0, 1.0, 1.0), True))
    assert np.array_equal(cells, surface_targets(halves()[:, ::-1]))


def test_a_true_reading_costs_nothing_and_an_untrue_one_does():
    truth, said = read(halves())
    loss, parts = surface_loss(said, truth)
    assert float(loss) < 2e-3 and set(parts) == {f"seen_{n}" for n in ("distance", "facing", "upward", "absorption", "sky")}
    for name in said._fields:
        wrong = getattr(said, name) + (12 if name == "sky" else 0.5)  # certainty takes a big step to lose
        assert float(surface_loss(said._replace(**{name: wrong}), truth)[0]) > float(loss) + 0.01
    assert float(surface_loss(said, torch.zeros_like(truth))[0]) == 0  # nothing known, nothing taught


def test_the_survey_weighs_absorption_by_area():
    # Floor at 1 m, ceiling at 2 m, seen alike: the ceiling has four times the area.
    surfaces = np.zeros((48, 48, 10), np.float32)
    surfaces[:24] = [2.0, 1.0, -1.0, *[0.8] * 7]
    surfaces[24:] = [1.0, 1.0, 1.0, *[0.1] * 7]
    features = survey(read(surfaces)[1])[0]
    assert features.shape == (SURVEY,)
    absorption = np.exp(2 * (features[:28].numpy().reshape(4, 7) - 1)) - 0.01
    assert absorption[0] == pytest.approx(np.full(7, (4 * 0.8 + 0.1) / 5), rel=0.02)
    assert absorption[1] == pytest.approx(np.full(7, 0.1), rel=0.06)  # floor; a little is taken off, so that what is not there is 0
    assert absorption[2] == pytest.approx(np.full(7, 0.8), rel=0.02)  # ceiling
    assert features[28:31].numpy() == pytest.approx([0.2, 0.8, 0.0], abs=1e-3)
