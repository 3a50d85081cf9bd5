"""The store of small networks: what lies on disk, whether it is what we shipped, and how it runs.

Every file is held against `manifest.toml` (hash, inputs, outputs) before a runtime sees it. Nothing
is downloaded, ever. The execution provider is the fastest that the installed onnxruntime offers
unless one is pinned, and which one it was is kept for the report.
"""

from __future__ import annotations

import hashlib
import os
import threading
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from renderer.onnx_file import OnnxFileError, Shape, Signature, signature
from renderer.variants import Memory, Run, Trial, cache_file, fastest, key, probes, try_out

if TYPE_CHECKING:
    from renderer.runtime import onnxruntime

Provider = Literal["auto", "tensorrt", "cuda", "cpu"]

MANIFEST = "manifest.toml"
_ROOM = Path(__file__).resolve().parent
_INSTALLED = _ROOM / "weights"
_CHECKOUT = _ROOM.parent / "models" / "quantized"

_PROVIDERS: dict[str, str] = {
    "tensorrt": "TensorrtExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "cpu": "CPUExecutionProvider",
}
"""Fastest first."""

THREADS = 2
"""Of the four cores of the boards we are made for, two are the display's and the family's."""


EDITION = 2
"""Counted up whenever the code changes what is seen in a photo or what a clip looks like (gates, curves,
drawing, encoding): clips of an older edition are then drawn again."""


class ModelError(Exception):
    """A network is missing, altered or cannot run here; the message says what to do."""


