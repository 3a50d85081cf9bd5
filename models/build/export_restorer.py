"""Writes the restorer's trained networks as ONNX files and into the manifest.

    python -m models.build.export_restorer --data DIR [--from FOLDER]

The averaged weights are stored in half precision and widened once on loading, as those of the other
networks are; the shift that this causes is printed. `DIR` is asked for the licences of what was
trained on.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from models.build import quantize_restorer
from models.build.manifest import Table, describe, machine, milliseconds, update
from models.build.onnx_graph import IR_VERSION, OPSET, SMALL_CONSTANT
from models.build.packages import CACHE, QUANTIZED
from models.build.restorer_data import crops
from models.build.restorer_nets import Detector, Filler, parameters

PURPOSES = {
    "damage": "where a photograph is damaged: lost (scratches, cracks, dust, tears), veiled (stains, "
    "folds)",
    "fill": "what was under the damage, given the picture smoothly filled and the mask",
}


class _Detection(nn.Module):  # type: ignore[misc]  # torch has no types here
    """The detector with the layout of pictures: ``image`` in, ``belief`` out, both channels last."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor) -> Tensor:
        return torch.sigmoid(self.net(image.permute(0, 3, 1, 2))).permute(0, 2, 3, 1)


class _Filling(nn.Module):  # type: ignore[misc]  # torch has no types here
    """The filler likewise: ``image`` and ``mask`` in, ``picture`` out."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        filled = self.net(image.permute(0, 3, 1, 2), mask.permute(0, 3, 1, 2))
        return filled.permute(0, 2, 3, 1)


def graph(net: nn.Module, inputs: dict[str, int], output: str) -> onnx.ModelProto:
    """`net` as a graph of free batch, height and width; `inputs` are names and channels."""
    names = list(inputs)
    axes = {name: {0: "N", 1: "H", 2: "W"} for name in (*names, output)}
    written = BytesIO()
    torch.onnx.export(
        net.eval(),
        tuple(torch.zeros(1, 64, 64, channels) for channels in inputs.values()),
        written,
        input_names=names,
        output_names=[output],
        dynamic_axes=axes,
        opset_version=OPSET,
        dynamo=False,
    )
    model = onnx.load_from_string(written.getvalue())
    model.ir_version = IR_VERSION
    for value in model.graph.output:
        sizes = value.type.tensor_type.shape.dim
        for size, name in zip(sizes, ("N", "H", "W"), strict=False):
            size.dim_param = name
    return model


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """`model` with its larger weights stored in half precision and cast back in the graph."""
    small = onnx.ModelProto()
    small.CopyFrom(model)
    casts = []
    for stored in small.graph.initializer:
        value = numpy_helper.to_array(stored)
        if value.dtype == np.float32 and value.size >= SMALL_CONSTANT:
            name = f"{stored.name}_half"
            casts.append(helper.make_node("Cast", [name], [stored.name], to=TensorProto.FLOAT))
            stored.CopyFrom(numpy_helper.from_array(value.astype(np.float16), name))
    nodes = [*casts, *small.graph.node]
    del small.graph.node[:]
    small.graph.node.extend(nodes)
    onnx.checker.check_model(small)
    return small


def _shift(model: onnx.ModelProto, net: nn.Module, inputs: dict[str, int]) -> float:
    """Largest difference between the written file and the trained network, in the output's units."""
    rng = np.random.default_rng(0)
    fed: dict[str, NDArray[np.float32]] = {
        name: (
            rng.uniform(0, 255, (1, 96, 128, channels))
            if name == "image"
            else rng.integers(0, 2, (1, 96, 128, channels))
        ).astype(np.float32)
        for name, channels in inputs.items()
    }
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    with torch.no_grad():
        wanted = net(*(torch.from_numpy(value) for value in fed.values())).numpy()
    return float(np.abs(session.run(None, fed)[0] - wanted).max())


def _written(
    name: str,
    net: nn.Module,
    wrap: Callable[[nn.Module], nn.Module],
    inputs: dict[str, int],
    output: str,
    weights: Path,
    data: Path,
) -> Table:
    saved = torch.load(weights, weights_only=True, map_location="cpu")
    net.load_state_dict(saved["average"])
    whole = wrap(net)
    model = halved(graph(whole, inputs, output))
    path = QUANTIZED / f"{name}.onnx"
    path.write_bytes(model.SerializeToString())
    shift = _shift(model, whole, inputs)
    used = Counter(each.licence for each in crops(data) if not each.is_held_out)
    licences = "; ".join(f"{count} {licence}" for licence, count in used.most_common())
    return describe(
        path,
        purpose=PURPOSES[name],
        source="trained by models/build/train_restorer.py on synthetic damage over face crops, among "
        "them the Face Research Lab London Set (DeBruine and Jones 2017, "
        "doi:10.6084/m9.figshare.5047666)",
        member=f"{saved['step']} steps, {parameters(net)} parameters; people 080 to 102 and 8 % of "
        "the rest held out",
        licence=f"crops: {licences}; Apache-2.0 (the trained weights)",
        accuracy={
            "against": "the trained network in single precision, largest absolute difference",
            output: float(f"{shift:.1e}"),
        },
    )


def main(data: Path, folder: Path) -> None:
    tables = []
    if (folder / "detector.pt").exists():
        table = _written(
            "damage", Detector(), _Detection, {"image": 3}, "belief", folder / "detector.pt", data
        )
        speed = milliseconds(QUANTIZED / "damage.onnx", (256, 256))
        table["speed"] = {"ms": speed, "size": 256, "threads": 1, "machine": machine()}
        tables.append(table)
    if (folder / "filler.pt").exists():
        inputs = {"image": 3, "mask": 2}
        tables.append(
            _written("fill", Filler(), _Filling, inputs, "picture", folder / "filler.pt", data)
        )
    update(tables)
    for table in tables:
        print(table["file"], table["bytes"], "bytes", table["accuracy"], table.get("speed", ""))
    if (folder / "detector.pt").exists():
        quantize_restorer.write(data)  # or the loader would find two networks that disagree


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--from", dest="folder", type=Path, default=CACHE / "restorer")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    main(given.data, given.folder)
