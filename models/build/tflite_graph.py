"""A TFLite flatbuffer as plain data: tensors, operators, and constants as dense arrays.

Half-precision constants stay half-precision (the converter stores them so, which halves the file),
and sparse ones are made dense. Nothing here knows ONNX.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

Array = NDArray[Any]

_DTYPES: dict[int, type[np.generic]] = {
    tflite.TensorType.FLOAT32: np.float32,
    tflite.TensorType.FLOAT16: np.float16,
    tflite.TensorType.INT32: np.int32,
}
_OPERATOR_NAMES = {
    code: name for name, code in vars(tflite.BuiltinOperator).items() if not name.startswith("_")
}


class UnsupportedModelError(Exception):
    """The model uses something that this converter does not know, and must not guess."""


@dataclass(frozen=True)
class Tensor:
    """`shape` as in the file (batch 1, NHWC); `value` is the dense constant, or None."""

    index: int
    name: str
    shape: tuple[int, ...]
    value: Array | None


@dataclass(frozen=True)
class Operator:
    """`kind` is the builtin's name or a custom operator's ``name/version``.

    `options` is the flatbuffers table of a builtin (its class by `kind`), or the raw bytes of a
    custom operator.
    """

    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Any


@dataclass(frozen=True)
class Graph:
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def read(path: Path) -> Graph:
    """The main graph of a TFLite file."""
    model = tflite.Model.GetRootAs(path.read_bytes(), 0)
    if model.SubgraphsLength() != 1:
        raise UnsupportedModelError(
            f"{path.name} has {model.SubgraphsLength()} subgraphs, expected one"
        )
    subgraph = model.Subgraphs(0)
    return Graph(
        tensors=tuple(_tensor(model, subgraph, i) for i in range(subgraph.TensorsLength())),
        operators=tuple(_operator(model, subgraph, i) for i in range(subgraph.OperatorsLength())),
        inputs=tuple(map(int, subgraph.InputsAsNumpy())),
        outputs=tuple(map(int, subgraph.OutputsAsNumpy())),
    )


def _tensor(model: Any, subgraph: Any, index: int) -> Tensor:
    raw = subgraph.Tensors(index)
    shape = tuple(map(int, raw.ShapeAsNumpy())) if raw.ShapeLength() else ()
    buffer = model.Buffers(raw.Buffer())
    value = None
    if buffer.DataLength():
        if raw.Type() not in _DTYPES:
            raise UnsupportedModelError(f"tensor {raw.Name()!r} has type {raw.Type()}")
        stored = np.frombuffer(buffer.DataAsNumpy().tobytes(), _DTYPES[raw.Type()])
        sparsity = raw.Sparsity()
        value = stored.reshape(shape) if sparsity is None else densify(sparsity, stored, shape)
    return Tensor(index, raw.Name().decode(), shape, value)


def densify(sparsity: Any, stored: Array, shape: tuple[int, ...]) -> Array:
    """A block-sparse tensor made dense.

    The scheme is that of the "tensor algebra compiler" (TACO), as TFLite's schema describes it: the
    dimensions, the blocks' own behind the outer ones, are walked in traversal order; each is either
    dense (every index occurs) or compressed (segments and indices as in CSR).
    """
    order = [sparsity.TraversalOrder(i) for i in range(sparsity.TraversalOrderLength())]
    block_map = [sparsity.BlockMap(i) for i in range(sparsity.BlockMapLength())]
    levels = [sparsity.DimMetadata(i) for i in range(sparsity.DimMetadataLength())]
    block_sizes = [levels[order.index(len(shape) + i)].DenseSize() for i in range(len(block_map))]
    dense = np.zeros(shape, stored.dtype)
    place = [0] * len(order)

    def walk(level: int, parent: int) -> None:
        if level == len(levels):
            index = place[: len(shape)]
            for i, dimension in enumerate(block_map):
                index[dimension] = index[dimension] * block_sizes[i] + place[len(shape) + i]
            dense[tuple(index)] = stored[parent]
            return
        metadata = levels[level]
        if metadata.Format() == tflite.DimensionType.DENSE:
            size = metadata.DenseSize()
            for i in range(size):
                place[order[level]] = i
                walk(level + 1, parent * size + i)
            return
        segments, indices = _sparse_vectors(metadata)
        for position in range(segments[parent], segments[parent + 1]):
            place[order[level]] = int(indices[position])
            walk(level + 1, position)

    walk(0, 0)
    return dense


_INDEX_VECTORS: dict[int, Any] = {
    tflite.SparseIndexVector.Int32Vector: tflite.Int32Vector,
    tflite.SparseIndexVector.Uint16Vector: tflite.Uint16Vector,
    tflite.SparseIndexVector.Uint8Vector: tflite.Uint8Vector,
}


def _sparse_vectors(metadata: Any) -> tuple[list[int], list[int]]:
    vectors = []
    for kind, table in (
        (metadata.ArraySegmentsType(), metadata.ArraySegments()),
        (metadata.ArrayIndicesType(), metadata.ArrayIndices()),
    ):
        vector = _INDEX_VECTORS[kind]()
        vector.Init(table.Bytes, table.Pos)
        vectors.append([int(value) for value in vector.ValuesAsNumpy()])
    return vectors[0], vectors[1]


def _operator(model: Any, subgraph: Any, index: int) -> Operator:
    raw = subgraph.Operators(index)
    code = model.OperatorCodes(raw.OpcodeIndex())
    # Old files keep the code in one byte, new ones in four; the other field is zero.
    kind = _OPERATOR_NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
    options: Any
    if kind == "CUSTOM":
        kind = f"{code.CustomCode().decode()}/{code.Version()}"
        options = bytes(raw.CustomOptions(i) for i in range(raw.CustomOptionsLength()))
    else:
        options = raw.BuiltinOptions()
    return Operator(
        kind,
        tuple(map(int, raw.InputsAsNumpy())),
        tuple(map(int, raw.OutputsAsNumpy())),
        options,
    )
