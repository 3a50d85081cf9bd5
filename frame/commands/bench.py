"""`wakeframe bench`: runs one of the measurements in `bench/`, or says which there are."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType

import bench
from frame.errors import UsageError


def run(name: str | None, arguments: Sequence[str]) -> int:
    """Run the benchmark `name` with the arguments that are left, as ``python -m bench.NAME`` would."""
    known = benchmarks()
    if name is None:
        for each, module in known.items():
            print(f"wakeframe bench {each:12s} {(module.__doc__ or '').splitlines()[0]}")
        return 0
    if name not in known:
        raise UsageError(f"There is no benchmark {name}; there are {', '.join(known)}.")
    sys.argv = [f"wakeframe bench {name}", *arguments]
    return int(known[name].main() or 0)


def benchmarks() -> dict[str, ModuleType]:
    """Every module of `bench` that can be run, by name."""
    modules = {
        info.name: importlib.import_module(f"bench.{info.name}")
        for info in pkgutil.iter_modules(bench.__path__)
        if not info.name.startswith("_")
    }
    return {name: module for name, module in sorted(modules.items()) if hasattr(module, "main")}
