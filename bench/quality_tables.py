"""The rows of all photos laid out as the tables of docs/quality.md. Measures nothing."""

from __future__ import annotations

from collections.abc import Sequence

from bench import gates
from bench.quality_figures import Figure, farthest, least, median, most, pick, table
from bench.quality_subjects import GROUPS, PROFILES

SKETCH_SHARPNESS = (0.88, 0.71)
"""Median and worst of the feasibility sketch, to be beaten."""

CHANNELS = ("smile", "yaw", "pitch", "roll", "gaze_x", "gaze_y", "blink", "blink_68")
LEAST_CORRELATION = 0.95
GAIN = (0.8, 1.2)
MOST_CLOSED, LEAST_OPEN = 0.25, 0.95
LEAST_PSNR, MOST_SHIFT = 40.0, 0.5

NOTES = {
    "Seam": (
        "The clip against the still it was made from. *Exact* is the standard's own arithmetic, as in"
        " `renderer.clip.read_frames`; OpenCV and ffmpeg use a faster conversion by default that"
        " rounds down (with `-sws_flags accurate_rnd+full_chroma_int` ffmpeg agrees with *exact*)."
    ),
    "Read-back": (
        "Scored where the commanded peak is at least five times the noise of repeated looks at the"
        " still. What one motion alone does to the reading of another (a smile reads as a nod of a"
        " degree or two) was measured on single drawings and taken out; the last column leaves it in."
    ),
    "Where gain is lost": (
        "A gain below one has two sources: points that the rig moves less than a rigid head would,"
        " and a judge that reports less than it is shown (see its gain on real heads below)."
    ),
    "Lids": (
        "Opening of the eyes over the still's, in the frame in which they are most closed, and once"
        " nothing narrows them any more. What each network says of a real person's closed eyes is"
        " below; the mesh calibrates what is drawn and is shown for comparison only."
    ),
    "Background": (
        "Before encoding, every ninth frame. The rim, 0.04 face heights of plate, moves with the matte;"
        " four pixels of the resampling kernels come on top."
    ),
    "Sharpness of the face without the eyes": (
        "Laplacian energy inside the oval, which is carried along with the motion; the softest frame"
        " of each clip."
    ),
    "Jitter on the quietest half second": (
        "Twelve frames in a row in which least is told to move, the head being away from the still."
    ),
    "Gates": (
        "Every driver at its natural strength and with all curves doubled, without the ladder; bounds"
        " of `renderer.motion.geometry`, `renderer.readback` and `renderer.unmoved`. *Broken on"
        " purpose*: every key pose of the natural clips with the mouth folded in on itself or upside"
        " down, with the lids of both eyes upside down, and with left and right eye exchanged, caught by"
        " `renderer.unmoved` alone. Wrong faces: [identity](identity.md)."
    ),
}
"""What a table's reader has to know."""


def page(figures: Sequence[Figure]) -> str:
    """All tables, each under its heading; those without rows are left out."""
    sections = {
        "Verdicts": _verdicts(figures),
        "Seam": _seam(figures),
        "Read-back": _channels(figures),
        "Read-back, driver by driver": _drivers(figures),
        "Where gain is lost": _trials(figures),
        "Lids": _lids(figures),
        "Subtler than asked": _ladder(figures),
        "Background": _background(figures),
        "Sharpness of the face without the eyes": _sharpness(figures),
        "Jitter on the quietest half second": _jitter(figures),
        "Gates": gates.tables(figures) if pick(figures, "gate.natural.caught") else "",
    }
    return "\n".join(
        f"### {title}\n\n{_note(title)}{text}" for title, text in sections.items() if text
    )


def _note(title: str) -> str:
    return f"{NOTES[title]}\n\n" if title in NOTES else ""


def is_expected(photo: str, verdict: str, codes: str) -> bool | None:
    """Whether a portrait's verdict is the one it must have; None for photos without a must."""
    if not photo.isdigit():
        return None
    if photo in PROFILES:
        return verdict == "refused" and "profile_view" in codes
    return verdict == "animated"


