# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scene encoder: torch -> ONNX -> model package, with the parity checks and the card."""

from __future__ import annotations

import io
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from lumiverb.errors import ModelError
from lumiverb.nets.scene_encoder import IMAGE_SIZE, Prediction, SceneEncoder
from lumiverb.training.targets import TARGET_NAMES

OPSET = 17
LICENCE = "AGPL-3.0-or-later; parts derived from MobileNetEdgeTPU (Apache-2.0, Google / MLCommons)"
PARITY = 1e-4


def onnx_bytes(model: SceneEncoder) -> bytes:
    """The graph: input ``image`` (N, 3, 192, 192) in 0..1, outputs named as :class:`Prediction`, any N, weights inside."""
    model = model.eval()
    names = list(Prediction._fields)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the TorchScript exporter announces its successor, which needs more packages
        torch.onnx.export(
            model,
            (torch.rand(2, 3, IMAGE_SIZE, IMAGE_SIZE),),
            buffer,  # pyright: ignore[reportArgumentType]  (a file object is taken when dynamo is off)
            opset_version=OPSET,
            dynamo=False,
            input_names=["image"],
            output_names=names,
            dynamic_axes={name: {0: "N"} for name in ["image", *names]},
        )
    return store_as_half(buffer.getvalue())


@torch.no_grad()
def round_to_half(model: SceneEncoder) -> SceneEncoder:
    """Rounds the weights in place to numbers that half precision holds exactly: the file halves, the arithmetic stays float32."""
    for parameter in model.parameters():
        parameter.copy_(parameter.half().float())
    return model


def store_as_half(graph: bytes, smallest: int = 1024) -> bytes:
    """Stores float32 constants in half precision, with a Cast before their use, where not a single value changes by it."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load_model_from_string(graph)
    casts = []
    for constant in model.graph.initializer:
        values = numpy_helper.to_array(constant)
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if values.dtype != np.float32 or values.size < smallest or not np.array_equal(half.astype(np.float32), values):
            continue
        name = constant.name
        constant.CopyFrom(numpy_helper.from_array(half, f"{name}_half"))
        casts.append(onnx.helper.make_node("Cast", [f"{name}_half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def check_parity(model: SceneEncoder, graph: bytes, pictures: Sequence[np.ndarray], tolerance: float = PARITY) -> float:
    """Largest difference between torch and ONNX Runtime over uint8 (192, 192, 3) pictures, one at a time and as a batch.

    Raises
    ------
    ModelError
        If it exceeds ``tolerance``.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    image = np.stack(pictures).transpose(0, 3, 1, 2).astype(np.float32) / 255
    with torch.no_grad():
        expected = model.eval()(torch.from_numpy(image))
    batch = session.run(list(Prediction._fields), {"image": image})
    single = [
        np.concatenate(rows)
        for rows in zip(*(session.run(list(Prediction._fields), {"image": image[i : i + 1]}) for i in range(len(image))), strict=False)
    ]
    worst = max(
        float(np.abs(want.numpy() - got).max()) for got_all in (batch, single) for want, got in zip(expected, got_all, strict=False)
    )
    if worst > tolerance:
        raise ModelError(f"scene-encoder: ONNX Runtime differs from torch by {worst:.2e}, more than {tolerance:.0e}")
    return worst


def write_scene_encoder(
    folder: Path,
    model: SceneEncoder,
    graph: bytes,
    medians: dict,
    metrics: dict,
    training: dict,
    pictures: Sequence[np.ndarray],
    version: str = "1",
) -> Path:
    """Checks that ``graph`` (of :func:`onnx_bytes`) is ``model`` on some ``pictures``, and writes the package.

    ``medians`` are those of :func:`lumiverb.evaluation.scene_encoder.training_medians`; ``metrics`` the measured numbers;
    ``training`` what the card says of data and recipe.
    """
    from lumiverb.export.package import write_package
    from lumiverb.export.scene_encoder_card import render

    fields = {
        "kinds": list(model.kinds),
        "parameters": sum(p.numel() for p in model.parameters()),
        "trained_on": training["data"],
        "metrics": metrics | {"parity_torch_onnxruntime": float(f"{check_parity(model, graph, pictures):.1e}")},
        "recipe": {key: training[key] for key in ("preset", "command", "rooms", "seeds", "chosen")},
    }
    return write_package(
        folder,
        graph,
        name="scene-encoder",
        version=version,
        task="scene-encoder",
        licence=LICENCE,
        card=render(fields),
        opset=OPSET,
        targets=list(TARGET_NAMES),
        image_size=IMAGE_SIZE,
        normalisation="inside the graph: sRGB / 255 in",
        training_medians=medians,
        **fields,
    )


def load_checkpoint(path: Path) -> SceneEncoder:
    """The finished network of a recipe's folder (``scene-encoder.pt``). Raises ModelError if it is none."""
    try:
        state = torch.load(path, weights_only=True)
        model = SceneEncoder(tuple(state["kinds"]))
        model.load_state_dict(state["model"])
    except (KeyError, RuntimeError, OSError) as error:
        raise ModelError(f"{path}: not a finished scene encoder ({' '.join(str(error).split())[:200]})") from None
    return model.eval()


def save_checkpoint(path: Path, model: SceneEncoder) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as out:
        torch.save({"kinds": list(model.kinds), "model": model.state_dict()}, out)
    Path(out.name).replace(path)
