"""What may be typed for the commands that are about a frame. Nothing heavy is imported here."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

DRIVERS = ("auto", "nostalgia", "joy", "reunion", "blink-and-nod")
RESTORING = ("restored", "original", "as-set")
"""Whether one photo hangs restored, as it came, or as the setting `restore` says."""

PHOTO_DEEDS = (
    "show",
    "hide",
    "delete",
    "restore",
    "favourite",
    "ordinary",
    "driver",
    "about",
    *RESTORING,
)

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - no public name
SIDES = range(64, 8193)
"""Pixels of a window's side, up to 8K."""


def add_run(commands: Commands) -> None:
    parser = commands.add_parser("run", help="the frame: screen, watched folders, studio")
    _add_library(parser)
    parser.add_argument(
        "--windowed", action="store_true", help="in a window, not on the whole panel"
    )
    parser.add_argument(
        "--size", type=size, metavar="WxH", help="of the window, or of a screen that is not there"
    )
    parser.add_argument(
        "--port", type=_port, metavar="N", help="where a browser on this machine sees the screen"
    )
    parser.add_argument(
        "--still-seconds", type=_seconds, metavar="S", help="how long a photo hangs, this time"
    )
    parser.add_argument(
        "--wake-every",
        type=_seconds,
        metavar="S",
        help="seconds between two wakes, this time; 0: never",
    )
    parser.add_argument("--quiet", action="store_true", help="no lines about what happens")
    parser.set_defaults(run=_run)


def add_status(commands: Commands) -> None:
    parser = commands.add_parser("status", help="every photo and how it is, the queue, the health")
    _add_library(parser)
    parser.add_argument("--json", action="store_true", help="everything, for programs")
    parser.add_argument(
        "--diagnosis",
        action="store_true",
        help="for whoever helps, as JSON: no name, photo, place, folder or password in it",
    )
    parser.set_defaults(run=_status)


def add_photo(commands: Commands) -> None:
    parser = commands.add_parser(
        "photo", help="show, hide or delete a photo, or choose how it moves"
    )
    parser.add_argument("id", type=int, metavar="ID", help="its number in `wakeframe status`")
    parser.add_argument("deed", choices=PHOTO_DEEDS, metavar="|".join(PHOTO_DEEDS))
    parser.add_argument("driver", nargs="?", choices=DRIVERS, metavar="NAME", help="for `driver`")
    _add_library(parser)
    parser.set_defaults(run=_photo)


def add_answer(commands: Commands) -> None:
    parser = commands.add_parser("answer", help="answer a question of the frame")
    parser.add_argument("id", type=int, metavar="ID", help="its number in `wakeframe status`")
    parser.add_argument("answer", choices=("yes", "no"), metavar="yes|no")
    _add_library(parser)
    parser.set_defaults(run=_answer)


def add_password(commands: Commands) -> None:
    parser = commands.add_parser("password", help="set the owner's password for the pages")
    _add_library(parser)
    parser.set_defaults(run=_password)


def add_settings(commands: Commands) -> None:
    parser = commands.add_parser(
        "settings", help="every setting, its value and where it comes from"
    )
    parser.add_argument("--markdown", action="store_true", help="the page for the manual")
    parser.set_defaults(run=_settings)


def add_library(commands: Commands) -> None:
    parser = commands.add_parser("library", help="everything into one archive, and back")
    deeds = parser.add_subparsers(title="what to do", required=True, metavar="export|restore")
    export = deeds.add_parser("export", help="originals, decisions and settings into one tar")
    restore = deeds.add_parser(
        "restore", help="back from such a tar; nothing that is there is lost"
    )
    restore.add_argument("--settings", action="store_true", help="the settings as well")
    for each, do in ((export, _export), (restore, _restore)):
        each.add_argument("archive", type=Path, metavar="ARCHIVE.tar")
        _add_library(each)
        each.add_argument(
            "--verbose", action="store_true", help="say where it went wrong, if it does"
        )
        each.set_defaults(run=do)


def _add_library(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--library", type=Path, metavar="DIR", help="the library (default: the settings')"
    )


def size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError("must be like 1280x720")
    if int(width) not in SIDES or int(height) not in SIDES:
        raise argparse.ArgumentTypeError(f"sides must be {SIDES.start} to {SIDES.stop - 1} pixels")
    return int(width), int(height)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("must be 1024 to 65535")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86400:
        raise argparse.ArgumentTypeError("must be a number of seconds, at most a day")
    return seconds


def _run(options: argparse.Namespace) -> int:
    from frame.commands.run import Wanted, run

    return run(
        Wanted(
            library=options.library,
            is_windowed=options.windowed,
            port=options.port,
            size=options.size,
            still_seconds=options.still_seconds,
            wake_every=options.wake_every,
            is_quiet=options.quiet,
            is_verbose=options.verbose,
        )
    )


def _status(options: argparse.Namespace) -> int:
    if options.diagnosis:
        from frame.commands.diagnosis import diagnosis

        return diagnosis(options.library)
    from frame.commands.status import status

    return status(options.library, as_json=options.json)


def _photo(options: argparse.Namespace) -> int:
    from frame.commands.photo import do

    return do(options.library, options.id, options.deed, options.driver)


def _answer(options: argparse.Namespace) -> int:
    from frame.commands.answer import answer

    return answer(options.library, options.id, options.answer)


def _export(options: argparse.Namespace) -> int:
    from frame.commands.backup import export

    return export(options.library, options.archive)


def _restore(options: argparse.Namespace) -> int:
    from frame.commands.backup import bring_back

    return bring_back(options.library, options.archive, with_settings=options.settings)


def _password(options: argparse.Namespace) -> int:
    from frame.commands.password import change

    return change(options.library)


def _settings(options: argparse.Namespace) -> int:
    from frame.commands.settings import markdown, table

    print(markdown() if options.markdown else table(), end="")
    return 0
