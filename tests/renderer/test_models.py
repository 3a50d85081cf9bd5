"""The store runs a network only if it is the one that was shipped, and says where it ran."""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from renderer import models
from renderer.models import MANIFEST, ModelError, ModelStore, choose_providers
from renderer.onnx_file import OnnxFileError, signature
from renderer.variants import SAME_DECIBELS, Memory, Trial
from tests.paths import ROOT

SHIPPED = ROOT / "models" / "quantized"
SMALLEST = "face_short.onnx"

MakeStore = Callable[..., ModelStore]


def manifest_text(file: str, data: bytes, *, rows: int = 128) -> str:
    return f"""
[[model]]
file = "{file}"
network = "{Path(file).stem}"
variant = "fp32"
sha256 = "{hashlib.sha256(data).hexdigest()}"
inputs = {{ image = ["N", {rows}, 128, 3] }}
outputs = {{ boxes = ["N", 896, 16], scores = ["N", 896] }}
"""


@pytest.fixture
def make_store(tmp_path: Path) -> MakeStore:
    """A store of one network, with whatever is asked to be wrong about it."""

    def make(data: bytes | None = None, rows: int = 128, provider: str = "cpu") -> ModelStore:
        model = (SHIPPED / SMALLEST).read_bytes() if data is None else data
        (tmp_path / SMALLEST).write_bytes(model)
        (tmp_path / MANIFEST).write_text(manifest_text(SMALLEST, model, rows=rows))
        return ModelStore(tmp_path, provider)

    return make


def test_a_network_runs_and_is_reported(make_store: MakeStore) -> None:
    store = make_store()
    assert store.loaded == ()
    answer = store.session("face_short").run(image=np.zeros((1, 128, 128, 3), np.float32))
    assert answer["boxes"].shape == (1, 896, 16)
    (loaded,) = store.loaded
    assert loaded.file == SMALLEST
    assert loaded.sha256 == hashlib.sha256((SHIPPED / SMALLEST).read_bytes()).hexdigest()
    assert loaded.provider == "CPUExecutionProvider"


def test_a_network_is_loaded_once(make_store: MakeStore) -> None:
    store = make_store()
    assert store.session("face_short") is store.session("face_short")


def test_the_batch_is_free(make_store: MakeStore) -> None:
    images = np.random.default_rng(0).uniform(0, 255, (3, 128, 128, 3)).astype(np.float32)
    session = make_store().session("face_short")
    together = session.run(image=images)["scores"]
    apart = [session.run(image=image[None])["scores"][0] for image in images]
    np.testing.assert_allclose(together, apart, atol=1e-3)


def test_an_altered_file_is_refused(make_store: MakeStore, tmp_path: Path) -> None:
    store = make_store()
    data = bytearray((tmp_path / SMALLEST).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / SMALLEST).write_bytes(data)
    with pytest.raises(ModelError, match=r"face_short\.onnx .* not the one that was shipped"):
        store.session("face_short")
    assert store.loaded == ()


def test_a_missing_file_is_named(make_store: MakeStore, tmp_path: Path) -> None:
    store = make_store()
    (tmp_path / SMALLEST).unlink()
    with pytest.raises(ModelError, match=r"face_short\.onnx is missing.* Install Wakeframe again"):
        store.session("face_short")


def test_an_unknown_network_is_named(make_store: MakeStore) -> None:
    with pytest.raises(ModelError, match="does not know 'soothsayer'"):
        make_store().session("soothsayer")


def test_other_shapes_than_promised_are_refused(make_store: MakeStore) -> None:
    with pytest.raises(ModelError, match="inputs and outputs"):
        make_store(rows=256).session("face_short")


def test_what_is_no_network_is_refused(make_store: MakeStore) -> None:
    with pytest.raises(ModelError, match="refused"):
        make_store(data=b"this is not a network").session("face_short")


