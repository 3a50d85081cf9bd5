"""The three custom operators of the attention mesh as ONNX nodes, all for a free batch.

The mesh network looks a second time at lips and eyes: it fits a rotated rectangle around each
(`landmarks_to_matrix`), samples its own features there (`sample_features`), and carries the finer
landmarks back (`transform_landmarks`). Semantics as in MediaPipe's
``util/tflite/operations/*.cc``, version 2 of each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flatbuffers import flexbuffers

from models.build.layers import Lowering
from models.build.onnx_graph import GraphBuilder
from models.build.tflite_graph import Operator, UnsupportedModelError


def _settings(operator: Operator) -> dict[str, Any]:
    return dict(flexbuffers.Loads(operator.options))


def landmarks_to_matrix(low: Lowering, operator: Operator) -> str:
    """(N, K, 3) landmarks -> (N, 4, 4): from the pixels of a small square to the landmarks' plane.

    The square is turned so that two given landmarks lie level, and scaled around the extent of a
    subset: ``p -> centre + R S (p - square / 2)``.
    """
    settings = _settings(operator)
    if settings["target_rotation_radians"] != 0:
        raise UnsupportedModelError("attention window with a target rotation")
    graph, landmarks = low.builder, low.value(operator.inputs[0])
    across = graph.add(
        "Sub",
        _pick(graph, landmarks, [settings["right_rotation_idx"]]),
        _pick(graph, landmarks, [settings["left_rotation_idx"]]),
    )
    length = graph.add("ReduceL2", across, axes=[2], keepdims=1)
    unit = graph.add("Div", across, length)
    cosine, sine = graph.slice(unit, 2, 0, 1), graph.slice(unit, 2, 1, 2)

    subset = _pick(graph, landmarks, settings["subset_idxs"])
    x, y = graph.slice(subset, 2, 0, 1), graph.slice(subset, 2, 1, 2)
    u = graph.add("Add", graph.add("Mul", cosine, x), graph.add("Mul", sine, y))
    v = graph.add("Sub", graph.add("Mul", cosine, y), graph.add("Mul", sine, x))
    middle_u, size_u = _extent(graph, u)
    middle_v, size_v = _extent(graph, v)
    centre_x = graph.add(
        "Sub", graph.add("Mul", cosine, middle_u), graph.add("Mul", sine, middle_v)
    )
    centre_y = graph.add(
        "Add", graph.add("Mul", sine, middle_u), graph.add("Mul", cosine, middle_v)
    )
    width, height = settings["output_width"], settings["output_height"]
    step_u = graph.add("Mul", size_u, graph.numbers(settings["scale_x"] / width))
    step_v = graph.add("Mul", size_v, graph.numbers(settings["scale_y"] / height))
    xx, xy = graph.add("Mul", cosine, step_u), graph.add("Mul", graph.add("Neg", sine), step_v)
    yx, yy = graph.add("Mul", sine, step_u), graph.add("Mul", cosine, step_v)
    return _matrix(
        graph,
        (xx, xy, _origin(graph, centre_x, xx, xy, width, height)),
        (yx, yy, _origin(graph, centre_y, yx, yy, width, height)),
    )


def _pick(graph: GraphBuilder, landmarks: str, indices: list[int]) -> str:
    """The x and y of some landmarks: (N, len(indices), 2)."""
    picked = graph.add("Gather", landmarks, graph.integers(*indices), axis=1)
    return graph.slice(picked, 2, 0, 2)


def _extent(graph: GraphBuilder, values: str) -> tuple[str, str]:
    low = graph.add("ReduceMin", values, axes=[1], keepdims=1)
    high = graph.add("ReduceMax", values, axes=[1], keepdims=1)
    middle = graph.add("Mul", graph.add("Add", low, high), graph.numbers(0.5))
    return middle, graph.add("Sub", high, low)


def _origin(graph: GraphBuilder, centre: str, a: str, b: str, width: int, height: int) -> str:
    half = graph.add(
        "Add",
        graph.add("Mul", a, graph.numbers(width / 2)),
        graph.add("Mul", b, graph.numbers(height / 2)),
    )
    return graph.add("Sub", centre, half)


def _matrix(graph: GraphBuilder, *rows: tuple[str, str, str]) -> str:
    zero = graph.add("Mul", rows[0][0], graph.numbers(0))
    one = graph.add("Add", zero, graph.numbers(1))
    cells: list[str] = []
    for a, b, origin in rows:
        cells += [a, b, zero, origin]
    cells += [zero, zero, one, zero, zero, zero, zero, one]
    return graph.reshape(graph.add("Concat", *cells, axis=2), 0, 4, 4)


def sample_features(low: Lowering, operator: Operator) -> str:
    """Features (N, C, H, W) sampled through a matrix (N, 4, 4) into a small window, bilinearly.

    Pixel centres are half-integers on both sides. A sample that falls outside the outermost pixel
    centres is zero as a whole, where GridSample would fade, hence the mask.
    """
    settings = _settings(operator)
    features, matrix = operator.inputs
    graph = low.builder
    height, width = low.shape(features)[1:3]
    rows, columns = settings["output_height"], settings["output_width"]
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32) + np.float32(0.5)
    window = np.stack([x.ravel(), y.ravel(), np.zeros(x.size), np.ones(x.size)])
    places = graph.add(
        "MatMul",
        graph.slice(low.value(matrix), 1, 0, 2),
        graph.constant(window.astype(np.float32)),
    )
    size = graph.constant(np.array([[width], [height]], np.float32))
    relative = graph.add("Div", places, size)
    grid = graph.add("Sub", graph.add("Mul", relative, graph.numbers(2)), graph.numbers(1))
    grid = graph.reshape(graph.add("Transpose", grid, perm=[0, 2, 1]), 0, rows, columns, 2)
    sampled = graph.add("GridSample", low.value(features), grid, align_corners=0)
    return graph.add("Mul", sampled, _inside(graph, places, (width, height), (rows, columns)))


def _inside(
    graph: GraphBuilder, places: str, size: tuple[int, int], window: tuple[int, int]
) -> str:
    last = np.array([[size[0] - 0.5], [size[1] - 0.5]], np.float32)
    after_first = graph.add("GreaterOrEqual", places, graph.numbers(0.5))
    before_last = graph.add("LessOrEqual", places, graph.constant(last))
    inside = graph.add("Cast", graph.add("And", after_first, before_last), to=1)
    both = graph.add("ReduceMin", inside, axes=[1], keepdims=1)
    return graph.reshape(both, 0, 1, *window)


def transform_landmarks(low: Lowering, operator: Operator) -> str:
    """(N, K, 2) landmarks carried through the first two rows of an (N, 4, 4) matrix."""
    landmarks, matrix = operator.inputs
    if low.shape(landmarks)[2] != 2:
        raise UnsupportedModelError("transformed landmarks with depth")
    graph = low.builder
    rows = graph.slice(low.value(matrix), 1, 0, 2)
    turn = graph.add("Transpose", graph.slice(rows, 2, 0, 2), perm=[0, 2, 1])
    shift = graph.add("Transpose", graph.slice(rows, 2, 3, 4), perm=[0, 2, 1])
    return graph.add("Add", graph.add("MatMul", low.value(landmarks), turn), shift)
