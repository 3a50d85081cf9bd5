"""Colours that can be told apart, computed from the style sheets themselves: WCAG 2.2, level AA.

Text against what is behind it: 4.5 to 1 (1.4.3). Edges of controls, the focus ring, signs: 3 to 1
(1.4.11).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import frame.web

STATIC = Path(frame.web.__file__).with_name("static")
SHEETS = sorted(STATIC.rglob("*.css"))
SCHEMES = ("light", "dark")
TEXT, SIGN = 4.5, 3.0
PAGES = ("paper", "surface", "sunken")
"""What pages and cards are made of."""

Colour = tuple[float, float, float]


def tokens(scheme: str) -> dict[str, str]:
    """The colours of wakeframe.css by their names."""
    light, dark = (
        (STATIC / "wakeframe.css").read_text().split("@media (prefers-color-scheme: dark)")
    )
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", dark.partition("\n}\n")[0]))
    return found


def parsed(colour: str) -> tuple[Colour, float]:
    """Red, green, blue and how opaque it is, each 0..1, of three, four, six or eight hex digits."""
    digits = colour.removeprefix("#")
    digits = "".join(2 * each for each in digits) if len(digits) < 6 else digits
    red, green, blue, *alpha = (
        int(digits[at : at + 2], 16) / 255 for at in range(0, len(digits), 2)
    )
    return (red, green, blue), alpha[0] if alpha else 1.0


def luminance(colour: Colour) -> float:
    """Relative luminance as WCAG 2.2 defines it, from sRGB."""
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def over(colour: str, behind: Colour) -> Colour:
    """As it looks before an opaque colour."""
    (red, green, blue), alpha = parsed(colour)
    mixed = (alpha * a + (1 - alpha) * b for a, b in zip((red, green, blue), behind, strict=True))
    first, second, third = mixed
    return first, second, third


def rules() -> list[tuple[str, str, dict[str, str]]]:
    """Sheet, selector and declarations of every rule of every sheet."""
    found = []
    for sheet in SHEETS:
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
        for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
            pairs = (each.partition(":") for each in body.split(";") if ":" in each)
            found.append(
                (sheet.name, selector.strip(), {k.strip(): v.strip() for k, _, v in pairs})
            )
    return found


def colour_in(value: str, known: dict[str, str]) -> str | None:
    """The one colour that a declaration names."""
    token = re.fullmatch(r"var\(--([\w-]+)\)", value)
    if token:
        return known.get(token[1])
    return value if re.fullmatch(r"#[0-9a-f]{3,8}", value) else None


def test_what_is_computed_is_what_the_standard_says():
    black, white = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(white, white) == pytest.approx(1)
    assert contrast(parsed("#777")[0], white) == pytest.approx(4.48, abs=0.005)
    assert over("#00000080", white) == pytest.approx((0.498,) * 3, abs=0.001)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("ink", ["ink", "ink-soft", "accent", "bad"])
@pytest.mark.parametrize("page", PAGES)
def test_text_is_read_on_every_page(scheme, ink, page):
    known = tokens(scheme)
    assert contrast(parsed(known[ink])[0], parsed(known[page])[0]) >= TEXT


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("page", ["paper", "surface"])
@pytest.mark.parametrize("sign", ["line-strong", "focus", "accent", "bad"])
def test_edges_of_controls_and_the_ring_around_what_has_the_focus_are_seen(scheme, sign, page):
    known = tokens(scheme)
    assert contrast(parsed(known[sign])[0], parsed(known[page])[0]) >= SIGN


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_rule_that_sets_a_colour_and_what_is_behind_it_sets_them_apart(scheme):
    """Every one there is, over white and over black where what is behind it lets light through."""
    known, held = tokens(scheme), 0
    for sheet, selector, said in rules():
        ink = colour_in(said.get("color", ""), known)
        behind = colour_in(said.get("background", said.get("background-color", "")), known)
        if ink is None or behind is None:
            continue
        for under in ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)):
            page = over(behind, under)
            found = contrast(over(ink, page), page)
            assert found >= TEXT, f"{sheet}: {selector}: {found:.2f} in the {scheme} scheme"
        held += 1
    assert held >= 10


def test_no_rule_writes_with_what_is_only_made_for_lines():
    for sheet, selector, said in rules():
        for line in ("line", "line-strong"):
            assert said.get("color") != f"var(--{line})", f"{sheet}: {selector}"


def test_nothing_takes_the_ring_away_without_giving_another():
    """`outline: none` stands only where the page moves the focus itself, or where it is shown beside."""
    without = [
        selector for _, selector, said in rules() if said.get("outline") in ("none", "0", "0px")
    ]
    assert without == [
        ".pick input:focus-visible ~ *, .pick label.button:focus-within",
        "main:focus",
    ]
