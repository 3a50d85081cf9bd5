"""Files of every kind, good and hostile, through the real caged child."""

from __future__ import annotations

import os
import time
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from frame.errors import PhotoNotFound, Refused
from frame.library import decode as decode_module
from frame.library import pixels as pixels_module
from frame.library.decode import DecodedPhoto, decode_file
from tests.frame import photos


@pytest.fixture
def decoded(tmp_path):
    """Decode these bytes as a file of this name."""

    def run(data: bytes, name: str = "photo.jpg", **options: object) -> DecodedPhoto:
        path = tmp_path / name
        path.write_bytes(data)
        return decode_file(path, **options)

    return run


@pytest.fixture
def refused(decoded):
    def run(data: bytes, name: str = "photo.jpg") -> Refused:
        with pytest.raises(Refused) as caught:
            decoded(data, name)
        sentence = str(caught.value)
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "Traceback" not in sentence
        return caught.value

    return run


def difference(photo: DecodedPhoto, expected: np.ndarray) -> float:
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.shape == expected.shape
    return float(np.abs(photo.pixels.astype(float) - expected).max())


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "WEBP"])
def test_lossless_kinds_come_through_unchanged(decoded, kind):
    scene = photos.scene()
    options = {"lossless": True} if kind == "WEBP" else {}
    photo = decoded(photos.encoded(scene, kind, **options))
    assert difference(photo, scene) == 0
    assert photo.format.upper() == kind
    assert photo.scale == 1.0
    assert photo.original_size == (96, 64)


@pytest.mark.parametrize("kind", ["JPEG", "AVIF", "WEBP"])
def test_lossy_kinds_look_the_same(decoded, kind):
    scene = photos.scene()
    photo = decoded(photos.encoded(scene, kind, quality=95))
    assert np.abs(photo.pixels.astype(float) - scene).mean() < 3


def test_heic_from_a_phone_is_read(decoded):
    pillow_heif = pytest.importorskip("pillow_heif")
    scene = photos.scene(256, 192)
    stream = BytesIO()
    pillow_heif.from_pillow(Image.fromarray(scene)).save(stream, quality=95)
    photo = decoded(stream.getvalue(), "IMG_0001.HEIC")
    assert photo.format == "HEIC"
    assert np.abs(photo.pixels.astype(float) - scene).mean() < 3


def test_first_picture_of_a_gif_and_of_a_many_paged_tiff(decoded):
    first, second = Image.new("RGB", (32, 24), (10, 200, 30)), Image.new("RGB", (32, 24))
    for kind in ("GIF", "TIFF"):
        data = photos.encoded(first, kind, save_all=True, append_images=[second])
        assert difference(decoded(data), np.asarray(first)) <= 2


@pytest.mark.parametrize("packing", ["tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"])
def test_scans_however_their_tiff_is_packed(decoded, packing):
    scene = photos.scene()
    photo = decoded(photos.encoded(scene, "TIFF", compression=packing))
    assert np.abs(photo.pixels.astype(float) - scene).mean() < 4


def test_the_content_decides_not_the_name(decoded):
    photo = decoded(photos.encoded(photos.scene(), "PNG"), "really.jpg")
    assert photo.format == "PNG"


def test_the_hash_is_of_the_whole_file(decoded, tmp_path):
    import hashlib

    data = photos.encoded(photos.scene(), "JPEG")
    assert decoded(data).sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_comes_out_upright(decoded, orientation):
    upright = Image.fromarray(photos.scene())
    lying = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = upright if lying is None else upright.transpose(lying)
    for kind, extra in (
        ("JPEG", {"quality": 95, "subsampling": 0}),
        ("PNG", {}),
        ("TIFF", {}),
        *([("WEBP", {"lossless": True}), ("AVIF", {"quality": 95})] if orientation == 6 else []),
    ):
        data = photos.encoded(stored, kind, exif=photos.exif_bytes(orientation), **extra)
        photo = decoded(data)
        assert photo.original_size == upright.size
        assert np.abs(photo.pixels.astype(float) - np.asarray(upright)).mean() < 2


