"""Puts slides, words and photos' facts together into whole frames; see `frame.display.ports.Painter`.

The only module of the display that turns codes into sentences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from frame.core.layout import Layout
from frame.core.photos import Photo
from frame.display.fade import dimmed
from frame.display.lettering import Overlay, Words, caption, message, pane
from frame.display.paint import compose
from frame.display.ports import Frame, Said
from frame.display.poster import Poster, poster
from frame.display.surround import Surround
from frame.words import Language, day, finding_in, say

FIRST_RUN = ("first_run.inbox", "first_run.usb")
HANDS = ("keys", "touches", "touches.long")
_BETWEEN = " · "


class WallPainter:
    """Paints in the owner's taste and language. Keeps nothing else, so any thread may ask."""

    def __init__(self, style: Surround = Surround.BLURRED, language: Language = "en") -> None:
        self._style = style
        self._language = language

    def repaint(self, style: Surround, language: Language) -> None:
        """The owner's taste has changed, or the language."""
        self._style, self._language = style, language

    def compose(self, layout: Layout, stills: Sequence[Frame]) -> Frame:
        return compose(layout, stills, self._style)

    def dimmed(self, frame: Frame, brightness: float) -> Frame:
        return dimmed(frame, brightness)

    def message(self, panel: tuple[int, int], code: str, facts: Mapping[str, str | int]) -> Frame:
        """`first_run` says where photos come from; every other code is one sentence."""
        if code.startswith("first_run"):
            sentences = [self._say(each, facts) for each in FIRST_RUN]
            network = "first_run.address" if facts.get("address") else "first_run.no_network"
            title = "first_run.title" if code == "first_run" else code
            if facts.get("scan"):
                return poster(panel, self._first_scan(title, sentences, facts))
            words = Words(
                title=self._say(title, facts),
                sentences=tuple(each for each in sentences if each),
                note=self._say(network, facts),
            )
        else:
            words = Words(title="", sentences=(self._say(code, facts),))
        return message(panel, words)

    def over(self, frame: Frame, said: Said) -> Frame:
        if said.kind == "placard":
            return poster((frame.shape[1], frame.shape[0]), self._held_up(said), frame)
        return pane(frame, self._words(said))

    def _first_scan(
        self, title: str, sentences: Sequence[str], facts: Mapping[str, str | int]
    ) -> Poster:
        """Before there is any photo: where photos come from, and a code for the phone."""
        invites = "first_run.scan" if facts.get("is_owned") else "first_run.own"
        words = Words(
            title=self._say(title, facts),
            sentences=tuple(each for each in (*sentences, self._say(invites, facts)) if each),
            note=self._say("first_run.spoken", facts),
        )
        return Poster(
            words,
            str(facts["scan"]),
            str(facts.get("fallback", "")),
            self._say("placard.fallback", {}),
        )

    def _held_up(self, said: Said) -> Poster:
        """See `frame.core.placard`: an address to scan, or a code to type."""
        facts = said.facts
        named = ".named" if said.code == "send" and facts.get("name") else ""
        title = self._say(f"placard.{said.code}.title{named}", facts)
        spoken = self._say("placard.spoken", facts) if facts.get("spoken") else ""
        words = Words(
            title=title,
            code=str(facts.get("digits", "")),
            sentences=tuple(
                each for each in (self._say(f"placard.{said.code}.how", facts), spoken) if each
            ),
            note=self._say("placard.away", {}),
        )
        return Poster(
            words,
            str(facts.get("address", "")),
            str(facts.get("fallback", "")),
            self._say("placard.fallback", {}),
        )

    def caption(
        self, panel: tuple[int, int], photos: Sequence[Photo], place: float
    ) -> Overlay | None:
        """The day and the sender of what hangs, once for both where they agree."""
        lines = [self._about(photo) for photo in photos]
        return caption(panel, "   |   ".join(dict.fromkeys(line for line in lines if line)), place)

    def _about(self, photo: Photo) -> str:
        taken = day(photo.taken, self._language) if photo.taken else ""
        return _BETWEEN.join(part for part in (taken, photo.sender) if part)

    def _words(self, said: Said) -> Words:
        if said.kind == "question":
            return Words(
                title=self._say(f"question.{said.code}", _counted(said.facts)),
                answers=(self._say("question.answer_here", {}),),
            )
        if said.kind == "which":
            return Words(
                title=self._say("which.title", {}), answers=(self._say("which.answer", {}),)
            )
        if said.kind == "info":
            return self._info(said)
        return Words(title="", sentences=(self._say(said.code, said.facts),))

    def _info(self, said: Said) -> Words:
        """What may be told of each photo that hangs. Never where it was taken."""
        lines: list[str] = []
        for index, photo in enumerate(said.photos):
            taken = day(photo.taken, self._language) if photo.taken else ""
            lines += [self._say("info.taken", {"day": taken})] if taken else []
            lines += [self._say("info.from", {"sender": photo.sender})] if photo.sender else []
            lines += [self._say("info.name", {"name": photo.name})] if photo.name else []
            if index < len(said.wakes) and not said.wakes[index]:
                lines += [self._why_still(photo)]
        lines += [self._say("info.invite", {})] if said.facts.get("invites") else []
        note = "\n".join(self._say(code, {}) for code in HANDS)
        return Words(title="", sentences=tuple(lines), note=note)

    def _why_still(self, photo: Photo) -> str:
        look = photo.look
        if look is not None and look.verdict != "animated" and look.told:
            return self._say("info.still", {"reason": finding_in(look.told[0], self._language)})
        return self._say("info.not_yet", {})

    def _say(self, code: str, facts: Mapping[str, str | int]) -> str:
        """The sentence, or nothing for one that this version does not have or cannot fill."""
        try:
            return say(code, self._language, **facts)
        except KeyError:
            return ""


def _counted(facts: Mapping[str, str | int]) -> Mapping[str, str | int]:
    """`photos` also as the `count` that chooses between one and many."""
    return {**facts, "count": facts["photos"]} if "photos" in facts else facts
