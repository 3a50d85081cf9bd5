"""The `wakeframe` command: reads what was typed, runs one command, explains what went wrong.

Exit codes: 0 done; 1 our fault; 2 wrong usage (also: no such photo, no place to write to); 3 the photo
cannot be animated; 130 and 143 stopped from outside. Commands are imported when they run, so that
`wakeframe --help` answers at once.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from frame.commands import arguments
from frame.commands.arguments import DRIVERS, Commands
from frame.errors import WakeframeError

FRAMINGS = ("photo", "square", "portrait")
HEIGHTS = range(128, 2161)
"""From a thumbnail to 4K; larger clips play nowhere."""

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """A signal asked us to end. Not an `Exception`: nobody but the edge may catch it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        with _stopping_tidily():
            code: int = options.run(options)
            sys.stdout.flush()
            return code
    except Stopped as stopped:
        print("Stopped; nothing was left behind.", file=sys.stderr)
        return stopped.exit_code
    except BrokenPipeError:
        # Whoever read our output has gone. Nothing more can be said, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return WakeframeError.exit_code
    except WakeframeError as error:
        return _explain(error, str(error), options, error.exit_code)
    except Exception as error:  # noqa: BLE001 - the edge of the program: nobody sees a traceback
        name = type(error).__name__
        sentence = f"Something went wrong inside Wakeframe ({name}); --verbose shows where."
        return _explain(error, sentence, options, WakeframeError.exit_code)


def _explain(error: Exception, sentence: str, options: argparse.Namespace, code: int) -> int:
    if options.verbose:
        traceback.print_exception(error)
    print(f"wakeframe: {sentence}", file=sys.stderr)
    return code


