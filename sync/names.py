"""What a file's name tells: whether to look at it at all, and how to write it down.

A name never decides that something *is* a photo; its first bytes do. It only says what to pass by
without a word: what programs leave while they work, and what lies beside photos.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum


class Sort(Enum):
    """What a name promises. Junk and sidecars are passed by in silence."""

    JUNK = "junk"
    SIDECAR = "sidecar"
    VIDEO = "video"
    PHOTO = "photo"
    UNKNOWN = "unknown"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PHOTO_SUFFIXES = _words(
    ".jpg .jpeg .jpe .jfif .png .webp .tif .tiff .heic .heif .hif .avif .gif .bmp .dng .cr2 .cr3"
    " .nef .arw .orf .rw2 .raf .pef .srw"
)
"""Names that promise a photo: if the bytes do not keep the promise, the owner is told."""

_VIDEO_SUFFIXES = _words(".mov .mp4 .m4v .3gp .avi .mkv .webm .mts .m2ts .mpg .mpeg .wmv")

_SIDECAR_SUFFIXES = _words(
    ".xmp .aae .json .txt .md .csv .xml .html .htm .css .js .pdf .doc .docx .odt .xls .xlsx .ini"
    " .cfg .log .lnk .url .webloc .thm .pp3 .dop .on1 .cos .lrv .lrcat .db .sqlite .zip .exe"
)
"""What cameras, editors and people put beside photos. A share is full of them."""

_JUNK_SUFFIXES = _words(
    ".part .partial .crdownload .download .opdownload .filepart .tmp .temp .swp .swo .swx .bak"
    " .!ut .!qb .aria2 .icloud .nextcloudsync .owncloudsync"
)
"""Files on their way: browsers, download programs, cloud clients, editors, and our own."""

_JUNK_NAMES = _words("thumbs.db ehthumbs.db desktop.ini picasa.ini") | {"icon\r"}

_JUNK_PATTERN = re.compile(
    r"\A(?:"
    r"\..*"  # hidden: rsync's .name.XXXXXX, .syncthing.*.tmp, macOS ._*, .fuse_hidden, .nfs
    r"|~syncthing~.*"
    r"|~\$.*"  # office programs' locks
    r"|.*~"  # editors' copies
    r"|#.*#"
    r"|.*\.sb-[0-9a-f]{8}-\w+"  # macOS programs that save by exchange
    r"|.*\.goutputstream-\w+"
    r"|.*\.rsync-\w+"
    r")\Z",
    re.DOTALL | re.IGNORECASE,
)

_JUNK_FOLDERS = _words(
    "@eadir @recycle #recycle #snapshot @tmp $recycle.bin recycler system~1 __macosx lost+found"
) | {"system volume information"}


def sort_of(name: str) -> Sort:
    """What the name of a file promises."""
    low = unicodedata.normalize("NFC", name).lower()
    suffix = suffix_of(low)
    if low in _JUNK_NAMES or suffix in _JUNK_SUFFIXES or _JUNK_PATTERN.match(low):
        return Sort.JUNK
    if suffix in PHOTO_SUFFIXES:
        return Sort.PHOTO
    if suffix in _VIDEO_SUFFIXES:
        return Sort.VIDEO
    return Sort.SIDECAR if suffix in _SIDECAR_SUFFIXES else Sort.UNKNOWN


def is_junk_folder(name: str) -> bool:
    """Whether a folder of this name holds what programs keep for themselves: trash, previews."""
    low = name.lower()
    return low.startswith(".") or low in _JUNK_FOLDERS or low.endswith(".download")


def suffix_of(name: str) -> str:
    """The suffix in small letters with its dot, or nothing."""
    stem, dot, suffix = name.rpartition(".")
    return f".{suffix.lower()}" if dot and stem else ""


def stem_of(path: str) -> str:
    """The path without its suffix: what the two halves of a Live Photo share."""
    folder, slash, name = path.rpartition("/")
    stem, dot, _ = name.rpartition(".")
    return f"{folder}{slash}{stem if dot and stem else name}".lower()


def written(name: str) -> str:
    """The name or path as the catalogue and the log may hold it.

    Two different names stay different: bytes that are no text become ``\\xff``, control characters
    and what turns text round ``\\u202e``, a backslash two. Accents are left as they came, because a
    folder may hold both spellings of one name.
    """
    return "".join(_written(letter) for letter in name)


def _written(letter: str) -> str:
    code = ord(letter)
    if letter == "\\":
        return "\\\\"
    if 0xDC80 <= code <= 0xDCFF:  # surrogateescape: a byte that was no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
    return letter