@pytest.mark.parametrize("text", ["", "model = 3", "[[model]]\nfile = 'a'", "\x00[[["])
def test_a_damaged_list_is_said_to_be_damaged(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(ModelError, match="damaged"):
        ModelStore(tmp_path)


def test_a_list_cannot_point_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(manifest_text("../face_short.onnx", b""))
    with pytest.raises(ModelError, match="damaged"):
        ModelStore(tmp_path)


def test_no_list_at_all(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no model list"):
        ModelStore(tmp_path / "nowhere")


def test_the_folder_can_be_chosen_by_environment(
    make_store: MakeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_store()
    monkeypatch.setenv("WAKEFRAME_MODELS", str(tmp_path))
    assert ModelStore().directory == tmp_path


VARIANT = "face_short_other.onnx"


@pytest.fixture
def two_variants(tmp_path: Path) -> Path:
    """A folder with one network twice, under two names."""
    data = (SHIPPED / SMALLEST).read_bytes()
    plain = manifest_text(SMALLEST, data)
    other = plain.replace(f'file = "{SMALLEST}"', f'file = "{VARIANT}"').replace("fp32", "int8")
    (tmp_path / MANIFEST).write_text(plain + other)
    for file in (SMALLEST, VARIANT):
        (tmp_path / file).write_bytes(data)
    return tmp_path


@pytest.mark.parametrize(
    ("share", "decibels", "chosen"),
    [(0.5, 50.0, VARIANT), (0.5, 30.0, SMALLEST), (0.99, 50.0, SMALLEST), (2.0, 50.0, SMALLEST)],
    ids=["faster and right", "faster and wrong", "hardly faster", "slower"],
)
def test_the_faster_variant_that_agrees_runs_and_is_remembered(
    two_variants, monkeypatch, share, decibels, chosen
) -> None:
    asked = []

    def tried(runs, shown):
        asked.append([file for file, _ in runs])
        assert all(run(shown[0])["boxes"].shape == (1, 896, 16) for _, run in runs)
        return [Trial(SMALLEST, 10.0, SAME_DECIBELS), Trial(VARIANT, 10.0 * share, decibels)]

    monkeypatch.setattr(models, "try_out", tried)
    memory = Memory(two_variants / "cache" / "variants.json")
    for _ in range(2):
        store = ModelStore(two_variants, "cpu", memory)
        store.session("face_short")
        (loaded,) = store.loaded
        assert loaded.file == chosen
        assert loaded.variant == ("fp32" if chosen == SMALLEST else "int8")
        assert [each.file for each in loaded.tried] == [SMALLEST, VARIANT]
    assert asked == [[SMALLEST, VARIANT]], "timed once on a machine"


def test_what_was_found_holds_for_these_files_only(two_variants, monkeypatch) -> None:
    asked = []

    def tried(runs, shown):
        asked.append(1)
        return [Trial(file, 10.0, SAME_DECIBELS) for file, _ in runs]

    monkeypatch.setattr(models, "try_out", tried)
    memory = Memory(two_variants / "variants.json")
    ModelStore(two_variants, "cpu", memory).session("face_short")
    listed = (two_variants / MANIFEST).read_text()
    data = (two_variants / VARIANT).read_bytes() + b"\xa0\x06\x00"  # a field that nobody knows
    digest = hashlib.sha256(data).hexdigest()
    (two_variants / VARIANT).write_bytes(data)
    head, mark, tail = listed.rpartition('sha256 = "')
    (two_variants / MANIFEST).write_text(head + mark + digest + tail[64:])
    ModelStore(two_variants, "cpu", memory).session("face_short")
    assert len(asked) == 2


def test_a_clip_is_not_stale_because_another_variant_runs(two_variants) -> None:
    both = ModelStore(two_variants, "cpu", Memory(None)).fingerprint
    listed = (two_variants / MANIFEST).read_text()
    (two_variants / MANIFEST).write_text(listed[: listed.rindex("[[model]]")])
    assert ModelStore(two_variants, "cpu", Memory(None)).fingerprint == both


TRT, CUDA, CPU = (f"{name}ExecutionProvider" for name in ("Tensorrt", "CUDA", "CPU"))


def test_the_fastest_provider_comes_first() -> None:
    assert choose_providers("auto", [CPU, CUDA, "AzureExecutionProvider", TRT]) == [TRT, CUDA, CPU]
    assert choose_providers("auto", ["AzureExecutionProvider", CPU]) == [CPU]


def test_a_pinned_provider_keeps_only_slower_ones_behind_it() -> None:
    assert choose_providers("cuda", [TRT, CUDA, CPU]) == [CUDA, CPU]
    assert choose_providers("cpu", [TRT, CUDA, CPU]) == [CPU]


def test_a_pinned_provider_that_is_not_there_is_an_error(make_store: MakeStore) -> None:
    with pytest.raises(ModelError, match="'tensorrt' is not in this onnxruntime"):
        choose_providers("tensorrt", [CPU])
    with pytest.raises(ModelError, match="is no execution provider"):
        make_store(provider="abacus").session("face_short")


def test_the_provider_can_be_pinned_by_environment(
    make_store: MakeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_store()
    monkeypatch.setenv("WAKEFRAME_PROVIDER", "cpu")
    store = ModelStore(tmp_path)
    store.session("face_short")
    assert (store.provider, store.loaded[0].provider) == ("cpu", CPU)


def field(number: int, value: bytes | int) -> bytes:
    """One protobuf field; integers under 128 only."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    head = [(number << 3 | 2) & 0x7F | 0x80, (number << 3 | 2) >> 7]
    length = [len(value) & 0x7F | 0x80, len(value) >> 7]
    return bytes(head) + bytes(length) + value


EXTERNAL = field(14, 1) + field(13, field(1, b"location") + field(2, b"/etc/passwd"))
INSIDE_A_NODE = field(7, field(1, field(5, field(5, EXTERNAL))))


@pytest.mark.parametrize(
    "model",
    [
        field(7, field(5, EXTERNAL)),
        field(7, field(5, field(13, b""))),
        INSIDE_A_NODE,
        field(7, field(1, field(5, field(6, field(5, EXTERNAL))))),
        field(7, field(15, field(1, EXTERNAL))),
        field(25, field(7, field(5, field(5, EXTERNAL)))),
    ],
    ids=["initializer", "only-named", "attribute", "subgraph", "sparse", "function"],
)
def test_weights_in_other_files_are_refused_wherever_they_hide(
    make_store: MakeStore, model: bytes
) -> None:
    with pytest.raises(OnnxFileError, match="another file"):
        signature(model)
    with pytest.raises(ModelError, match="another file"):
        make_store(data=model).session("face_short")


@pytest.mark.parametrize("cut", [1, 100, 5000, 200_000])
def test_a_truncated_network_is_refused(cut: int) -> None:
    data = (SHIPPED / SMALLEST).read_bytes()
    with pytest.raises(OnnxFileError):
        signature(data[:-cut])


def test_random_bytes_never_do_worse_than_being_refused() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        with pytest.raises(OnnxFileError):
            signature(rng.bytes(int(rng.integers(0, 400))))


def test_deep_nesting_is_refused() -> None:
    model = field(5, EXTERNAL)
    for _ in range(40):
        model = field(1, field(5, field(6, model)))
        if len(model) > 15_000:
            break
    with pytest.raises(OnnxFileError, match=r"nested|another file"):
        signature(field(7, model))


def test_what_we_ship_is_what_the_list_says() -> None:
    listed = tomllib.loads((SHIPPED / MANIFEST).read_text())["model"]
    assert {entry["file"] for entry in listed} | {MANIFEST} == set(os.listdir(SHIPPED))
    for entry in listed:
        data = (SHIPPED / entry["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"], entry["file"]
        assert len(data) == entry["bytes"]
        assert entry["licence"]
        assert entry["source"]


def test_the_weights_stay_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 20e6


LISTED = tomllib.loads((SHIPPED / MANIFEST).read_text("utf-8"))["model"]
NETWORKS = sorted({each["network"] for each in LISTED if each["file"].endswith(".onnx")})


@pytest.mark.parametrize("network", NETWORKS)
def test_every_shipped_network_loads_and_its_variants_agree(network: str) -> None:
    session = ModelStore(SHIPPED, "cpu").session(network)
    files = [each["file"] for each in LISTED if each["network"] == network]
    assert session.loaded.file in files
    tried = [each.file for each in session.loaded.tried]
    assert tried == (files if len(files) > 1 else [])
    assert all(each.agrees for each in session.loaded.tried)


def test_the_fingerprint_names_what_would_run_here_and_reads_no_network(
    make_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store()
    network = store.directory / SMALLEST
    network.unlink()
    first = store.fingerprint
    assert first == make_store().fingerprint
    assert first != make_store(data=network.read_bytes() + b"!").fingerprint, "another network"
    make_store()
    monkeypatch.setattr(models, "EDITION", models.EDITION + 1)
    assert first != store.fingerprint, "another way to draw"