def _verdicts(figures: Sequence[Figure]) -> str:
    rows = []
    good = bad = 0
    for verdict in pick(figures, "verdict"):
        mine = [f for f in figures if f.photo == verdict.photo]
        codes, ladder = _text(mine, "reasons"), _text(mine, "driver")
        driver = next((f.driver for f in pick(mine, "driver")), "")
        expected = is_expected(verdict.photo, verdict.text, codes)
        good, bad = good + (expected is True), bad + (expected is False)
        mark = "" if expected is None else "as it must" if expected else "**WRONG**"
        group = " (group)" if verdict.photo in GROUPS else ""
        rows.append(
            (
                verdict.photo + group,
                verdict.text,
                mark,
                f"{_number(mine, 'moved'):.0f} of {_number(mine, 'faces'):.0f}",
                f"{_number(mine, 'yaw_deg'):.0f}",
                f"{_number(mine, 'interocular_px'):.0f}",
                driver,
                codes,
                ladder if "->" in ladder else "",
            )
        )
    if not rows:
        return ""
    head = ("photo", "verdict", "", "faces moved", "yaw", "eye distance px", "driver", "reasons",
            "attempts")  # fmt: skip
    return f"{good} as they must be, {bad} wrong.\n\n" + table(head, rows)


def _seam(figures: Sequence[Figure]) -> str:
    rows = []
    drawn = pick(figures, "seam.drawn")
    if drawn:
        worst = most(drawn)
        rows.append(("drawn, before encoding", "largest difference", "0", *_cells(drawn, worst, 0)))
    for decoder in ("exact", "OpenCV", "ffmpeg"):
        for end in ("first", "last"):
            psnr = pick(figures, f"seam.{decoder}.{end}.psnr")
            shift = pick(figures, f"seam.{decoder}.{end}.shift")
            if psnr:
                name = f"decoded by {decoder}, {end} frame"
                rows.append(
                    (name, "PSNR, dB", f">= {LEAST_PSNR:.0f}", *_cells(psnr, least(psnr), 1))
                )
                cells = _cells(shift, farthest(shift, 0.0), 2)
                rows.append((name, "mean shift, grey levels", f"<= {MOST_SHIFT}", *cells))
    return table(("frame", "measure", "must be", "median", "worst"), rows) if rows else ""


def _channels(figures: Sequence[Figure]) -> str:
    rows: list[tuple[str, ...]] = []
    for channel in CHANNELS:
        over = pick(figures, f"{channel}.over_noise")
        correlation = pick(figures, f"{channel}.correlation")
        gain = pick(figures, f"{channel}.gain")
        if not correlation:
            if over:
                rows.append((channel, f"0 of {len(over)}", *[""] * 7))
            continue
        high = sum(f.value >= LEAST_CORRELATION for f in correlation)
        within = sum(GAIN[0] <= f.value <= GAIN[1] for f in gain)
        rows.append(
            (
                channel,
                f"{len(correlation)} of {len(over)}",
                *_cells(correlation, least(correlation), 2),
                f"{high} of {len(correlation)}",
                *_cells(gain, farthest(gain, 1.0), 2),
                f"{within} of {len(gain)}",
                ", ".join(
                    f"{median(pick(figures, f'raw.{channel}.{what}')):.2f}"
                    for what in ("correlation", "gain")
                ),
            )
        )
    head = ("channel", "scored", "correlation: median", "worst", f">= {LEAST_CORRELATION}",
            "gain: median", "worst", f"{GAIN[0]} to {GAIN[1]}",
            "medians, leaks left in")  # fmt: skip
    return table(head, rows) if rows else ""


def _drivers(figures: Sequence[Figure]) -> str:
    drivers = list(dict.fromkeys(f.driver for f in pick(figures, "sharpness")))
    rows = []
    for channel in CHANNELS:
        cells = [channel]
        for driver in drivers:
            correlation = pick(figures, f"{channel}.correlation", driver)
            gain = pick(figures, f"{channel}.gain", driver)
            cell = f"{median(correlation):.2f}, {median(gain):.2f} ({len(gain)})" if gain else "-"
            cells.append(cell)
        rows.append(tuple(cells))
    if not drivers:
        return ""
    text = "Median correlation, median gain (faces scored).\n\n"
    return text + table(("channel", *drivers), rows)


