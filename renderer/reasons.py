"""Why a photo moves less, or not at all: a code for programs and a sentence for a relative.

All sentences live here, so that they speak with one voice: short, kind, and where something can be
done about it, saying what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Reason:
    """One finding about a photo or a face. `face` counts from the left of the picture, None: all.

    `number`, in `unit`, is what was measured, where the sentence names it.
    """

    code: str
    message: str
    face: int | None = None
    number: float | None = None
    unit: str = ""


SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        # A face stays still, or a photo is refused.
        "no_face": "No face was found in this picture. A photo with a clearly visible face works "
        "best.",
        "face_too_small": "This face is only {number} pixels between the eyes, too few to bring it to "
        "life. Scan the photo again at 600 DPI or more.",
        "profile_view": "This face looks too far to the side to be moved without distorting it. A "
        "photo from the front works best.",
        "tilted_too_far": "This head lies too far on its side to be moved. Turn the photo upright "
        "first, if it was taken that way.",
        "drawing": "This looks like a drawing. Only photographs of people can be brought to life.",
        "cut_off": "The edge of what is shown cuts through this face, so it stays as it is.",
        "out_of_view": "This face is outside the part of the photo that is shown.",
        "rests": "No movement looked right on this face, so it stays as it is in the photo.",
        "rests_unlike": "However gently this face was moved, it looked less like this person than it "
        "should, so it stays as it is in the photo.",
        # A face moves less.
        "small_face": "This face is only {number} pixels between the eyes, so its eyes stay as they "
        "are. Scan the photo again at 600 DPI or more to see it blink.",
        "few_pixels": "This face is only {number} pixels between the eyes. Scanned again at 600 DPI "
        "or more it would look sharper and move more finely.",
        "turned_aside": "This face is turned to the side, so it only blinks and breathes a little.",
        "three_quarter": "This face looks to one side, so the head turns only a little.",
        "looks_up": "This face looks up, so the head moves only a little.",
        "looks_down": "This face looks down, so the head moves only a little.",
        "tilted": "This head is tilted already, so it moves only a little.",
        "eyes_closed": "The eyes are closed in the photo, so they stay closed.",
        "glasses": "The glasses keep their shape; only the face behind them moves.",
        "dark_glasses": "The eyes are hidden behind dark glasses, so they are left alone.",
        "mouth_covered": "The mouth is covered, so it does not smile.",
        "mouth_uneven": "Something beside the mouth, perhaps a hand or a hard shadow, keeps the "
        "smile small.",
        "mouth_open": "The mouth is wide open, so it hardly changes.",
        "teeth_show": "The person is smiling already; the smile only grows a little.",
        "touches_border": "The head touches the edge of the picture, so it moves only a little. A "
        "scan with more room around the head would help.",
        "blurry": "This face is blurred, so it moves gently. A sharper scan would look better.",
        "edge_unsure": "Hair and background are hard to tell apart here, so the head moves less.",
        "people_close": "People touch each other here, so this head moves less.",
        "no_blink": "These eyes cannot be closed without harming the picture, so they stay open.",
        "no_gaze": "These eyes cannot be moved without harming the picture, so they look straight "
        "on.",
        "subtler": "The movement that was planned was too strong for this face, so it moves more "
        "gently.",
        "subtler_unlike": "With the movement that was planned this person looked less like themselves, "
        "so the face moves more gently.",
        # Why `auto` chose a driver.
        "chose_joy": "The people in the photo are smiling, so they may smile a little more.",
        "chose_quiet_group": "There are several people in the photo, so everyone moves just a "
        "little.",
        "chose_old": "This is an old photo, so it wakes up slowly and gently.",
        "chose_damaged": "The photo is damaged, so only small movements are used.",
        "chose_closed_eyes": "The eyes are closed in the photo, so only the head moves and the "
        "smile, gently.",
        "chose_serious": "Somebody looks sad in this photo, so nobody is made to smile.",
        "chose_open_mouth": "The mouth is open in the photo, so only small movements are used.",
        "chose_gentle": "A slow, gentle smile suits most portraits.",
        # What the coach sees in the photo as it came.
        "one_person": "One person is in this photo.",
        "people": "{number} people are in this photo.",
        "well_lit": "The light is good.",
        "too_dark": "This photo is very dark. Scan it again with more brightness, or brighten it.",
        "dark_face": "This face lies in the dark. A brighter scan would show more of it.",
        "burnt_out": "{number} % of this face is pure white, so its skin is lost. A darker scan of "
        "the print may still show it.",
        "full_tones": "Blacks are black and whites are white.",
        "faded": "This photo is faded: it uses only {number} % of the tones between black and white.",
        "colours_true": "The colours are balanced.",
        "one_hue": "This is a photo in one tone, black and white or sepia, and it stays so.",
        "colour_cast": "The colours of this photo lean to one side, as in a faded print or under "
        "coloured light.",
        "little_noise": "There is hardly any noise.",
        "noisy": "This face is noisy or grainy. A scan with less sharpening, from the print itself, "
        "would look better.",
        "clean_file": "The file is hardly compressed.",
        "jpeg_blocks": "This file was compressed so much that little squares show. Look for the "
        "original file, or scan the print again.",
        "scanned_at": "The print was scanned at {number} DPI.",
        "scan_again": "If you have the print, scan it again at {number} DPI or more: the faces are "
        "short of pixels.",
        "print_size_unknown": "The file does not say how it was scanned. If the print is at hand: "
        "600 DPI suit a print as large as a hand, 1200 a smaller one.",
        "fills_panel": "The photo has enough pixels for this panel.",
        "enlarged": "The photo has to be enlarged {number} times for this panel, so it will look "
        "soft.",
        "near_enough": "The face is large enough in the picture: {number} % of its height.",
        "far_away": "The face fills only {number} % of the picture's height. Cropped closer, one "
        "would see it better.",
        "eyes_apart": "This face is {number} pixels between the eyes, enough to move it finely.",
        "sharp": "This face is sharp.",
        "soft_eyes": "The eyes are a little soft.",
        "faces_us": "This face looks at us.",
        "leans_a_little": "This head leans a little already, so it is tilted no further.",
        "eyes_open": "The eyes are open.",
        "mouth_closed": "The mouth is closed; it can smile.",
        "smiles_already": "The person is smiling with closed lips; the smile only grows a little.",
        "mouth_parted": "The lips are parted, so the smile stays small.",
        "no_glasses": "No glasses are worn.",
        "hat": "A hat or a scarf is worn; it moves with the head.",
        "something_over": "Something lies over this face, perhaps a hand, hair or a hard shadow.",
        "busy_background": "The background close to the hair is busy, so the head may move less.",
        "plain_background": "The background close to the hair is calm.",
        "room_around": "There is room around the head.",
        "scratched_face": "{number} % of this face is scratched or cracked. Restoring the photo "
        "first will help.",
        "scratched_photo": "{number} % of this photo is scratched or cracked.",
        "few_scratches": "Hardly any scratches or cracks were found.",
    }
)
"""Code to sentence. `{number}` is what was measured, see `in_digits`."""

RESTING = ("rests", "rests_unlike")
"""Why somebody who was to move does not, after every gentler movement was tried."""

PIXELS = "px"

NAMING_A_NUMBER = frozenset(code for code, sentence in SENTENCES.items() if "{number}" in sentence)


def reason(
    code: str, face: int | None = None, number: float | None = None, unit: str = PIXELS
) -> Reason:
    """The reason with its sentence filled in; one that names no number carries none.

    Raises `KeyError` for a code that has no sentence, and for one whose sentence lacks its number.
    """
    if code not in NAMING_A_NUMBER:
        return Reason(code, SENTENCES[code], face)
    if number is None:
        raise KeyError(f"{code} needs a number")
    return Reason(code, SENTENCES[code].format(number=in_digits(number)), face, number, unit)


def in_digits(number: float) -> str:
    """A number as a sentence names it: whole from 10 on, else with the one decimal it needs."""
    return f"{number:.0f}" if abs(number) >= 10 else f"{round(number, 1):g}"
