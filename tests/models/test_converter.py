"""Each lowering of the converter against the operator's definition, on tensors of a few numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="needs the build extra")
tflite = pytest.importorskip("tflite", reason="needs the build extra")
flatbuffers = pytest.importorskip("flatbuffers", reason="needs the build extra")

from flatbuffers import flexbuffers  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from models.build import attention, layers  # noqa: E402
from models.build.convert_tflite import lower  # noqa: E402
from models.build.layers import same_pads  # noqa: E402
from models.build.onnx_graph import GraphBuilder  # noqa: E402
from models.build.tflite_graph import (  # noqa: E402
    Graph,
    Operator,
    Tensor,
    UnsupportedModelError,
)
from renderer.runtime import onnxruntime  # noqa: E402

Array = NDArray[np.float32]


def table(name: str, **values: int) -> Any:
    """The raw flatbuffers table of a builtin operator's options."""
    builder = flatbuffers.Builder(64)
    getattr(tflite, f"{name}Start")(builder)
    for field, value in values.items():
        getattr(tflite, f"{name}Add{field}")(builder, value)
    builder.Finish(getattr(tflite, f"{name}End")(builder))
    data = bytes(builder.Output())
    return flatbuffers.table.Table(data, int.from_bytes(data[:4], "little"))


def run(graph: Graph, *inputs: Array) -> Array:
    """Convert a graph of one operator and run it; the first input is NHWC."""
    builder = GraphBuilder()
    image = builder.add("Transpose", "image", perm=[0, 3, 1, 2])
    (value,) = lower(graph, image, builder).values()
    if len(graph.tensors[graph.outputs[0]].shape) == 4:
        value = builder.add("Transpose", value, perm=[0, 2, 3, 1])
    shape = graph.tensors[graph.outputs[0]].shape[1:]
    model = builder.model("test", inputs[0].shape[1:3], [(value, "result", shape)])
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return np.asarray(session.run(None, {"image": inputs[0]})[0])


def one_operator(
    kind: str, options: Any, image: tuple[int, ...], result: tuple[int, ...], *constants: Array
) -> Graph:
    tensors = [Tensor(0, "image", image, None)]
    tensors += [Tensor(i + 1, f"c{i}", c.shape, c) for i, c in enumerate(constants)]
    last = len(tensors)
    tensors.append(Tensor(last, "result", result, None))
    operator = Operator(kind, tuple(range(last)), (last,), options)
    return Graph(tuple(tensors), (operator,), (0,), (last,))


def picture(*shape: int) -> Array:
    """Three-channel noise in 0..1."""
    return np.random.default_rng(0).uniform(0, 1, (1, *shape, 3)).astype(np.float32)


@pytest.mark.parametrize(
    ("size", "kernel", "step", "pads"),
    [
        (192, 3, 2, (0, 1)),
        (5, 3, 2, (1, 1)),
        (8, 3, 1, (1, 1)),
        (7, 5, 1, (2, 2)),
        (4, 2, 2, (0, 0)),
    ],
)
def test_same_padding_puts_the_odd_pixel_last(
    size: int, kernel: int, step: int, pads: tuple[int, int]
) -> None:
    assert (
        same_pads((size, size), (kernel, kernel), (step, step)) == (pads[0],) * 2 + (pads[1],) * 2
    )


@pytest.mark.parametrize("stride", [1, 2])
def test_a_convolution_is_a_sum_over_its_window(stride: int) -> None:
    image = picture(6, 6)
    rng = np.random.default_rng(1)
    kernel = rng.normal(size=(4, 3, 3, 3)).astype(np.float32)
    bias = rng.normal(size=4).astype(np.float32)
    rows = 6 // stride
    options = table(
        "Conv2DOptions",
        Padding=tflite.Padding.SAME,
        StrideH=stride,
        StrideW=stride,
        DilationHFactor=1,
        DilationWFactor=1,
        FusedActivationFunction=tflite.ActivationFunctionType.RELU,
    )
    graph = one_operator("CONV_2D", options, image.shape, (1, rows, rows, 4), kernel, bias)
    top, left, bottom, right = same_pads((6, 6), (3, 3), (stride, stride))
    padded = np.pad(image[0], ((top, bottom), (left, right), (0, 0)))
    expected = np.zeros((rows, rows, 4))
    for y in range(rows):
        for x in range(rows):
            window = padded[y * stride : y * stride + 3, x * stride : x * stride + 3]
            expected[y, x] = np.tensordot(kernel, window, axes=3) + bias
    np.testing.assert_allclose(run(graph, image)[0], np.maximum(expected, 0), atol=1e-5)


def test_a_depthwise_convolution_keeps_channels_apart() -> None:
    image = picture(4, 4)
    kernel = np.zeros((1, 3, 3, 3), np.float32)
    kernel[0, 1, 1] = [1, 2, 3]
    options = table(
        "DepthwiseConv2DOptions",
        Padding=tflite.Padding.SAME,
        StrideH=1,
        StrideW=1,
        DilationHFactor=1,
        DilationWFactor=1,
        DepthMultiplier=1,
    )
    graph = one_operator("DEPTHWISE_CONV_2D", options, image.shape, image.shape, kernel)
    np.testing.assert_allclose(run(graph, image), image * [1, 2, 3], atol=1e-6)


def test_padding_may_add_channels() -> None:
    image = picture(2, 2)
    amounts = np.array([[0, 0], [1, 0], [0, 2], [0, 1]], np.int32)
    graph = one_operator("PAD", None, image.shape, (1, 3, 4, 4), amounts)  # type: ignore[arg-type]
    np.testing.assert_allclose(run(graph, image), np.pad(image, amounts))


