"""Write the ONNX files and the canonical face: ``python -m models.build.convert``."""

from __future__ import annotations

import sys

import onnx
import onnxruntime

from models.build import canonical_face
from models.build.networks import NETWORKS, build
from models.build.packages import QUANTIZED


def main() -> int:
    QUANTIZED.mkdir(parents=True, exist_ok=True)
    for network in NETWORKS:
        path = QUANTIZED / f"{network.name}.onnx"
        onnx.save(build(network), path)
        # A converter that writes what cannot be loaded has not converted anything.
        onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        print(f"{path.name}  {path.stat().st_size} bytes")
    path = canonical_face.write(QUANTIZED)
    print(f"{path.name}  {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
