# SPDX-License-Identifier: AGPL-3.0-or-later
"""The recipe of Dry from a folder of voices to a package, at the smallest size; what its mixtures and its loss mean."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
torch.set_num_threads(1)

from lumiverb import _native  # noqa: E402
from lumiverb.audio import dry_grid as grid  # noqa: E402
from lumiverb.audio.files import write_audio  # noqa: E402
from lumiverb.errors import Error  # noqa: E402
from lumiverb.evaluation.dry import clips_from, clips_of  # noqa: E402
from lumiverb.export.dry import load_checkpoint  # noqa: E402
from lumiverb.export.dry_card import render  # noqa: E402
from lumiverb.training import dry_mixtures as mixtures  # noqa: E402
from lumiverb.training import dry_sources as sources  # noqa: E402
from lumiverb.training.recipes import dry as recipe  # noqa: E402
from lumiverb.training.sung_notes import sung_phrase  # noqa: E402
from lumiverb.training.traced_rooms import traced_rooms  # noqa: E402


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Nine short "voices" and two responses."""
    root = tmp_path_factory.mktemp("material")
    rng = np.random.default_rng(1)
    t = np.arange(48000) / 48000
    for name in ("speech", "rirs"):
        (root / name).mkdir()
    for i in range(9):
        voice = np.sin(2 * np.pi * (150 + 20 * i) * t + 3 * np.sin(4 * t)) * np.clip(np.sin(2 * np.pi * 3 * t), 0, 1)
        write_audio(root / f"speech/voice{i}.wav", 0.3 * voice[None], 48000)
    for i, rt60 in enumerate((0.4, 0.9)):
        room = 0.05 * rng.standard_normal(48000) * 10 ** (-3 * t / rt60)
        room[100] = 1
        write_audio(root / f"rirs/room{i}.wav", room[None], 48000)
    return root


@pytest.fixture(scope="module")
def run(folders, tmp_path_factory):
    preset = recipe.PRESETS["smoke"]
    made = recipe.Run(
        tmp_path_factory.mktemp("smoke"), "smoke", preset, lambda s: sources.folder_sources(folders / "speech", folders / "rirs", s), str
    )
    clips = clips_from(made.sources("valid"), 1, 1, seconds=2.0)
    return made, recipe.train(made, clips=clips), clips


def test_the_package_is_whole_and_its_card_quotes_its_manifest(run):
    folder = run[0].folder / "package"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["name"] == "dry-smoke" and manifest["hop"] == 480 and "hop of 10 ms" in render(manifest)
    assert manifest["metrics"] == run[1] and manifest["recipe"]["steps"] == recipe.PRESETS["smoke"].steps
    assert (folder / "card.md").read_text() == render(manifest)


def test_a_finished_run_goes_on_at_once_and_says_the_same(run, tmp_path):
    made, metrics, clips = run
    said = []
    again = recipe.train(dataclasses.replace(made, say=said.append), tmp_path / "again", clips)
    assert not [line for line in said if "'loss'" in line]
    first, second = ({n: {k: v for k, v in row.items() if k != "rtf"} for n, row in m["systems"].items()} for m in (metrics, again))
    assert first == second
    assert (made.folder / "package/model.onnx").read_bytes() == (tmp_path / "again/model.onnx").read_bytes()
    assert load_checkpoint(made.folder / "dry-finished.pt").shape == made.preset.shape


def test_an_interrupted_run_takes_the_same_steps(run, tmp_path):
    made = run[0]
    data = mixtures.Mixtures(made.mixtures("train"), lambda: made.sources("train"), made.preset.mixture_set("train"))
    torch.manual_seed(1)
    net = recipe.DryNet(made.preset.shape)
    phase = made.preset.phases[1]

    def loss(step):
        torch.manual_seed(step)  # as the trainer does, for what the network forgets
        return float(recipe.batch_loss(net, data, made.preset, phase, step)[0].detach())

    first, second, next_one = loss(5), loss(5), loss(6)
    assert first == second != next_one


