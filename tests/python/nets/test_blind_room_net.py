# SPDX-License-Identifier: AGPL-3.0-or-later
"""The blind-room network: invariances, any length, and one answer from torch, ONNX Runtime and the core."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
torch.set_num_threads(1)

from lumiverb import _native  # noqa: E402
from lumiverb.export.blind_room import check_parity, onnx_bytes  # noqa: E402
from lumiverb.export.package import write_package  # noqa: E402
from lumiverb.host.models import init_runtime  # noqa: E402
from lumiverb.nets.blind_room import HEARD_BANDS, BlindRoom, relative_levels  # noqa: E402
from lumiverb.training.heard_targets import TARGET_NAMES  # noqa: E402


@pytest.fixture(scope="module")
def network():
    """Untrained, with heads that say something and units as of rooms."""
    torch.manual_seed(3)
    model = BlindRoom()
    with torch.no_grad():
        model.head_mean.weight.mul_(3)
        model.set_units(torch.tensor([-0.3] * 7 + [0.0] * 7 + [5.0, 5.0]), torch.tensor([0.7] * 7 + [6.0] * 7 + [6.0, 2.0]))
    return model.eval()


def levels_of(audio: np.ndarray, rate: float = 48000) -> torch.Tensor:
    return torch.from_numpy(_native.heard_band_levels_db(audio, rate))[None]


def test_it_is_small(network):
    assert sum(p.numel() for p in network.parameters()) <= 500_000
    assert network.mix[0].in_channels == 56 * HEARD_BANDS // 8 and len(TARGET_NAMES) == 16


def test_level_and_colour_do_not_count(network):
    rng = np.random.default_rng(1)
    levels = torch.from_numpy(rng.normal(-40, 8, (1, 300, 32)).astype(np.float32))
    colour = torch.from_numpy(rng.normal(0, 10, (1, 1, 32)).astype(np.float32))
    with torch.no_grad():
        plain, coloured = network(levels), network(levels + colour)
    assert torch.allclose(relative_levels(levels), relative_levels(levels + colour), atol=1e-4)
    assert torch.allclose(plain.mean, coloured.mean, atol=1e-3)


@pytest.mark.parametrize("frames", [60, 121, 250, 1250])
def test_any_length(network, frames):
    with torch.no_grad():
        said = network(torch.full((2, frames, 32), -30.0) + torch.randn(2, frames, 32))
    assert said.mean.shape == said.log_std.shape == (2, 16)
    assert torch.isfinite(said.mean).all() and torch.isfinite(said.log_std).all()


def test_silence_gives_numbers(network):
    with torch.no_grad():
        said = network(torch.full((1, 200, 32), -120.0))
    assert torch.isfinite(said.mean).all() and torch.isfinite(said.log_std).all()


def test_torch_onnx_runtime_and_the_core_agree(network, tmp_path, make_voice):
    graph = onnx_bytes(network)
    assert check_parity(network, graph) <= 1e-4
    write_package(
        tmp_path / "blind-room", graph, name="blind-room", version="0", task="blind-room", licence="AGPL-3.0-or-later",
        trained_on="nothing", metrics={}, card="-", targets=list(TARGET_NAMES), hop=0.008, window=0.032,
    )  # fmt: skip
    init_runtime()
    core = _native.BlindRoom(str(tmp_path / "blind-room"))
    import lumiverb

    for seconds in (2.0, 7.3):
        voice = make_voice(seconds)
        with torch.no_grad():
            said = network(levels_of(voice[0]))
        room = lumiverb.RoomDescription.from_json(core.describe(voice, 48000.0))
        assert np.log(room.rt60_s) == pytest.approx(said.mean[0, :7].numpy(), abs=1e-4)
        assert room.drr_db == pytest.approx(said.mean[0, 7:14].numpy(), abs=1e-3)
        assert np.log(room.rt60_spread_log) == pytest.approx(said.log_std[0, :7].numpy(), abs=1e-4)
        assert room.clarity_c50_db == pytest.approx(float(said.mean[0, 14]), abs=1e-3)
        assert np.log(room.volume_m3) == pytest.approx(float(said.mean[0, 15]), abs=1e-4)
