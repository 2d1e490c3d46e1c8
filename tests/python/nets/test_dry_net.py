# SPDX-License-Identifier: AGPL-3.0-or-later
"""The grid of Dry, its network, and the streaming graph."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lumiverb.audio import dry_grid as grid

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
torch.set_num_threads(1)

from lumiverb.evaluation.dry_stream import OnnxDry, apply_filter, blind_condition  # noqa: E402
from lumiverb.export import dry as export  # noqa: E402
from lumiverb.nets.dry import (  # noqa: E402
    CONDITION,
    FEATURES,
    BandFeatures,
    DryNet,
    DryShape,
    initial_state,
    no_memory,
    shape_of,
    widened,
)


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(3)
    net = DryNet().eval()
    with torch.no_grad():
        net.out.weight.mul_(20)
        net.condition_band.weight.normal_(std=0.3)  # starts at zero: a fresh network does not listen to the condition
    return net


@pytest.fixture(scope="module")
def graph(net):
    return export.onnx_bytes(net)


def bursts(seconds=1.0, level=0.1, seed=1):
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * grid.SAMPLE_RATE)) / grid.SAMPLE_RATE
    return (level * rng.standard_normal(len(t)) * np.exp(-8 * (t % 0.3))).astype(np.float32)


@pytest.mark.parametrize("on", (grid.USUAL, grid.LOW_LATENCY))
@pytest.mark.parametrize("length", (1, 479, 960, 5000))
def test_analysis_and_synthesis_give_back_what_went_in(length, on):
    x = bursts(1.0)[:length]
    assert np.abs(grid.synthesise(grid.analyse(x, on), length, on) - x).max() < 1e-6


def test_low_latency_needs_no_sample_from_later_than_its_synthesis_window():
    x = bursts(0.2)
    later = x.copy()
    later[4096:] = 0
    on = grid.LOW_LATENCY
    first, second = (grid.synthesise(0.5 * grid.analyse(y, on), len(x), on) for y in (x, later))
    assert np.array_equal(first[: 4096 - on.synthesis_window], second[: 4096 - on.synthesis_window])


def test_a_full_scale_sine_has_magnitude_one_half():
    k = 100
    x = np.sin(2 * np.pi * k * grid.BIN_HZ * np.arange(9600) / grid.SAMPLE_RATE)
    assert np.abs(grid.analyse(x)[5:15, k]) == pytest.approx(0.5, abs=2e-3)


def test_bands_cover_every_bin():
    centres, spread = grid.band_centres(), grid.spread_matrix()
    assert len(centres) == grid.BANDS and centres[0] == 0 and centres[-1] == grid.BINS - 1
    assert np.diff(centres).min() >= 1 and np.all(np.diff(centres)[1:] >= np.diff(centres)[:-1] - 4)
    assert np.allclose(spread.sum(1), 1) and np.allclose(grid.gather_matrix().sum(1), 1)
    assert spread.shape == (grid.BINS, grid.BANDS) and spread.min() >= 0


def test_features_do_not_know_the_level():
    power = torch.rand(1, 40, grid.BANDS) * 1e-3
    state = initial_state(DryShape())
    quiet, loud = (BandFeatures(DryShape())(power * scale, state)[0][:, 5:] for scale in (1.0, 100.0))
    assert float((quiet - loud).abs().max()) < 1e-3


def test_decay_features_tell_the_decay_of_a_sound():
    """Memories that fall faster than the sound follow it at a constant distance; slower ones are left behind, the more the slower."""
    fall = 10 ** (-6 * grid.HOP / grid.SAMPLE_RATE / 0.5)
    power = torch.tensor([1e-2 * fall**t for t in range(60)]).reshape(1, 60, 1).expand(1, 60, grid.BANDS)
    features = BandFeatures(DryShape())(power, initial_state(DryShape()))[0][0, 20:, :, 0]
    drift = (features[-1] - features[0]).abs()[1:6]
    assert drift[:2].max() < 0.1 and drift[2:].min() > 0.3 and list(drift[2:]) == sorted(drift[2:])


def test_one_hop_at_a_time_is_the_whole(net, graph):
    x = np.concatenate([bursts(0.6), np.zeros(4800, np.float32), bursts(0.3, 0.01, 2)])
    condition = np.full(11, 0.3, np.float32)
    assert export.check_parity(net, graph, grid.analyse(x), condition) <= 1e-5


def test_the_low_latency_graph_sees_the_same_times():
    torch.manual_seed(5)
    quick = DryNet(DryShape(low_latency=True)).eval()
    usual = DryNet().eval()
    assert quick.features.decay[2] ** (1 / 256) == pytest.approx(float(usual.features.decay[2]) ** (1 / 480), rel=1e-6)
    spectra = grid.analyse(bursts(0.5), grid.LOW_LATENCY)
    assert export.check_parity(quick, export.onnx_bytes(quick), spectra, np.full(11, 0.3, np.float32)) <= 1e-5


def test_the_past_alone_decides(graph):
    spectra = grid.analyse(bursts(0.5))
    other = spectra.copy()
    other[30:] *= 3
    first, second = (OnnxDry(graph).gains(s) for s in (spectra, other))
    assert np.array_equal(first[:30], second[:30]) and not np.allclose(first[30:], second[30:])


def test_the_condition_is_heard_and_silence_is_no_trouble(graph):
    stream, spectra = OnnxDry(graph), grid.analyse(bursts(0.4))
    told = blind_condition()
    told[10] = 1
    assert np.abs(stream.gains(spectra) - stream.gains(spectra, told)).max() > 1e-3
    silent = stream.gains(np.zeros_like(spectra))
    assert np.isfinite(silent).all() and silent.max() <= 1


def test_filter_and_gain_agree(graph):
    spectra = grid.analyse(bursts(0.4))
    taps, gains = OnnxDry(graph).filters(spectra)
    assert taps.shape[1:] == (1, 128) and gains.shape[1] == 513
    assert np.abs(np.abs(taps[:, 0]) - gains[:, :128]).max() < 1e-6
    assert np.abs(apply_filter(spectra, taps, gains) - spectra * gains).max() < 1e-6


def test_filters_reach_back(graph):
    spectra = grid.analyse(bursts(0.2))
    taps = np.zeros((len(spectra), 3, 128), np.complex64)
    taps[:, 2] = 1j
    out = apply_filter(spectra, taps, np.full((len(spectra), 513), 0.5))
    assert np.allclose(out[2:, :128], 1j * spectra[:-2, :128]) and np.allclose(out[:, 128:], 0.5 * spectra[:, 128:])
    assert not out[:2, :128].any()


def test_an_untrained_package_keeps_the_contract(tmp_path):
    folder = export.export_untrained(tmp_path / "dry")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["task"] == "dry" and manifest["parameters"] < 400_000
    inputs = {i["name"]: i["shape"] for i in manifest["inputs"]}
    outputs = {o["name"]: o["shape"] for o in manifest["outputs"]}
    assert inputs["spectrum"] == [1, 2, 1, 513] and inputs["condition"] == [1, 11]
    assert outputs["filter"] == [1, manifest["filter_order"], 2, manifest["filter_bins"]] and outputs["gain"] == [1, 513]
    for state in manifest["states"]:
        assert inputs[state["name"] + "_in"] == state["shape"]
        assert state["name"] + "_out" in outputs


def test_a_widened_network_says_the_same_and_can_learn_more(net):
    shape = DryShape(channels=44, context=25, memory=170)
    wide = widened(net, shape)
    features, condition = torch.randn(2, 9, FEATURES, grid.BANDS), torch.randn(2, CONDITION)
    said, again = (n(features, condition, no_memory(n.shape, 2))[0] for n in (net, wide))
    assert torch.allclose(said, again, atol=1e-6)
    assert shape_of(wide.state_dict(), False) == shape and shape_of(net.state_dict(), False) == net.shape
    again.square().sum().backward()
    assert wide.leave.weight.grad[:, 160:].abs().max() > 0 and wide.mix.weight.grad[:, 40:44].abs().max() > 0
    with pytest.raises(ValueError, match="does not fit"):
        widened(wide, net.shape)
