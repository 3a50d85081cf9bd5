"""Try every network in INT8 and say whether it pays: ``python -m models.build.quantize --pictures DIR``.

Static quantization, signed on both sides (unsigned activations saturate on AVX2 without VNNI), per
channel, with the first and the last convolutions kept in float. A variant is only worth shipping if
it is faster here, or a third of the size, and loses nothing that a caller could notice; coordinates
may not move by more than 0.3 network pixels. What was found is in docs/models.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from models.build import parity
from models.build.manifest import machine, milliseconds
from models.build.networks import Network, build
from models.build.packages import QUANTIZED

CALIBRATION_PICTURES = 24
"""More changed no scale by over a percent."""

MOST_SHIFT = 0.3
"""Of a coordinate, in network pixels."""

MOST_DRIFT = 0.03
"""Of an embedding, in distance: a tenth of the lowest threshold of the identity gate."""


class _Pictures(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime has no types
    def __init__(self, pictures: NDArray[np.uint8]) -> None:
        self._rest: Iterator[NDArray[np.uint8]] = iter(pictures)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        picture = next(self._rest, None)
        return None if picture is None else {"image": picture[None].astype(np.float32)}


@dataclass(frozen=True)
class Trial:
    """One network in INT8 against fp32: `shift` is the 99th percentile of the absolute difference per
    output, in the output's own units; of an embedding, that of how far it moves."""

    network: str
    bytes_fp32: int
    bytes_int8: int
    ms_fp32: float
    ms_int8: float
    shift: dict[str, float]

    @property
    def pays(self) -> bool:
        smaller_or_faster = (
            self.ms_int8 < 0.9 * self.ms_fp32 or self.bytes_int8 < self.bytes_fp32 / 3
        )
        most = MOST_DRIFT if "embedding" in self.shift else MOST_SHIFT
        return smaller_or_faster and max(self.shift.values()) <= most


def kept_in_float(model: onnx.ModelProto) -> list[str]:
    """The first convolution and those whose result reaches an output through no other convolution."""
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    makers = {output: node for node in model.graph.node for output in node.output}
    last: list[str] = []
    waiting = [output.name for output in model.graph.output]
    seen: set[str] = set()
    while waiting:
        node = makers.get(waiting.pop())
        if node is None or node.name in seen:
            continue
        seen.add(node.name)
        if node.op_type in ("Conv", "ConvTranspose", "Gemm"):
            last.append(node.name)
        else:
            waiting.extend(node.input)
    return [convolutions[0].name, *last]


def quantized(network: Network, pictures: NDArray[np.uint8], folder: Path) -> Path:
    """The INT8 file, written into `folder`."""
    plain, prepared = folder / "plain.onnx", folder / "prepared.onnx"
    onnx.save(build(network, widen=True), plain)
    quant_pre_process(plain, prepared, skip_symbolic_shape=True)
    model = onnx.load(prepared)
    for number, node in enumerate(model.graph.node):
        node.name = node.name or f"node_{number}"
    onnx.save(model, prepared)
    target = folder / f"{network.name}_int8.onnx"
    quantize_static(
        prepared,
        target,
        _Pictures(pictures[:CALIBRATION_PICTURES]),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        calibrate_method=CalibrationMethod.MinMax,
        op_types_to_quantize=["Conv"],
        nodes_to_exclude=kept_in_float(model),
        # With signed zero points other than 0, onnxruntime 1.32's fused per-channel convolution is
        # wrong: the judge moves by 24 px, by 3 px when nothing is fused.
        extra_options={"ActivationSymmetric": True},
    )
    return target


def shift(
    network: Network, plain: Path, small: Path, pictures: NDArray[np.uint8]
) -> dict[str, float]:
    # The judge answers in shares of its crop.
    unit = network.size[0] if network.name == "landmarks68" else 1
    outputs = []
    for path in (plain, small):
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        outputs.append(session.run(names, {"image": pictures.astype(np.float32)}))
    return {
        name: unit * float(np.percentile(_apart(name, a - b), 99))
        for name, a, b in zip(names, *outputs, strict=True)
    }


def _apart(output: str, difference: NDArray[np.float32]) -> NDArray[np.float32]:
    if output == "embedding":
        return np.asarray(np.linalg.norm(difference, axis=1, keepdims=True), np.float32)
    return np.abs(difference)


def attempt(network: Network, folder: Path, most: int) -> Trial:
    pictures = parity.inputs(network, folder, most)[2 * parity.RANDOM_PICTURES :]
    plain = QUANTIZED / f"{network.name}.onnx"
    with tempfile.TemporaryDirectory() as room:
        small = quantized(network, pictures, Path(room))
        return Trial(
            network.name,
            plain.stat().st_size,
            small.stat().st_size,
            milliseconds(plain, network.size),
            milliseconds(small, network.size),
            shift(network, plain, small, pictures[CALIBRATION_PICTURES:]),
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="photographs to calibrate on")
    parser.add_argument("--most", type=int, default=40, help="take at most so many of them")
    parser.add_argument("--only", nargs="*", default=[], help="these networks")
    arguments = parser.parse_args()
    print(machine())
    for network in parity.chosen(arguments.only):
        trial = attempt(network, arguments.pictures, arguments.most)
        shifts = "  ".join(f"{name} {value:.3f}" for name, value in trial.shift.items())
        print(
            f"{trial.network:14s} {trial.bytes_fp32:8d} -> {trial.bytes_int8:8d} bytes  "
            f"{trial.ms_fp32:5.2f} -> {trial.ms_int8:5.2f} ms  {shifts}  "
            f"{'pays' if trial.pays else 'does not pay'}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
