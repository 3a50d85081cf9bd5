"""How an archive of a whole library is laid out: a tar that any program opens, and that tells of itself.

    wakeframe.json        what this is, how many photos, how many bytes
    SHA256SUMS            of everything below, for `sha256sum -c`
    photos.jsonl          one line a photo: its hash, its name, its sender, what was decided about it
    settings.toml         the owner's own settings
    originals/ab/....jpg  each under its hash, byte for byte as it came

Where photos were taken is in no line; the originals hold whatever the camera wrote into them. Neither
passes nor passwords are in an archive.
"""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass

from frame.core.photos import Approval, Door
from frame.errors import WakeframeError
from frame.library.decided import Decided, choice_from, wish_from

FORMAT = 1
ABOUT, SUMS, PHOTOS, SETTINGS = "wakeframe.json", "SHA256SUMS", "photos.jsonl", "settings.toml"
ORIGINALS = "originals"

BLOCK = 512
END_BYTES = 2 * BLOCK
"""Two blocks of zeros end a tar."""

SUFFIX = ".tar"

_ORIGINAL = re.compile(rf"{ORIGINALS}/([0-9a-f]{{2}})/(\1[0-9a-f]{{62}})(\.[a-z0-9]{{2,5}})")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SUFFIXES = re.compile(r"\.[a-z0-9]{2,5}")


class BadArchive(WakeframeError):  # noqa: N818 - reads as what it says
    """This is no archive of ours, or it ends too early. Nothing that was taken in from it is lost."""

    exit_code = 2


@dataclass(frozen=True)
class Line:
    """One photo in an archive. `parents` are the hashes of the photos that a composed one is made of."""

    sha256: str
    suffix: str
    size_bytes: int
    decided: Decided
    parents: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return f"{ORIGINALS}/{self.sha256[:2]}/{self.sha256}{self.suffix}"


def header(path: str, size: int, mtime: int = 0) -> bytes:
    """The block before a file of `size` bytes."""
    info = tarfile.TarInfo(path)
    info.size, info.mtime, info.mode = size, mtime, 0o644
    return info.tobuf(format=tarfile.USTAR_FORMAT)


def padded(size: int) -> int:
    """What so many bytes take in a tar."""
    return -(-size // BLOCK) * BLOCK


def original_in(path: str) -> str | None:
    """The hash of the original at this path of an archive, if it is one."""
    found = _ORIGINAL.fullmatch(path)
    return found[2] if found else None


def to_json(line: Line) -> str:
    """One line of `PHOTOS`, without its end; ASCII, so that no program stumbles over a name."""
    decided = line.decided
    return json.dumps(
        {
            "sha256": line.sha256,
            "suffix": line.suffix,
            "size": line.size_bytes,
            "name": decided.name,
            "sender": decided.sender,
            "door": decided.door,
            "arrived": decided.arrived,
            "approval": decided.approval,
            "clip": decided.clip,
            "favourite": decided.is_favourite,
            "deleted": decided.deleted,
            "driver": decided.wish.driver,
            "intensity": decided.wish.intensity,
            "restoration": decided.preparation,
            "parents": line.parents,
        },
        separators=(",", ":"),
    )


def from_json(text: bytes) -> Line:
    """Raises ValueError for what is no line of ours."""
    facts = json.loads(text)
    if not isinstance(facts, dict):
        raise ValueError("not an object")
    sha256, suffix, size = facts.get("sha256"), facts.get("suffix"), facts.get("size")
    if not (isinstance(sha256, str) and _SHA256.fullmatch(sha256)):
        raise ValueError("no hash")
    if not (isinstance(suffix, str) and _SUFFIXES.fullmatch(suffix)):
        raise ValueError("no suffix")
    if not isinstance(size, int) or not _is_whole(size):
        raise ValueError("no size")
    parents = facts.get("parents")
    return Line(
        sha256,
        suffix,
        size,
        _decided(facts),
        tuple(each for each in parents if isinstance(each, str) and _SHA256.fullmatch(each))
        if isinstance(parents, list)
        else (),
    )


def _decided(facts: Mapping[str, object]) -> Decided:
    """What makes no sense is not decided: such a photo waits for a yes."""
    arrived, deleted = facts.get("arrived"), facts.get("deleted")
    return Decided(
        approval=next((a for a in Approval if a == facts.get("approval")), Approval.WAITING),
        deleted=int(str(deleted)) if _is_whole(deleted) else None,
        is_favourite=facts.get("favourite") is True,
        door=next((door for door in Door if door == facts.get("door")), Door.INBOX),
        name=_text(facts.get("name")),
        sender=_text(facts.get("sender")),
        arrived=int(str(arrived)) if _is_whole(arrived) else None,
        clip=next((a for a in Approval if a == facts.get("clip")), None),
        wish=wish_from(facts.get("driver"), facts.get("intensity")),
        preparation=choice_from(facts.get("restoration")),
    )


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
