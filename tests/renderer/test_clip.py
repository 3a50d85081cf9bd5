"""Clips: what is in the file, what comes back out of it, and what is left when it goes wrong."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from renderer import clip as clip_module
from renderer.clip import ClipError, ClipWriter, probe, read_frames
from renderer.colour import rgb_to_yuv420
from renderer.label import SOURCE_TYPE, XMP_BOX
from tests.paths import portrait

WIDTH, HEIGHT, FRAMES = 320, 240, 25


def still(width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """Something like a portrait: soft light, a round shape, a saturated patch, film grain."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    face = np.exp(-(((x - width / 2) / (width / 5)) ** 2) - ((y - height / 2) / (height / 4)) ** 2)
    picture = np.stack([70 + 120 * face, 60 + 90 * face + y / 8, 80 + 60 * face - y / 8], axis=-1)
    picture[height // 2 :, : width // 4] = (150, 40, 40)
    grain = np.random.default_rng(2).normal(0, 3, (height, width, 1))
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def moved(picture: np.ndarray, index: int, frames: int = FRAMES) -> np.ndarray:
    """The picture with its middle shifted; at rest in the first and the last frame."""
    shift = round(8 * np.sin(np.pi * index / (frames - 1)))
    out = picture.copy()
    out[60:180, 80:240] = np.roll(picture, shift, axis=1)[60:180, 80:240]
    return out


def write(path: Path, frames: int = FRAMES, title: str = "") -> np.ndarray:
    picture = still()
    with ClipWriter(path, WIDTH, HEIGHT, title) as clip:
        for index in range(frames):
            clip.write_rgb(moved(picture, index, frames))
        clip.publish()
    return picture


def quality(frame: np.ndarray, picture: np.ndarray) -> tuple[float, float]:
    """PSNR in dB, and the mean shift in grey levels."""
    error = frame.astype(float) - picture
    return 10 * np.log10(255**2 / (error**2).mean()), float(error.mean())


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    write(path, title='Oma & "Opa" <1931>')
    return path


def boxes(data: bytes) -> list[tuple[str, int, int]]:
    """(type, offset, size) of the top-level boxes of an MP4."""
    found, offset = [], 0
    while offset < len(data):
        size, kind = struct.unpack_from(">I4s", data, offset)
        assert size >= 8
        found.append((kind.decode("latin1"), offset, size))
        offset += size
    assert offset == len(data)
    return found


class TestFile:
    def test_what_probe_says(self, finished):
        info = probe(finished)
        assert (info.frames, info.fps, info.seconds) == (FRAMES, 25.0, 1.0)
        assert (info.width, info.height) == (WIDTH, HEIGHT)
        assert (info.codec, info.profile, info.pixel_format) == ("h264", "High", "yuv420p")
        assert info.colour == (1, 1, 1, 1), "BT.709 three times, limited range"
        assert info.audio_tracks == 0
        assert info.title == 'Oma & "Opa" <1931> (animated photograph)'
        assert "animated photograph" in info.comment.lower()

    def test_the_index_comes_first_and_the_label_last(self, finished):
        assert [kind for kind, _, _ in boxes(finished.read_bytes())] == [
            "ftyp", "moov", "free", "mdat", "uuid",
        ]  # fmt: skip

    def test_there_is_no_edit_list(self, finished):
        assert b"elst" not in finished.read_bytes()

    def test_the_label_is_xml_and_says_what_this_is(self, finished):
        data = finished.read_bytes()
        _, offset, size = boxes(data)[-1]
        assert data[offset + 8 : offset + 24] == XMP_BOX.bytes
        root = ElementTree.fromstring(data[offset + 24 : offset + size])
        (kind,) = root.iter("{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType")
        assert kind.text == SOURCE_TYPE
        assert 'Oma & "Opa" <1931> (animated photograph)' in "".join(root.itertext())

    def test_control_characters_in_a_title_do_not_break_the_label(self, tmp_path):
        path = tmp_path / "c.mp4"
        write(path, 2, title="a\0b\x1b[31mc\u202ed")
        data = path.read_bytes()
        _, offset, size = boxes(data)[-1]
        ElementTree.fromstring(data[offset + 24 : offset + size])

    def test_ffprobe_agrees(self, finished):
        if not shutil.which("ffprobe"):
            pytest.skip("ffprobe is not installed (package ffmpeg)")
        command = ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format"]
        command += ["-show_frames", "-show_entries", "frame=pict_type,pts,key_frame"]
        command += ["-show_entries", "stream:format", str(finished)]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        assert result.stderr == "", "no complaint about the box at the end"
        seen = json.loads(result.stdout)
        (stream,) = seen["streams"]
        assert stream["start_pts"] == 0
        assert float(seen["format"]["start_time"]) == 0
        assert stream["has_b_frames"] == 0
        assert stream["chroma_location"] == "center"
        assert stream["color_range"] == "tv"
        assert {stream[f"color_{part}"] for part in ("space", "transfer", "primaries")} == {"bt709"}
        kinds = [frame["pict_type"] for frame in seen["frames"]]
        assert kinds[0] == "I"
        assert "B" not in kinds
        times = [frame["pts"] for frame in seen["frames"]]
        assert times == [index * times[1] for index in range(FRAMES)]


class TestPicture:
    def test_first_and_last_frame_look_like_the_still(self, finished):
        frames = list(read_frames(finished))
        assert len(frames) == FRAMES
        for frame in (frames[0], frames[-1]):
            psnr, shift = quality(frame, still())
            assert psnr >= 40
            assert abs(shift) <= 0.5

    def test_motion_is_not_smeared(self, finished):
        for index, frame in enumerate(read_frames(finished)):
            assert quality(frame, moved(still(), index))[0] >= 38

    @pytest.mark.parametrize("name", ["24", "06", "19"])
    def test_a_real_portrait_comes_back(self, name, tmp_path):
        import cv2

        picture = cv2.imread(str(portrait(name)))[..., ::-1]
        height, width = (side // 2 * 2 for side in picture.shape[:2])
        picture = np.ascontiguousarray(picture[:height, :width])
        with ClipWriter(tmp_path / "c.mp4", width, height) as clip:
            for _ in range(8):
                clip.write_rgb(picture)
            clip.publish()
        frames = list(read_frames(tmp_path / "c.mp4"))
        for frame in (frames[0], frames[-1]):
            psnr, shift = quality(frame, picture)
            assert psnr >= 40
            assert abs(shift) <= 0.5

    def test_the_accurate_path_of_ffmpeg_sees_the_same(self, finished):
        if not shutil.which("ffmpeg"):
            pytest.skip("ffmpeg is not installed")
        command = ["ffmpeg", "-v", "error", "-i", str(finished), "-frames:v", "1"]
        command += ["-vf", "scale=sws_flags=accurate_rnd+full_chroma_int"]
        command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
        raw = subprocess.run(command, capture_output=True, check=True).stdout
        frame = np.frombuffer(raw, np.uint8).reshape(HEIGHT, WIDTH, 3)
        psnr, shift = quality(frame, still())
        assert psnr >= 40
        assert abs(shift) <= 0.5

    def test_planes_may_be_drawn_into_again_after_writing(self, tmp_path):
        planes = rgb_to_yuv420(still())
        with ClipWriter(tmp_path / "c.mp4", WIDTH, HEIGHT) as clip:
            for _ in range(6):
                clip.write(*planes)
                for plane, value in zip(planes, (16, 128, 128), strict=True):
                    plane[:] = value
            clip.publish()
        first, *rest = read_frames(tmp_path / "c.mp4")
        assert quality(first, still())[0] >= 38
        assert max(frame.mean() for frame in rest) < 2

    def test_two_clips_of_the_same_frames_are_the_same_file(self, tmp_path):
        for name in ("a.mp4", "b.mp4"):
            write(tmp_path / name)
        assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


class TestGoingWrong:
    def names(self, folder: Path) -> list[str]:
        return sorted(path.name for path in folder.iterdir())

    def test_while_it_is_written_only_a_hidden_file_is_there(self, tmp_path):
        with ClipWriter(tmp_path / "c.mp4", WIDTH, HEIGHT) as clip:
            clip.write_rgb(still())
            assert all(name.startswith(".wakeframe") for name in self.names(tmp_path))
            clip.publish()
        assert self.names(tmp_path) == ["c.mp4"]

    def test_without_publishing_nothing_is_left(self, tmp_path):
        with ClipWriter(tmp_path / "c.mp4", WIDTH, HEIGHT) as clip:
            clip.write_rgb(still())
        assert self.names(tmp_path) == []

    @pytest.mark.parametrize("frames", [0, 1, 40])
    @pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
    def test_an_exception_leaves_nothing_and_the_old_clip(self, tmp_path, frames, error):
        (tmp_path / "c.mp4").write_text("old")
        with pytest.raises(error), ClipWriter(tmp_path / "c.mp4", WIDTH, HEIGHT) as clip:
            for _ in range(frames):
                clip.write_rgb(still())
            raise error
        assert self.names(tmp_path) == ["c.mp4"]
        assert (tmp_path / "c.mp4").read_text() == "old"

    @pytest.mark.parametrize("at", [0, 3, 12])
    def test_what_the_encoder_raises_reaches_the_caller(self, tmp_path, monkeypatch, at):
        """Also when more frames are waiting than the queue holds: nobody may wait for ever."""
        real = clip_module._add_stream

        class Broken:
            def __init__(self, stream: object) -> None:
                self.stream, self.frames = stream, 0

            def encode(self, frame: object) -> object:
                self.frames += 1
                if self.frames > at or frame is None:
                    raise OSError(28, "No space left on device")
                return self.stream.encode(frame)  # type: ignore[attr-defined]

        monkeypatch.setattr(clip_module, "_add_stream", lambda *a: Broken(real(*a)))
        with (
            pytest.raises(ClipError, match="No space left on device"),
            ClipWriter(tmp_path / "c.mp4", WIDTH, HEIGHT) as clip,
        ):
            for _ in range(20):
                clip.write_rgb(still())
            clip.publish()
        assert self.names(tmp_path) == []

    def test_a_full_disk(self, tmp_path):
        """A real one, where we may mount; it is refused somewhere between writing and syncing."""
        small = tmp_path / "small"
        small.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)]
        if subprocess.run(mount, check=False, capture_output=True).returncode:
            pytest.skip("no permission to mount a small disk")
        try:
            noise = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
            with (
                pytest.raises((ClipError, OSError)),
                ClipWriter(small / "c.mp4", WIDTH, HEIGHT) as clip,
            ):
                for _ in range(FRAMES):
                    clip.write_rgb(noise)
                clip.publish()
            assert self.names(small) == []
        finally:
            subprocess.run(["umount", str(small)], check=True)

    def test_a_clip_without_frames_is_none(self, tmp_path):
        with pytest.raises(ClipError, match="no frames"), ClipWriter(tmp_path / "c.mp4", 2, 2) as c:
            c.publish()
        assert self.names(tmp_path) == []

    def test_a_folder_that_is_not_there(self, tmp_path):
        with pytest.raises(FileNotFoundError), ClipWriter(tmp_path / "no" / "c.mp4", 2, 2):
            pass

    def test_wrong_sizes_are_refused_at_once(self, tmp_path):
        with pytest.raises(ValueError, match="even"):
            ClipWriter(tmp_path / "c.mp4", 321, 240)
        with (
            pytest.raises(ValueError, match="320"),
            ClipWriter(tmp_path / "c.mp4", WIDTH, HEIGHT) as clip,
        ):
            clip.write_rgb(still(64, 48))
        assert self.names(tmp_path) == []

    def test_what_is_no_clip_is_said_in_one_sentence(self, tmp_path):
        path = tmp_path / "c.mp4"
        path.write_bytes(b"not a clip at all" * 50)
        with pytest.raises(ClipError, match=r"c\.mp4 is not a playable clip"):
            probe(path)
        with pytest.raises(ClipError):
            list(read_frames(path))
