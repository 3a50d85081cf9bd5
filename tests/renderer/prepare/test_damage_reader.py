"""What is told to the coach and to the choice of driver is what the mask says."""

from __future__ import annotations

import cv2
import numpy as np

from renderer.faces.find import find_faces
from renderer.models import ModelStore
from renderer.prepare.damage_reader import LearnedReader
from tests.renderer.prepare.sample import cracked, sample_photo


def test_a_crack_across_a_face_is_told_of_that_face() -> None:
    store = ModelStore()
    photo = sample_photo()
    faces = find_faces(photo, store)
    read = LearnedReader(store)
    sound = read(photo, faces)
    assert len(sound.faces) == 1 and sound.worst < 0.005
    middle = faces[0].mesh.points[:468, :2].mean(0)
    ends = ((int(middle[0]) - 25, 0), (int(middle[0]) + 30, 280))
    across = photo.copy()
    cv2.line(across, *ends, (255, 255, 255), 3, cv2.LINE_AA)
    assert read(across, faces).faces[0] > sound.faces[0]
    beside, truth = cracked(photo)
    told = read(beside, faces)
    assert told.picture > 0.4 * float(np.mean(truth))
