"""Writes the trained refiner as an ONNX file, for `bench.refiner --network FILE`.

    python -m models.build.export_refiner [--from FOLDER]

The averaged weights are stored in half precision and widened once on loading, as those of the other
networks are; the shift that this causes is printed.
"""

from __future__ import annotations

import argparse
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from models.build.export_restorer import halved
from models.build.onnx_graph import IR_VERSION, OPSET
from models.build.packages import CACHE
from models.build.refiner_nets import Refiner, parameters
from models.build.refiner_pairs import PLANES


def inputs(side: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Noise of the shapes and ranges of what the network is shown."""
    rng = np.random.default_rng(seed)
    planes = rng.uniform(0, 1, (1, PLANES, side, side))
    planes[:, 3:] = rng.uniform(-0.2, 0.2, (1, PLANES - 3, side, side))
    return {
        "planes": planes.astype(np.float32),
        "gate": rng.uniform(0, 1, (1, 1, side, side)).astype(np.float32),
    }


def graph(net: Refiner) -> onnx.ModelProto:
    """`net` as a graph of free size."""
    written = BytesIO()
    free = {2: "H", 3: "W"}
    torch.onnx.export(
        net.eval(),
        tuple(torch.from_numpy(value) for value in inputs(64).values()),
        written,
        input_names=["planes", "gate"],
        output_names=["residual"],
        dynamic_axes={"planes": free, "gate": free, "residual": free},
        opset_version=OPSET,
        dynamo=False,
    )
    model = onnx.load_from_string(written.getvalue())
    model.ir_version = IR_VERSION
    return model


def main(folder: Path) -> None:
    """Write ``refiner.onnx`` beside the weights in `folder`."""
    saved = torch.load(folder / "refiner.pt", map_location="cpu", weights_only=True)
    net = Refiner()
    net.load_state_dict(saved["average"])
    model = halved(graph(net))
    path = folder / "refiner.onnx"
    path.write_bytes(model.SerializeToString())
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    fed = inputs(96, 1)
    with torch.no_grad():
        wanted = net(*(torch.from_numpy(value) for value in fed.values())).numpy()
    shift = float(np.abs(session.run(None, fed)[0] - wanted).max())
    print(
        f"{path}: {saved['step']} steps, {parameters(net)} parameters, {path.stat().st_size} bytes, "
        f"half precision moves the residual by {255 * shift:.3f} grey levels at most"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--from", dest="folder", type=Path, default=CACHE / "refiner")
    main(parser.parse_args().folder)
