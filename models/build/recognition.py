"""The face recognition network, built layer by layer from the names and shapes of its weights.

face-api.js ``FaceRecognitionNet``, which is dlib's ResNet with 29 convolutions: 150 px in, 128 numbers
out, an affine scale behind every convolution. Scales are folded into the widening of the kernels,
which stay bytes in the file.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from models.build.face_api import MEAN_RGB, Weights
from models.build.onnx_graph import GraphBuilder

SIZE = 150
LAYERS = (
    *("conv32_1", "conv32_2", "conv32_3"),
    *("conv64_down", "conv64_1", "conv64_2", "conv64_3"),
    *("conv128_down", "conv128_1", "conv128_2"),
    *("conv256_down", "conv256_1", "conv256_2", "conv256_down_out"),
)
"""The residual blocks in their order; those called "down" halve the picture."""


class _Layers:
    """Blocks by name; keeps track of the side and the channels of the square feature map."""

    def __init__(self, graph: GraphBuilder, weights: Weights, side: int, channels: int) -> None:
        self.graph = graph
        self.weights = weights
        self.side = side
        self.channels = channels

    def convolution(self, name: str, value: str, *, stride: int, padded: bool) -> str:
        """A convolution with its scale behind it: ``(w * x + b) * s + t``."""
        filters = self.weights[f"{name}/conv/filters"]
        scale = self.weights[f"{name}/scale/weights"].dense
        shift = self.weights[f"{name}/scale/biases"].dense
        kernel = self._kernel(name, scale)
        bias = self.weights[f"{name}/conv/bias"].dense * scale + shift
        side = filters.stored.shape[0]
        return self.graph.add(
            "Conv",
            *(value, kernel, self.graph.constant(bias)),
            kernel_shape=[side, side],
            strides=[stride, stride],
            pads=[side // 2 if padded else 0] * 4,
        )

    def _kernel(self, name: str, scale: NDArray[np.float32]) -> str:
        """(out, in, rows, columns), each output's kernel times its scale."""
        weight = self.weights[f"{name}/conv/filters"]
        by_output = scale.reshape(-1, 1, 1, 1)
        if self.graph.widens or weight.stored.dtype != np.uint8:
            return self.graph.constant(weight.dense.transpose(3, 2, 0, 1) * by_output)
        stored = self.graph.constant(weight.stored.transpose(3, 2, 0, 1))
        wide = self.graph.add("Cast", stored, to=TensorProto.FLOAT)
        steps = self.graph.constant(by_output * np.float32(weight.scale))
        least = self.graph.constant(by_output * np.float32(weight.minimum))
        return self.graph.add("Add", self.graph.add("Mul", wide, steps), least)

    def block(self, name: str, value: str) -> str:
        """Two convolutions beside a short cut."""
        halves = "down" in name
        inner = self.convolution(
            f"{name}/conv1", value, stride=2 if halves else 1, padded=not halves
        )
        inner = self.graph.add("Relu", inner)
        inner = self.convolution(f"{name}/conv2", inner, stride=1, padded=True)
        if halves:
            value, inner = self._halved(name, value, inner)
        return self.graph.add("Relu", self.graph.add("Add", value, inner))

    def _halved(self, name: str, value: str, inner: str) -> tuple[str, str]:
        """The short cut averaged over two by two pixels, and both filled up with zeros to one shape:
        new channels of the short cut, and the row and column that the convolution is short of."""
        channels = self.weights[f"{name}/conv2/conv/filters"].stored.shape[3]
        pooled = self.graph.add("AveragePool", value, kernel_shape=[2, 2], strides=[2, 2])
        if channels != self.channels:
            ends = self.graph.integers(0, 0, 0, 0, 0, channels - self.channels, 0, 0)
            pooled = self.graph.add("Pad", pooled, ends)
        convolved, self.side = (self.side - 3) // 2 + 1, self.side // 2
        if convolved != self.side:
            short = self.side - convolved
            inner = self.graph.add(
                "Pad", inner, self.graph.integers(0, 0, 0, 0, 0, 0, short, short)
            )
        self.channels = channels
        return pooled, inner


def lower(graph: GraphBuilder, weights: Weights, image: str) -> str:
    """Add the network; `image` is (N, 3, 150, 150), 0..255. Returns the (N, 128) embedding."""
    means = graph.constant(np.array(MEAN_RGB, np.float32).reshape(1, 3, 1, 1))
    value = graph.add("Mul", graph.add("Sub", image, means), graph.numbers(1 / 255))
    first = _Layers(graph, weights, SIZE, 3)
    value = graph.add("Relu", first.convolution("conv32_down", value, stride=2, padded=False))
    value = graph.add("MaxPool", value, kernel_shape=[3, 3], strides=[2, 2])
    side = ((SIZE - 7) // 2 + 1 - 3) // 2 + 1
    layers = _Layers(graph, weights, side, 32)
    for name in LAYERS:
        value = layers.block(name, value)
    features = graph.add("Flatten", graph.add("GlobalAveragePool", value))
    last = weights["fc"]
    kernel = graph.constant(last.stored if last.stored.dtype == np.uint8 else last.dense)
    if last.stored.dtype == np.uint8:
        kernel = graph.add("Cast", kernel, to=TensorProto.FLOAT)
        kernel = graph.add("Mul", kernel, graph.numbers(last.scale))
        kernel = graph.add("Add", kernel, graph.numbers(last.minimum))
    return graph.add("MatMul", features, kernel)
