"""How much of us a visitor may take up: every number, and why it is that one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Seconds and bytes.

    connections, per_address: a bridge or a guest network shows fifty phones as one address, and each
        opens up to six connections. A held connection costs some kilobytes and no thread, and whoever
        waits without having asked for anything makes room for the next (see `crowd`).
    head_*: a browser sends its head at once. Ours are under 2 KiB.
    form_*: a form is read before a thread is spent; ours are under 4 KiB.
    idle_seconds: a page polls more often than this, and keeps its connection.
    page_threads: answers are computed in milliseconds; argon2 takes the longest.
    body_threads: uploads in flight; those beyond wait, with their bytes in the kernel.
    slowest, patience: an upload brings so many bytes a second over each such time, or is cut. It
        resumes where it was. While others wait for a thread, `pressed_*` holds.
    linger_*: what a refused sender is still sending is taken and thrown away, so that it reads why.
    streams: event streams and mirrors held by the loop.
    send_seconds: so long may an answer stand still in the reader's hands.
    """

    connections: int = 320
    per_address: int = 256
    head_bytes: int = 16 << 10
    head_seconds: float = 10.0
    form_bytes: int = 64 << 10
    form_seconds: float = 10.0
    idle_seconds: float = 30.0
    page_threads: int = 8
    body_threads: int = 24
    slowest: int = 1024
    patience: float = 30.0
    pressed_slowest: int = 16 << 10
    pressed_patience: float = 5.0
    linger_seconds: float = 5.0
    linger_bytes: int = 32 << 20
    streams: int = 16
    send_seconds: float = 30.0
    stop_seconds: float = 2.0
