"""Every face of a picture, measured: detected, meshed, posed, and agreed upon by three networks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from renderer.faces import judge, topology
from renderer.faces.canonical import CanonicalFace, canonical_face
from renderer.faces.detect import detect, overlaps
from renderer.faces.mesh import mesh_of, steady_mesh
from renderer.faces.pose import head_pose
from renderer.faces.types import Detection, Face, HeadPose, Mesh, Picture
from renderer.models import ModelStore

SURE_PRESENCE = 0.5
"""The mesh network's own belief. On 35 portraits and a group photo every real face had 0.99 or more,
every false detection but two 0.15 or less."""

HOPELESS_PRESENCE = 0.3
"""The same after the first pass, where real faces have 0.7 or more: it spares the second look."""

MOST_DISAGREEMENT = 0.15
"""Mean distance of judge and mesh in eye distances. 232 portraits up to 40 degrees aside: 99 % under
0.104, the worst 0.168; a vase and a rocket that both detectors took for faces: 0.19 and more."""

SURE_DISAGREEMENT = 0.25
"""The same for a face that the detector is sure of and that does not look far aside."""

JUDGE_SAMPLES = 4

SURE_DETECTION = 0.65
"""Score from which the detector alone counts for something. False detections: 0.58 or less."""

FAR_ASIDE_DEG = 35.0
"""From here on the mesh may have put both eyes on one cheek, and the judge has to agree well."""

PROFILE_YAW_DEG = 45.0
"""From here on the far eye is hidden, and a face cannot be woken."""

DENIED_NOSE = (0.2, 0.8)
DENIED_EYES = 0.34
DENIED_SCORE = 0.68
DENIED_SIZE = 48.0
"""A face whose mesh was denied is a profile if the detector is this sure and sees the nose so far
aside (0 at the left eye, 1 at the right one) or the eyes so close together (in widths of the box;
frontal faces 0.36 and more). To the detector, galaxies are profiles of 20 to 40 px at up to 0.74."""

SAME_FACE_OVERLAP = 0.4
"""Two meshes whose boxes overlap so are one face, found twice."""


def find_faces(picture: Picture, store: ModelStore) -> tuple[Face, ...]:
    """All faces, from the left of the picture to the right. Never raises for want of one."""
    canonical = canonical_face(store)
    found: list[Face] = []
    for detection in detect(picture, store):
        face = _measure(picture, detection, canonical, store)
        if face is not None and not any(_is_same(face, other) for other in found):
            found.append(face)
    return tuple(sorted(found, key=lambda face: float(face.mesh.points[:, 0].mean())))


def only_face(picture: Picture, store: ModelStore | None = None) -> Face:
    """The largest face of a picture that must have one. Raises `LookupError` if there is none."""
    faces = find_faces(picture, store or ModelStore())
    if not faces:
        raise LookupError("no face in the picture")
    return max(faces, key=lambda face: face.height_px)


def measure(picture: Picture, detection: Detection, mesh: Mesh, canonical: CanonicalFace) -> Face:
    """A `Face` from a detection and its mesh."""
    pose = head_pose(mesh, canonical)
    points = mesh.points.astype(np.float64)
    height = float(np.linalg.norm(points[topology.CHIN, :2] - points[topology.FOREHEAD, :2]))
    return Face(
        detection=detection,
        mesh=mesh,
        pose=pose,
        height_px=height,
        interocular_px=_interocular(mesh, pose),
        frame_share=height / picture.shape[0],
    )


def _interocular(mesh: Mesh, pose: HeadPose) -> float:
    """Pupil to pupil on the picture, undone for how far the pose foreshortens the head's own x."""
    left, right = mesh.points[list(topology.IRIS_CENTRES), :2].astype(np.float64)
    return float(np.hypot(*(right - left)) / np.hypot(*pose.rotation[:2, 0]))


def _measure(
    picture: Picture, detection: Detection, canonical: CanonicalFace, store: ModelStore
) -> Face | None:
    mesh = mesh_of(picture, detection, store, passes=1)
    if mesh.presence >= HOPELESS_PRESENCE:
        mesh = mesh_of(picture, mesh, store, passes=1)
    face = measure(picture, detection, mesh, canonical)
    if _is_vouched_for(picture, face, store):
        return measure(picture, detection, steady_mesh(picture, mesh, store), canonical)
    denied = measure(picture, detection, replace(mesh, presence=0.0), canonical)
    return denied if is_profile(denied) else None


def _is_vouched_for(picture: Picture, face: Face, store: ModelStore) -> bool:
    if face.mesh.presence < SURE_PRESENCE:
        return False
    points = judge.landmarks68(picture, judge.judge_crop(face.mesh), store, JUDGE_SAMPLES)
    is_plain = face.detection.score >= SURE_DETECTION and abs(face.pose.yaw_deg) < FAR_ASIDE_DEG
    most = SURE_DISAGREEMENT if is_plain else MOST_DISAGREEMENT
    return judge.disagreement(points, face.mesh) <= most


def is_profile(face: Face) -> bool:
    """Whether the face looks so far aside that its far eye is hidden.

    Ask this before believing anything else of a `Face`: a profile that no network could mesh comes
    with a presence of 0 and a pose that means nothing, and only the detector's keypoints tell.
    """
    if face.mesh.presence >= SURE_PRESENCE:
        return abs(face.pose.yaw_deg) > PROFILE_YAW_DEG
    if face.detection.score < DENIED_SCORE or face.detection.box.width < DENIED_SIZE:
        return False
    nose = nose_between_eyes(face.detection)
    return not DENIED_NOSE[0] <= nose <= DENIED_NOSE[1] or _eyes_apart(face) < DENIED_EYES


def nose_between_eyes(detection: Detection) -> float:
    """Where the nose tip lies along the line of the eyes: 0 at the left one, 1 at the right one."""
    left, right, nose = detection.keypoints[:3].astype(np.float64)
    across = right - left
    return float((nose - left) @ across / max(float(across @ across), 1e-6))


def _eyes_apart(face: Face) -> float:
    left, right = face.detection.keypoints[:2].astype(np.float64)
    return float(np.hypot(*(right - left))) / max(face.detection.box.width, 1e-6)


def _is_same(one: Face, other: Face) -> bool:
    boxes = [
        np.concatenate([points.min(axis=0), points.max(axis=0)])
        for points in (one.mesh.points[:, :2], other.mesh.points[:, :2])
    ]
    union, _ = overlaps(boxes[0], boxes[1][None])
    return bool(union[0] >= SAME_FACE_OVERLAP)
