"""The canonical face out of the packed assets: vertices, texture coordinates, triangles, weights.

The asset is a protobuf (MediaPipe's ``geometry_pipeline_metadata.proto``); four fields of it are
read here by hand, which is less code than a generated schema.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.build import mesh_layout
from models.build.packages import FACE_MESH

_ASSETS = "package/face_mesh_solution_packed_assets.data"
_LOADER = "package/face_mesh_solution_packed_assets_loader.js"
_GEOMETRY = "geometry_pipeline_metadata_landmarks.binarypb"

_CANONICAL_MESH, _BASIS = 1, 2
_VERTEX_BUFFER, _INDEX_BUFFER = 3, 4
_LANDMARK_ID, _WEIGHT = 1, 2
_VARINT, _BYTES, _FIXED32 = 0, 2, 5

_MILLIMETRES = 10.0
"""The asset is in centimetres."""


@dataclass(frozen=True)
class CanonicalFace:
    """`vertices` (468, 3) float32 in millimetres, x right, y down, z away from the viewer; `uv`
    (468, 2) 0..1, v down; `triangles` (898, 3) int32; `rigid_weights` (468,): how much a landmark
    tells of the head's pose rather than of its expression, 0 for most; `mirror` (478,) int32: each
    landmark's twin on the other side, irises included.
    """

    vertices: NDArray[np.float32]
    uv: NDArray[np.float32]
    triangles: NDArray[np.int32]
    rigid_weights: NDArray[np.float32]
    mirror: NDArray[np.int32]


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Field numbers and raw values of a protobuf message, in file order."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = _varint(message, at)
            yield number, value
        elif wire == _BYTES:
            length, at = _varint(message, at)
            yield number, message[at : at + length]
            at += length
        elif wire == _FIXED32:
            yield number, message[at : at + 4]
            at += 4
        else:
            raise ValueError(f"wire type {wire} of field {number}")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _messages(message: bytes, wanted: int) -> list[bytes]:
    return [value for number, value in fields(message) if number == wanted and type(value) is bytes]


def _numbers(message: bytes, wanted: int) -> list[int]:
    return [value for number, value in fields(message) if number == wanted and type(value) is int]


def parse(geometry: bytes) -> CanonicalFace:
    """The canonical face of a geometry asset (which has y up and z towards the viewer)."""
    (mesh,) = _messages(geometry, _CANONICAL_MESH)
    vertices = np.frombuffer(b"".join(_messages(mesh, _VERTEX_BUFFER)), "<f4").reshape(-1, 5)
    triangles = np.array(_numbers(mesh, _INDEX_BUFFER), np.int32).reshape(-1, 3)
    weights = np.zeros(len(vertices), np.float32)
    for landmark in _messages(geometry, _BASIS):
        (index,), (weight,) = _numbers(landmark, _LANDMARK_ID), _messages(landmark, _WEIGHT)
        weights[index] = struct.unpack("<f", weight)[0]
    placed = vertices[:, :3] * np.array([1, -1, -1], np.float32) * np.float32(_MILLIMETRES)
    return CanonicalFace(
        vertices=placed,
        uv=vertices[:, 3:].copy(),
        triangles=triangles,
        rigid_weights=weights,
        mirror=_twins(placed),
    )


def _twins(vertices: NDArray[np.float32]) -> NDArray[np.int32]:
    """The face is symmetric to a hundredth of a millimetre, so twins are found by place."""
    flipped = vertices * np.array([-1, 1, 1], np.float32)
    apart = np.linalg.norm(flipped[:, None] - vertices[None], axis=2)
    surface = apart.argmin(axis=1)
    # An iris is its centre, then the rim's right, top, left and bottom.
    left, right = (np.array(iris) for iris in (mesh_layout.LEFT_IRIS, mesh_layout.RIGHT_IRIS))
    swapped = [0, 3, 2, 1, 4]
    return np.concatenate([surface, right[swapped], left[swapped]]).astype(np.int32)


def read() -> CanonicalFace:
    """The canonical face of the pinned package."""
    loader = (FACE_MESH.folder / _LOADER).read_text()
    found = re.search(re.escape(_GEOMETRY) + r'", "start": (\d+), "end": (\d+)', loader)
    if found is None:
        raise ValueError(f"{_LOADER} does not list {_GEOMETRY}")
    data = (FACE_MESH.folder / _ASSETS).read_bytes()
    return parse(data[int(found[1]) : int(found[2])])


def write(folder: Path) -> Path:
    face = read()
    path = folder / "canonical_face.npz"
    np.savez_compressed(
        path,
        vertices=face.vertices,
        uv=face.uv,
        triangles=face.triangles,
        rigid_weights=face.rigid_weights,
        mirror=face.mirror,
    )
    return path