def test_a_turned_heic_comes_out_upright(decoded):
    pillow_heif = pytest.importorskip("pillow_heif")
    upright = Image.fromarray(photos.scene(256, 192))
    stored = upright.transpose(Image.Transpose.ROTATE_90)
    stream = BytesIO()
    heif = pillow_heif.from_pillow(stored)
    heif.info["exif"] = photos.exif_bytes(6)
    heif.save(stream, quality=95)
    photo = decoded(stream.getvalue())
    assert photo.original_size == upright.size
    assert np.abs(photo.pixels.astype(float) - np.asarray(upright)).mean() < 3


class TestColour:
    def test_display_p3_is_converted_to_srgb(self, decoded):
        gamma = 2.2
        colours = np.array(
            [[[200, 90, 80], [90, 160, 90], [80, 90, 180], [128, 128, 128]]], np.uint8
        )
        profile = photos.icc_profile(b"RGB ", gamma, photos.P3_COLUMNS)
        photo = decoded(photos.encoded(colours, "PNG", icc_profile=profile))
        linear = (colours[0] / 255) ** gamma
        xyz = linear @ photos.P3_COLUMNS.T
        rgb = xyz @ np.linalg.inv(photos.SRGB_COLUMNS).T
        expected = np.where(rgb > 0.0031308, 1.055 * np.abs(rgb) ** (1 / 2.4) - 0.055, 12.92 * rgb)
        assert difference(photo, np.round(255 * expected.clip(0, 1))[None]) <= 2

    def test_a_display_p3_heic_looks_right(self, decoded):
        """As phones write them: HEVC, 4:2:0, with the profile in the file."""
        pillow_heif = pytest.importorskip("pillow_heif")
        gamma, stored = 2.2, np.array([200, 90, 80])
        patch = Image.new("RGB", (128, 128), tuple(stored.tolist()))
        profile = photos.icc_profile(b"RGB ", gamma, photos.P3_COLUMNS)
        stream = BytesIO()
        pillow_heif.from_pillow(patch).save(stream, quality=100, icc_profile=profile)
        linear = (
            (stored / 255) ** gamma @ photos.P3_COLUMNS.T @ np.linalg.inv(photos.SRGB_COLUMNS).T
        )
        expected = 255 * (1.055 * linear.clip(0.0031308, 1) ** (1 / 2.4) - 0.055)
        found = decoded(stream.getvalue(), "IMG_2.HEIC").pixels[64, 64]
        assert np.abs(found - expected).max() <= 4
        assert np.abs(stored - expected).max() > 8, "the profile makes a difference"

    def test_a_grey_profile_sets_the_tones(self, decoded):
        grey = np.array([[0, 64, 128, 192, 255]], np.uint8)
        data = photos.encoded(grey, "PNG", icc_profile=photos.icc_profile(b"GRAY", 1.0))
        pixels = decoded(data).pixels[0]
        linear = grey[0] / 255
        expected = 255 * (1.055 * linear ** (1 / 2.4) - 0.055).clip(0)
        assert np.abs(pixels - expected[:, None]).max() <= 2

    @pytest.mark.parametrize("profile", [b"rubbish", b"\0" * 200])
    def test_a_broken_profile_is_ignored(self, decoded, profile):
        scene = photos.scene()
        assert difference(decoded(photos.encoded(scene, "PNG", icc_profile=profile)), scene) == 0

    def test_a_profile_for_other_pixels_is_ignored(self, decoded):
        scene = photos.scene()
        data = photos.encoded(scene, "PNG", icc_profile=photos.icc_profile(b"GRAY", 1.0))
        assert difference(decoded(data), scene) == 0

    def test_cmyk_is_shown_in_its_colours(self, decoded):
        inks = Image.new("CMYK", (32, 32), (0, 200, 200, 0))
        for kind in ("JPEG", "TIFF"):
            red, green, blue = decoded(photos.encoded(inks, kind)).pixels[16, 16].astype(int)
            assert red > 200
            assert green < 110
            assert blue < 110

    def test_lab_is_shown_in_its_colours(self, decoded):
        lab = Image.merge("LAB", [Image.new("L", (16, 16), v) for v in (128, 128, 128)])
        pixels = decoded(photos.encoded(lab, "TIFF")).pixels
        assert np.ptp(pixels[8, 8].astype(int)) <= 4
        assert 110 < pixels[8, 8, 0] < 130

    def test_grey_has_three_equal_channels(self, decoded):
        grey = photos.scene()[..., 0]
        photo = decoded(photos.encoded(grey, "PNG"))
        assert difference(photo, np.repeat(grey[..., None], 3, 2)) == 0

    def test_one_bit_scans_are_read(self, decoded):
        photo = decoded(photos.encoded(Image.new("1", (20, 10), 1), "TIFF"))
        assert photo.pixels.min() == 255

    @pytest.mark.parametrize("kind", ["PNG", "TIFF"])
    def test_sixteen_bit_grey_keeps_black_white_and_middle(self, decoded, kind):
        grey = np.array([[0, 32768, 65535, 16448]], np.uint16)
        photo = decoded(photos.encoded(grey, kind))
        assert photo.pixels[0, :, 0].tolist() == [0, 128, 255, 64]

    def test_sixteen_bit_colour(self, decoded):
        row = b"\0" + np.array([65535, 0, 32896, 0, 65535, 257], ">u2").tobytes()
        photo = decoded(photos.png(2, 1, row, depth=16))
        assert np.abs(photo.pixels[0].astype(int) - [[255, 0, 128], [0, 255, 1]]).max() <= 1

    @pytest.mark.parametrize("order", ["<", ">"])
    def test_sixteen_bit_colour_of_a_scanner(self, decoded, order):
        """TIFF, three channels of 16 bits: what archives and film scanners write."""
        photo = decoded(photos.tiff({}, order, depth=16))
        assert photo.format == "TIFF"
        assert np.abs(photo.pixels[0, 0].astype(int) - (255, 128, 0)).max() <= 1

    def test_transparent_parts_show_white_paper(self, decoded):
        layer = np.zeros((8, 8, 4), np.uint8)
        layer[:, 4:] = (10, 20, 30, 255)
        for data in (
            photos.encoded(layer, "PNG"),
            photos.encoded(layer, "WEBP", lossless=True),
            photos.encoded(Image.fromarray(layer).quantize(4), "PNG"),
        ):
            pixels = decoded(data).pixels
            assert (pixels[:, :4] == 255).all()
            assert np.abs(pixels[:, 4:].astype(int) - (10, 20, 30)).max() <= 2

    def test_a_palette_is_resolved_before_shrinking(self, decoded):
        image = Image.fromarray(photos.scene(400, 300)).quantize(64)
        photo = decoded(photos.encoded(image, "PNG"), max_pixels=30_000)
        assert (
            np.abs(photo.pixels.astype(float).mean((0, 1)) - photos.scene().mean((0, 1))).max() < 4
        )


