"""The restorer's networks in INT8: ``python -m models.build.quantize_restorer --data DIR [--write]``.

`--write` puts ``damage_int8.onnx`` beside the network that it stands for, and into the manifest; the
loader takes whichever is faster on the machine that it runs on. Per channel, the first convolutions
and the last in float, unsigned activations (a processor on which these saturate is found out by the
loader), calibrated on training specimens and judged on held-out ones by what counts: precision and
recall of the damage found, decibels of the fill.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from models.build.damage_scene import Picture
from models.build.damage_synth import specimen
from models.build.manifest import describe, machine, milliseconds, update
from models.build.packages import QUANTIZED
from models.build.quantize import kept_in_float
from models.build.restorer_data import crops, read
from models.build.restorer_tasks import as_found, filler_input
from renderer.models import MANIFEST
from renderer.variants import LEAST_DECIBELS

SEED = 1888
CALIBRATION, JUDGED = 32, 60
BELIEVED = 0.6
FIRST_IN_FLOAT = 6
"""Convolutions at the start that stay in float: faint scratches are a level or two of what they see."""
SIDE = 256

Fed = dict[str, NDArray[np.float32]]


class _Specimens(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime has no types
    def __init__(self, fed: list[Fed]) -> None:
        self._rest: Iterator[Fed] = iter(fed)

    def get_next(self) -> Fed | None:
        return next(self._rest, None)


def _fed(network: str, pictures: list[Picture], number: int) -> list[tuple[Fed, Fed]]:
    """What a network is shown and what it should say, for `number` specimens."""
    made = []
    for k in range(number):
        rng = np.random.default_rng((SEED, k))
        each = specimen(rng, [pictures[i] for i in rng.integers(0, len(pictures), 4)])
        if network == "damage":
            shown = {"image": each.damaged.astype(np.float32)[None]}
            truth: dict[str, NDArray[Any]] = {
                "lost": each.lost,
                "free": ~each.unsure & ~each.veiled,
            }
        else:
            image, mask = filler_input(each.damaged, *as_found(rng, each))
            shown = {"image": image[None], "mask": mask[None]}
            truth = {"clean": each.clean, "lost": mask[..., 0] > 0}
        made.append((shown, {name: np.asarray(v, np.float32) for name, v in truth.items()}))
    return made


def _widened(path: Path) -> onnx.ModelProto:
    """The network with its half-precision weights stored in single precision."""
    model = onnx.load(path)
    halves = {node.input[0]: node.output[0] for node in model.graph.node if node.op_type == "Cast"}
    for stored in model.graph.initializer:
        if stored.data_type == TensorProto.FLOAT16 and stored.name in halves:
            value = numpy_helper.to_array(stored).astype(np.float32)
            stored.CopyFrom(numpy_helper.from_array(value, halves[stored.name]))
    nodes = [n for n in model.graph.node if not (n.op_type == "Cast" and n.input[0] in halves)]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def quantized(path: Path, calibration: list[Fed], folder: Path) -> Path:
    """The INT8 file, written into `folder`."""
    plain, prepared = folder / "plain.onnx", folder / "prepared.onnx"
    onnx.save(_widened(path), plain)
    quant_pre_process(plain, prepared, skip_symbolic_shape=True)
    model = onnx.load(prepared)
    for number, node in enumerate(model.graph.node):
        node.name = node.name or f"node_{number}"
    onnx.save(model, prepared)
    first = [node.name for node in model.graph.node if node.op_type == "Conv"][:FIRST_IN_FLOAT]
    target = folder / f"{path.stem}_int8.onnx"
    quantize_static(
        prepared,
        target,
        _Specimens(calibration),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        calibrate_method=CalibrationMethod.MinMax,
        op_types_to_quantize=["Conv"],
        nodes_to_exclude=sorted({*kept_in_float(model), *first}),
        extra_options={"ActivationSymmetric": False},
    )
    return target


def judged(path: Path, made: list[tuple[Fed, Fed]]) -> str:
    """Speed on one thread and accuracy of one file."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    times, hit, found, wanted, squared, count = [], 0.0, 0.0, 0.0, 0.0, 1.0
    for shown, truth in made:
        start = time.process_time()
        answer = session.run(None, shown)[0][0]
        times.append(time.process_time() - start)
        if "clean" in truth:
            apart = (answer - truth["clean"])[truth["lost"] > 0]
            squared, count = squared + float((apart**2).sum()), count + apart.size
        else:
            said = (answer[..., 0] > BELIEVED) * truth["free"]
            hit += float((said * truth["lost"]).sum())
            found, wanted = found + float(said.sum()), wanted + float(truth["lost"].sum())
    ms = 1000 * float(np.percentile(times, 10))
    size = path.stat().st_size
    if squared:
        return f"{size} bytes  {ms:.1f} ms  {10 * np.log10(255**2 * count / squared):.2f} dB"
    return f"{size} bytes  {ms:.1f} ms  precision {hit / found:.3f}  recall {hit / wanted:.3f}"