def test_a_slope_per_channel() -> None:
    image = picture(2, 3) - np.float32(0.5)
    slope = np.array([0.1, 0.2, 0.3], np.float32).reshape(1, 1, 3)
    graph = one_operator("PRELU", None, image.shape, image.shape, slope)
    np.testing.assert_allclose(
        run(graph, image), np.where(image < 0, image * slope, image), atol=1e-6
    )


def test_a_transposed_convolution_paints_each_pixel_as_a_block() -> None:
    image = picture(2, 3)
    kernel = np.random.default_rng(1).normal(size=(1, 2, 2, 3)).astype(np.float32)
    bias = np.array([0.25], np.float32)
    options = np.array([1, 2, 2], np.int32).tobytes()
    graph = one_operator(
        "Convolution2DTransposeBias/1", options, image.shape, (1, 4, 6, 1), kernel, bias
    )
    blocks = np.einsum("yxc,hwc->yhxw", image[0], kernel[0]).reshape(4, 6) + 0.25
    np.testing.assert_allclose(run(graph, image)[0, ..., 0], blocks, atol=1e-5)


def test_an_operator_nobody_taught_is_refused() -> None:
    graph = one_operator("FFT", None, (1, 2, 2, 3), (1, 2, 2, 3))
    with pytest.raises(UnsupportedModelError, match="FFT"):
        run(graph, picture(2, 2))


def attention_graph(kind: str, settings: dict[str, Any], shapes: list[tuple[int, ...]]) -> Graph:
    tensors = [Tensor(i, f"t{i}", shape, None) for i, shape in enumerate(shapes)]
    options = bytes(flexbuffers.Dumps(settings))
    operator = Operator(kind, tuple(range(len(shapes) - 1)), (len(shapes) - 1,), options)
    return Graph(tuple(tensors), (operator,), (0,), (len(shapes) - 1,))


def run_attention(rule: Any, graph: Graph, *inputs: Array, result: tuple[int, ...]) -> Array:
    """Run one of the custom operators; inputs are given as the ONNX graph holds them."""
    builder = GraphBuilder()
    low = layers.Lowering(graph, builder)
    for index, value in enumerate(inputs):
        low.values[index] = builder.constant(value)
    value = rule(low, graph.operators[0])
    # Constants only would be a graph without input.
    zero = builder.add("Mul", builder.add("ReduceMax", "image", keepdims=0), builder.numbers(0))
    value = builder.add("Add", value, zero)
    model = builder.model("test", (1, 1), [(value, "result", result)])
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    image = np.zeros((len(inputs[0]), 1, 1, 3), np.float32)
    return np.asarray(session.run(None, {"image": image})[0])


def test_the_attention_window_is_level_with_its_landmarks() -> None:
    """Its centre is the subset's, its x axis the line between the two rotation landmarks."""
    angle = 0.3
    along, down = (
        np.array([np.cos(angle), np.sin(angle)]),
        np.array([-np.sin(angle), np.cos(angle)]),
    )
    centre = np.array([20.0, 30.0])
    corners = [centre + a * along * 8 + b * down * 3 for a, b in ((-1, 0), (1, 0), (0, -1), (0, 1))]
    landmarks = np.zeros((2, 4, 3), np.float32)
    landmarks[:, :, :2] = corners
    settings = {
        "left_rotation_idx": 0,
        "right_rotation_idx": 1,
        "subset_idxs": [0, 1, 2, 3],
        "scale_x": 1.5,
        "scale_y": 2.0,
        "output_width": 16,
        "output_height": 10,
        "target_rotation_radians": 0.0,
    }
    graph = attention_graph("Landmarks2TransformMatrix/2", settings, [(1, 4, 3), (1, 4, 4)])
    matrix = run_attention(attention.landmarks_to_matrix, graph, landmarks, result=(4, 4))
    assert matrix.shape == (2, 4, 4)
    middle = matrix[0] @ [8, 5, 0, 1]
    right = matrix[0] @ [16, 5, 0, 1]
    bottom = matrix[0] @ [8, 10, 0, 1]
    np.testing.assert_allclose(middle[:2], centre, atol=1e-4)
    np.testing.assert_allclose(right[:2], centre + along * 8 * 1.5, atol=1e-4)
    np.testing.assert_allclose(bottom[:2], centre + down * 3 * 2.0, atol=1e-4)


def test_features_are_sampled_between_pixel_centres_and_zero_outside() -> None:
    features = np.arange(12, dtype=np.float32).reshape(1, 1, 3, 4)
    matrix = np.eye(4, dtype=np.float32)[None].copy()
    matrix[0, 0, 3] = 0.5
    graph = attention_graph(
        "TransformTensorBilinear/2",
        {"output_height": 3, "output_width": 4},
        [(1, 3, 4, 1), (1, 4, 4), (1, 3, 4, 1)],
    )
    sampled = run_attention(attention.sample_features, graph, features, matrix, result=(1, 3, 4))[
        0, 0
    ]
    np.testing.assert_allclose(sampled[:, :3], features[0, 0, :, :3] + 0.5, atol=1e-5)
    np.testing.assert_array_equal(sampled[:, 3], 0)


def test_landmarks_are_carried_by_the_matrix() -> None:
    landmarks = np.random.default_rng(0).normal(size=(1, 5, 2)).astype(np.float32)
    matrix = np.random.default_rng(1).normal(size=(1, 4, 4)).astype(np.float32)
    graph = attention_graph("TransformLandmarks/2", {}, [(1, 5, 2), (1, 4, 4), (1, 5, 2)])
    carried = run_attention(attention.transform_landmarks, graph, landmarks, matrix, result=(5, 2))
    expected = landmarks[0] @ matrix[0, :2, :2].T + matrix[0, :2, 3]
    np.testing.assert_allclose(carried[0], expected, atol=1e-5)