class TestSize:
    def test_a_large_jpeg_is_shrunk_while_decoding(self, decoded):
        photo = decoded(photos.encoded(photos.scene(4000, 3000), "JPEG"), max_pixels=1_000_000)
        assert photo.original_size == (4000, 3000)
        assert 0.9e6 < photo.pixels.shape[0] * photo.pixels.shape[1] <= 1.01e6
        assert photo.scale == pytest.approx(photo.pixels.shape[1] / 4000)
        assert photo.pixels[5, 5, 0] > 200

    def test_a_100_megapixel_jpeg_is_read_in_little_memory(self, decoded):
        huge = Image.new("L", (12_000, 9_000), 120)
        photo = decoded(photos.encoded(huge, "JPEG"))
        assert photo.original_size == (12_000, 9_000)
        assert photo.pixels.shape[0] * photo.pixels.shape[1] < 12.1e6

    def test_the_bomb_is_refused_from_its_header(self, refused):
        start = time.process_time()
        data = photos.bomb()
        assert len(data) < 200_000
        made = time.process_time()
        assert refused(data, "bomb.png").code == "too_large"
        assert time.process_time() - made < max(1.0, made - start)

    def test_a_header_that_promises_more_than_there_is_memory(self, refused):
        assert refused(photos.png(100_000, 100_000, b""), "x.png").code == "too_large"

    def test_a_jpeg_to_be_gone_over_a_thousand_times(self, refused, decoded):
        data = photos.encoded(photos.scene(600, 400), "JPEG", progressive=True)
        assert decoded(data).original_size == (600, 400)
        last = data.rindex(b"\xff\xda")
        start = time.monotonic()
        assert refused(data[:last] + data[last:-2] * 1000 + data[-2:]).code == "too_hard"
        assert time.monotonic() - start < 5.0

    @pytest.mark.parametrize("hidden", ["comments", "preview", "film behind"])
    def test_bytes_that_are_not_passes_are_not_counted(self, decoded, hidden):
        """Long comments, previews and the films of moving photos hold any bytes."""
        plain = photos.encoded(photos.scene(), "JPEG")
        rubbish = b"\xff\xda\x00\x08 not a pass " * 2000
        if hidden == "film behind":
            data = plain + rubbish * 20
        else:
            mark = b"\xff\xfe" if hidden == "comments" else b"\xff\xe5"
            segment = mark + (len(rubbish) + 2).to_bytes(2, "big") + rubbish
            data = plain[:2] + segment * 3 + plain[2:]
        assert decoded(data).pixels.shape == decoded(plain).pixels.shape

    def test_passes_are_counted_from_marker_to_marker(self):
        progressive = photos.encoded(photos.scene(), "JPEG", progressive=True)
        plain = photos.encoded(photos.scene(), "JPEG")
        assert pixels_module.scans(BytesIO(plain)) == 1
        assert 6 <= pixels_module.scans(BytesIO(progressive)) <= 16
        last = progressive.rindex(b"\xff\xda")
        many = progressive[:last] + progressive[last:-2] * 200 + progressive[-2:]
        assert pixels_module.scans(BytesIO(many)) == pixels_module.MOST_SCANS + 1
        for cut in range(0, len(progressive), 97):
            assert pixels_module.scans(BytesIO(progressive[:cut])) <= 16

    @pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1)])
    def test_tiny_pictures_are_pixels_too(self, decoded, size):
        assert decoded(photos.encoded(Image.new("RGB", size), "PNG")).pixels.shape[1::-1] == size


