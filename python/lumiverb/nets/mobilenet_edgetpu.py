# SPDX-License-Identifier: AGPL-3.0-or-later
"""MobileNetEdgeTPU 1.0 as a readable trunk, and a loader for pretrained weights kept in an ONNX file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

#: The trunk's own input scaling: (pixel - 128) * scale for pixels 0..255.
PIXEL_OFFSET, PIXEL_SCALE = 128.0, 0.00787402

FEATURE_CHANNELS = {"feat8": 48, "feat16": 96, "feat32": 1280}


class SameConv(nn.Module):
    """Convolution with TensorFlow's SAME padding for even inputs (an odd total is padded more at the end), then ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, relu: bool = True):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups)
        total = max(kernel - stride, 0)
        self.before, self.after = total // 2, total - total // 2
        if self.before == self.after:
            self.conv.padding = (self.before, self.before)
        self.relu = relu

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.before != self.after:
            x = F.pad(x, (self.before, self.after, self.before, self.after))
        x = self.conv(x)
        return F.relu(x) if self.relu else x


class Block(nn.Module):
    """Inverted bottleneck: fused (3x3 expansion) in the early stages, separable (1x1, depthwise) in the later ones."""

    def __init__(self, inputs: int, middle: int, outputs: int, kernel: int, stride: int, fused: bool, residual: bool):
        super().__init__()
        if fused:
            expand = [SameConv(inputs, middle, kernel, stride)]
        else:
            expand = [SameConv(inputs, middle), SameConv(middle, middle, kernel, stride, groups=middle)]
        self.body = nn.Sequential(*expand, SameConv(middle, outputs, relu=False))
        self.residual = residual

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.body(x) if self.residual else self.body(x)


def _fused(inputs: int, middle: int, outputs: int, stride: int) -> Block:
    return Block(inputs, middle, outputs, 3, stride, fused=True, residual=stride == 1)


def _separable(inputs: int, middle: int, outputs: int, kernel: int, stride: int, residual: bool) -> Block:
    return Block(inputs, middle, outputs, kernel, stride, fused=False, residual=residual)


class MobileNetEdgeTPU(nn.Module):
    """Feature trunk (2.8 M parameters) without the ImageNet classifier; BatchNorm is already folded into the weights.

    ``lower`` ends at stride 8 and holds most of the arithmetic but few parameters: it stays frozen while ``upper``
    is fine-tuned, so its output can be cached.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lower = nn.Sequential(
            SameConv(3, 32, 3, 2),
            SameConv(32, 16, relu=False),
            _fused(16, 128, 32, 2),
            *[_fused(32, 128, 32, 1) for _ in range(3)],
            _fused(32, 256, 48, 2),
            *[_fused(48, 192, 48, 1) for _ in range(3)],
        )
        self.middle = nn.Sequential(
            _separable(48, 384, 96, 3, 2, False),
            *[_separable(96, 384, 96, 3, 1, True) for _ in range(3)],
            _separable(96, 768, 96, 3, 1, False),
            *[_separable(96, 384, 96, 3, 1, True) for _ in range(3)],
        )
        self.top = nn.Sequential(
            _separable(96, 768, 160, 5, 2, False),
            *[_separable(160, 640, 160, 5, 1, True) for _ in range(3)],
            _separable(160, 1280, 192, 3, 1, False),
            SameConv(192, 1280),
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)  # from scratch there is no BatchNorm to keep signals alive
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def stride8(self, image: torch.Tensor) -> torch.Tensor:
        """sRGB picture (N, 3, H, W) in 0..1, sides multiples of 32 -> feat8 (N, 48, H/8, W/8)."""
        return self.lower((image * 255.0 - PIXEL_OFFSET) * PIXEL_SCALE)

    def from_stride8(self, feat8: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """feat8 -> feat16 (N, 96, H/16, W/16), feat32 (N, 1280, H/32, W/32)."""
        feat16 = self.middle(feat8)
        return feat16, self.top(feat16)

    def load_onnx(self, path: str | Path) -> None:
        """Copies the convolutions of an ONNX file in graph order.

        Raises
        ------
        ValueError
            If the file's convolutions do not fit this trunk (the classifier at the end is ignored).
        """
        weights = read_onnx_convolutions(path)
        convolutions = [m for m in self.modules() if isinstance(m, nn.Conv2d)]
        if len(weights) < len(convolutions):
            raise ValueError(f"{path}: {len(weights)} convolutions, the trunk needs {len(convolutions)}")
        with torch.no_grad():
            for number, (module, (weight, bias)) in enumerate(zip(convolutions, weights, strict=False)):
                if tuple(module.weight.shape) != weight.shape or bias is None or module.bias is None:
                    raise ValueError(
                        f"{path}: convolution {number} has shape {weight.shape}, expected {tuple(module.weight.shape)} with bias"
                    )
                module.weight.copy_(torch.from_numpy(weight))
                module.bias.copy_(torch.from_numpy(bias))


def read_onnx_convolutions(path: str | Path) -> list[tuple[np.ndarray, np.ndarray | None]]:
    """(weight, bias) of every Conv of an ONNX graph in order, float32; quantised constants are dequantised."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(path)).graph
    constants = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    found = []
    for node in graph.node:
        names = list(node.input)
        if node.op_type == "DequantizeLinear" and names[0] in constants:
            axis = next((a.i for a in node.attribute if a.name == "axis"), 1)
            constants[node.output[0]] = _dequantise(*(constants[name] for name in names), axis=axis)
        elif node.op_type == "Cast" and names[0] in constants:
            constants[node.output[0]] = constants[names[0]].astype(np.float32)
        elif node.op_type == "Conv":
            bias = constants[names[2]].astype(np.float32) if len(names) > 2 else None
            found.append((constants[names[1]].astype(np.float32), bias))
    return found


def _dequantise(values: np.ndarray, scale: np.ndarray, zero: np.ndarray, axis: int) -> np.ndarray:
    shape = [1] * values.ndim
    if scale.ndim:
        shape[axis] = -1
    return (values.astype(np.float32) - zero.astype(np.float32).reshape(shape)) * scale.reshape(shape)
