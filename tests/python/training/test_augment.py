# SPDX-License-Identifier: AGPL-3.0-or-later
"""Augmented views: repeatable, of the same size, recognisably the same picture, with labels that still fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lumiverb.training.augment import AugmentOptions, augment, mirror_labels

STILL = AugmentOptions(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, flip=0, jpeg=0, downscale=0)


@pytest.fixture
def view() -> np.ndarray:
    y, x = np.mgrid[0:192, 0:192]
    return np.stack([x * 255 // 191, y * 255 // 191, (x + y) % 256 // 2 + 60], -1).astype(np.uint8)


def test_one_seed_gives_one_view(view):
    first, flipped = augment(view, np.random.default_rng(5))
    again, flipped_again = augment(view, np.random.default_rng(5))
    assert flipped == flipped_again and np.array_equal(first, again)
    assert not np.array_equal(first, augment(view, np.random.default_rng(6))[0])


@pytest.mark.parametrize("seed", range(20))
def test_views_keep_size_and_content(view, seed):
    made, flipped = augment(view, np.random.default_rng(seed), AugmentOptions(hue=0))
    assert made.shape == view.shape and made.dtype == np.uint8
    upright = made[:, ::-1] if flipped else made
    # Red rises to the right and green downwards in every view: nothing was exchanged but left and right.
    assert upright[:, 130:, 0].mean() > upright[:, :60, 0].mean() + 20
    assert upright[130:, :, 1].mean() > upright[:60, :, 1].mean() + 20


def test_without_faults_the_picture_stays(view):
    made, flipped = augment(view, np.random.default_rng(1), STILL)
    assert not flipped
    # What remains is the slight stretch and the interpolation of the framing.
    assert np.abs(made.astype(int) - view).mean() < 6


def test_flip_is_a_mirror(view):
    made, flipped = augment(view, np.random.default_rng(1), replace(STILL, flip=1.0))
    plain, _ = augment(view, np.random.default_rng(1), STILL)
    assert flipped and np.array_equal(made, plain[:, ::-1])


def test_a_mirrored_room_sounds_the_same_from_the_other_side():
    labels = {"kind": "office", "rt60_s": [0.5] * 7, "volume_m3": 50.0, "azimuth_deg": 31.0}
    assert mirror_labels(labels) == labels | {"azimuth_deg": -31.0}
    assert labels["azimuth_deg"] == 31.0


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("exposure_ev", 1.0),
        ("white_balance", 0.3),
        ("vignette", 0.8),
        ("noise", 0.1),
        ("contrast", 0.5),
        ("zoom", 0.4),
        ("saturation", 0.8),
        ("hue", 1.0),
    ],
)
def test_each_fault_changes_the_picture(view, option, value):
    changed = [augment(view, np.random.default_rng(seed), replace(STILL, **{option: value}))[0].astype(int) for seed in range(4)]
    plain = [augment(view, np.random.default_rng(seed), STILL)[0].astype(int) for seed in range(4)]
    assert max(np.abs(a - b).mean() for a, b in zip(changed, plain, strict=False)) > 2


def test_turned_colours_keep_grey_and_brightness(view):
    grey = np.repeat(view[..., :1], 3, 2)
    turned = augment(grey, np.random.default_rng(3), replace(STILL, hue=1.0))[0].astype(int)
    assert np.ptp(turned, axis=2).max() <= 1
    made = augment(view, np.random.default_rng(3), replace(STILL, hue=1.0))[0].astype(int)
    plain = augment(view, np.random.default_rng(3), STILL)[0].astype(int)
    inside = ((made > 2) & (made < 253)).all(2)  # elsewhere a channel was cut off
    assert np.abs(made - plain).max() > 40 and np.abs(made.mean(2) - plain.mean(2))[inside].max() < 2
