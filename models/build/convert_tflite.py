"""One TFLite model to ONNX nodes."""

from __future__ import annotations

from collections.abc import Callable

from models.build import attention, layers
from models.build.layers import Lowering
from models.build.onnx_graph import GraphBuilder
from models.build.tflite_graph import Graph, Operator, UnsupportedModelError

Rule = Callable[[Lowering, Operator], str]

RULES: dict[str, Rule] = {
    "CONV_2D": layers.convolution,
    "DEPTHWISE_CONV_2D": layers.convolution,
    "Convolution2DTransposeBias/1": layers.transposed_convolution,
    "MAX_POOL_2D": layers.pool,
    "AVERAGE_POOL_2D": layers.pool,
    "MEAN": layers.mean,
    "ADD": layers.arithmetic,
    "MUL": layers.arithmetic,
    "RELU": layers.unary,
    "HARD_SWISH": layers.unary,
    "LOGISTIC": layers.unary,
    "PRELU": layers.prelu,
    "PAD": layers.pad,
    "RESIZE_BILINEAR": layers.resize,
    "DEPTH_TO_SPACE": layers.depth_to_space,
    "RESHAPE": layers.reshape,
    "CONCATENATION": layers.concatenate,
    "STRIDED_SLICE": layers.whole_slice,
    "Landmarks2TransformMatrix/2": attention.landmarks_to_matrix,
    "TransformTensorBilinear/2": attention.sample_features,
    "TransformLandmarks/2": attention.transform_landmarks,
}

_STORAGE = ("DEQUANTIZE", "DENSIFY")
"""How TFLite spells a half-precision or sparse constant; the reader has already undone both."""


def lower(graph: Graph, image: str, builder: GraphBuilder) -> dict[str, str]:
    """Add the whole of `graph` to `builder` and return ONNX values by TFLite output name.

    `image` is the (N, 3, H, W) value that the model's only input takes. Outputs of four dimensions
    are NCHW.
    """
    low = Lowering(graph, builder)
    (source,) = graph.inputs
    low.values[source] = image
    for operator in graph.operators:
        if operator.kind in _STORAGE and operator.inputs[0] in low.constants:
            low.constants[operator.outputs[0]] = low.constants[operator.inputs[0]]
            continue
        if operator.kind not in RULES:
            raise UnsupportedModelError(f"operator {operator.kind}")
        low.values[operator.outputs[0]] = RULES[operator.kind](low, operator)
    return {graph.tensors[index].name: low.values[index] for index in graph.outputs}
