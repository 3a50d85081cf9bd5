"""Inside the emulated machine: runs networks on pictures from a file. Needs numpy and onnxruntime alone.

``python aarch64_run.py FOLDER`` reads ``FOLDER/shown.npz`` (``network file|input|number``) and writes
``FOLDER/answers.npz`` (``network file|output|number``).
"""

from __future__ import annotations

import os
import platform
import sys
from collections import defaultdict
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import numpy as np


def main() -> int:
    import onnxruntime

    folder = Path(sys.argv[1])
    asked: dict[tuple[str, str], dict[str, np.ndarray]] = defaultdict(dict)
    with np.load(folder / "shown.npz") as shown:
        for key in shown.files:
            file, name, number = key.split("|")
            asked[file, number][name] = shown[key]
    answers, running = {}, {}
    for (file, number), fed in asked.items():
        if file not in running:
            running[file] = onnxruntime.InferenceSession(
                str(folder / file), providers=["CPUExecutionProvider"]
            )
        names = [each.name for each in running[file].get_outputs()]
        for name, value in zip(names, running[file].run(names, fed), strict=True):
            answers[f"{file}|{name}|{number}"] = value
    np.savez(folder / "answers.npz", **answers)
    print(f"onnxruntime {onnxruntime.__version__} on {platform.machine()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
