"""Files that are no pictures: told at once by how they begin, or by a process that gives up."""

from pathlib import Path

import pytest

from rooms.imaging import formats
from rooms.imaging.remaker import Remaker, type_of_file
from tests.support import images
from tests.support.remade import remade


def heic() -> bytes:
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200)


OTHERS = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "pdf": b"%PDF-1.7\n",
    "tiff": images.encoded(images.quarters(20, 20), "TIFF"),
    "bmp": images.encoded(images.quarters(20, 20), "BMP"),
    "ico": images.encoded(images.quarters(20, 20), "ICO"),
    "jpeg 2000": images.encoded(images.quarters(20, 20), "JPEG2000"),
    "avif": images.encoded(images.quarters(20, 20), "AVIF"),
    "heic": heic(),
    "text": b"IMG_0001.HEIC is what this file is called.",
    "a PNG behind a space": b" " + images.encoded(images.quarters(20, 20), "PNG"),
    "half of a beginning": images.PNG[:5],
    "nothing": b"",
}


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_no_process_looks_at_any_other_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.imaging.remaker.subprocess.Popen", pytest.fail)
    assert remade(OTHERS[name], tmp_path, Remaker()) is None
    assert type_of_file(tmp_path / "source") is None


def test_a_folder_and_a_file_that_is_gone_are_no_pictures(tmp_path: Path) -> None:
    assert type_of_file(tmp_path) is None
    assert type_of_file(tmp_path / "gone") is None


PNG, JPEG = (images.encoded(images.quarters(900, 900), kind) for kind in ("PNG", "JPEG"))
BROKEN = {
    "a JPEG that ends early": JPEG[:-400],
    "a JPEG that ends in its head": JPEG[:20],
    "a PNG that ends early": PNG[:-60],
    "a PNG with a wrong checksum": PNG[:28] + bytes(4) + PNG[32:],
    "a PNG of nothing": PNG[:16],
    "a WebP that ends early": images.animation("WEBP")[:60],
    "a GIF of nothing": b"GIF89a",
}


def test_what_is_broken_is_no_picture(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name, data in BROKEN.items():
        caplog.clear()
        assert formats.type_of(data[: formats.HEAD]) or len(data) < formats.HEAD, name
        assert remade(data, tmp_path, Remaker()) is None, name
        assert "no picture was made of a file" in caplog.text, name


@pytest.mark.parametrize("kind", sorted(formats.TYPES))
def test_a_picture_is_made_by_a_process(kind: str, tmp_path: Path) -> None:
    """Sealed, a process of each type has all it needs."""
    name = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "GIF"}[
        kind
    ]
    data = images.encoded(images.quarters(1200, 900), name)
    picture = remade(data, tmp_path, Remaker())
    assert picture is not None
    assert (picture.type, picture.width, picture.height) == (kind, 1200, 900)
    assert (picture.thumb_width, picture.thumb_height) == (747, 560)
    assert (picture.view_width, picture.view_height) == (1200, 900)
    assert (tmp_path / "source").read_bytes() == data


def test_a_file_replaced_by_a_folder_is_no_picture(tmp_path: Path) -> None:
    thumb, view = tmp_path / "thumb", tmp_path / "view"
    assert Remaker().remake(tmp_path, thumb=thumb, view=view) is None
    assert Remaker().remake(tmp_path / "gone", thumb=thumb, view=view) is None


def test_without_a_place_for_what_is_made_there_is_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "source").write_bytes(PNG)
    thumb, view = tmp_path / "no" / "thumb", tmp_path / "no" / "view"
    assert Remaker().remake(tmp_path / "source", thumb=thumb, view=view) is None
    assert "no picture was made of a file" in caplog.text
