"""axe-core, an independent judge of accessibility, run over a page in a browser.

It comes from npm, pinned by version and hash, and lies in the cache; nothing of it is in this
repository. It is run in a JavaScript world of its own beside the page's: the pages' policy, which allows
no script but their own files, stays in force, and the page does not notice.

``python -m bench.axe`` fetches it.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.build.fetch import FetchError, download, unpack
from models.build.packages import Package

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = Package(
    manager="npm",
    name="axe-core",
    version="4.14.1",
    archive="axe-core-4.14.1.tgz",
    sha256="e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
    licence="MPL-2.0",
    members=("package/axe.min.js",),
)

IMPACTS = ("critical", "serious", "moderate", "minor")

TAGS = (
    *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"),
    "best-practice",
)
"""WCAG 2.2 up to AA, and what axe holds for good practice beside it."""

_OPTIONS = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},  # WCAG 2.2; axe leaves it out unless it is asked
    "resultTypes": ["violations", "incomplete"],
}

_MOST_PLACES = 3


@dataclass(frozen=True)
class Violation:
    """A rule that a page breaks: axe's own name for it, how bad it is, what it asks for, how many
    elements break it, and some of them as selectors."""

    rule: str
    impact: str
    help: str
    count: int
    places: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """Of one page. `unsure` are elements that axe leaves to a person's eyes, by rule."""

    violations: tuple[Violation, ...]
    unsure: dict[str, int]


def cached() -> str | None:
    """The script, where it was fetched already."""
    kept = AXE.folder / AXE.members[0]
    return kept.read_text("utf-8") if kept.is_file() else None


def fetched() -> str:
    """The script, from the cache or, the first time, from npm. Raises `FetchError`: there is no npm, no
    network, or it is not what was pinned."""
    found = cached()
    if found is None:
        if shutil.which("npm") is None:
            raise FetchError("There is no npm to fetch axe-core with: `apt-get install npm`.")
        (path,) = unpack(AXE, download(AXE))
        found = path.read_text("utf-8")
    return found


def judge(page: Page, script: str) -> Verdict:
    """What axe says of the page as it stands."""
    session = page.context.new_cdp_session(page)
    try:
        frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})

        def run(expression: str) -> Any:
            answer = session.send(
                "Runtime.evaluate",
                {
                    "expression": expression,
                    "contextId": world["executionContextId"],
                    "awaitPromise": True,
                    "returnByValue": True,
                },
            )
            if "exceptionDetails" in answer:
                raise RuntimeError(f"axe-core failed: {answer['exceptionDetails']}")
            return answer["result"].get("value")

        run(f"{script}; typeof axe")
        found = run(f"axe.run(document, {json.dumps(_OPTIONS)}).then((all) => JSON.stringify(all))")
    finally:
        session.detach()
    return verdict(json.loads(found))


def verdict(results: dict[str, Any]) -> Verdict:
    """Out of axe's own results."""
    violations = tuple(
        Violation(
            each["id"],
            each["impact"] or "minor",
            each["help"],
            len(each["nodes"]),
            tuple(_place(node["target"]) for node in each["nodes"][:_MOST_PLACES]),
        )
        for each in results["violations"]
    )
    unsure = {each["id"]: len(each["nodes"]) for each in results["incomplete"]}
    return Verdict(violations, unsure)


def main() -> int:
    """Fetch it, for the tests, which have no network."""
    try:
        fetched()
    except FetchError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{AXE.label} is in the cache.")
    return 0


def _place(target: Sequence[Any]) -> str:
    return " > ".join(str(each) for each in target)


if __name__ == "__main__":
    sys.exit(main())
