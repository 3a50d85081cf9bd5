"""Writes the trained lids network as an ONNX file, for `bench.lids --network FILE`.

    python -m models.build.export_lids --from FOLDER

The weights are those of the asked step that the kept-back closed eyes chose, stored in half precision
and widened on loading, as those of the other networks are; the shift that this causes is printed.
"""

from __future__ import annotations

import argparse
import time
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from models.build.export_restorer import halved
from models.build.lids_frame import COLUMNS, ROWS
from models.build.lids_nets import Lidder, parameters
from models.build.lids_planes import PLANES
from models.build.manifest import machine
from models.build.onnx_graph import IR_VERSION, OPSET
from renderer.faces.types import Floats

RUNS = 50


class _Answer(nn.Module):  # type: ignore[misc]  # torch has no types here
    """The network with the layout of pictures: `planes` ``(N, H, W, PLANES)`` in, ``answer``
    ``(N, H, W)`` out."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, planes: Tensor) -> Tensor:
        return self.net(planes.permute(0, 3, 1, 2)).squeeze(1)


def noise() -> Floats:
    """Planes of both eyes of a face, of about the real range."""
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (2, ROWS, COLUMNS, PLANES)).astype(np.float32)


def graph(net: nn.Module) -> onnx.ModelProto:
    written = BytesIO()
    torch.onnx.export(
        net.eval(),
        (torch.from_numpy(noise()),),
        written,
        input_names=["planes"],
        output_names=["answer"],
        dynamic_axes={"planes": {0: "N"}, "answer": {0: "N"}},
        opset_version=OPSET,
        dynamo=False,
    )
    model = onnx.load_from_string(written.getvalue())
    model.ir_version = IR_VERSION
    return model


def milliseconds(session: onnxruntime.InferenceSession) -> float:
    """Processor time of both eyes of a face: the fastest tenth of the runs."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        session.run(None, {"planes": noise()})
        times.append(time.process_time() - start)
    return round(1000 * float(np.percentile(times, 10)), 2)


def main(folder: Path) -> None:
    """Write ``lids.onnx`` beside the weights in `folder`."""
    saved = torch.load(folder / "lids.pt", weights_only=True, map_location="cpu")
    net = Lidder()
    net.load_state_dict(saved["best"])
    whole = _Answer(net)
    model = halved(graph(whole))
    path = folder / "lids.onnx"
    path.write_bytes(model.SerializeToString())
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    with torch.no_grad():
        wanted = whole(torch.from_numpy(noise())).numpy()
    shift = float(np.abs(session.run(None, {"planes": noise()})[0] - wanted).max())
    kinds = sorted({node.op_type for node in model.graph.node})
    print(f"{path}: step {saved['best_step']}, {parameters(net)} parameters")
    print(f"{path.stat().st_size} bytes, opset {OPSET}: {', '.join(kinds)}")
    print(f"the logarithm differs from the trained network's by at most {shift:.1e}")
    print(f"both eyes: {milliseconds(session)} ms on one thread ({machine()})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--from", dest="folder", type=Path, required=True)
    main(parser.parse_args().folder)
