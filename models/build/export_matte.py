"""Writes the trained matte network as an ONNX file, for `bench.matte --network FILE`.

    python -m models.build.export_matte [--from FOLDER]

The averaged weights are stored in half precision and widened once on loading, as those of the other
networks are; the shift that this causes is printed.
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
from models.build.manifest import machine
from models.build.matte_nets import Matter, parameters
from models.build.matte_planes import COARSE, HINTS
from models.build.onnx_graph import IR_VERSION, OPSET
from models.build.packages import CACHE

SIDE = 512
"""Side of the crop whose time is measured."""


class _Alpha(nn.Module):  # type: ignore[misc]  # torch has no types here
    """The network with the layout of pictures: `image` and `hints` in, ``alpha`` ``(N, H, W)`` out."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor, hints: Tensor) -> Tensor:
        logits = self.net(image.permute(0, 3, 1, 2), hints.permute(0, 3, 1, 2))
        return torch.sigmoid(logits).squeeze(1)


def inputs(side: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Noise of the shapes and ranges of what the network is shown."""
    rng = np.random.default_rng(seed)
    least = side // COARSE
    return {
        "image": rng.uniform(0, 1, (1, side, side, 4)).astype(np.float32),
        "hints": rng.uniform(-1, 1, (1, least, least, HINTS)).astype(np.float32),
    }


def graph(net: nn.Module) -> onnx.ModelProto:
    """`net` as a graph of free batch and size."""
    written = BytesIO()
    torch.onnx.export(
        net.eval(),
        tuple(torch.from_numpy(value) for value in inputs(64).values()),
        written,
        input_names=["image", "hints"],
        output_names=["alpha"],
        dynamic_axes={
            "image": {0: "N", 1: "H", 2: "W"},
            "hints": {0: "N", 1: "h", 2: "w"},
            "alpha": {0: "N", 1: "H", 2: "W"},
        },
        opset_version=OPSET,
        dynamo=False,
    )
    model = onnx.load_from_string(written.getvalue())
    model.ir_version = IR_VERSION
    for size, name in zip(
        model.graph.output[0].type.tensor_type.shape.dim, ("N", "H", "W"), strict=True
    ):
        size.dim_param = name
    return model


def milliseconds(model: bytes | Path, threads: int = 1, runs: int = 30) -> float:
    """Processor time of one crop of `SIDE`: the fastest tenth of the runs."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    fed, times = inputs(SIDE), []
    for _ in range(runs):
        start = time.process_time()
        session.run(None, fed)
        times.append(time.process_time() - start)
    return round(1000 * float(np.percentile(times, 10)), 2)


def _shift(model: onnx.ModelProto, net: nn.Module) -> float:
    """Largest difference between the written file and the trained network, in alpha."""
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    fed = inputs(96, 1)
    with torch.no_grad():
        wanted = net(*(torch.from_numpy(value) for value in fed.values())).numpy()
    return float(np.abs(session.run(None, fed)[0] - wanted).max())


def main(folder: Path) -> None:
    """Write ``matte.onnx`` beside the weights in `folder`."""
    saved = torch.load(folder / "matte.pt", weights_only=True)
    net = Matter()
    net.load_state_dict(saved["average"])
    whole = _Alpha(net)
    model = halved(graph(whole))
    path = folder / "matte.onnx"
    path.write_bytes(model.SerializeToString())
    print(
        f"{path}: {saved['step']} steps, {parameters(net)} parameters, {path.stat().st_size} bytes"
    )
    print(f"alpha differs from the trained network's by at most {_shift(model, whole):.1e}")
    print(f"one crop of {SIDE}: {milliseconds(path)} ms on one thread ({machine()})")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--from", dest="folder", type=Path, default=CACHE / "matte")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    main(given.folder)
