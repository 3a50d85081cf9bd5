"""TFLite's builtin operators as ONNX nodes.

Four-dimensional values are NCHW in the ONNX graph and NHWC in TFLite; values of fewer dimensions
keep TFLite's order. The batch is free: every reshape copies it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from models.build.onnx_graph import GraphBuilder
from models.build.tflite_graph import Graph, Operator, UnsupportedModelError

NCHW_OF_NHWC = (0, 3, 1, 2)
NHWC_OF_NCHW = (0, 2, 3, 1)

Pads = tuple[int, int, int, int]
"""ONNX order: top, left, bottom, right."""


class Lowering:
    """The state of one conversion: which ONNX value stands for which TFLite tensor."""

    def __init__(self, graph: Graph, builder: GraphBuilder) -> None:
        self.graph = graph
        self.builder = builder
        self.values: dict[int, str] = {}
        self.constants: dict[int, NDArray[Any]] = {
            tensor.index: tensor.value for tensor in graph.tensors if tensor.value is not None
        }

    def shape(self, index: int) -> tuple[int, ...]:
        return self.graph.tensors[index].shape

    def value(self, index: int) -> str:
        """The ONNX value of a tensor; a constant is stored on first use, channels first."""
        if index not in self.values:
            stored = self.constants[index]
            self.values[index] = self.builder.constant(channels_first(stored, stored.ndim))
        return self.values[index]

    def operand(self, index: int, rank: int) -> str:
        """A value for elementwise arithmetic with one of `rank` dimensions."""
        if index in self.values or index not in self.constants:
            return self.value(index)
        return self.builder.constant(channels_first(self.constants[index], rank))


def channels_first(stored: NDArray[Any], rank: int) -> NDArray[Any]:
    """A constant that broadcasts from the right in NHWC, laid out for a value of `rank` dimensions."""
    if rank != 4:
        return stored
    padded = stored.reshape((1,) * (4 - stored.ndim) + stored.shape)
    return padded.transpose(NCHW_OF_NHWC)


def same_pads(size: tuple[int, int], kernel: tuple[int, int], step: tuple[int, int]) -> Pads:
    """TensorFlow's "same" padding: the odd pixel goes to the end, unlike ONNX's symmetric pads."""
    before, after = [], []
    for length, width, stride in zip(size, kernel, step, strict=True):
        total = max((-(-length // stride) - 1) * stride + width - length, 0)
        before.append(total // 2)
        after.append(total - total // 2)
    return (before[0], before[1], after[0], after[1])


def options(kind: type[Any], operator: Operator) -> Any:
    table = kind()
    table.Init(operator.options.Bytes, operator.options.Pos)
    return table


def activate(low: Lowering, value: str, activation: int) -> str:
    if activation == tflite.ActivationFunctionType.NONE:
        return value
    if activation == tflite.ActivationFunctionType.RELU:
        return low.builder.add("Relu", value)
    if activation == tflite.ActivationFunctionType.RELU6:
        return low.builder.add(
            "Clip",
            value,
            low.builder.constant(np.array(0, np.float32)),
            low.builder.constant(np.array(6, np.float32)),
        )
    raise UnsupportedModelError(f"fused activation {activation}")


def _pads(low: Lowering, operator: Operator, table: Any, kernel: tuple[int, int]) -> Pads:
    if table.Padding() == tflite.Padding.VALID:
        return (0, 0, 0, 0)
    height, width = low.shape(operator.inputs[0])[1:3]
    return same_pads((height, width), kernel, (table.StrideH(), table.StrideW()))


def convolution(low: Lowering, operator: Operator) -> str:
    """CONV_2D (weights OHWI) and DEPTHWISE_CONV_2D (weights 1HWC)."""
    depthwise = operator.kind == "DEPTHWISE_CONV_2D"
    table = options(tflite.DepthwiseConv2DOptions if depthwise else tflite.Conv2DOptions, operator)
    if (table.DilationHFactor(), table.DilationWFactor()) != (1, 1):
        raise UnsupportedModelError("dilated convolution")
    source, kernel, *bias = operator.inputs
    weights = low.constants[kernel]
    height, width = weights.shape[1:3]
    inputs = [
        low.value(source),
        low.builder.constant(weights.transpose((3, 0, 1, 2) if depthwise else NCHW_OF_NHWC)),
        *(low.builder.constant(low.constants[index]) for index in bias if index >= 0),
    ]
    result = low.builder.add(
        "Conv",
        *inputs,
        kernel_shape=[height, width],
        strides=[table.StrideH(), table.StrideW()],
        pads=list(_pads(low, operator, table, (height, width))),
        group=low.shape(source)[3] if depthwise else 1,
    )
    return activate(low, result, table.FusedActivationFunction())


def pool(low: Lowering, operator: Operator) -> str:
    table = options(tflite.Pool2DOptions, operator)
    kernel = (table.FilterHeight(), table.FilterWidth())
    attributes: dict[str, Any] = {
        "kernel_shape": list(kernel),
        "strides": [table.StrideH(), table.StrideW()],
        "pads": list(_pads(low, operator, table, kernel)),
    }
    source = low.value(operator.inputs[0])
    if operator.kind == "MAX_POOL_2D":
        result = low.builder.add("MaxPool", source, **attributes)
    elif kernel == low.shape(operator.inputs[0])[1:3]:
        result = low.builder.add("GlobalAveragePool", source)
    else:
        result = low.builder.add("AveragePool", source, count_include_pad=0, **attributes)
    return activate(low, result, table.FusedActivationFunction())


def mean(low: Lowering, operator: Operator) -> str:
    axes = sorted(int(axis) for axis in low.constants[operator.inputs[1]])
    if axes != [1, 2] or not options(tflite.ReducerOptions, operator).KeepDims():
        raise UnsupportedModelError(f"mean over axes {axes}")
    return low.builder.add("GlobalAveragePool", low.value(operator.inputs[0]))


def arithmetic(low: Lowering, operator: Operator) -> str:
    kind = tflite.AddOptions if operator.kind == "ADD" else tflite.MulOptions
    rank = len(low.shape(operator.outputs[0]))
    result = low.builder.add(
        operator.kind.capitalize(), *(low.operand(index, rank) for index in operator.inputs)
    )
    return activate(low, result, options(kind, operator).FusedActivationFunction())


def prelu(low: Lowering, operator: Operator) -> str:
    source, slope = operator.inputs
    # The slope broadcasts without a batch dimension, as (C, 1, 1).
    slopes = channels_first(low.constants[slope], 4)[0]
    return low.builder.add("PRelu", low.value(source), low.builder.constant(slopes))


def pad(low: Lowering, operator: Operator) -> str:
    amounts = low.constants[operator.inputs[1]]
    if amounts.shape != (4, 2):
        raise UnsupportedModelError(f"padding of shape {amounts.shape}")
    ordered = amounts[list(NCHW_OF_NHWC)].T.reshape(-1)
    return low.builder.add(
        "Pad", low.value(operator.inputs[0]), low.builder.integers(*map(int, ordered))
    )


def resize(low: Lowering, operator: Operator) -> str:
    table = options(tflite.ResizeBilinearOptions, operator)
    if table.AlignCorners():
        mode = "align_corners"
    else:
        mode = "half_pixel" if table.HalfPixelCenters() else "asymmetric"
    source = operator.inputs[0]
    old, new = low.shape(source)[1:3], low.shape(operator.outputs[0])[1:3]
    scales = low.builder.numbers(1, 1, new[0] / old[0], new[1] / old[1])
    return low.builder.add(
        "Resize", low.value(source), "", scales, mode="linear", coordinate_transformation_mode=mode
    )


def reshape(low: Lowering, operator: Operator) -> str:
    source, target = operator.inputs[0], operator.outputs[0]
    value = low.value(source)
    if len(low.shape(source)) == 4:
        value = low.builder.add("Transpose", value, perm=NHWC_OF_NCHW)
    shape = low.shape(target)
    if shape[0] != 1:
        raise UnsupportedModelError(f"reshape to {shape} mixes the batch with other dimensions")
    value = low.builder.reshape(value, 0, *shape[1:])
    if len(shape) == 4:
        value = low.builder.add("Transpose", value, perm=NCHW_OF_NHWC)
    return value


def concatenate(low: Lowering, operator: Operator) -> str:
    table = options(tflite.ConcatenationOptions, operator)
    rank = len(low.shape(operator.outputs[0]))
    axis = table.Axis() % rank
    if rank == 4:
        axis = NCHW_OF_NHWC.index(axis)
    inputs = (low.value(index) for index in operator.inputs)
    return activate(
        low, low.builder.add("Concat", *inputs, axis=axis), table.FusedActivationFunction()
    )


def depth_to_space(low: Lowering, operator: Operator) -> str:
    block = options(tflite.DepthToSpaceOptions, operator).BlockSize()
    return low.builder.add("DepthToSpace", low.value(operator.inputs[0]), blocksize=block)


def whole_slice(low: Lowering, operator: Operator) -> str:
    """STRIDED_SLICE, which these models only use to copy a whole tensor."""
    begin, end, step = (low.constants[index] for index in operator.inputs[1:4])
    if begin.any() or tuple(end) != low.shape(operator.inputs[0]) or (step != 1).any():
        raise UnsupportedModelError("strided slice that is not the whole tensor")
    return low.value(operator.inputs[0])


def transposed_convolution(low: Lowering, operator: Operator) -> str:
    """``Convolution2DTransposeBias``: options are three int32, padding and the two strides."""
    _, stride_w, stride_h = (int(number) for number in np.frombuffer(operator.options, np.int32))
    source, kernel, bias = operator.inputs
    weights = low.constants[kernel]
    if weights.shape[1:3] != (stride_h, stride_w):
        raise UnsupportedModelError("transposed convolution with overlapping strokes")
    return low.builder.add(
        "ConvTranspose",
        low.value(source),
        low.builder.constant(weights.transpose(3, 0, 1, 2)),
        low.builder.constant(low.constants[bias]),
        strides=[stride_h, stride_w],
    )


def unary(low: Lowering, operator: Operator) -> str:
    names = {"RELU": "Relu", "HARD_SWISH": "HardSwish", "LOGISTIC": "Sigmoid"}
    return low.builder.add(names[operator.kind], low.value(operator.inputs[0]))
