"""Findings as lines of a terminal: grouped by what they are worth, wrapped, with what they cost."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from frame.words import Language, Told, consequence_in, finding_in, in_digits, say

GRADES = ("bad", "note", "good")
MARKS = {"bad": "!", "note": "·", "good": "+"}

UNITS = {"px": " px", "%": " %", "deg": "°", "DPI": " DPI"}
"""Units that people know, as they are written after a number."""

NARROWEST = 40
"""Columns of a terminal under which lines are not wrapped any further."""


class Sayable(Told, Protocol):
    """A finding, the catalogue's or the renderer's own; see `frame.core.photos.Finding`."""

    @property
    def grade(self) -> str: ...

    @property
    def face(self) -> int | None: ...

    @property
    def number(self) -> float | None: ...

    @property
    def unit(self) -> str: ...

    @property
    def consequence(self) -> str: ...


def sections(findings: Sequence[Sayable], language: Language, columns: int) -> Iterator[str]:
    """The lines of a report. Faces are named where there is more than one."""
    faces = {each.face for each in findings if each.face is not None}
    for grade in GRADES:
        alike = _alike(each for each in findings if each.grade == grade)
        if not alike:
            continue
        yield ""
        yield say(f"check.{grade}", language)
        for group in alike:
            text = _said(group, language, names_faces=len(faces) > 1)
            yield from textwrap.wrap(
                text,
                max(NARROWEST, columns),
                initial_indent=f"  {MARKS[grade]} ",
                subsequent_indent="    ",
            )
    if len(faces) > 1:
        yield ""
        yield say("check.from_left", language)


def line_of(finding: Sayable, language: Language) -> str:
    """One finding as one line."""
    return f"{MARKS.get(finding.grade, '!')} {_said([finding], language, names_faces=False)}"


def _alike(findings: Iterable[Sayable]) -> list[list[Sayable]]:
    """The same said of several faces, together; in the order of the first of each."""
    groups: dict[tuple[str, str], list[Sayable]] = {}
    for each in findings:
        groups.setdefault((each.code, each.consequence), []).append(each)
    return list(groups.values())


def _said(group: Sequence[Sayable], language: Language, *, names_faces: bool) -> str:
    first = group[0]
    parts = [_faces(group, language)] if names_faces and first.face is not None else []
    sentence = finding_in(first, language)
    parts.append(sentence)
    told = _numbers(group, language)
    if told and (len(group) > 1 or in_digits(first.number or 0, language) not in sentence):
        parts.append(f"({told})")
    if first.consequence != "none" and first.grade != "good":
        parts.append(f"→ {consequence_in(first.consequence, language)}")
    return " ".join(part for part in parts if part)


def _faces(group: Sequence[Sayable], language: Language) -> str:
    numbers = [str(each.face + 1) for each in group if each.face is not None]
    code = "check.face" if len(numbers) == 1 else "check.faces"
    return say(code, language, number=", ".join(numbers)) + ":"


def _numbers(group: Sequence[Sayable], language: Language) -> str:
    """What was measured, of several faces each one's; where only a program could read it, nothing."""
    unit = UNITS.get(group[0].unit)
    numbers = [in_digits(each.number, language) for each in group if each.number is not None]
    return ", ".join(numbers) + unit if unit and numbers else ""