def agreement(plain: Path, small: Path, made: list[tuple[Fed, Fed]]) -> float:
    """PSNR in decibels of what `small` says against what `plain` says; the peak is 1, a sure belief."""
    running = [
        onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        for path in (plain, small)
    ]
    squared = [
        float(np.mean((running[1].run(None, shown)[0] - running[0].run(None, shown)[0]) ** 2))
        for shown, _ in made
    ]
    return float(-10 * np.log10(np.mean(squared)))


def write(data: Path) -> None:
    """``damage_int8.onnx`` and its entry in the manifest, made of the ``damage.onnx`` that is there.

    Raises SystemExit where the two do not agree.
    """
    training, held_out = _pictures(data)
    plain, target = QUANTIZED / "damage.onnx", QUANTIZED / "damage_int8.onnx"
    made = _fed("damage", held_out, JUDGED)
    with tempfile.TemporaryDirectory() as room:
        calibration = [shown for shown, _ in _fed("damage", training, CALIBRATION)]
        small = quantized(plain, calibration, Path(room))
        decibels = agreement(plain, small, made)
        if decibels < LEAST_DECIBELS:
            raise SystemExit(f"INT8 differs too much from {plain.name}: {decibels:.1f} dB")
        target.write_bytes(small.read_bytes())
    listed = tomllib.loads((QUANTIZED / MANIFEST).read_text("utf-8"))["model"]
    like = next(table for table in listed if table["file"] == plain.name)
    table = describe(
        target,
        network="damage",
        variant="int8",
        **{name: like[name] for name in ("purpose", "source", "member", "licence")},
        accuracy={
            "against": f"{plain.name} on {JUDGED} held-out specimens, PSNR in dB",
            "belief": round(decibels, 1),
        },
        speed={"ms": milliseconds(target, (SIDE, SIDE)), "size": SIDE, **_one_thread()},
    )
    update([table])
    print(table["file"], table["bytes"], "bytes", table["accuracy"], table["speed"])


def _one_thread() -> dict[str, Any]:
    return {"threads": 1, "machine": machine()}


def _pictures(data: Path) -> tuple[list[Picture], list[Picture]]:
    """To calibrate on and to judge by."""
    listed = crops(data)
    training = [read(each.file) for each in listed if not each.is_held_out][:: len(listed) // 400]
    return training, [read(each.file) for each in listed if each.is_held_out]


def main() -> None:
    """Print both networks in half precision and in INT8."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="ship the damage network in INT8 too")
    given = parser.parse_args()
    if given.write:
        write(given.data)
        return
    training, held_out = _pictures(given.data)
    print(machine(), "one thread, 256 x 256")
    for network in ("damage", "fill"):
        path = QUANTIZED / f"{network}.onnx"
        if not path.exists():
            continue
        made = _fed(network, held_out, JUDGED)
        with tempfile.TemporaryDirectory() as room:
            calibration = [shown for shown, _ in _fed(network, training, CALIBRATION)]
            small = quantized(path, calibration, Path(room))
            print(f"{network}: {judged(path, made)}\n  INT8: {judged(small, made)}", flush=True)


if __name__ == "__main__":
    main()
