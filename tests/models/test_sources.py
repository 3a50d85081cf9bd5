"""Reading what the packages carry, without the packages."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx", reason="needs the build extra")

from models.build import face_api, fetch, mesh_layout
from models.build.canonical_face import fields, parse
from models.build.packages import MEDIAPIPE, PACKAGES, Package


def test_every_package_is_pinned_to_the_byte() -> None:
    for package in PACKAGES:
        assert len(bytes.fromhex(package.sha256)) == 32
        assert package.version in package.archive
        assert package.licence


def test_an_archive_that_is_not_the_pinned_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = Package("npm", "thing", "1.0", "thing-1.0.tgz", "0" * 64, "MIT", ())
    monkeypatch.setattr(fetch, "CACHE", tmp_path)
    (tmp_path / package.archive).write_bytes(b"something else")
    with pytest.raises(fetch.FetchError, match="pinned is 0000"):
        fetch.download(package)


def test_the_wheel_is_fetched_for_its_own_interpreter() -> None:
    command = fetch._pip(MEDIAPIPE)
    assert command[command.index("--python-version") + 1] == "311"
    assert command[command.index("--platform") + 1] == "manylinux_2_17_x86_64"
    assert command[-1] == "mediapipe==0.10.14"


def test_refinements_never_claim_one_landmark_twice() -> None:
    claimed = [index for part in mesh_layout.REFINEMENTS for index in part]
    assert len(claimed) == len(set(claimed)) == 80 + 71 + 71 + 5 + 5
    source = mesh_layout.refined_source()
    assert source[61] == 468
    assert source[33] == 468 + 80
    assert source[477] == 468 + 80 + 71 + 71 + 10 - 1
    assert source[1] == 1


def test_bytes_with_a_scale_become_weights(tmp_path: Path) -> None:
    manifest = [
        {
            "paths": ["net.bin"],
            "weights": [
                {
                    "name": "a",
                    "shape": [2],
                    "dtype": "float32",
                    "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1.0},
                },
                {"name": "b", "shape": [1, 1], "dtype": "float32"},
            ],
        }
    ]
    (tmp_path / "net.bin").write_bytes(bytes([0, 4]) + struct.pack("<f", 2.5))
    path = tmp_path / "net-weights_manifest.json"
    path.write_text(json.dumps(manifest))
    weights = face_api.read_weights(path)
    np.testing.assert_array_equal(weights["a"].dense, [-1, 1])
    np.testing.assert_array_equal(weights["b"].dense, [[2.5]])
    (tmp_path / "net.bin").write_bytes(bytes(20))
    with pytest.raises(ValueError, match="20 bytes"):
        face_api.read_weights(path)


def field(number: int, value: bytes | int) -> bytes:
    if isinstance(value, int):
        return bytes([number << 3, value])
    return bytes([number << 3 | 2, len(value)]) + value


def test_the_canonical_face_comes_in_millimetres_on_our_axes() -> None:
    vertices = struct.pack("<10f", 1, 2, 3, 0.25, 0.5, -1, 2, 3, 0.75, 0.5)
    mesh = field(3, vertices) + field(4, 0) + field(4, 1) + field(4, 1)
    weight = field(1, 1) + bytes([2 << 3 | 5]) + struct.pack("<f", 0.5)
    face = parse(field(1, mesh) + field(2, weight))
    np.testing.assert_array_equal(face.vertices, [[10, -20, -30], [-10, -20, -30]])
    np.testing.assert_array_equal(face.uv, [[0.25, 0.5], [0.75, 0.5]])
    np.testing.assert_array_equal(face.triangles, [[0, 1, 1]])
    np.testing.assert_array_equal(face.rigid_weights, [0, 0.5])
    np.testing.assert_array_equal(face.mirror[:2], [1, 0])


def test_protobuf_fields_are_read_in_order() -> None:
    message = field(1, 100) + field(2, b"ab")
    assert list(fields(message)) == [(1, 100), (2, b"ab")]
