# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes model packages (docs/models.md): model.onnx, manifest.json and card.md in one folder, all or nothing.

Needs neither torch nor onnx, except to read opset, inputs and outputs from the graph where they are not given.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lumiverb import _native
from lumiverb.errors import ModelError

__all__ = ["FORMAT_VERSION", "describe_graph", "write_package"]

FORMAT_VERSION = 1

_RESERVED = ("format_version", "sha256", "size")


def describe_graph(onnx_bytes: bytes) -> dict[str, Any]:
    """Read opset, inputs and outputs from an ONNX graph, in the form of the manifest. Needs the ``onnx`` package.

    Returns
    -------
    dict
        ``opset`` (int), ``inputs`` and ``outputs`` (lists of ``{"name", "dtype", "shape"}``; -1 = any size).
    """
    import onnx

    model = onnx.load_model_from_string(onnx_bytes)
    opset = next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
    weights = {tensor.name for tensor in model.graph.initializer}

    def tensors(values: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": value.name,
                "dtype": str(onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)),
                "shape": [size.dim_value if size.WhichOneof("value") == "dim_value" else -1 for size in value.type.tensor_type.shape.dim],
            }
            for value in values
            if value.name not in weights
        ]

    return {"opset": opset, "inputs": tensors(model.graph.input), "outputs": tensors(model.graph.output)}


def write_package(
    folder: str | Path,
    onnx_bytes: bytes,
    *,
    name: str,
    version: str,
    task: str,
    licence: str,
    trained_on: str | Sequence[str],
    metrics: Mapping[str, Any],
    card: str,
    opset: int | None = None,
    inputs: Sequence[Mapping[str, Any]] | None = None,
    outputs: Sequence[Mapping[str, Any]] | None = None,
    **fields: Any,
) -> Path:
    """Write a model package, replacing the one that is there.

    Everything is written into a new folder beside the old one and checked by the core's own loader; only then do the two change places,
    so that a failure leaves the old package as it was.

    Parameters
    ----------
    folder : path
        For example ``models/scene-encoder``; its parents are made.
    onnx_bytes : bytes
        The graph with all its weights, at most 64 MB.
    name, version, task, licence : str
        Manifest fields; ``task`` says which loader takes it (``"scene-encoder"``).
    trained_on : str or list of str
        The data, for people.
    metrics : mapping
        Measured numbers; JSON values.
    card : str
        Text of card.md.
    opset, inputs, outputs : optional
        As in the manifest; read from the graph where missing.
    **fields
        Further manifest fields: ``targets``, ``kinds``, ``normalisation``, ``sample_rate``, ``hop``, ``window``, ``states``, ...

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ModelError
        If the core's loader would refuse the package; the message names file and field.
    OSError
        If it cannot be written.
    """
    folder = Path(folder)
    clash = sorted(set(fields) & set(_RESERVED))
    if clash:
        raise ValueError(f"The manifest field {clash[0]} is computed and cannot be given.")
    graph = {"opset": opset, "inputs": inputs, "outputs": outputs}
    if any(value is None for value in graph.values()):
        found = describe_graph(onnx_bytes)
        graph = {key: found[key] if value is None else value for key, value in graph.items()}
    manifest = {
        "format_version": FORMAT_VERSION,
        "name": name,
        "version": version,
        "task": task,
        "sha256": hashlib.sha256(onnx_bytes).hexdigest(),
        "size": len(onnx_bytes),
        **graph,
        "licence": licence,
        "trained_on": trained_on,
        "metrics": metrics,
        **fields,
    }
    try:
        text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    except ValueError as error:
        raise ModelError(f"{folder / 'manifest.json'}: a number is not finite, which JSON cannot hold.") from error

    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        new = staging / folder.name
        new.mkdir()
        (new / "model.onnx").write_bytes(onnx_bytes)
        (new / "manifest.json").write_text(text, encoding="utf-8")
        (new / "card.md").write_text(card, encoding="utf-8")
        _native.load_model_package(str(new))
        _exchange(new, folder, staging / "old")
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return folder


def _exchange(new: Path, folder: Path, old: Path) -> None:
    """Put ``new`` in the place of ``folder``; the previous one comes back if that fails."""
    had_old = folder.exists()
    if had_old:
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if had_old:
            old.rename(folder)
        raise
