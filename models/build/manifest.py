"""`models/quantized/manifest.toml`: what each file is, where it comes from, how good, how fast.

``python -m models.build.manifest [NETWORK ...]`` measures speed and writes the entries of this package's
networks (parity comes from the last run of `models.build.parity`); entries of other files stay as they
are.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from models.build import parity
from models.build.networks import Network
from models.build.packages import FACE_MESH, QUANTIZED
from renderer.models import MANIFEST
from renderer.onnx_file import signature

Table = dict[str, Any]

_HEADER = """\
# The weights in this folder. Written by models/build; the loader refuses a file whose hash, inputs or
# outputs are not the ones listed here. Where a network has variants, the loader times them
# once on each machine and keeps the fastest that agrees with the first (renderer/variants.py).
"""


def update(tables: list[Table], folder: Path = QUANTIZED) -> None:
    """Put `tables` into the folder's manifest in place of those for the same files."""
    path = folder / MANIFEST
    old: list[Table] = tomllib.loads(path.read_text("utf-8"))["model"] if path.exists() else []
    files = {table["file"] for table in tables}
    kept = [table for table in old if table["file"] not in files]
    ordered = sorted([*tables, *kept], key=lambda table: (table["network"], table["variant"]))
    text = _HEADER + "".join("\n[[model]]\n" + _toml(table) for table in ordered)
    path.write_text(text, "utf-8")


def _toml(table: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def describe(path: Path, **facts: Any) -> Table:
    """A table for one file: hash, size and (for a network) shapes from the file, the rest given."""
    data = path.read_bytes()
    table: Table = {
        "file": path.name,
        "network": facts.pop("network", path.stem),
        "variant": facts.pop("variant", "fp32"),
        "purpose": facts.pop("purpose"),
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
    }
    if path.suffix == ".onnx":
        found = signature(data)
        table["inputs"] = {name: list(shape) for name, shape in found.inputs.items()}
        table["outputs"] = {name: list(shape) for name, shape in found.outputs.items()}
    return {**table, **facts}


def machine() -> str:
    """The class of this machine, for beside a speed: "x86_64, 2 cores, AVX2, no VNNI"."""
    flags = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        words = set(cpuinfo.read_text().split())
        if platform.machine() == "x86_64":
            vector = "AVX-512" if "avx512f" in words else "AVX2" if "avx2" in words else "SSE"
            flags = f", {vector}, {'VNNI' if words & {'avx512_vnni', 'avx_vnni'} else 'no VNNI'}"
        elif "asimddp" in words:
            flags = ", SDOT"
    return f"{platform.machine()}, {os.cpu_count()} cores{flags}"


def milliseconds(path: Path, size: tuple[int, int], runs: int = 60) -> float:
    """CPU time of one picture on one thread: the fastest tenth of the runs.

    On a quiet machine that is the wall time; on a busy one other work can only ever add to it.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    image = np.random.default_rng(0).uniform(0, 255, (1, *size, 3)).astype(np.float32)
    times = []
    for _ in range(runs):
        start = time.process_time()
        session.run(None, {"image": image})
        times.append(time.process_time() - start)
    return round(1000 * float(np.percentile(times, 10)), 2)


def network_table(network: Network, errors: Mapping[str, Mapping[str, float]]) -> Table:
    path = QUANTIZED / f"{network.name}.onnx"
    return describe(
        path,
        purpose=network.purpose,
        source=network.package.label,
        member=network.member,
        licence=network.package.licence,
        accuracy={
            "against": "the original runtime, largest absolute difference",
            **{name: float(f"{error:.1e}") for name, error in errors[network.name].items()},
        },
        speed={"ms": milliseconds(path, network.size), "threads": 1, "machine": machine()},
    )


def main() -> int:
    if not parity.RESULTS.exists():
        print("Run models.build.parity first.", file=sys.stderr)
        return 1
    errors = json.loads(parity.RESULTS.read_text())
    only = sys.argv[1:]
    tables = [network_table(network, errors) for network in parity.chosen(only)]
    if not only:
        tables.append(_canonical_face())
    update(tables)
    for table in tables:
        print(f"{table['file']:22s} {table['bytes']:8d} bytes  {table.get('speed', {})}")
    return 0


def _canonical_face() -> Table:
    return describe(
        QUANTIZED / "canonical_face.npz",
        purpose="the average face: 468 vertices in mm (camera axes), texture coordinates, "
        "triangles, weights for the rigid fit",
        source=FACE_MESH.label,
        member="geometry_pipeline_metadata_landmarks.binarypb in the packed assets",
        licence=FACE_MESH.licence,
    )


if __name__ == "__main__":
    sys.exit(main())
