"""The two face-api networks, built layer by layer from the names and shapes of their weights.

Both are the same feature extractor (four dense blocks of depthwise separable convolutions, 112 px
in, 256 features out) with a fully connected layer behind it; face-api.js ``FaceFeatureExtractor``
and ``denseBlock4``. Weights are bytes with a scale and a minimum per tensor, and stay bytes in the
ONNX file: the graph widens them once, when it is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from models.build.layers import same_pads
from models.build.onnx_graph import GraphBuilder

SIZE = 112
MEAN_RGB = (122.782, 117.001, 104.298)
BLOCKS = 4


@dataclass(frozen=True)
class Weight:
    """A tensor as stored: ``stored * scale + minimum``; float tensors have scale 1, minimum 0."""

    stored: NDArray[Any]
    scale: float
    minimum: float

    @property
    def dense(self) -> NDArray[np.float32]:
        return (self.stored * np.float32(self.scale) + np.float32(self.minimum)).astype(np.float32)


Weights = Mapping[str, Weight]


def read_weights(manifest: Path) -> dict[str, Weight]:
    """All tensors of a ``*-weights_manifest.json`` whose one shard lies beside it."""
    (group,) = json.loads(manifest.read_text())
    (shard,) = group["paths"]
    data = manifest.with_name(shard).read_bytes()
    weights, offset = {}, 0
    for entry in group["weights"]:
        packed = entry.get("quantization", {"dtype": "float32", "scale": 1.0, "min": 0.0})
        dtype = np.dtype(packed["dtype"])
        count = int(np.prod(entry["shape"]))
        stored = np.frombuffer(data, dtype, count, offset).reshape(entry["shape"])
        weights[entry["name"]] = Weight(stored, packed["scale"], packed["min"])
        offset += count * dtype.itemsize
    if offset != len(data):
        raise ValueError(f"{shard} has {len(data)} bytes, its manifest describes {offset}")
    return weights


class _Layers:
    """Convolutions by weight name; keeps track of the side of the square feature map."""

    def __init__(self, graph: GraphBuilder, weights: Weights) -> None:
        self.graph = graph
        self.weights = weights
        self.side = SIZE

    def parameter(self, name: str, layout: Callable[[NDArray[Any]], NDArray[Any]]) -> str:
        weight = self.weights[name]
        if weight.stored.dtype != np.uint8 or weight.stored.ndim == 1 or self.graph.widens:
            return self.graph.constant(layout(weight.dense))
        wide = self.graph.add(
            "Cast", self.graph.constant(layout(weight.stored)), to=TensorProto.FLOAT
        )
        scaled = self.graph.add("Mul", wide, self.graph.numbers(weight.scale))
        return self.graph.add("Add", scaled, self.graph.numbers(weight.minimum))

    def convolution(self, name: str, value: str, stride: int) -> str:
        """A plain or a depthwise separable convolution with "same" padding, by what is stored."""
        pads = list(same_pads((self.side, self.side), (3, 3), (stride, stride)))
        self.side = -(-self.side // stride)
        bias = self.parameter(f"{name}/bias", np.asarray)
        if f"{name}/filters" in self.weights:
            kernel = self.parameter(f"{name}/filters", lambda w: w.transpose(3, 2, 0, 1))
            return self.graph.add(
                "Conv",
                value,
                kernel,
                bias,
                kernel_shape=[3, 3],
                strides=[stride, stride],
                pads=pads,
            )
        spread = self.parameter(f"{name}/depthwise_filter", lambda w: w.transpose(2, 3, 0, 1))
        mix = self.parameter(f"{name}/pointwise_filter", lambda w: w.transpose(3, 2, 0, 1))
        channels = self.weights[f"{name}/depthwise_filter"].stored.shape[2]
        value = self.graph.add(
            "Conv",
            *(value, spread),
            kernel_shape=[3, 3],
            strides=[stride, stride],
            pads=pads,
            group=channels,
        )
        return self.graph.add("Conv", value, mix, bias, kernel_shape=[1, 1])

    def block(self, number: int, value: str) -> str:
        """Four convolutions, each fed with the rectified sum of all before it."""
        total = self.graph.add("Relu", self.convolution(f"dense{number}/conv0", value, 2))
        rectified = total
        for layer in range(1, 4):
            new = self.convolution(f"dense{number}/conv{layer}", rectified, 1)
            total = self.graph.add("Add", total, new)
            rectified = self.graph.add("Relu", total)
        return rectified


def lower(graph: GraphBuilder, weights: Weights, image: str) -> str:
    """Add the network; `image` is (N, 3, 112, 112), 0..255. Returns the last layer's (N, K)."""
    layers = _Layers(graph, weights)
    means = graph.constant(np.array(MEAN_RGB, np.float32).reshape(1, 3, 1, 1))
    value = graph.add("Mul", graph.add("Sub", image, means), graph.numbers(1 / 255))
    for number in range(BLOCKS):
        value = layers.block(number, value)
    features = graph.add("Flatten", graph.add("GlobalAveragePool", value))
    kernel = layers.parameter("fc/weights", np.asarray)
    return graph.add("Gemm", features, kernel, layers.parameter("fc/bias", np.asarray))
