"""One harmless line for each event."""

from __future__ import annotations

import io
import logging

import pytest

from frame.logs import OneLine, set_up


def line(
    message: str, formatter: OneLine | None = None, level: int = logging.INFO, **fields: object
) -> str:
    record = logging.makeLogRecord(
        {"msg": message, "levelno": level, "levelname": "WARNING", **fields}
    )
    return (formatter or OneLine("doors")).format(record)


def test_fields_follow_the_message():
    assert line("a photo waits", why="no room", photo=3).endswith(
        "doors: a photo waits why='no room' photo=3"
    )


def test_a_hostile_name_cannot_begin_a_line_or_speak_to_the_terminal():
    said = line("refused: %s", args=("a\nb\x1b[2J\u202e",), name_of="\r\x07")
    assert said.isprintable()


def test_an_exception_is_its_last_words_and_its_place():
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        said = line("it stumbled", exc_info=(type(error), error, error.__traceback__))
    assert "\n" not in said
    assert "ValueError: two" in said
    assert "test_logs.py" in said


def test_the_journal_hears_how_much_it_matters():
    said = line("hot", OneLine("studio", is_journal=True), logging.WARNING)
    assert said == "<4>studio: hot"


class Terminal(io.StringIO):
    """A stream that a person reads, or not."""

    def __init__(self, *, is_person: bool) -> None:
        super().__init__()
        self._is_person = is_person

    def isatty(self) -> bool:
        return self._is_person


@pytest.mark.parametrize(
    ("is_person", "is_verbose", "said"),
    [(True, False, ["hot"]), (True, True, ["calm", "hot"]), (False, False, ["calm", "hot"])],
)
def test_a_person_is_not_told_twice_of_what_the_terminal_tells(is_person, is_verbose, said):
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = Terminal(is_person=is_person)
    try:
        set_up("doors", is_verbose=is_verbose, stream=stream)
        logging.getLogger("sync").info("calm")
        logging.getLogger("sync").warning("hot")
    finally:
        root.handlers[:], root.level = before, level
        logging.captureWarnings(False)
    assert [line.rpartition(" ")[2] for line in stream.getvalue().splitlines()] == said