@dataclass(frozen=True)
class LoadedModel:
    """One network that took part, for the report. `provider` is onnxruntime's name for it; `tried` are
    the variants that were compared on this machine, none where there is but one."""

    file: str
    sha256: str
    provider: str
    variant: str = "fp32"
    tried: tuple[Trial, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One file of the manifest. The first of a network's variants is the one that others must equal."""

    file: str
    network: str
    variant: str
    sha256: str
    signature: Signature | None


class Session:
    """One loaded network. Arrays go in and come out by name, float32."""

    def __init__(
        self,
        runtime: onnxruntime.InferenceSession,
        entry: Entry,
        tried: tuple[Trial, ...] = (),
    ) -> None:
        self._runtime = runtime
        self._outputs = [output.name for output in runtime.get_outputs()]
        provider = runtime.get_providers()[0]
        self.loaded = LoadedModel(entry.file, entry.sha256, provider, entry.variant, tried)

    def run(self, **inputs: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Outputs by name. Arrays must have the manifest's shapes; the first size is free."""
        values = self._runtime.run(self._outputs, inputs)
        return dict(zip(self._outputs, cast("list[NDArray[np.float32]]", values), strict=True))


class ModelStore:
    """Networks and assets of one directory, each loaded once, when it is first asked for.

    `directory` is by default ``$WAKEFRAME_MODELS``, or what the package brought, or the checkout's
    ``models/quantized``; `provider` by default ``$WAKEFRAME_PROVIDER`` or "auto". Raises
    `ModelError` if there is no readable manifest. Where a network has variants, they are timed when it
    is first asked for on a machine (`renderer.variants`), and `memory` keeps what was found.
    """

    def __init__(
        self,
        directory: Path | None = None,
        provider: str | None = None,
        memory: Memory | None = None,
    ) -> None:
        self.directory = directory or _default_directory()
        self.provider = provider or os.environ.get("WAKEFRAME_PROVIDER") or "auto"
        self._entries = _read_manifest(self.directory)
        self._memory = Memory(cache_file()) if memory is None else memory
        self._sessions: dict[str, Session] = {}
        self._arrays: dict[str, Mapping[str, NDArray[Any]]] = {}
        self._lock = threading.Lock()

    @property
    def loaded(self) -> tuple[LoadedModel, ...]:
        """The networks in use so far, in the order in which they were first asked for."""
        return tuple(session.loaded for session in self._sessions.values())

    @property
    def fingerprint(self) -> str:
        """Names everything that shapes a clip: the files of the list, and `EDITION`.

        Taken from the model list alone; no network is read. Of a network's variants the first stands
        for all: they agree, and a clip is not stale because another machine is faster with another.
        """
        chosen = [self._variants(n)[0] for n in sorted({e.network for e in self._entries})]
        listed = [f"edition {EDITION}", *(f"{each.network} {each.sha256}" for each in chosen)]
        return hashlib.sha256("\n".join(listed).encode()).hexdigest()[:16]

    def has(self, network: str) -> bool:
        """Whether the model list knows a network of that name."""
        return any(entry.network == network for entry in self._entries)

    def session(self, network: str) -> Session:
        """The network of that name, checked and loaded. Raises `ModelError`."""
        with self._lock:
            if network not in self._sessions:
                self._sessions[network] = self._load(network)
            return self._sessions[network]

    def arrays(self, asset: str) -> Mapping[str, NDArray[Any]]:
        """The arrays of an ``.npz`` asset by name, checked and read once. Raises `ModelError`."""
        with self._lock:
            if asset not in self._arrays:
                data = self._read(self._variants(asset)[0])
                with np.load(BytesIO(data), allow_pickle=False) as stored:
                    self._arrays[asset] = {name: stored[name] for name in stored.files}
            return self._arrays[asset]

    def _load(self, network: str) -> Session:
        entries = self._variants(network)
        if len(entries) == 1:
            return Session(self._start(entries[0]), entries[0])
        here = key(_runtime_version(), self.provider, [entry.sha256 for entry in entries])
        trials = self._memory.recall(here)
        files = {entry.file: entry for entry in entries}
        if trials is None or [each.file for each in trials] != list(files):
            running = {entry.file: self._start(entry) for entry in entries}
            trials = _compared(running, entries[0])
            self._memory.keep(here, trials)
            chosen = fastest(trials).file
            return Session(running[chosen], files[chosen], tuple(trials))
        entry = files[fastest(trials).file]
        return Session(self._start(entry), entry, tuple(trials))

    def _start(self, entry: Entry) -> onnxruntime.InferenceSession:
        model = self._read(entry)
        _check_signature(entry, model)
        return _start(model, entry, self.provider)

    def _variants(self, network: str) -> list[Entry]:
        """The entries of that name, in the order of the list. Raises `ModelError` if there are none."""
        entries = [entry for entry in self._entries if entry.network == network]
        if not entries:
            raise ModelError(
                f"The model list in {self.directory} does not know {network!r}. "
                "Install Wakeframe again."
            )
        return entries

    def _read(self, entry: Entry) -> bytes:
        try:
            data = (self.directory / entry.file).read_bytes()
        except OSError as error:
            raise ModelError(
                f"The model file {entry.file} is missing from {self.directory}. "
                "Install Wakeframe again."
            ) from error
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            raise ModelError(
                f"The model file {entry.file} in {self.directory} is not the one that was shipped. "
                "Install Wakeframe again; if it happens twice, check the disk."
            )
        return data


def _default_directory() -> Path:
    chosen = os.environ.get("WAKEFRAME_MODELS")
    if chosen:
        return Path(chosen)
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def _read_manifest(directory: Path) -> tuple[Entry, ...]:
    path = directory / MANIFEST
    try:
        listed = tomllib.loads(path.read_text("utf-8"))
        return tuple(_entry(table) for table in listed["model"])
    except OSError as error:
        raise ModelError(
            f"There is no model list at {path}. Install Wakeframe again, or set WAKEFRAME_MODELS to "
            "the folder that holds it."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise ModelError(f"The model list {path} is damaged. Install Wakeframe again.") from error


def _entry(table: Mapping[str, Any]) -> Entry:
    file = str(table["file"])
    if Path(file).name != file:
        raise KeyError(f"{file!r} is not a plain file name")
    described = None
    if file.endswith(".onnx"):
        described = Signature(_shapes(table["inputs"]), _shapes(table["outputs"]))
    return Entry(
        file=file,
        network=str(table["network"]),
        variant=str(table.get("variant", "fp32")),
        sha256=str(table["sha256"]),
        signature=described,
    )


def _shapes(table: Mapping[str, list[int | str]]) -> dict[str, Shape]:
    return {name: tuple(sizes) for name, sizes in table.items()}


def _check_signature(entry: Entry, model: bytes) -> None:
    try:
        found = signature(model)
    except OnnxFileError as error:
        raise ModelError(
            f"The model file {entry.file} was refused: {error}. Install Wakeframe again."
        ) from error
    if found != entry.signature:
        raise ModelError(
            f"The model file {entry.file} does not have the inputs and outputs that the model list "
            "promises. Install Wakeframe again."
        )


def _runtime_version() -> str:
    from renderer.runtime import onnxruntime

    return f"onnxruntime {onnxruntime.__version__} {onnxruntime.get_available_providers()}"


def _compared(running: Mapping[str, onnxruntime.InferenceSession], first: Entry) -> list[Trial]:
    """What the variants of a network do with the same made-up pictures."""
    assert first.signature is not None
    outputs = list(first.signature.outputs)

    def run_by(runtime: onnxruntime.InferenceSession) -> Run:
        return lambda shown: dict(zip(outputs, runtime.run(outputs, shown), strict=True))

    runs = [(file, run_by(runtime)) for file, runtime in running.items()]
    return try_out(runs, probes(dict(first.signature.inputs)))


def _start(model: bytes, entry: Entry, provider: str) -> onnxruntime.InferenceSession:
    # Here, because it takes a third of a second that `--help` need not wait for.
    from renderer.runtime import onnxruntime

    providers = choose_providers(provider, onnxruntime.get_available_providers())
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # Spinning threads would burn the cores that encode and display meanwhile.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Where pictures of any size go in, a plan of memory is kept for every size that came.
    options.enable_mem_pattern = not _takes_any_size(entry)
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(model, options, providers=providers)
    except Exception as error:  # The runtime raises its own classes, of no common base.
        raise ModelError(f"{entry.file} cannot run on {providers[0]}: {error}") from error
    running = session.get_providers()[0]
    if provider != "auto" and running != _PROVIDERS[provider]:
        raise ModelError(
            f"{entry.file} would run on {running}, but {provider!r} is pinned. "
            "Set WAKEFRAME_PROVIDER to auto."
        )
    return session


def _takes_any_size(entry: Entry) -> bool:
    """Whether more of an input is free than how many go in at once."""
    shapes = entry.signature.inputs.values() if entry.signature else ()
    return any(isinstance(side, str) for shape in shapes for side in shape[1:])


def choose_providers(provider: str, available: list[str]) -> list[str]:
    """What to ask onnxruntime for: the pinned provider or all that it has, fastest first."""
    if provider != "auto" and provider not in _PROVIDERS:
        raise ModelError(
            f"{provider!r} is no execution provider. Set WAKEFRAME_PROVIDER to auto, tensorrt, cuda "
            "or cpu."
        )
    ordered = [name for name in _PROVIDERS.values() if name in available]
    if provider == "auto":
        return ordered
    pinned = _PROVIDERS[provider]
    if pinned not in available:
        raise ModelError(
            f"The execution provider {provider!r} is not in this onnxruntime. "
            "Set WAKEFRAME_PROVIDER to auto, or install the runtime that has it."
        )
    # A provider may lack single operators; the slower ones behind it take those.
    return ordered[ordered.index(pinned) :]