@contextlib.contextmanager
def _stopping_tidily() -> Iterator[None]:
    """Ctrl-C and a request to end unwind the program once; cleaning up is not interrupted again."""

    def stop(number: int, _: FrameType | None) -> NoReturn:
        for each in _ENDINGS:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    before = {each: signal.signal(each, stop) for each in _ENDINGS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wakeframe", description="Still photographs that wake up for a moment."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    arguments.add_run(commands)
    arguments.add_status(commands)
    arguments.add_photo(commands)
    arguments.add_answer(commands)
    arguments.add_password(commands)
    arguments.add_settings(commands)
    arguments.add_library(commands)
    _add_animate(commands)
    _add_check(commands)
    _add_restore(commands)
    _add_doctor(commands)
    _add_bench(commands)
    for command in commands.choices.values():
        command.add_argument(
            "--verbose", action="store_true", help="say where it went wrong, if it does"
        )
    return parser


def _add_animate(commands: Commands) -> None:
    parser = commands.add_parser("animate", help="one photo becomes one clip")
    parser.add_argument("photo", type=Path, metavar="PHOTO")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="CLIP.mp4", help="the clip to write"
    )
    parser.add_argument(
        "--driver", choices=DRIVERS, default="auto", help="how to move (default: %(default)s)"
    )
    parser.add_argument(
        "--height",
        type=_height,
        default=1080,
        metavar="PIXELS",
        help="height of the clip, at most twice the photo's (default: %(default)s)",
    )
    parser.add_argument(
        "--frame",
        choices=FRAMINGS,
        default="photo",
        help="the whole photo, or a crop around the face for sharing (default: %(default)s)",
    )
    parser.add_argument(
        "--intensity",
        type=_share,
        default=1.0,
        metavar="0..1",
        help="how strongly to move (default: %(default)s)",
    )
    parser.add_argument(
        "--restore",
        action="store_true",
        help="restore the photo first; the clip begins and ends on the restored picture",
    )
    parser.add_argument("--badge", action="store_true", help="draw a small visible mark")
    parser.add_argument("--title", default="", help="title in the clip's metadata")
    parser.add_argument(
        "--report", type=Path, metavar="R.json", help="write what was found and done, and why"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.set_defaults(run=_animate)


def _add_check(commands: Commands) -> None:
    parser = commands.add_parser("check", help="is this photo fit to be animated?")
    parser.add_argument("photo", type=Path, metavar="PHOTO")
    parser.add_argument("--report", type=Path, metavar="R.json", help="write it as JSON too")
    parser.add_argument("--json", action="store_true", help="every finding, for programs")
    parser.add_argument(
        "--panel",
        type=arguments.size,
        metavar="WxH",
        help="pixels of the panel it is to hang on (default: 1920x1080)",
    )
    parser.add_argument(
        "--print",
        type=_print_size,
        metavar="WxH",
        dest="print_cm",
        help="size of the print in centimetres, such as 9x13: makes the advice on scanning exact",
    )
    parser.set_defaults(run=_check)


def _add_restore(commands: Commands) -> None:
    parser = commands.add_parser("restore", help="scratches, fading and noise undone")
    parser.add_argument("photo", type=Path, metavar="PHOTO")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT.png", help="the picture to write"
    )
    parser.add_argument(
        "--strength",
        type=_share,
        default=1.0,
        metavar="0..1",
        help="of tones, noise and eyes; at 0 only damage is filled (default: %(default)s)",
    )
    parser.add_argument(
        "--compare", type=Path, metavar="SHEET.png", help="write before and after side by side"
    )
    parser.add_argument(
        "--report", type=Path, metavar="R.json", help="write what was found and done"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.set_defaults(run=_restore)


def _add_doctor(commands: Commands) -> None:
    parser = commands.add_parser("doctor", help="is this machine fit, and if not, what to do")
    parser.set_defaults(run=_doctor)


def _add_bench(commands: Commands) -> None:
    parser = commands.add_parser("bench", help="measure this machine and this version")
    parser.add_argument("name", nargs="?", help="which benchmark; without it, lists them")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    parser.set_defaults(run=_bench)


def _height(text: str) -> int:
    if not text.isdigit() or int(text) not in HEIGHTS:
        raise argparse.ArgumentTypeError(f"must be {HEIGHTS.start} to {HEIGHTS.stop - 1} pixels")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("must be a number from 0 to 1")
    return share


def _print_size(text: str) -> tuple[float, float]:
    sides = text.replace(",", ".").lower().split("x")
    try:
        width, height = (float(side) for side in sides)
    except ValueError:
        raise argparse.ArgumentTypeError("must be like 9x13, in centimetres") from None
    if not (1 <= width <= 200 and 1 <= height <= 200):
        raise argparse.ArgumentTypeError("sides must be 1 to 200 centimetres")
    return width, height


def _animate(options: argparse.Namespace) -> int:
    from frame.commands.animate import Job, animate, new_animator
    from renderer.animator import Request

    request = Request(
        driver=options.driver,
        height=options.height,
        framing=options.frame,
        intensity=options.intensity,
        badge=options.badge,
        title=options.title,
    )
    job = Job(
        options.photo,
        options.output,
        options.report,
        request,
        quiet=options.quiet,
        restore=options.restore,
    )
    return animate(job, new_animator)


def _check(options: argparse.Namespace) -> int:
    from frame.commands.animate import new_animator
    from frame.commands.check import Check, check

    job = Check(options.photo, options.report, options.json, options.panel, options.print_cm)
    return check(job, new_animator)


def _restore(options: argparse.Namespace) -> int:
    from frame.commands.restore import RestoreJob, new_restorer, restore

    job = RestoreJob(
        options.photo,
        options.output,
        options.strength,
        options.report,
        options.compare,
        options.quiet,
    )
    return restore(job, new_restorer)


def _doctor(_: argparse.Namespace) -> int:
    from frame.commands.doctor import examine

    return examine()


def _bench(options: argparse.Namespace) -> int:
    from frame.commands.bench import run

    return run(options.name, options.rest)


if __name__ == "__main__":
    sys.exit(main())
