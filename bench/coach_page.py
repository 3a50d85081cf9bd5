"""The table of docs/coach.md: every code of the coach with its bound, from the code itself."""

from __future__ import annotations

from renderer import gates
from renderer.prepare import coach, damage, person, scan
from renderer.reasons import SENTENCES

BOUNDS: dict[str, str] = {
    "no_face": "no face found",
    "people": "2 people or more",
    "far_away": f"face under {coach.FAR_AWAY:.0%} of the picture's height",
    "too_dark": f"brightest hundredth under {coach.TOO_DARK:.0f} levels",
    "dark_face": f"lit part of the face under {person.DARK_FACE:.0f} levels",
    "burnt_out": f"{person.BURNT_OUT:.0%} of the face white or more",
    "faded": f"under {coach.FADED:.0%} of the tones in use",
    "one_hue": "chroma follows from brightness (`faces/attributes.py`)",
    "colour_cast": f"channels' middles {coach.CAST:.0f} levels apart or more",
    "noisy": f"{person.NOISY:.0f} levels of noise on the face or more",
    "jpeg_blocks": f"steps of {coach.BLOCKY:.1f} levels between blocks or more",
    "enlarged": f"over {scan.ENLARGED} panel pixels for a photo pixel",
    "scan_again": "pixels missing for panel or face, and no camera's photo",
    "scanned_at": "a believable DPI tag, or --print",
    "print_size_unknown": "pixels missing and no believable DPI tag",
    "face_too_small": f"face under {gates.SMALLEST_FACE_PX:.0f} px high",
    "small_face": f"face under {gates.SMALLEST_EDITED_PX:.0f} px high",
    "few_pixels": f"face under {gates.FEW_PIXELS_PX:.0f} px high",
    "blurry": f"sharpness of the eyes under {gates.SOFT}",
    "soft_eyes": f"sharpness of the eyes under {person.SOFT_EYES}",
    "three_quarter": f"turned over {gates.THREE_QUARTER_YAW_DEG:.0f} degrees",
    "turned_aside": f"turned over {gates.ASIDE_YAW_DEG:.0f} degrees",
    "profile_view": f"turned over {gates.PROFILE_YAW_DEG:.0f} degrees, or the far eye hidden",
    "looks_up": f"pitch over {gates.STEEP_PITCH_DEG:.0f} degrees",
    "looks_down": f"pitch over {gates.STEEP_PITCH_DEG:.0f} degrees",
    "leans_a_little": "roll over 10 degrees",
    "tilted": f"roll over {gates.TILTED_ROLL_DEG:.0f} degrees",
    "tilted_too_far": f"roll over {gates.TOO_TILTED_ROLL_DEG:.0f} degrees",
    "drawing": f"over {gates.FLATTEST_PHOTO:.0%} of the face one flat colour",
    "eyes_closed": "lids together (`faces/attributes.py`)",
    "glasses": "lines of a frame (`faces/spectacles.py`)",
    "dark_glasses": "the same, and dark lenses",
    "mouth_parted": "lips apart, dark between them",
    "teeth_show": "lips apart, bright between them",
    "mouth_open": "lips apart as in a laugh",
    "smiles_already": "corners of a closed mouth lifted",
    "mouth_covered": "no line between the lips, something smooth there",
    "mouth_uneven": "edges beside one corner of the mouth only",
    "something_over": f"edges {person.COVERED} times as strange as usual, the mouth closed, "
    f"turned under {person.PLAIN_YAW_DEG:.0f} degrees",
    "hat": "edges of hats rather than hair (`prepare/headwear.py`)",
    "busy_background": f"local contrast around the head {person.BUSY} or more",
    "touches_border": "the head with its hair reaches the picture's edge",
    "scratched_face": f"{damage.SCRATCHED_FACE:.1%} of a face or more",
    "scratched_photo": f"{damage.SCRATCHED_PHOTO:.1%} of the photo or more",
}
"""Every finding that is not plainly good, and when it is made."""

COSTS: dict[str, str] = {
    "no_face": "still",
    "face_too_small": "still",
    "profile_view": "still",
    "tilted_too_far": "still",
    "drawing": "still",
    "turned_aside": "blink_only",
    "small_face": "eyes_rest",
    "eyes_closed": "eyes_rest",
    "dark_glasses": "eyes_rest",
    "mouth_covered": "no_smile",
    **dict.fromkeys(
        ("glasses", "mouth_parted", "teeth_show", "mouth_open", "smiles_already", "blurry"),
        "small_smile",
    ),
    "mouth_uneven": "small_smile",
    **dict.fromkeys(
        ("three_quarter", "looks_up", "looks_down", "leans_a_little", "tilted", "touches_border"),
        "less_head",
    ),
    "busy_background": "maybe_less_head",
    "scratched_photo": "gentle_driver where auto chooses",
}
"""The gravest that each can cost; in a photo it is read from the caps and may be less."""


def print_page() -> None:
    print("| code | when | costs | what is said |\n|---|---|---|---|")
    for code, bound in BOUNDS.items():
        said = SENTENCES[code].replace("{number}", "N")
        print(f"| `{code}` | {bound} | {COSTS.get(code, 'none')} | {said} |")