def _trials(figures: Sequence[Figure]) -> str:
    rows = []
    for channel in CHANNELS[:4]:
        rig, judge = (pick(figures, f"trial.{channel}.{step}") for step in ("rig", "judge"))
        if rig:
            cells = _cells(rig, farthest(rig, 1.0), 2), _cells(judge, farthest(judge, 1.0), 2)
            rows.append((channel, *cells[0], *cells[1]))
    head = ("one motion alone", "points as the rig takes them: median gain", "worst",
            "what the judge sees of that: median", "worst")  # fmt: skip
    return table(head, rows) if rows else ""


def _lids(figures: Sequence[Figure]) -> str:
    rows = []
    nets = (("iris", "iris network"), ("68", "68-point network"), ("mesh", "mesh (no judge)"))
    for net, name in nets:
        apex, after = pick(figures, f"lids_apex.{net}"), pick(figures, f"lids_after.{net}")
        if apex:
            good = sum(f.value <= MOST_CLOSED for f in apex)
            row = _cells(apex, most(apex), 2)
            rows.append((name, "at the apex", f"<= {MOST_CLOSED}", *row, f"{good} of {len(apex)}"))
        if after:
            good = sum(f.value >= LEAST_OPEN for f in after)
            row = _cells(after, least(after), 2)
            rows.append((name, "afterwards", f">= {LEAST_OPEN}", *row, f"{good} of {len(after)}"))
    head = ("judge", "aperture over the still's", "must be", "median", "worst", "kept")
    return table(head, rows) if rows else ""


def _ladder(figures: Sequence[Figure]) -> str:
    played = pick(figures, "played")
    if not played:
        return ""
    subtler = [f for f in played if f.text or f.value < 1.0]
    resting = [f for f in subtler if f.value == 0.0]
    asked = f"{len(played)} parts were rehearsed; {len(subtler)} are subtler than the driver"
    lines = [asked + " asked for: answers in groups, and whoever the ladder took down."]
    if resting:
        lines.append("At rest: " + ", ".join(f.where for f in resting) + ".")
    return "\n\n".join(lines) + "\n"


def _background(figures: Sequence[Figure]) -> str:
    found = pick(figures, "background.pixels")
    if not found:
        return ""
    cells = _cells(found, most(found), 0)
    head = ("measure", "must be", "median", "worst")
    return table(head, [("pixels that differ outside the moved matte and its rim", "0", *cells)])


def _sharpness(figures: Sequence[Figure]) -> str:
    found = pick(figures, "sharpness")
    if not found:
        return ""
    rows: list[tuple[str, ...]] = []
    for driver in dict.fromkeys(f.driver for f in found):
        mine = pick(found, "sharpness", driver)
        rows.append((driver, *_cells(mine, least(mine), 2)))
    lowest = [least([f for f in found if f.photo == photo])
              for photo in dict.fromkeys(f.photo for f in found)]  # fmt: skip
    rows.append(("all, worst driver of each photo", *_cells(lowest, least(lowest), 2)))
    rows.append(("the sketch", *(f"{value:.2f}" for value in SKETCH_SHARPNESS)))
    return table(("driver", "lowest frame over the still: median", "worst"), rows)


def _jitter(figures: Sequence[Figure]) -> str:
    rows = []
    for angle in ("yaw", "pitch", "roll"):
        read = pick(figures, f"jitter.{angle}")
        if read:
            told, judge = (pick(figures, f"jitter.{angle}_{which}") for which in ("told", "judge"))
            rows.append(
                (
                    f"{angle}, RMS of second differences, degrees",
                    *_cells(read, most(read), 3),
                    f"{median(told):.3f}",
                    f"{median(judge):.3f}",
                )
            )
    flow = pick(figures, "jitter.flow")
    if flow:
        rows.append(("frame against its flow-warped predecessor, grey levels",
                     *_cells(flow, most(flow), 2), "", ""))  # fmt: skip
    head = ("measure", "median", "worst", "commanded", "the judge's own, on the still")
    return table(head, rows) if rows else ""


def _cells(figures: Sequence[Figure], worst: Figure, digits: int) -> tuple[str, str]:
    """Median, and the worst case with its name."""
    return f"{median(figures):.{digits}f}", f"{worst.value:.{digits}f} ({worst.where})"


def _text(figures: Sequence[Figure], quantity: str) -> str:
    return next((f.text for f in pick(figures, quantity)), "")


def _number(figures: Sequence[Figure], quantity: str) -> float:
    return next((f.value for f in pick(figures, quantity)), 0.0)
