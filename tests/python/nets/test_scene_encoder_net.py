# SPDX-License-Identifier: AGPL-3.0-or-later
"""The network: shapes, size, bounded answers, the pretrained trunk."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # two threads that share a busy core wait for each other

from lumiverb.nets.mobilenet_edgetpu import MobileNetEdgeTPU  # noqa: E402
from lumiverb.nets.scene_encoder import FEATURES, SceneEncoder, pool_features  # noqa: E402

KINDS = ("office", "church", "field")


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(1)
    return SceneEncoder(KINDS).eval()


def test_shapes_and_size(model):
    said = model(torch.rand(2, 3, 192, 192))
    assert [tuple(t.shape) for t in said] == [(2, 26), (2, 26), (2, 3), (2, 1), (2, 128)]
    assert sum(p.numel() for p in model.parameters()) < 6_000_000


def test_answers_are_bounded_whatever_the_picture(model):
    with torch.no_grad():
        for picture in (torch.zeros(1, 3, 192, 192), torch.ones(1, 3, 192, 192), torch.rand(1, 3, 192, 192) * 50 - 20):
            said = model(picture)
            assert float(((said.mean - model.target_mean) / model.target_std).abs().max()) <= 4
            assert all(torch.isfinite(t).all() for t in said)
            assert float(said.log_std.min()) >= -4 and float(said.log_std.max()) <= 1


def test_the_cached_half_and_the_rest_make_the_whole(model):
    image = torch.rand(2, 3, 192, 192)
    image = 0.5 * (image + image.flip(3))  # its own mirror image: both readings are the same
    with torch.no_grad():
        whole, (parts, seen) = model(image), model.from_stride8(model.trunk.stride8(image))
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(whole, parts, strict=False))
    assert seen.absorption.shape == (2, 7, 12, 12) and seen.sky.shape == seen.upward.shape == (2, 12, 12)


def test_a_mirrored_picture_is_the_same_room(model):
    image = torch.rand(1, 3, 192, 192)
    with torch.no_grad():
        there, back, (one_side, _) = model(image), model(image.flip(3)), model.from_stride8(model.trunk.stride8(image))
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(there, back, strict=False))
    assert not torch.allclose(there.mean, one_side.mean, atol=1e-5)


def test_a_place_indoors_is_not_called_a_field(model):
    other = SceneEncoder(KINDS).eval()
    other.load_state_dict(model.state_dict())
    with torch.no_grad():
        other.head_outdoor.bias.fill_(-20)
        other.head_kind.bias.copy_(torch.tensor([0.0, 0.0, 5.0]))
        assert int(other(torch.rand(1, 3, 192, 192)).kind.argmax()) != KINDS.index("field")


def test_thirds_tell_up_from_down():
    maps = [torch.zeros(1, channels, side, side) for channels, side in ((48, 24), (96, 12), (1280, 6))]
    for x in maps:
        x[:, :, : x.shape[2] // 3] = 1
    upright = pool_features(*maps)
    turned = pool_features(*(x.flip(2) for x in maps))
    assert upright.shape == (1, FEATURES)
    assert int((~torch.isclose(upright, turned)).sum()) == 2 * 96 + 2 * 1280  # the upper and the lower third of feat16 and feat32
    assert torch.allclose(upright, pool_features(*(x.flip(3) for x in maps)))


def test_pretrained_trunk_equals_the_onnx_file(shared):
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    path = shared / "data/weights/imagenet_mobilenet_edgetpu/model.onnx"
    if not path.exists():
        pytest.skip("needs the pretrained trunk in ../shared/data/weights")
    trunk = MobileNetEdgeTPU().eval()
    trunk.load_onnx(path)
    image = torch.rand(2, 3, 192, 192, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        feat8 = trunk.stride8(image)
        ours = (feat8, *trunk.from_stride8(feat8))
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    theirs = session.run(["feat8", "feat16", "feat32"], {"image": ((image * 255 - 128) * 0.00787402).numpy()})
    for a, b in zip(ours, theirs, strict=False):
        assert np.abs(a.numpy() - b).max() < 2e-3 * max(1, np.abs(b).max())


def test_a_trunk_that_does_not_fit_is_refused(tmp_path):
    onnx = pytest.importorskip("onnx")
    weight = onnx.numpy_helper.from_array(np.zeros((8, 3, 3, 3), np.float32), "w")
    node = onnx.helper.make_node("Conv", ["image", "w"], ["out"])
    graph = onnx.helper.make_graph(
        [node],
        "g",
        [onnx.helper.make_tensor_value_info("image", 1, [1, 3, 8, 8])],
        [onnx.helper.make_tensor_value_info("out", 1, None)],
        [weight],
    )
    path = tmp_path / "other.onnx"
    onnx.save(onnx.helper.make_model(graph), str(path))
    with pytest.raises(ValueError, match="other.onnx: 1 convolutions"):
        MobileNetEdgeTPU().load_onnx(path)
