"""Every network that we ship: where it comes from, and what its ONNX file takes and gives.

All take ``image``: (N, height, width, 3) float32, RGB 0..255, whatever range the original wanted;
the batch is free.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import onnx

from models.build import face_api, mesh_layout, mobileface, recognition, tflite_graph
from models.build.convert_tflite import lower
from models.build.onnx_graph import GraphBuilder, Output
from models.build.packages import FACE_API, HUMAN_MODELS, MEDIAPIPE, Package

Head = Callable[[GraphBuilder, Mapping[str, str]], list[Output]]
"""Names the outputs, given the ONNX values by their TFLite names."""


@dataclass(frozen=True)
class Network:
    """`gain` and `offset` turn 0..255 into what the original network takes."""

    name: str
    purpose: str
    package: Package
    member: str
    size: tuple[int, int]
    gain: float
    offset: float
    head: Head

    @property
    def source(self) -> Path:
        return self.package.folder / self.member


def _detector(anchors: int, boxes: str, scores: str) -> Head:
    def head(graph: GraphBuilder, outputs: Mapping[str, str]) -> list[Output]:
        return [
            (outputs[boxes], "boxes", (anchors, 16)),
            (graph.reshape(outputs[scores], 0, anchors), "scores", (anchors,)),
        ]

    return head


def _mesh(graph: GraphBuilder, outputs: Mapping[str, str]) -> list[Output]:
    """The finer lips, eyes and irises scattered into the surface; an iris lies as deep as its lids."""
    surface = graph.reshape(outputs["output_mesh_identity"], 0, mesh_layout.SURFACE, 3)
    finer = ("lips", "left_eye", "right_eye", "left_iris", "right_iris")
    flat = [graph.slice(surface, 2, 0, 2)]
    for name, landmarks in zip(finer, mesh_layout.REFINEMENTS, strict=True):
        flat.append(graph.reshape(outputs[f"output_{name}"], 0, len(landmarks), 2))
    everything = graph.add("Concat", *flat, axis=1)
    places = graph.add("Gather", everything, graph.integers(*mesh_layout.refined_source()), axis=1)

    surface_depth = graph.slice(surface, 2, 2, 3)
    depths = [surface_depth]
    for eye in (mesh_layout.LEFT_EYE, mesh_layout.RIGHT_EYE):
        lids = graph.add("Gather", surface_depth, graph.integers(*eye[: mesh_layout.LIDS]), axis=1)
        depths += [graph.add("ReduceMean", lids, axes=[1], keepdims=1)] * 5
    points = graph.add("Concat", places, graph.add("Concat", *depths, axis=1), axis=2)
    presence = graph.reshape(graph.add("Sigmoid", outputs["conv_faceflag"]), 0)
    return [(points, "points", (mesh_layout.TOTAL, 3)), (presence, "presence", ())]


def _iris(graph: GraphBuilder, outputs: Mapping[str, str]) -> list[Output]:
    return [
        (graph.reshape(outputs["output_eyes_contours_and_brows"], 0, 71, 3), "eye", (71, 3)),
        (graph.reshape(outputs["output_iris"], 0, 5, 3), "iris", (5, 3)),
    ]


def _person(height: int, width: int) -> Head:
    def head(graph: GraphBuilder, outputs: Mapping[str, str]) -> list[Output]:
        (mask,) = outputs.values()
        return [(graph.reshape(mask, 0, height, width), "mask", (height, width))]

    return head


def _landmarks68(graph: GraphBuilder, outputs: Mapping[str, str]) -> list[Output]:
    return [(graph.reshape(outputs["fc"], 0, 68, 2), "points", (68, 2))]


def _mood(graph: GraphBuilder, outputs: Mapping[str, str]) -> list[Output]:
    return [(graph.add("Softmax", outputs["fc"], axis=1), "moods", (7,))]


def _identity(_graph: GraphBuilder, outputs: Mapping[str, str]) -> list[Output]:
    return [(outputs["embedding"], "embedding", (128,))]


def _identity_second(graph: GraphBuilder, outputs: Mapping[str, str]) -> list[Output]:
    """Of length 1, because only directions are compared."""
    unit = graph.add("LpNormalization", outputs["embedding"], axis=1, p=2)
    return [(unit, "embedding", (256,))]


_MODULES = "mediapipe/modules"
_CENTRED = (1 / 127.5, -1.0)
_UNIT = (1 / 255, 0.0)

NETWORKS = (
    Network(
        "face_short",
        "finds faces that fill much of a picture",
        MEDIAPIPE,
        f"{_MODULES}/face_detection/face_detection_short_range.tflite",
        (128, 128),
        *_CENTRED,
        _detector(896, "regressors", "classificators"),
    ),
    Network(
        "face_full",
        "finds smaller faces",
        MEDIAPIPE,
        f"{_MODULES}/face_detection/face_detection_full_range_sparse.tflite",
        (192, 192),
        *_CENTRED,
        _detector(2304, "Identity", "Identity_1"),
    ),
    Network(
        "face_mesh",
        "478 landmarks of one face with irises",
        MEDIAPIPE,
        f"{_MODULES}/face_landmark/face_landmark_with_attention.tflite",
        (192, 192),
        *_UNIT,
        _mesh,
    ),
    Network(
        "iris",
        "eye contour and iris of one eye, apart from the mesh",
        MEDIAPIPE,
        f"{_MODULES}/iris_landmark/iris_landmark.tflite",
        (64, 64),
        *_UNIT,
        _iris,
    ),
    Network(
        "person_square",
        "person mask of a picture that is about square or upright",
        MEDIAPIPE,
        f"{_MODULES}/selfie_segmentation/selfie_segmentation.tflite",
        (256, 256),
        *_UNIT,
        _person(256, 256),
    ),
    Network(
        "person_wide",
        "person mask of a wide picture",
        MEDIAPIPE,
        f"{_MODULES}/selfie_segmentation/selfie_segmentation_landscape.tflite",
        (144, 256),
        *_UNIT,
        _person(144, 256),
    ),
    Network(
        "landmarks68",
        "68 landmarks from another family of networks: the judge",
        FACE_API,
        "package/model/face_landmark_68_model-weights_manifest.json",
        (face_api.SIZE, face_api.SIZE),
        1.0,
        0.0,
        _landmarks68,
    ),
    Network(
        "mood",
        "seven expressions: neutral, happy, sad, angry, fearful, disgusted, surprised",
        FACE_API,
        "package/model/face_expression_model-weights_manifest.json",
        (face_api.SIZE, face_api.SIZE),
        1.0,
        0.0,
        _mood,
    ),
    Network(
        "identity",
        "128 numbers that lie close together for pictures of one person: the identity gate",
        FACE_API,
        "package/model/face_recognition_model-weights_manifest.json",
        (recognition.SIZE, recognition.SIZE),
        1.0,
        0.0,
        _identity,
    ),
    Network(
        "identity_second",
        "another embedding, reported beside the one that gates",
        HUMAN_MODELS,
        "package/models/mobileface.json",
        (mobileface.SIZE, mobileface.SIZE),
        1.0,
        0.0,
        _identity_second,
    ),
)


def build(network: Network, *, widen: bool = False) -> onnx.ModelProto:
    """The network as a checked ONNX model; with `widen`, all weights are plain float32."""
    graph = GraphBuilder(widen=widen)
    image = graph.add("Transpose", "image", perm=[0, 3, 1, 2])
    if network.gain != 1.0:
        image = graph.add("Mul", image, graph.numbers(network.gain))
    if network.offset:
        image = graph.add("Add", image, graph.numbers(network.offset))
    outputs = _lowered(network, graph, image)
    return graph.model(network.name, network.size, network.head(graph, outputs))


def _lowered(network: Network, graph: GraphBuilder, image: str) -> Mapping[str, str]:
    """The network's own outputs by name; `image` is channels first, in the network's own range."""
    if network.source.suffix == ".tflite":
        return lower(tflite_graph.read(network.source), image, graph)
    if network.package is HUMAN_MODELS:
        weights = mobileface.read_weights(network.source)
        return {"embedding": mobileface.lower(graph, weights, image)}
    stored = face_api.read_weights(network.source)
    if network.size[0] == recognition.SIZE:
        return {"embedding": recognition.lower(graph, stored, image)}
    return {"fc": face_api.lower(graph, stored, image)}