class TestDamage:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "GIF"])
    def test_half_a_file_is_refused(self, refused, kind):
        noise = np.random.default_rng(1).integers(0, 255, (200, 300, 3), np.uint8)
        data = photos.encoded(noise, kind)
        assert refused(data[: len(data) // 2]).code == "damaged"

    def test_half_a_heic_is_refused(self, refused):
        pillow_heif = pytest.importorskip("pillow_heif")
        stream = BytesIO()
        noise = np.random.default_rng(1).integers(0, 255, (200, 300, 3), np.uint8)
        pillow_heif.from_pillow(Image.fromarray(noise)).save(stream)
        assert refused(stream.getvalue()[: stream.tell() // 2]).code == "damaged"

    @pytest.mark.parametrize(
        "data", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0" + b"\xff" * 60]
    )
    def test_a_signature_alone_is_damage(self, refused, data):
        assert refused(data).code == "damaged"

    def test_an_empty_file(self, refused):
        assert refused(b"").code == "empty"

    @pytest.mark.parametrize(
        ("data", "word"),
        [
            (b"%PDF-1.7 ...", "PDF"),
            (b"%!PS-Adobe-3.0 EPSF-3.0", "PostScript"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
            (b"  <?xml version='1.0'?><svg/>", "SVG"),
            (b"<!DOCTYPE html><script>1</script>", "web page"),
            (b"PK\x03\x04....", "ZIP"),
            (b"\0\0\0\x18ftypisom\0\0\0\0isommp41", "video"),
            (b"hello, this is a letter", "not a photo"),
        ],
    )
    def test_what_is_no_photo_is_named_and_reaches_no_decoder(self, refused, data, word):
        error = refused(data)
        assert error.code == "not_a_photo"
        assert word in str(error)

    @pytest.mark.parametrize(
        "tags",
        [
            {50706: b"\1\4\0\0"},  # DNG
            {254: 1, 271: "NIKON CORPORATION", 330: 8},  # NEF and ARW: a thumbnail comes first
            {254: 1, 271: "SONY", 330: 8},
            {262: 32803},
            {262: 34892},
            {259: 65535, 271: "PENTAX"},
        ],
    )
    @pytest.mark.parametrize("order", ["<", ">"])
    def test_camera_raw_in_a_tiff_is_told_by_its_tags(self, refused, tags, order):
        error = refused(photos.tiff(tags, order), "DSC_0001.tif")
        assert error.code == "camera_raw"
        assert "JPEG" in str(error)

    @pytest.mark.parametrize(
        "head",
        [
            b"II*\0\x10\0\0\0CR\2\0",
            b"IIRO\x08\0\0\0",
            b"IIU\0\x18\0\0\0",
            b"\0\0\0\x18ftypcrx \0\0\0\1crx isom",
            b"FUJIFILMCCD-RAW 0201FF",
        ],
    )
    def test_camera_raw_of_its_own_kind_is_named(self, refused, head):
        assert refused(head + bytes(200), "photo.jpg").code == "camera_raw"

    def test_random_damage_never_hurts_us(self, decoded):
        rng = np.random.default_rng(7)
        scene = photos.scene(200, 150)
        for kind in ("JPEG", "PNG", "TIFF"):
            whole = bytearray(photos.encoded(scene, kind))
            for _ in range(6):
                broken = bytearray(whole)
                for place in rng.integers(0, len(broken), 20):
                    broken[place] = rng.integers(0, 256)
                try:
                    photo = decoded(bytes(broken))
                except Refused:
                    continue
                assert photo.pixels.ndim == 3


class TestPrivacy:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
    def test_the_resolution_of_a_scan_travels_along(self, decoded, kind):
        photo = decoded(photos.encoded(photos.scene(), kind, dpi=(600, 600)))
        assert photo.dpi == pytest.approx(600, abs=0.5)

    @pytest.mark.parametrize("claimed", [(300, 72), (0, 0)])
    def test_a_resolution_that_no_scanner_writes_is_none(self, decoded, claimed):
        assert decoded(photos.encoded(photos.scene(), "TIFF", dpi=claimed)).dpi is None

    def test_most_files_do_not_say_how_they_were_scanned(self, decoded):
        assert decoded(photos.encoded(photos.scene(), "PNG")).dpi is None

    def test_year_from_the_camera(self, decoded):
        exif = photos.exif_bytes(taken="1987:06:05 12:00:00", place=True)
        photo = decoded(photos.encoded(photos.scene(), "JPEG", exif=exif))
        assert photo.year == 1987

    @pytest.mark.parametrize(
        "taken", ["0000:00:00 00:00:00", "9999:01:01 00:00:00", "yesterday", ""]
    )
    def test_implausible_years_are_no_years(self, decoded, taken):
        exif = photos.exif_bytes(taken=taken)
        assert decoded(photos.encoded(photos.scene(), "JPEG", exif=exif)).year is None

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
    def test_when_and_where_of_every_kind(self, decoded, kind):
        exif = photos.exif_bytes(taken="2019:07:05 12:30:01", place=True)
        photo = decoded(photos.encoded(photos.scene(), kind, exif=exif))
        assert (photo.year, photo.taken) == (2019, "2019-07-05T12:30:01")
        assert photo.place == pytest.approx((52.370139, 4.895069))

    def test_when_and_where_of_a_heic(self, decoded):
        pillow_heif = pytest.importorskip("pillow_heif")
        heif = pillow_heif.from_pillow(Image.fromarray(photos.scene(256, 192)))
        heif.info["exif"] = photos.exif_bytes(taken="2019:07:05 12:30:01", place=True)
        stream = BytesIO()
        heif.save(stream, quality=95)
        photo = decoded(stream.getvalue())
        assert photo.taken == "2019-07-05T12:30:01"
        assert photo.place == pytest.approx((52.370139, 4.895069))

    @pytest.mark.parametrize(
        "packet",
        [
            '<rdf:Description photoshop:DateCreated="1962-05-01T10:20:30.00"/>',
            "<exif:DateTimeOriginal>1962-05-01T10:20:30+01:00</exif:DateTimeOriginal>",
        ],
    )
    def test_the_day_may_be_in_xmp(self, decoded, packet):
        data = photos.encoded(photos.scene(), "WEBP", lossless=True, xmp=packet.encode())
        assert decoded(data).taken == "1962-05-01T10:20:30"

    @pytest.mark.parametrize(
        "taken",
        [
            *("1952:00:00 00:00:00", "2019:13:01 00:00:00", "2019:02:30 12:00:00", "2019:07"),
            *("2099:01:01 00:00:00", "0000:00:00 00:00:00", "1825:01:01 00:00:00", "x" * 60_000),
        ],
    )
    def test_no_impossible_or_future_day_is_believed(self, decoded, taken):
        exif = photos.exif_bytes(taken=taken)
        assert decoded(photos.encoded(photos.scene(), "PNG", exif=exif)).taken is None

    @pytest.mark.parametrize(
        "place",
        [
            ("N", (0.0, 0.0, 0.0), "E", (0.0, 0.0, 0.0)),
            ("N", (91.0, 0.0, 0.0), "E", (4.0, 0.0, 0.0)),
            ("N", (52.0, 0.0, 0.0), "E", (181.0, 0.0, 0.0)),
            ("X", (52.0, 0.0, 0.0), "E", (4.0, 0.0, 0.0)),
            ("N", (52.0, 0.0), "E", (4.0, 0.0, 0.0)),
        ],
    )
    def test_no_impossible_place_is_believed(self, decoded, place):
        exif = Image.Exif()
        gps = exif.get_ifd(0x8825)
        gps[1], gps[2], gps[3], gps[4] = place
        photo = decoded(photos.encoded(photos.scene(), "JPEG", exif=exif.tobytes()))
        assert photo.place is None

    def test_south_and_west_are_negative(self, decoded):
        exif = Image.Exif()
        gps = exif.get_ifd(0x8825)
        gps[1], gps[2], gps[3], gps[4] = "S", (33.0, 30.0, 0.0), "W", (70.0, 45.0, 0.0)
        photo = decoded(photos.encoded(photos.scene(), "JPEG", exif=exif.tobytes()))
        assert photo.place == (-33.5, -70.75)

    def test_the_place_is_not_printed(self, decoded):
        exif = photos.exif_bytes(place=True)
        photo = decoded(photos.encoded(photos.scene(), "JPEG", exif=exif))
        assert "52.3" not in repr(photo)
        assert "place" not in repr(photo)


class TestPaths:
    def test_a_missing_photo(self, tmp_path):
        with pytest.raises(PhotoNotFound, match="no file"):
            decode_file(tmp_path / "nothing.jpg")

    def test_a_folder(self, tmp_path):
        with pytest.raises(PhotoNotFound, match="folder"):
            decode_file(tmp_path)

    def test_a_pipe_is_not_waited_for(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(PhotoNotFound, match="ordinary"):
            decode_file(tmp_path / "pipe")

    def test_a_name_no_file_can_have(self):
        with pytest.raises(PhotoNotFound):
            decode_file(Path("a\0b"))


class TestChild:
    """What happens when the child is slow, dies or lies."""

    @pytest.fixture
    def child(self, tmp_path, monkeypatch):
        def replace(code: str) -> Path:
            script = tmp_path / "child.py"
            script.write_text(code)
            monkeypatch.setattr(decode_module, "_CHILD", script)
            photo = tmp_path / "photo.jpg"
            photo.write_bytes(b"anything")
            return photo

        return replace

    def test_a_child_that_hangs_is_ended(self, child, monkeypatch):
        monkeypatch.setattr(decode_module, "DEADLINE_SECONDS", 0.3)
        with pytest.raises(Refused) as caught:
            decode_file(child("import time; time.sleep(60)"))
        assert caught.value.code == "too_slow"

    def test_a_child_that_uses_up_its_time_died_of_the_file(self, child):
        code = "import os, signal; os.kill(os.getpid(), signal.SIGXCPU)"
        with pytest.raises(Refused) as caught:
            decode_file(child(code))
        assert caught.value.code == "too_hard"

    @pytest.mark.parametrize(
        "code",
        [
            "import os; os.kill(os.getpid(), 11)",
            "print('not json')",
            "print('{}')",
            "print('x' * 9000)",
            """print('{"width": -1, "height": 5, "original": [9, 9]}')""",
            """print('{"width": 90000, "height": 90000, "original": [90000, 90000]}')""",
            """print('{"width": 9, "height": 9, "original": [9, 9]}'); print('short')""",
        ],
    )
    def test_a_child_that_dies_or_lies_is_a_refusal(self, child, code):
        with pytest.raises(Refused) as caught:
            decode_file(child(code))
        assert caught.value.code == "decoder_died"

    def test_the_command_line_cannot_be_reached_by_the_environment(self, child, monkeypatch):
        monkeypatch.setenv("PYTHONSTARTUP", "/nonexistent")
        monkeypatch.setenv("SECRET", "token")
        photo = child("import os, json; print(json.dumps({'refused': str(sorted(os.environ))}))")
        with pytest.raises(Refused) as caught:
            decode_file(photo)
        assert "SECRET" not in caught.value.code
