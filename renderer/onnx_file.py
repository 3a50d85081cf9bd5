"""What an ONNX file says about itself, read from its bytes without running any of it.

A model may name other files to take its weights from ("external data"); a runtime that follows such
a path can be made to read any file of the machine (CVE-2022-25882, CVE-2024-27318). Ours never do
it, so a model that does is refused here, before the runtime sees it.

The parser walks the protobuf's own structure and only the few fields of `_CHILDREN`; the numbers are
those of ``onnx.proto3``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Shape = tuple[int | str, ...]
"""Sizes of a value; a free one is its name."""


class OnnxFileError(Exception):
    """The bytes are not an ONNX model that can be trusted."""


@dataclass(frozen=True)
class Signature:
    """Names and shapes of what goes in and comes out."""

    inputs: dict[str, Shape]
    outputs: dict[str, Shape]


# message -> field number -> message of that field, for every path that leads to a tensor.
_CHILDREN: dict[str, dict[int, str]] = {
    "Model": {7: "Graph", 20: "Training", 25: "Function"},
    "Training": {1: "Graph", 2: "Graph"},
    "Function": {7: "Node", 11: "Attribute"},
    "Graph": {1: "Node", 5: "Tensor", 15: "SparseTensor"},
    "Node": {5: "Attribute"},
    "Attribute": {
        5: "Tensor",
        10: "Tensor",
        6: "Graph",
        11: "Graph",
        22: "SparseTensor",
        23: "SparseTensor",
    },
    "SparseTensor": {1: "Tensor", 2: "Tensor"},
    "Tensor": {},
}
_MODEL_GRAPH = 7
_GRAPH_INPUT, _GRAPH_OUTPUT = 11, 12
_TENSOR_EXTERNAL_DATA, _TENSOR_DATA_LOCATION = 13, 14
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

_MOST_NESTED = 32
"""Graphs inside graphs deeper than this are an attack on the stack, not a network."""


def signature(model: bytes) -> Signature:
    """Inputs and outputs of a model. Raises `OnnxFileError` if it is malformed or names other files."""
    view = memoryview(model)
    _refuse_external_data(view, "Model", 0)
    graphs = [value for number, value in _fields(view) if number == _MODEL_GRAPH]
    if len(graphs) != 1 or not isinstance(graphs[0], memoryview):
        raise OnnxFileError("it does not hold exactly one graph")
    inputs: dict[str, Shape] = {}
    outputs: dict[str, Shape] = {}
    for number, value in _fields(graphs[0]):
        if number in (_GRAPH_INPUT, _GRAPH_OUTPUT) and isinstance(value, memoryview):
            name, shape = _value_info(value)
            (inputs if number == _GRAPH_INPUT else outputs)[name] = shape
    return Signature(inputs, outputs)


def _refuse_external_data(message: memoryview, kind: str, depth: int) -> None:
    if depth > _MOST_NESTED:
        raise OnnxFileError("it is nested too deeply")
    children = _CHILDREN[kind]
    for number, value in _fields(message):
        if kind == "Tensor" and number in (_TENSOR_EXTERNAL_DATA, _TENSOR_DATA_LOCATION):
            if number == _TENSOR_EXTERNAL_DATA or value != 0:
                raise OnnxFileError("it takes weights from another file")
        elif number in children:
            if not isinstance(value, memoryview):
                raise OnnxFileError("it is malformed")
            _refuse_external_data(value, children[number], depth + 1)


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Field numbers with their integer or their bytes, in file order."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        wire = key & 7
        if wire == _VARINT:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        if wire == _BYTES:
            length, at = _varint(message, at)
        elif wire in (_FIXED32, _FIXED64):
            length = 4 if wire == _FIXED32 else 8
        else:
            raise OnnxFileError("it is malformed")
        if at + length > len(message):
            raise OnnxFileError("it is cut short")
        yield key >> 3, message[at : at + length]
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for place in range(10):
        if at + place >= len(message):
            raise OnnxFileError("it is cut short")
        byte = message[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    raise OnnxFileError("it is malformed")


def _value_info(message: memoryview) -> tuple[str, Shape]:
    """ValueInfoProto: name (1), type (2) > tensor type (1) > shape (2) > dimensions (1)."""
    name = b"".join(bytes(part) for part in _parts(message, 1)).decode(errors="replace")
    dimensions: list[int | str] = []
    for kind in _parts(message, 2):
        for tensor in _parts(kind, 1):
            for shape in _parts(tensor, 2):
                dimensions += [_dimension(dimension) for dimension in _parts(shape, 1)]
    return name, tuple(dimensions)


def _dimension(message: memoryview) -> int | str:
    for _, value in _fields(message):
        return value if isinstance(value, int) else bytes(value).decode(errors="replace")
    return "?"


def _parts(message: memoryview, wanted: int) -> list[memoryview]:
    return [
        value
        for number, value in _fields(message)
        if number == wanted and isinstance(value, memoryview)
    ]
