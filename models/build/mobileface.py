"""The second embedding, built layer by layer from the names and shapes of its weights.

``mobileface`` of the human-models package, a frozen graph of TensorFlow: 112 px in, four groups of one
pointwise and three depthwise convolutions, 256 numbers out. Stored as float32 there and in half
precision here, which moves no output by more than what `models.build.parity` prints.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.build.onnx_graph import GraphBuilder

SIZE = 112
GROUPS = 4

Weights = Mapping[str, NDArray[Any]]


def read_weights(topology: Path) -> Weights:
    """All tensors of a ``*.json`` graph model whose one shard of plain numbers lies beside it."""
    (group,) = json.loads(topology.read_text())["weightsManifest"]
    (shard,) = group["paths"]
    data = topology.with_name(shard).read_bytes()
    weights: dict[str, NDArray[Any]] = {}
    offset = 0
    for entry in group["weights"]:
        dtype = np.dtype(entry["dtype"])
        count = int(np.prod(entry["shape"]))
        weights[entry["name"]] = np.frombuffer(data, dtype, count, offset).reshape(entry["shape"])
        offset += count * dtype.itemsize
    if offset != len(data):
        raise ValueError(f"{shard} has {len(data)} bytes, its list describes {offset}")
    return weights


def lower(graph: GraphBuilder, weights: Weights, image: str) -> str:
    """Add the network; `image` is (N, 3, 112, 112), 0..255. Returns the (N, 256) embedding."""
    layers = _Layers(graph, weights)
    less, times = (weights[f"{name}scalar0_second"] for name in ("minus", "mul"))
    value = graph.add("Mul", graph.add("Sub", image, graph.constant(less)), graph.constant(times))
    value = layers.rectified(layers.convolution(value, "conv1_weight", stride=2), "prelu1_gamma")
    for number in range(1, GROUPS + 1):
        value = layers.group(f"stage{number}_unit1", value)
    # The dense layer counts its inputs row by row of the picture, channels last.
    rows = graph.add("Flatten", graph.add("Transpose", value, perm=[0, 2, 3, 1]))
    dense = graph.add("MatMul", rows, graph.constant(_half(weights["dense/kernel"])))
    scaled = graph.add("Mul", dense, graph.constant(weights["batchnorm0/mul"]))
    return graph.add("Add", scaled, graph.constant(weights["batchnorm0/sub"]))


class _Layers:
    def __init__(self, graph: GraphBuilder, weights: Weights) -> None:
        self.graph = graph
        self.weights = weights

    def convolution(self, value: str, name: str, *, stride: int = 1) -> str:
        """A plain convolution; a border of one pixel of zeros before three by three."""
        kernel = self.weights[name]
        side = kernel.shape[0]
        return self.graph.add(
            "Conv",
            *(value, self.graph.constant(_half(kernel.transpose(3, 2, 0, 1)))),
            kernel_shape=[side, side],
            strides=[stride, stride],
            pads=[side // 2] * 4,
        )

    def depthwise(self, value: str, name: str, *, stride: int = 1) -> str:
        kernel = self.weights[name]
        return self.graph.add(
            "Conv",
            *(value, self.graph.constant(_half(kernel.transpose(2, 3, 0, 1)))),
            kernel_shape=[3, 3],
            strides=[stride, stride],
            pads=[1] * 4,
            group=kernel.shape[2],
        )

    def rectified(self, value: str, slopes: str) -> str:
        slope = self.weights[slopes].reshape(-1, 1, 1)
        return self.graph.add("PRelu", value, self.graph.constant(slope))

    def group(self, name: str, value: str) -> str:
        """New channels, half the size, and two more depthwise steps beside a short cut."""
        value = self.convolution(value, f"{name}_conv0_0_weight")
        value = self.depthwise(value, f"{name}_conv0_1_df", stride=2)
        before = value = self.rectified(value, f"{name}_prelu0_gamma")
        for step in (1, 2):
            value = self.depthwise(value, f"{name}_conv{step}_df")
            value = self.rectified(value, f"{name}_prelu{step}_gamma")
        return self.graph.add("Add", value, before)


def _half(weights: NDArray[Any]) -> NDArray[Any]:
    return weights.astype(np.float16)
