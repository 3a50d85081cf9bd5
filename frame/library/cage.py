"""Locks the process that calls it in: no files, no network, no new processes, little memory and time.

Photos come from strangers, and decoders have had holes that run code. Whoever gets that far in a
caged process can compute and write to one pipe, nothing else. Each layer stands alone, because not
every kernel has them all; `close_cage` says which ones hold. Only the decode child may call it: there
is no way out again.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
from dataclasses import dataclass

_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Limits:
    """What the caged process may use. `memory` counts address space, in bytes."""

    memory: int = 1 << 30
    cpu_seconds: int = 20
    open_files: int = 32


def set_limits(limits: Limits) -> None:
    """Resource limits, for anybody; call this before anything large is imported or read."""
    for kind, bound in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, most = resource.getrlimit(kind)
        wanted = bound if most == resource.RLIM_INFINITY else min(bound, most)
        resource.setrlimit(kind, (wanted, wanted))
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    hard = limits.cpu_seconds + 1 if most == resource.RLIM_INFINITY else most
    # The first limit ends it by a signal that says so; the second by one that nothing can catch.
    resource.setrlimit(resource.RLIMIT_CPU, (min(limits.cpu_seconds, hard), hard))


def close_cage() -> tuple[str, ...]:
    """Shut every door that this kernel lets us shut; the names of those that are shut.

    Everything the process will need must be imported before: it cannot open a file any more.
    """
    shut = ["rlimits"]
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return tuple(shut)
    shut.append("no-new-privs")
    if _restrict_files():
        shut.append("landlock")
    if _restrict_calls():
        shut.append("seccomp")
    return tuple(shut)


# Landlock (Linux 5.13): the numbers are the same on every architecture.
_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_RESTRICT_SELF = 446
_LANDLOCK_VERSION = 1
# Access rights known to each version of the interface; unknown ones would be refused.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_TCP_RIGHTS = 0b11
_SCOPES = 0b11


def _restrict_files() -> bool:
    """An empty Landlock rule set: no path can be opened, made, renamed or removed, no TCP port."""
    version = _libc.syscall(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_VERSION)
    if version < 1:
        return False
    files = (1 << _FILE_RIGHTS[min(version, max(_FILE_RIGHTS))]) - 1
    attributes = struct.pack("=Q", files)
    if version >= 4:
        attributes += struct.pack("=Q", _TCP_RIGHTS)
    if version >= 6:
        attributes += struct.pack("=Q", _SCOPES)
    ruleset = _libc.syscall(_LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return False
    try:
        return int(_libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0)) == 0
    finally:
        os.close(ruleset)


# Calls a decoder needs once everything is imported: pipes, memory, threads, clocks, its own end.
# (name, number on x86-64, number on aarch64)
_CALLS = (
    ("read", 0, 63),
    ("write", 1, 64),
    ("close", 3, 57),
    ("fstat", 5, 80),
    ("newfstatat", 262, 79),
    ("lseek", 8, 62),
    ("pread64", 17, 67),
    ("readv", 19, 65),
    ("writev", 20, 66),
    ("mmap", 9, 222),
    ("mprotect", 10, 226),
    ("munmap", 11, 215),
    ("mremap", 25, 216),
    ("madvise", 28, 233),
    ("brk", 12, 214),
    ("rt_sigaction", 13, 134),
    ("rt_sigprocmask", 14, 135),
    ("rt_sigreturn", 15, 139),
    ("sigaltstack", 131, 132),
    ("sched_yield", 24, 124),
    ("sched_getaffinity", 204, 123),
    ("getpid", 39, 172),
    ("gettid", 186, 178),
    ("futex", 202, 98),
    ("set_robust_list", 273, 99),
    ("rseq", 334, 293),
    ("membarrier", 324, 283),
    ("getrandom", 318, 278),
    ("clock_gettime", 228, 113),
    ("clock_nanosleep", 230, 115),
    ("nanosleep", 35, 101),
    ("sysinfo", 99, 179),
    ("exit", 60, 93),
    ("exit_group", 231, 94),
)
_ARCHITECTURES = {"x86_64": (1, 0xC000003E, 56), "aarch64": (2, 0xC00000B7, 220)}
_CLONE3 = 435
_CLONE_THREAD = 0x00010000

# Classic BPF, as <linux/filter.h> and <linux/seccomp.h> define it.
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_EPERM, _ENOSYS = 1, 38


def _restrict_calls() -> bool:
    """A seccomp filter with a list of what is allowed; anything else fails with EPERM.

    Threads may be started (the video decoders inside HEIC and AVIF do), processes may not. `clone3`
    hides its flags from the filter, so it pretends not to exist and the C library takes `clone`.
    """
    column, architecture, clone = _ARCHITECTURES.get(platform.machine(), (0, 0, 0))
    if not column:
        return False
    program = [(_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, architecture), _refuse(_EPERM)]
    program += [(_LOAD, 0, 0, _NUMBER), (_EQUAL, 0, 1, _CLONE3), _refuse(_ENOSYS)]
    for call in _CALLS:
        program += [(_EQUAL, 0, 1, int(call[column])), (_RETURN, 0, 0, _ALLOW)]
    program += [(_EQUAL, 0, 3, clone), (_LOAD, 0, 0, _FIRST_ARGUMENT)]
    program += [(_ANY_BIT, 0, 1, _CLONE_THREAD), (_RETURN, 0, 0, _ALLOW), _refuse(_EPERM)]
    code = b"".join(struct.pack("=HBBI", *step) for step in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    filtered = ctypes.create_string_buffer(header, len(header))
    return int(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, filtered, 0, 0)) == 0


def _refuse(errno: int) -> tuple[int, int, int, int]:
    return (_RETURN, 0, 0, _ERRNO | errno)
