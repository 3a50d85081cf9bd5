"""`wakeframe answer`: what only a person can decide, decided."""

from __future__ import annotations

import os
import time
from pathlib import Path

from frame.commands.library import library_folder, open_library
from frame.commands.run import settings_in_effect
from frame.errors import UsageError
from frame.words import harmless, language_from, say


def answer(library: Path | None, question_id: int, decision: str) -> int:
    """Answer an open question; 0. Raises `UsageError` where there is none of that number."""
    settings = settings_in_effect().settings
    with open_library(library_folder(library, settings), read_only=False) as catalogue:
        asked = next((each for each in catalogue.questions.open() if each.id == question_id), None)
        if asked is None or not catalogue.questions.answer(question_id, decision, int(time.time())):
            raise UsageError(
                f"There is no open question {question_id}; `wakeframe status` lists them."
            )
    language = language_from(settings.language, os.environ)
    print(f"{sentence(asked.kind, asked.facts, language)} {say(f'answer.{decision}', language)}")
    return 0


def sentence(kind: str, facts: dict[str, str | int], language: str) -> str:
    """The question in words; its kind and facts where this version has no words for it."""
    counted = {**facts, "count": facts["photos"]} if "photos" in facts else facts
    try:
        return say(f"question.{kind}", "de" if language == "de" else "en", **counted)
    except KeyError:
        return harmless(f"{kind}: {facts}")
