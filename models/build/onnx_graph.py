"""A small builder for ONNX graphs: values by name, nodes in order, weights kept in half precision
where their source has them so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8
"""What opset 17 asks for; newer files would be refused by older runtimes for no gain."""

Output = tuple[str, str, tuple[int, ...]]
"""An output of a model: the value in the graph, its name outside, its shape without the batch."""

SMALL_CONSTANT = 1024
"""Half-precision constants under this many elements are widened at once: a Cast node costs as many
bytes as it would save."""


class GraphBuilder:
    """Collects nodes and initializers; every method returns the name of the value it made."""

    def __init__(self, *, widen: bool = False) -> None:
        """With `widen`, half-precision weights are stored as float32 (the quantizer wants that)."""
        self.widens = widen
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: list[onnx.TensorProto] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._count = 0

    def fresh(self, stem: str) -> str:
        self._count += 1
        return f"{stem}_{self._count}"

    def add(self, operator: str, *inputs: str, outputs: int = 1, **attributes: Any) -> str:
        """Append a node and return its (first) output."""
        names = [self.fresh(operator.lower()) for _ in range(outputs)]
        self._nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
        return names[0]

    def constant(self, value: NDArray[Any]) -> str:
        """A stored tensor; equal ones are stored once. Half precision is widened in the graph."""
        value = np.asarray(value, order="C")
        if value.dtype == np.float16 and (self.widens or value.size < SMALL_CONSTANT):
            value = value.astype(np.float32)
        key = (value.dtype.str, value.shape, value.tobytes())
        if key not in self._constants:
            name = self.fresh("c")
            self._initializers.append(numpy_helper.from_array(value, name))
            if value.dtype == np.float16:
                name = self.add("Cast", name, to=TensorProto.FLOAT)
            self._constants[key] = name
        return self._constants[key]

    def numbers(self, *values: float) -> str:
        return self.constant(np.array(values, np.float32))

    def integers(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def reshape(self, value: str, *shape: int) -> str:
        """Reshape with a free batch: the first of `shape` should be 0 (copied) or -1."""
        return self.add("Reshape", value, self.integers(*shape))

    def slice(self, value: str, axis: int, start: int, stop: int) -> str:
        return self.add(
            "Slice", value, self.integers(start), self.integers(stop), self.integers(axis)
        )

    def model(
        self, name: str, image: tuple[int, int], outputs: Sequence[Output]
    ) -> onnx.ModelProto:
        """The finished model; its input is ``image`` (N, height, width, 3)."""
        for value, output, _ in outputs:
            self._nodes.append(helper.make_node("Identity", [value], [output]))
        graph = helper.make_graph(
            self._nodes,
            name,
            [_declare("image", (*image, 3))],
            [_declare(output, shape) for _, output, shape in outputs],
            self._initializers,
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="wakeframe"
        )
        model.ir_version = IR_VERSION
        onnx.checker.check_model(model, full_check=True)
        return model


def _declare(name: str, shape: Sequence[int]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *shape])