def test_mixtures_of_another_kind_are_not_taken_for_these(run, tmp_path):
    made = run[0]

    def of(seconds, count, low_latency=False, folder=tmp_path):
        which = mixtures.MixtureSet("train", count, seconds, shape=recipe.DryShape(low_latency=low_latency))
        return mixtures.Mixtures(folder, lambda: made.sources("train"), which)

    few = of(1.0, 2)
    few.require(2)
    more = of(1.0, 3)
    more.require(3)  # the chunk was cut short: it is made again
    assert len(more.condition(np.arange(3))) == 3
    for other in ({"seconds": 1.5, "count": 3}, {"seconds": 1.0, "count": 3, "low_latency": True}):
        with pytest.raises(Error, match="mixtures of another kind"):
            of(**other)


def test_the_command_of_a_run_names_what_it_learnt_from():
    run = recipe.run_of("lite", "", "/some/where/voices", "/some/where/rooms", "runs/earlier", print)
    assert run.folder.as_posix() == "runs/dry-lite"
    assert run.command() == "lumiverb train dry --preset lite --init runs/earlier --speech voices --rirs rooms"
    with pytest.raises(Error, match="no preset"):
        recipe.run_of("large", "", "", "", "", print)


def test_a_mixture_is_the_voice_in_the_room(folders):
    drawn = sources.folder_sources(folders / "speech", folders / "rirs", "train")
    which = mixtures.MixtureSet("train", 10, 1.5)
    first, again = (mixtures.make_mixture(drawn, which, 3) for _ in range(2))
    assert np.array_equal(first.wet, again.wet) and first.wet.shape == first.early.shape == (72000,)
    assert np.isfinite(first.condition).all() and first.condition.shape == (9,)
    dry = dataclasses.replace(drawn, dry_share=1.0)
    passed = mixtures.make_mixture(dry, which, 3)
    assert np.array_equal(passed.wet, passed.early)
    assert not np.array_equal(first.wet, mixtures.make_mixture(drawn, which, 4).wet)


def test_loss_terms_hold_the_compressed_error():
    rng = np.random.default_rng(2)
    wet, target = (rng.standard_normal((4, 513)) + 1j * rng.standard_normal((4, 513)) for _ in range(2))
    terms = mixtures.loss_terms(wet, target, 25000)
    x, s, phase = np.abs(wet) ** 0.3, np.abs(target) ** 0.3, np.angle(wet) - np.angle(target)
    gather = grid.gather_matrix().T

    def error(gain):  # of gain^.3 = gain in every bin, per band
        magnitude, whole = (gain * x - s) ** 2, np.abs(gain * x * np.exp(1j * phase) - s) ** 2
        return ((1 - mixtures.PHASE_SHARE) * magnitude + mixtures.PHASE_SHARE * whole) @ gather

    scale = (x * x @ gather).mean()
    a, b = terms[:, 0], terms[:, 1]
    said = (a * 0.4**2 - 2 * b * 0.4) - (a * 0.9**2 - 2 * b * 0.9)
    assert np.allclose(said, (error(0.4) - error(0.9)) / scale, atol=1e-4)


def test_taking_too_much_costs_double():
    terms = torch.tensor([1.0, 0.5]).reshape(1, 1, 2, 1)  # the best gain is a half
    low, high = (float(recipe.gain_loss(torch.full((1, 1, 1), g), terms)) for g in (0.4, 0.6))
    assert low == pytest.approx(2 * high, rel=1e-3)


def test_distortion_is_decided_by_what_is_loud():
    terms = torch.tensor([[2.0, 1.0], [0.5, 0.25]]).T.reshape(1, 1, 2, 2)  # best gain^.3 a half in both bands, the first one is loud
    best = torch.full((1, 1, 2), 0.5)
    none, loud, quiet = (float(recipe.distortion(best + torch.tensor([[wrong]]), terms)) for wrong in ((0.0, 0.0), (0.2, 0.0), (0.0, 0.2)))
    assert none == pytest.approx(np.log10(0.05), abs=0.01)
    assert loud > quiet + 0.5 and quiet >= none


