"""``python -m frame.web.gather``: every text of the pages, gathered into the files of translations.

What is translated stays, what is new is added empty, what nobody says any more goes. There is one file
for the relatives' pages, one for the owner's, and one for the rest.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from frame.web.words import LOCALE, SOURCE
from frame.words import LANGUAGES, Language

PARTS = ("guest", "owner", "entry")
REST = "entry"

_WEB = Path(__file__).parent
_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
_OPTIONS = {"templates/**.html": {"newstyle_gettext": "true", "trimmed": "true"}}

_Message = str | tuple[str, ...]


def gathered() -> dict[str, set[_Message]]:
    """Every message that the pages say, by part; one that needs a plural is a pair."""
    found: dict[str, set[_Message]] = {part: set() for part in PARTS}
    for name, _, message, _, _ in extract_from_dir(_WEB, _METHODS, _OPTIONS):
        part = next((each for each in PARTS if each in Path(name).parts[:-1]), REST)
        found[part].add(message)
    return found


def path_of(language: Language, part: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"{part}.po"


def translated(language: Language, part: str) -> Catalog:
    """What is there already."""
    path = path_of(language, part)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def gather() -> None:
    """Bring the files up to date."""
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        for part, messages in gathered().items():
            before, after = translated(language, part), Catalog(locale=language, fuzzy=False)
            for message in messages:
                old = before.get(message if isinstance(message, str) else message[0])
                after.add(message, old.string if old else None)
            path = path_of(language, part)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as stream:
                write_po(stream, after, sort_output=True, omit_header=True, width=96)


if __name__ == "__main__":
    gather()
