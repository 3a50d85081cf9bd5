"""Training pictures made ahead by worker processes, in an order that does not depend on their speed.

Picture ``k`` of step ``n`` is a function of the seed, n, k and the list of hard pictures that was asked
for with it; how many processes make it, and when, changes nothing.
"""

from __future__ import annotations

import mmap
import multiprocessing
import os
import queue
from collections.abc import Callable, Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.uint8]
Maker = Callable[[int, int, Sequence[int]], Planes]
"""Makes picture `k` of `step`, ``(H, W, C) uint8``, some of them from the pictures listed."""

AHEAD = 6
"""Steps whose pictures are being made while the network learns from those of an earlier one."""
PIECE = 4
"""Pictures that a process makes before it says so."""
PATIENCE = 5.0
"""Seconds between two looks at whether the other side is still alive."""


class Feed:
    """Batches ``(batch, H, W, C) uint8`` of the steps from `first` on, one after the other.

    The processes are forked on construction: torch may not have started a thread or a device before,
    nor OpenCV threads (``cv2.setNumThreads(1)``). A forked process could not stop OpenCV's: their lock
    may be held by one that was not copied, and it would wait for ever.
    """

    def __init__(
        self, make: Maker, shape: tuple[int, int, int], batch: int, processes: int, first: int = 0
    ) -> None:
        self._batch = batch
        size = (AHEAD, batch, *shape)
        self._slots = np.frombuffer(mmap.mmap(-1, int(np.prod(size))), np.uint8).reshape(size)
        fork = multiprocessing.get_context("fork")
        self._jobs = fork.Queue()
        self._made = fork.Queue()
        self._over = fork.Event()
        self._ready: dict[int, int] = {}
        self._asked = self._next = first
        self._team = [
            fork.Process(target=self._work, args=(make,), daemon=True) for _ in range(processes)
        ]
        for member in self._team:
            member.start()

    def next(self, hard: Sequence[int] = ()) -> Planes:
        """The next batch, valid until the next call; `hard` is for what is begun now."""
        while self._asked < self._next + AHEAD:
            for k in range(0, self._batch, PIECE):
                self._jobs.put((self._asked, k, tuple(hard)))
            self._asked += 1
        step, self._next = self._next, self._next + 1
        while self._ready.get(step, 0) < self._batch:
            made, count = self._heard()
            self._ready[made] = self._ready.get(made, 0) + count
        del self._ready[step]
        # A copy, because the slot is filled again as soon as the next batch is asked for.
        batch: Planes = self._slots[step % AHEAD].copy()
        return batch

    def close(self) -> None:
        """Let the processes end; what they were about to make is not made."""
        self._over.set()
        for _ in self._team:
            self._jobs.put(None)
        for member in self._team:
            member.join(PATIENCE)
            member.terminate()
            member.join()
        with suppress(queue.Empty):
            while True:  # what nobody reads would hold the queue's thread up
                self._jobs.get(timeout=0.1)
        self._jobs.close()
        self._jobs.join_thread()

    def _heard(self) -> tuple[int, int]:
        while True:
            try:
                step, count = self._made.get(timeout=PATIENCE)
            except queue.Empty:
                if not all(member.is_alive() for member in self._team):
                    raise RuntimeError("a process that makes pictures has died") from None
            else:
                return step, count

    def _work(self, make: Maker) -> None:
        parent = os.getppid()
        while os.getppid() == parent:
            try:
                job = self._jobs.get(timeout=PATIENCE)
            except queue.Empty:
                continue
            if job is None:
                return
            if self._over.is_set():
                continue
            step, first, hard = job
            last = min(first + PIECE, self._batch)
            for k in range(first, last):
                self._slots[step % AHEAD, k] = make(step, k, hard)
            self._made.put((step, last - first))
