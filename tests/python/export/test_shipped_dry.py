# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Dry networks that are shipped: their packages, their claims, and a voice in a room made here and now. Needs no torch."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from lumiverb.audio import dry_grid as grid
from lumiverb.errors import ModelError
from lumiverb.evaluation import dry_measures as measures
from lumiverb.evaluation.dry_stream import OnnxDry
from lumiverb.export.dry_card import render
from lumiverb.host.models import DRY_MODELS, model_folder
from lumiverb.training.dry_mixtures import convolve, early_window
from lumiverb.training.dry_sources import shared_sources


def installed() -> list[str]:
    """Qualities whose package is there; lite in any case, whose absence is then told."""

    def there(name: str) -> bool:
        try:
            return model_folder(name).is_dir()
        except ModelError:
            return False

    return [quality for quality, name in DRY_MODELS.items() if quality == "lite" or there(name)]


@pytest.fixture(scope="module", params=installed())
def quality(request):
    return request.param


@pytest.fixture(scope="module")
def folder(quality):
    try:
        return model_folder(f"dry-{quality}")
    except ModelError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def manifest(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def dry(folder, manifest):
    return OnnxDry(folder / "model.onnx", grid.Grid(manifest["window"], manifest["hop"], manifest["synthesis_window"]))


def test_the_card_quotes_the_manifest(folder, manifest):
    assert (folder / "card.md").read_text(encoding="utf-8") == render(manifest)


def test_the_package_keeps_the_contract(folder, manifest, dry, quality):
    assert manifest["task"] == "dry" and manifest["parameters"] <= (1_100_000 if quality == "full" else 400_000)
    assert manifest["fft"] == grid.FFT and dry.grid in (grid.USUAL, grid.LOW_LATENCY)
    assert {s["name"] + "_in": s["shape"] for s in manifest["states"]} == dry.states
    assert manifest["metrics"]["parity_torch_onnxruntime"] <= 1e-5


def test_the_claims_beat_doing_nothing_and_spare_dry_sound(manifest, quality):
    rows = manifest["metrics"]["systems"]
    before, ours = rows["unprocessed"]["rooms"], rows[quality]["rooms"]
    assert manifest["metrics"]["clips"] >= 40
    assert ours["pesq"][0] > before["pesq"][0] + 0.2
    assert ours["estoi"][0] > before["estoi"][0] + 0.03
    assert ours["si_sdr_db"][0] > before["si_sdr_db"][0] + 1
    assert rows[quality]["dry input"]["pesq"][0] > 4.0


def test_real_voices_in_a_room_made_now_come_out_drier(dry, shared):
    rng = np.random.default_rng(5)
    speakers = shared_sources(shared / "data", "valid").voices[0][1]
    voice = np.concatenate([speakers[i].read() for i in (0, 100)])[: 4 * grid.SAMPLE_RATE]
    t = np.arange(grid.SAMPLE_RATE) / grid.SAMPLE_RATE
    room = (0.02 * rng.standard_normal(len(t)) * 10 ** (-3 * t / 0.9)).astype(np.float32)
    room[0] = 1
    wet, early = convolve(voice, room), convolve(voice, room * early_window(len(room)))
    out = dry(wet)
    assert measures.si_sdr_db(early, out) > measures.si_sdr_db(early, wet) + 0.5
    assert measures.log_spectral_distance_db(early, out) < measures.log_spectral_distance_db(early, wet)
    assert measures.si_sdr_db(voice, dry(voice)) > 10


def test_the_level_does_not_matter(dry, make_voice):
    spectra = grid.analyse(make_voice(1.0)[0], dry.grid)
    changes = np.abs(dry.gains(spectra) - dry.gains(0.03 * spectra))[20:]
    # Where there is sound: bins that are as good as empty fall below the floor of the features when the level falls.
    power = np.abs(spectra[20:]) ** 2
    assert (changes * power).sum() / power.sum() < 0.03 and changes.mean() < 0.1
