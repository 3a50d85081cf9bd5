"""Hold every ONNX file against the original runtime: ``python -m models.build.parity [--pictures DIR]``.

Prints the largest absolute difference per output, in the output's own units (pixels of the
network's input, raw scores, 0..1), and fails above `TOLERANCE`. Needs the ``parity`` extra and Node.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.build import reference
from models.build.networks import NETWORKS, Network
from models.build.packages import CACHE, QUANTIZED

TOLERANCE = 1e-3
RANDOM_PICTURES = 6
RESULTS = CACHE / "parity.json"


def inputs(network: Network, folder: Path | None, most: int) -> NDArray[np.uint8]:
    """Noise, and of each picture the whole and its middle, squeezed to the network's size."""
    height, width = network.size
    noise = np.random.default_rng(0).integers(0, 256, (RANDOM_PICTURES, height, width, 3), np.uint8)
    made = list(noise)
    # Smooth noise reaches other activations than white noise does.
    made += [cv2.GaussianBlur(picture, (0, 0), 6) for picture in noise]
    files = [] if folder is None else sorted([*folder.glob("*.jpg"), *folder.glob("*.png")])[:most]
    for file in files:
        read = cv2.imread(str(file), cv2.IMREAD_COLOR)
        if read is None:
            raise SystemExit(f"{file} is not a picture")
        picture = cv2.cvtColor(read, cv2.COLOR_BGR2RGB)
        rows, columns = picture.shape[:2]
        middle = picture[rows // 6 : rows * 5 // 6, columns // 6 : columns * 5 // 6]
        for part in (picture, middle):
            made.append(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA))
    return np.stack(made)


def differences(network: Network, pictures: NDArray[np.uint8]) -> dict[str, float]:
    """Largest absolute difference by output, over all pictures, run as one batch."""
    session = onnxruntime.InferenceSession(
        QUANTIZED / f"{network.name}.onnx", providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    ours = session.run(names, {"image": pictures.astype(np.float32)})
    theirs = reference.run(network, pictures)
    return {
        name: float(np.abs(mine - theirs[name]).max())
        for name, mine in zip(names, ours, strict=True)
    }


def chosen(names: Sequence[str]) -> tuple[Network, ...]:
    """The networks of these names, in our order; all of them without names."""
    return tuple(network for network in NETWORKS if not names or network.name in names)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, help="folder of photographs to compare on too")
    parser.add_argument("--most", type=int, default=40, help="take at most so many of them")
    parser.add_argument("--only", nargs="*", default=[], help="these networks, keep the rest")
    arguments = parser.parse_args()
    kept = arguments.only and RESULTS.exists()
    results, worst = json.loads(RESULTS.read_text()) if kept else {}, 0.0
    for network in chosen(arguments.only):
        pictures = inputs(network, arguments.pictures, arguments.most)
        results[network.name] = differences(network, pictures)
        worst = max(worst, *results[network.name].values())
        listed = "  ".join(f"{name} {error:.2e}" for name, error in results[network.name].items())
        print(f"{network.name:14s} {len(pictures):3d} pictures  {listed}")
    RESULTS.write_text(json.dumps(results, indent=1))
    print(f"worst {worst:.2e}, allowed {TOLERANCE:.0e}")
    return 0 if worst <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
