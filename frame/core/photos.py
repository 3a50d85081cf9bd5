"""What the frame knows about photos and clips: plain facts that every room shares.

Coordinates of regions are shares of the upright photo, 0..1, x right, y down, so that they hold at
every size. Times are whole seconds since 1970 (UTC); a capture time is the camera's own local time,
without a zone, because that is what a camera knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Approval(StrEnum):
    """Whether something may hang on the wall."""

    WAITING = "waiting"
    APPROVED = "approved"
    HIDDEN = "hidden"


class Door(StrEnum):
    """How a photo came in. Each door has its own default approval (see the catalogue)."""

    INBOX = "inbox"
    FOLDER = "folder"
    USB = "usb"
    PHONE = "phone"
    CAMERA = "camera"
    SAMPLE = "sample"
    COMPOSED = "composed"


@dataclass(frozen=True)
class Region:
    """A rectangle in shares of the upright photo; `x1` and `y1` exclusive."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0


@dataclass(frozen=True)
class Head:
    """One person found: `face` is forehead to chin, `keep` the whole head with hair and neck.

    `keep` is what no crop may touch. `interocular_px` is measured in the original's pixels. `can_move`
    tells whether the gates let this face move.
    """

    face: Region
    keep: Region
    interocular_px: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    can_move: bool


@dataclass(frozen=True)
class Finding:
    """What was found in a photo: its code for programs and its sentence, in English, for people
    (`frame.words.finding_in` says it in the owner's language).

    `number`, in `unit`, is what was measured, None where nothing was. `consequence` tells what it
    costs the animation (``none``, ``gentler``, ``small_smile``, ``no_smile``, ``less_head``,
    ``eyes_rest``, ``blink_only``, ``gentle_driver``, ``still``) and `most`, 0..1, how much is left
    where it is a matter of degree. `face` counts from the left of the picture, None: the photo.
    `grade` is ``good``, ``note`` (worth knowing) or ``bad``; the catalogue keeps no good ones.
    `is_mended`: the restoration has dealt with it; it is kept, and no longer told.
    """

    code: str
    message: str
    number: float | None = None
    unit: str = ""
    consequence: str = "none"
    most: float | None = None
    face: int | None = None
    grade: str = "bad"
    is_mended: bool = False


@dataclass(frozen=True)
class Look:
    """What the studio's fast lane saw. `verdict` is ``animated`` (may be), ``still`` or ``refused``.

    `models` is the fingerprint of what looked: another one makes the look stale.
    """

    verdict: str
    findings: tuple[Finding, ...]
    heads: tuple[Head, ...]
    models: str

    @property
    def told(self) -> tuple[Finding, ...]:
        """What is still to be told: what decided comes first, what was mended is left out."""
        return tuple(each for each in self.findings if not each.is_mended)


@dataclass(frozen=True)
class Photo:
    """A row: a promise that the original's bytes are on disk.

    `size` is (width, height) of the upright original, `decoded` that of the pixels that the decoder
    gives (at most 12 megapixels). `name` is the file's own name, as it came: hostile text. `prepared`
    names the preparation (restoration) of the hanging still; empty means the photo as it is.
    """

    id: int
    sha256: str
    suffix: str
    door: Door
    name: str
    sender: str
    arrived: int
    taken: str | None
    size: tuple[int, int]
    decoded: tuple[int, int]
    approval: Approval
    is_favourite: bool
    is_deleted: bool
    prepared: str
    look: Look | None

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.size[0] / self.size[1]


@dataclass(frozen=True)
class Card:
    """The little that a shuffle needs to know about a photo; 50,000 of them fit in memory.

    `day` is when it was taken as ``YYYY-MM-DD``, or empty; `people` how many heads were found;
    `wakes` whether an approved clip is ready.
    """

    id: int
    arrived: int
    day: str
    aspect: float
    sender: str
    people: int
    wakes: bool


@dataclass(frozen=True)
class View:
    """What of a photo hangs on a panel, and how large.

    `crop` is (x0, y0, x1, y1) in pixels of the decoded photo, `width` and `height` the size on the
    panel in panel pixels, both even. Still and clip are made at exactly this size, by the same
    resampling, so that one can take the other's place.
    """

    crop: tuple[int, int, int, int]
    width: int
    height: int

    @property
    def key(self) -> str:
        """Names the view in file names."""
        x0, y0, x1, y1 = self.crop
        return f"{x0}.{y0}.{x1}.{y1}-{self.width}x{self.height}"


@dataclass(frozen=True)
class Clip:
    """A finished clip. It belongs to one hanging still, one driver and one set of models.

    `file` is its name in the library's ``clips`` folder; `models` the fingerprint of what drew it.
    """

    id: int
    photo_id: int
    file: str
    driver: str
    models: str
    prepared: str
    view: View
    approval: Approval
    size_bytes: int
    made: int
    frames: int