def test_conditions_are_dropped_and_wrong_by_a_little():
    known = np.tile(sources.no_room().condition, (400, 1))
    drawn = recipe.draw_condition(np.random.default_rng(1), known)
    told = drawn[:, 10] > 0
    assert 0.4 < told.mean() < 0.6 and not drawn[~told, :9].any() and (drawn[:, 9] == 1).all()
    errors = np.abs(drawn[told, :9] - known[0]).mean(1)
    assert 0 < np.median(errors) < 0.3
    # Half of the wrong ones are another room of the batch, which is the same one here; the others are about the opposite.
    assert 0.04 < (errors > 1).mean() < 0.2


def test_envelopes_of_another_shape_are_unlike():
    rng = np.random.default_rng(4)
    terms = torch.from_numpy(np.stack([rng.uniform(0.2, 2, (2, 40, 60)), np.zeros((2, 40, 60))], 2).astype(np.float32))
    best = torch.from_numpy(rng.uniform(0.2, 0.9, (2, 40, 60)).astype(np.float32))
    terms[:, :, 1] = terms[:, :, 0] * best
    right, half, none, random = (
        float(recipe.envelope_loss(gain, terms)) for gain in (best, best * 0.5, torch.ones_like(best), torch.rand_like(best))
    )
    assert right == pytest.approx(0, abs=1e-3) and half == pytest.approx(right, abs=1e-2)
    assert 0.1 < none < random < 1


def test_sung_phrases_sing():
    phrase = sung_phrase(np.random.default_rng(3), 3.0)
    assert phrase.shape == (144000,) and np.abs(phrase).max() == pytest.approx(1)
    spectrum = np.abs(np.fft.rfft(phrase)) ** 2
    places = np.fft.rfftfreq(len(phrase), 1 / 48000)
    assert spectrum[places > 18000].sum() < 1e-3 * spectrum.sum() and spectrum[places < 1500].sum() > 0.3 * spectrum.sum()
    assert not np.array_equal(phrase, sung_phrase(np.random.default_rng(4), 3.0))


def test_plates_decay_as_they_say():
    for seed in range(3):
        made = sources.plate(np.random.default_rng(seed))
        bands = _native.analyse_decay(made.response, 48000.0)
        assert np.abs(np.log([bands[n]["t30_s"] for n in (2, 3, 4)]) - made.condition[1:4]).max() < 0.15


def test_traced_rooms_are_kept_in_half_precision(run, tmp_path):
    path = run[0].folder / "traced-rooms.npz"
    rooms = traced_rooms(path, 2)
    assert len(rooms) == 2 and path.stat().st_size < 800_000
    nearer = [sources.nearer_or_farther(rooms[0], np.random.default_rng(n)) for n in range(2)]
    assert np.array_equal(nearer[0].response[1000:], rooms[0].response[1000:])
    assert nearer[0].condition[6] != nearer[1].condition[6]
    assert traced_rooms(tmp_path / "none.npz", 0) == []


def test_simulated_rooms_are_what_they_say():
    rooms = [sources.simulated_room(np.random.default_rng(n)) for n in range(6)]
    for room in rooms:
        assert np.isfinite(room.response).all() and int(np.argmax(np.abs(room.response))) < 480
        assert 0.05 < room.rt60_s < 6 and room.condition.shape == (9,)
    assert len({len(room.response) for room in rooms}) > 3


def test_validation_shares_no_voice_and_no_building(shared):
    train, valid = (sources.shared_sources(shared / "data", split) for split in ("train", "valid"))
    paths = [{u.path for _, found in s.voices for u in found} for s in (train, valid)]
    assert not paths[0] & paths[1]
    rooms = [{room.path for room in s.measured} for s in (train, valid)]
    assert len(rooms[1]) >= 15 and not rooms[0] & rooms[1]
    assert not any("College_House" in str(path) or "StAndrews" in str(path) for path in rooms[0])


def test_empty_folders_are_named(tmp_path, folders):
    with pytest.raises(Error, match="at least two recordings"):
        sources.folder_sources(tmp_path, None, "train")
    with pytest.raises(Error, match="no audio files"):
        clips_of(folders / "speech", tmp_path, 2, 1)
    with pytest.raises(Error, match="no recordings of voices"):
        sources.shared_sources(tmp_path, "train")
