"""Closed-form matting on the unknown band alone: the soft edge between a head and its background.

Levin, Lischinski and Weiss, "A Closed-Form Solution to Natural Image Matting" (2008): inside every
3x3 window alpha is an affine function of colour. The energy ``alpha' L alpha`` plus a weighted pull
towards a prior is minimised by conjugate gradients. The band is a few per cent of the picture, so
the Laplacian is kept as one row of 25 numbers (the 5x5 neighbourhood) for each unknown pixel.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.planes import Mask, floats
from renderer.faces.types import Floats

WINDOW = 9
"""Pixels of a 3x3 window."""
STENCIL = 5
"""Two pixels sharing a 3x3 window are at most 2 apart: a 5x5 neighbourhood."""
EPSILON = 2e-5
"""Regularisation of a window's colour covariance (guide 0..1): below it flat film grain would be
read as colour lines; above 1e-4 single hairs blur."""
GREY_SPREAD = 0.012
"""Standard deviation (guide 0..1) under which a principal colour axis is only noise: greyscale and
sepia pictures are solved on one plane."""
CONVERGED = 2e-3
"""Root mean square residual, relative to the first, at which alpha is right to under 1/255."""


def colour_planes(picture: Floats) -> Floats:
    """``(h, w, 3)`` colours 0..1 turned to the 1..3 principal axes that carry more than noise."""
    sample = picture[::5, ::5].reshape(-1, 3)
    values, axes = np.linalg.eigh(np.cov(sample.T))
    wanted = np.sqrt(np.maximum(values, 0)) > GREY_SPREAD
    wanted[-1] = True
    turned = cv2.transform(picture, axes[:, wanted].T.astype(np.float32))
    return floats(turned).reshape(*picture.shape[:2], -1)


def _window_terms(patches: Floats, epsilon: float) -> Floats:
    """Levin's ``(windows, 9, 9)`` affinity terms of colour patches ``(windows, 9, planes)``."""
    centred = patches - patches.mean(axis=1, keepdims=True)
    planes = patches.shape[2]
    covariance = np.matmul(centred.transpose(0, 2, 1), centred) / WINDOW
    covariance += np.eye(planes, dtype=np.float32) * (epsilon / WINDOW)
    if planes == 1:
        whitened = centred / np.sqrt(covariance)
    else:
        # The Cholesky factor whitens: X C^-1 X' = (X F^-T)(X F^-T)'.
        factor = np.linalg.inv(np.linalg.cholesky(covariance))
        whitened = np.matmul(centred, factor.transpose(0, 2, 1))
    terms = np.matmul(whitened, whitened.transpose(0, 2, 1))
    terms += 1.0
    terms *= -1.0 / WINDOW
    terms += np.eye(WINDOW, dtype=np.float32)
    return floats(terms)


def _rows(guide: Floats, unknown: Mask, epsilon: float) -> Floats:
    """The matting Laplacian's rows of the unknown pixels: ``(n, 25)`` over their 5x5 neighbours."""
    width = unknown.shape[1]
    pixels = np.flatnonzero(unknown)
    inner = np.zeros(unknown.shape, np.uint8)
    inner[1:-1, 1:-1] = cv2.dilate(unknown.astype(np.uint8), np.ones((3, 3), np.uint8))[1:-1, 1:-1]
    centres = np.flatnonzero(inner)
    steps = np.array([dy * width + dx for dy in (-1, 0, 1) for dx in (-1, 0, 1)])
    terms = _window_terms(guide.reshape(-1, guide.shape[2])[centres[:, None] + steps], epsilon)
    # At the picture's rim a pixel is in fewer than nine windows; the missing ones say nothing.
    terms = np.concatenate([terms, np.zeros((1, WINDOW, WINDOW), np.float32)])
    window_at = np.full(unknown.size, centres.size, np.int32)
    window_at[centres] = np.arange(centres.size, dtype=np.int32)
    rows = np.zeros((pixels.size, STENCIL, STENCIL), np.float32)
    for place in range(WINDOW):
        # As member `place` of the window around pixel - step, the pixel sees all nine of it.
        centre = np.clip(pixels - steps[place], 0, unknown.size - 1)
        seen = terms[window_at[centre], place].reshape(-1, 3, 3)
        top, left = 2 - place // 3, 2 - place % 3
        rows[:, top : top + 3, left : left + 3] += seen
    return rows.reshape(-1, STENCIL * STENCIL)


def solve_band(
    guide: Floats,
    unknown: Mask,
    start: Floats,
    prior: Floats,
    weight: Floats,
    iterations: int,
    epsilon: float = EPSILON,
) -> Floats:
    """Alpha ``(h, w) float32`` 0..1: `start` where known, solved where `unknown`.

    `guide` is ``(h, w, planes)`` colour about 0..1; `prior` and `weight` ``(h, w)`` pull the
    unknown pixels; a weight of 1 about equals the pull of the colours around a pixel.
    """
    pixels = np.flatnonzero(unknown)
    alpha = start.astype(np.float32).ravel().copy()
    if pixels.size == 0:
        return alpha.reshape(unknown.shape)
    rows = _rows(guide, unknown, epsilon)
    width = unknown.shape[1]
    steps = np.array([dy * width + dx for dy in range(-2, 3) for dx in range(-2, 3)])
    # Beyond the rim any pixel will do: its share in the row is 0.
    neighbours = np.clip(pixels[:, None] + steps, 0, unknown.size - 1)
    is_unknown = unknown.ravel()[neighbours]
    compact = np.full(unknown.size, pixels.size, np.int32)
    compact[pixels] = np.arange(pixels.size, dtype=np.int32)
    columns = compact[neighbours]
    fixed = np.where(is_unknown, np.float32(0), alpha[neighbours])
    pull = weight.ravel()[pixels]
    right = pull * prior.ravel()[pixels] - np.einsum("ij,ij->i", rows, fixed)
    own = STENCIL * STENCIL // 2
    rows[:, own] += pull
    solved = _conjugate_gradients(rows, columns, right, alpha[pixels], rows[:, own], iterations)
    alpha[pixels] = np.clip(solved, 0, 1)
    return alpha.reshape(unknown.shape)


def _conjugate_gradients(
    rows: Floats,
    columns: NDArray[np.int32],
    right: Floats,
    start: Floats,
    diagonal: Floats,
    iterations: int,
) -> Floats:
    """Jacobi-preconditioned conjugate gradients; column `n` of `columns` means "not unknown"."""
    padded = np.zeros(start.size + 1, np.float32)
    scale = (1.0 / np.maximum(diagonal, 1e-6)).astype(np.float32)

    def apply(vector: Floats) -> Floats:
        padded[:-1] = vector
        product: Floats = np.einsum("ij,ij->i", rows, padded.take(columns))
        return product

    solution = start.copy()
    residual = right - apply(solution)
    search = scale * residual
    energy = float(np.dot(residual, search))
    stop = energy * CONVERGED**2
    for _ in range(iterations):
        if energy <= stop or energy <= 1e-12:
            break
        image = apply(search)
        curvature = float(np.dot(search, image))
        if curvature <= 0:
            break
        step = np.float32(energy / curvature)
        solution += step * search
        residual -= step * image
        conditioned = scale * residual
        following = float(np.dot(residual, conditioned))
        search *= np.float32(following / energy)
        search += conditioned
        energy = following
    return solution
