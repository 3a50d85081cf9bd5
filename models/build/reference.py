"""The original networks run by their own runtimes, to hold ours against.

MediaPipe's models run in a MediaPipe graph (its interpreter has the custom operators), the others in
face-api's own bundle under Node, on the plain CPU backend of the TensorFlow.js that it carries.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.build import mesh_layout, tflite_graph
from models.build.networks import Network
from models.build.packages import FACE_API

Pictures = NDArray[np.uint8]
"""``(N, H, W, 3)`` RGB, of the network's own size."""

Outputs = dict[str, NDArray[np.float32]]
"""By the names that our ONNX files use."""

_BUNDLE = "package/dist/face-api.esm.js"
_SCRIPT = Path(__file__).with_name("reference_face_api.mjs")


def run(network: Network, pictures: Pictures) -> Outputs:
    if network.source.suffix == ".tflite":
        return _mediapipe(network, pictures)
    return _face_api(network, pictures)


def _mediapipe(network: Network, pictures: Pictures) -> Outputs:
    graph = tflite_graph.read(network.source)
    names = [graph.tensors[index].name for index in graph.outputs]
    shapes = [graph.tensors[index].shape for index in graph.outputs]
    rows = [_run_graph(_graph_text(network, len(names)), len(names), one) for one in pictures]
    raw = {
        name: np.stack([row[i] for row in rows]).reshape(len(rows), *shape[1:])
        for i, (name, shape) in enumerate(zip(names, shapes, strict=True))
    }
    return _RENAMED.get(network.name, _mask)(raw)


def _graph_text(network: Network, outputs: int) -> str:
    height, width = network.size
    low, high = network.offset, network.offset + 255 * network.gain
    ranges = " ".join(f"ranges {{ begin: {i} end: {i + 1} }}" for i in range(outputs))
    parts = " ".join(f'output_stream: "part_{i}"' for i in range(outputs))
    floats = "\n".join(
        f'output_stream: "out_{i}" node {{ calculator: "TensorsToFloatsCalculator" '
        f'input_stream: "TENSORS:part_{i}" output_stream: "FLOATS:out_{i}" }}'
        for i in range(outputs)
    )
    return f"""
        input_stream: "image"
        node {{
          calculator: "ImageToTensorCalculator"
          input_stream: "IMAGE:image" output_stream: "TENSORS:input"
          options {{ [mediapipe.ImageToTensorCalculatorOptions.ext] {{
            output_tensor_width: {width} output_tensor_height: {height}
            output_tensor_float_range {{ min: {low} max: {high} }} }} }}
        }}
        node {{
          calculator: "TfLiteCustomOpResolverCalculator"
          output_side_packet: "OP_RESOLVER:operators"
        }}
        node {{
          calculator: "InferenceCalculatorCpu"
          input_stream: "TENSORS:input" output_stream: "TENSORS:outputs"
          input_side_packet: "OP_RESOLVER:operators"
          options {{ [mediapipe.InferenceCalculatorOptions.ext] {{
            model_path: "{network.source}" delegate {{ tflite {{}} }} }} }}
        }}
        node {{
          calculator: "SplitTensorVectorCalculator"
          input_stream: "outputs" {parts}
          options {{ [mediapipe.SplitVectorCalculatorOptions.ext] {{ {ranges} }} }}
        }}
        {floats}
    """


def _run_graph(text: str, outputs: int, picture: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    import mediapipe
    from mediapipe.python import packet_creator, packet_getter
    from mediapipe.python._framework_bindings import calculator_graph

    graph = calculator_graph.CalculatorGraph(graph_config=text)
    found: dict[str, Any] = {}
    for i in range(outputs):
        graph.observe_output_stream(f"out_{i}", found.__setitem__)
    graph.start_run()
    image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=picture)
    graph.add_packet_to_input_stream("image", packet_creator.create_image(image).at(1))
    graph.close_all_packet_sources()
    graph.wait_until_done()
    return [
        np.array(packet_getter.get_float_list(found[f"out_{i}"]), np.float32)
        for i in range(outputs)
    ]


def _sigmoid(value: NDArray[np.float32]) -> NDArray[np.float32]:
    return (1 / (1 + np.exp(-value.astype(np.float64)))).astype(np.float32)


def _mesh(raw: Outputs) -> Outputs:
    """The scatter written the obvious way, apart from the one in the ONNX graph."""
    count = len(raw["conv_faceflag"])
    points = np.zeros((count, mesh_layout.TOTAL, 3), np.float32)
    points[:, : mesh_layout.SURFACE] = raw["output_mesh_identity"].reshape(count, -1, 3)
    lids = {"left": points[:, mesh_layout.LEFT_EYE[:16], 2].mean(axis=1, keepdims=True)}
    lids["right"] = points[:, mesh_layout.RIGHT_EYE[:16], 2].mean(axis=1, keepdims=True)
    for name, landmarks in (
        ("lips", mesh_layout.LIPS),
        ("left_eye", mesh_layout.LEFT_EYE),
        ("right_eye", mesh_layout.RIGHT_EYE),
        ("left_iris", mesh_layout.LEFT_IRIS),
        ("right_iris", mesh_layout.RIGHT_IRIS),
    ):
        points[:, landmarks, :2] = raw[f"output_{name}"].reshape(count, -1, 2)
    points[:, mesh_layout.LEFT_IRIS, 2] = lids["left"]
    points[:, mesh_layout.RIGHT_IRIS, 2] = lids["right"]
    return {"points": points, "presence": _sigmoid(raw["conv_faceflag"].reshape(count))}


def _iris(raw: Outputs) -> Outputs:
    count = len(raw["output_iris"])
    return {
        "eye": raw["output_eyes_contours_and_brows"].reshape(count, 71, 3),
        "iris": raw["output_iris"].reshape(count, 5, 3),
    }


def _mask(raw: Outputs) -> Outputs:
    (mask,) = raw.values()
    return {"mask": mask[..., 0]}


_RENAMED: dict[str, Callable[[Outputs], Outputs]] = {
    "face_short": lambda raw: {
        "boxes": raw["regressors"],
        "scores": raw["classificators"][..., 0],
    },
    "face_full": lambda raw: {"boxes": raw["Identity"], "scores": raw["Identity_1"][..., 0]},
    "face_mesh": _mesh,
    "iris": _iris,
}


def _face_api(network: Network, pictures: Pictures) -> Outputs:
    bundle = FACE_API.folder / _BUNDLE
    module = bundle.with_suffix(".mjs")  # Node takes a .js of this package for CommonJS.
    shutil.copyfile(bundle, module)
    answer = subprocess.run(
        ["node", _SCRIPT, module, network.name, network.source, str(network.size[0])],
        input=pictures.tobytes(),
        capture_output=True,
        check=True,
    ).stdout
    values = np.array(json.loads(answer), np.float32)
    if network.name == "landmarks68":
        return {"points": values.reshape(-1, 68, 2)}
    if network.name == "mood":
        return {"moods": values}
    if network.name == "identity_second":
        values /= np.linalg.norm(values, axis=1, keepdims=True)
    return {"embedding": values}
