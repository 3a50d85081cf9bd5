"""Which landmark is what: the 478-point mesh and the 68-point scheme, by side of the picture.

Facts of the two schemes (MediaPipe's canonical face; iBUG 300-W). Rows of lid, brow and lip
landmarks run from the picture's left to its right. Triangles come with the canonical face.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Indices = tuple[int, ...]

SURFACE = 468
TOTAL = 478

FOREHEAD = 10
CHIN = 152
NOSE_TIP = 1
NOSE_BASE = 2
NOSE_BRIDGE: Indices = (168, 6, 197, 195, 5, 4)
LEFT_NOSTRIL = 98
RIGHT_NOSTRIL = 327
LEFT_NOSE_WING = 129
RIGHT_NOSE_WING = 358
LEFT_TEMPLE, RIGHT_TEMPLE = 127, 356
LEFT_EAR, RIGHT_EAR = 234, 454
"""The points of the surface nearest to the ears' front edges."""

LEFT_EYE_OUTER, LEFT_EYE_INNER = 33, 133
RIGHT_EYE_INNER, RIGHT_EYE_OUTER = 362, 263
EYE_CORNERS: tuple[tuple[int, int], tuple[int, int]] = ((33, 133), (362, 263))
"""Of the left and the right eye: its left and its right corner on the picture."""

LEFT_UPPER_LID: Indices = (33, 246, 161, 160, 159, 158, 157, 173, 133)
LEFT_LOWER_LID: Indices = (33, 7, 163, 144, 145, 153, 154, 155, 133)
RIGHT_UPPER_LID: Indices = (362, 398, 384, 385, 386, 387, 388, 466, 263)
RIGHT_LOWER_LID: Indices = (362, 382, 381, 380, 374, 373, 390, 249, 263)
UPPER_LIDS = (LEFT_UPPER_LID, RIGHT_UPPER_LID)
LOWER_LIDS = (LEFT_LOWER_LID, RIGHT_LOWER_LID)
"""From corner to corner, both corners in each; the same place in both rows faces each other."""
EYE_RINGS: tuple[Indices, Indices] = (
    (*LEFT_UPPER_LID, *LEFT_LOWER_LID[-2:0:-1]),
    (*RIGHT_UPPER_LID, *RIGHT_LOWER_LID[-2:0:-1]),
)
"""Around each eye: the upper lid, then back along the lower one."""

LEFT_IRIS: Indices = (468, 469, 470, 471, 472)
RIGHT_IRIS: Indices = (473, 474, 475, 476, 477)
IRISES = (LEFT_IRIS, RIGHT_IRIS)
"""Centre, then four points of the rim."""
IRIS_CENTRES = (468, 473)
IRIS_DIAMETER_MM = 11.7
"""Horizontal visible diameter: 11.7 +- 0.5 mm in adults of all origins."""

LEFT_BROW_UPPER: Indices = (70, 63, 105, 66, 107)
LEFT_BROW_LOWER: Indices = (46, 53, 52, 65, 55)
RIGHT_BROW_UPPER: Indices = (336, 296, 334, 293, 300)
RIGHT_BROW_LOWER: Indices = (285, 295, 282, 283, 276)

LIPS_OUTER_UPPER: Indices = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LIPS_OUTER_LOWER: Indices = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
LIPS_INNER_UPPER: Indices = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LIPS_INNER_LOWER: Indices = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
MOUTH_CORNERS = (61, 291)
INNER_MOUTH_CORNERS = (78, 308)
UPPER_LIP_MIDDLE, LOWER_LIP_MIDDLE = 13, 14
"""On the inner contour: the mouth is open by their distance."""

OVAL: Indices = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
"""The outline of the surface, clockwise on the picture from the forehead."""

MESH_OF_68: Indices = (
    *(162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389),
    *LEFT_BROW_UPPER,
    *RIGHT_BROW_UPPER,
    *(168, 197, 5, 4),
    *(98, 97, 2, 326, 327),
    *(33, 160, 158, 133, 153, 144),
    *(362, 385, 387, 263, 373, 380),
    *(61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181),
    *(78, 82, 13, 312, 308, 317, 14, 87),
)
"""For each of the 68 points, the landmark of the mesh that lies nearest to what it means."""

JAW_68 = slice(0, 17)
LEFT_BROW_68, RIGHT_BROW_68 = slice(17, 22), slice(22, 27)
NOSE_68 = slice(27, 36)
LEFT_EYE_68, RIGHT_EYE_68 = slice(36, 42), slice(42, 48)
"""Left corner, two of the upper lid, right corner, two of the lower lid from right to left."""
MOUTH_CORNERS_68 = (48, 54)
LIPS_OUTER_68, LIPS_INNER_68 = slice(48, 60), slice(60, 68)


MIRROR_68: Indices = (
    *range(16, -1, -1),
    *range(26, 16, -1),
    *(27, 28, 29, 30, 35, 34, 33, 32, 31),
    *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55),
    *(64, 63, 62, 61, 60, 67, 66, 65),
)
"""For each of the 68 points its twin on the other side."""


def of(indices: Indices) -> NDArray[np.intp]:
    """Landmark numbers as an array that indexes points."""
    return np.array(indices, np.intp)
