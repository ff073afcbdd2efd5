"""Pictures are made again: upright, to size, in the colours they had, and nothing but pixels."""

import struct
from typing import Any

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from rooms.imaging import formats
from tests.support import images
from tests.support.remade import drawn

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
NEAR = 20  # of 255: what loss may do to a colour
KINDS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "GIF"}
PIXELS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"}
_ORIENTATION, _GPS = 0x0112, 0x8825


def near(colour: Any, other: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= NEAR for a, b in zip(colour, other, strict=True))


def corners(image: Image.Image) -> list[Any]:
    """The colours of the four quarters, in the order of reading."""
    width, height = image.size
    return [
        image.convert("RGB").getpixel((width * x // 4, height * y // 4))
        for x, y in ((1, 1), (3, 1), (1, 3), (3, 3))
    ]


def assert_quarters(image: Image.Image) -> None:
    found = corners(image)
    assert all(map(near, found, (RED, GREEN, BLUE, WHITE))), found


@pytest.mark.parametrize("kind", sorted(formats.TYPES))
def test_every_type_is_made_again(kind: str) -> None:
    result = drawn(images.encoded(images.quarters(300, 200), KINDS[kind]))
    assert result.measures["size"] == (300, 200)
    assert (result.measures["frames"], result.measures["moves"]) == (1, False)
    for image in (result.thumb, result.view):
        assert image.size == (300, 200)
        assert_quarters(image)


@pytest.mark.parametrize(
    ("size", "thumb", "view"),
    [
        ((1, 1), (1, 1), (1, 1)),
        ((840, 560), (840, 560), (840, 560)),
        ((841, 560), (840, 559), (841, 560)),
        ((1, 20_000), (1, 560), (1, 2560)),
        ((20_000, 3), (840, 1), (2560, 1)),
        ((4032, 3024), (747, 560), (2560, 1920)),
        ((1000, 3000), (187, 560), (853, 2560)),
    ],
)
def test_it_is_made_to_fit_and_never_larger(
    size: tuple[int, int], thumb: tuple[int, int], view: tuple[int, int]
) -> None:
    for kind in ("PNG", "JPEG"):
        result = drawn(images.encoded(Image.new("RGB", size), kind))
        assert result.measures["size"] == size
        assert (result.thumb.size, result.view.size) == (thumb, view)


@pytest.mark.parametrize(
    ("orientation", "turned"),
    [
        (1, None),
        (2, Image.Transpose.FLIP_LEFT_RIGHT),
        (3, Image.Transpose.ROTATE_180),
        (4, Image.Transpose.FLIP_TOP_BOTTOM),
        (5, Image.Transpose.TRANSPOSE),
        (6, Image.Transpose.ROTATE_90),
        (7, Image.Transpose.TRANSVERSE),
        (8, Image.Transpose.ROTATE_270),
    ],
)
def test_it_is_upright(orientation: int, turned: Image.Transpose | None) -> None:
    upright = images.quarters(900, 600)
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    lying = upright if turned is None else upright.transpose(turned)
    result = drawn(images.encoded(lying, "JPEG", exif=exif))
    assert result.measures["size"] == (900, 600)
    assert (result.thumb.size, result.view.size) == ((840, 560), (900, 600))
    assert_quarters(result.thumb)
    assert_quarters(result.view)


def test_an_animation_is_upright_too() -> None:
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    lying = [images.quarters(900, 600).transpose(Image.Transpose.ROTATE_90)]
    lying.append(lying[0].transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    data = images.encoded(lying[0], "WEBP", save_all=True, append_images=lying[1:], exif=exif)
    result = drawn(data)
    assert result.measures["moves"]
    assert result.view.size == (840, 560)
    assert_quarters(result.view)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_pixels_is_left(kind: str) -> None:
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    exif[0x010F] = "A camera"
    exif.get_ifd(_GPS).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)})
    options: dict[str, Any] = {"exif": exif, "icc_profile": profile()}
    if kind == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Comment", "taken at home")
    else:
        options["xmp"] = b"<x:xmpmeta>taken at home</x:xmpmeta>"
    if kind == "JPEG":
        options["comment"] = "taken at home"
    data = images.encoded(images.quarters(600, 900), kind, **options)
    assert b"A camera" in data
    assert b"taken at home" in data
    assert images.opened(data).getexif().get_ifd(_GPS)
    result = drawn(data)
    for file, image in zip(result.files, (result.thumb, result.view), strict=True):
        assert image.size[0] > image.size[1]
        assert set(images.webp_chunks(file)) <= PIXELS
        assert not {"exif", "xmp", "icc_profile", "comment"} & image.info.keys()
        assert b"A camera" not in file
        assert b"taken at home" not in file


def profile() -> bytes:
    """A profile in which red is what is blue in sRGB, and blue is red."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    places = {bytes(data[at : at + 4]): at for at in range(132, 132 + 12 * data[131], 12)}
    red, blue = places[b"rXYZ"], places[b"bXYZ"]
    data[red : red + 4], data[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(data)


def test_colours_are_those_of_the_profile() -> None:
    data = images.encoded(Image.new("RGB", (40, 40), RED), "PNG", icc_profile=profile())
    result = drawn(data)
    assert near(result.thumb.convert("RGB").getpixel((20, 20)), BLUE)
    assert near(result.view.convert("RGB").getpixel((20, 20)), BLUE)


@pytest.mark.parametrize("broken", [b"no profile", profile()[:200]])
def test_a_broken_profile_counts_as_none(broken: bytes) -> None:
    data = images.encoded(images.quarters(80, 80), "PNG", icc_profile=broken)
    assert_quarters(drawn(data).view)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_words_on_how_it_lies_count_as_none() -> None:
    data = images.encoded(images.quarters(80, 80), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert_quarters(drawn(data).view)


def grey16() -> bytes:
    rows = b"".join(struct.pack(">4H", 0, 20_000, 40_000, 65_535) for _ in range(4))
    image = Image.frombytes("I;16B", (4, 4), rows)
    return images.encoded(image.convert("I").convert("I;16"), "PNG")


def test_16_bits_of_grey_are_8() -> None:
    result = drawn(grey16())
    row = [result.view.convert("L").getpixel((x, 0)) for x in range(4)]
    assert all(abs(a - b) <= 2 for a, b in zip(row, (0, 78, 156, 255), strict=True)), row


def test_printers_colours_are_a_screen_s() -> None:
    image = images.quarters(400, 400).convert("CMYK")
    result = drawn(images.encoded(image, "JPEG", quality=95))
    assert_quarters(result.view)


def palette() -> bytes:
    image = images.quarters(200, 200).convert("P", palette=Image.Palette.ADAPTIVE)
    return images.encoded(image, "PNG", transparency=image.getpixel((5, 5)))


def colour_key() -> bytes:
    return images.encoded(images.quarters(200, 200), "PNG", transparency=RED)


def alpha(kind: str) -> bytes:
    image = images.quarters(200, 200).convert("RGBA")
    image.paste((255, 0, 0, 0), (0, 0, 100, 100))
    return images.encoded(image, kind)


@pytest.mark.parametrize(
    "data", [palette(), colour_key(), alpha("PNG"), alpha("WEBP"), alpha("GIF")]
)
def test_what_is_transparent_stays_so(data: bytes) -> None:
    result = drawn(data)
    for image in (result.thumb, result.view):
        seen = image.convert("RGBA")
        assert [seen.getpixel((x, y))[3] for x, y in ((50, 50), (150, 50))] == [0, 255]
        assert near(seen.getpixel((150, 150))[:3], WHITE)


def test_edges_of_transparent_parts_do_not_darken() -> None:
    image = Image.new("RGBA", (1680, 1120), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (0, 0, 841, 1120))
    result = drawn(images.encoded(image, "PNG"))
    seen = result.thumb.convert("RGBA")
    edge = [seen.getpixel((x, 280)) for x in range(410, 430)]
    assert all(near(pixel[:3], WHITE) for pixel in edge if pixel[3] > 60), edge


def test_a_screenshot_loses_nothing() -> None:
    """Red letters of a pixel on blue are what loss makes a blur of."""
    image = Image.new("RGB", (640, 400), BLUE)
    for x in range(0, 640, 7):
        image.paste(RED, (x, 0, x + 1, 400))
    result = drawn(images.encoded(image, "PNG"))
    assert result.view.convert("RGB").tobytes() == image.tobytes()


def test_a_grey_photograph_is_not_taken_for_one() -> None:
    image = Image.effect_noise((1000, 800), 90)
    result = drawn(images.encoded(image, "PNG"))
    assert b"VP8 " in set(images.webp_chunks(result.files[1]))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_moves_in_its_view_alone(kind: str) -> None:
    result = drawn(images.animation(kind, 3))
    assert (result.measures["frames"], result.measures["moves"]) == (3, True)
    assert not getattr(result.thumb, "is_animated", False)
    assert result.view.n_frames == 3  # type: ignore[attr-defined]
    assert result.view.info["loop"] == 0
    for number in range(3):
        result.view.seek(number)
        result.view.load()
        assert result.view.info["duration"] == 200
        assert near(result.view.convert("RGB").getpixel((9, 9)), (80 * number, 20, 200))


def test_a_large_animation_moves_in_the_size_of_a_thumbnail() -> None:
    result = drawn(images.animation("GIF", 2, (1000, 1000)))
    assert result.measures["moves"]
    assert result.view.size == result.thumb.size == (560, 560)
    assert result.measures["size"] == (1000, 1000)


def test_an_animation_too_long_is_its_first_frame() -> None:
    result = drawn(images.gif_of_frames(10_000))
    assert (result.measures["frames"], result.measures["moves"]) == (10_000, False)
    assert not getattr(result.view, "is_animated", False)


def test_an_animation_that_breaks_off_is_its_first_frame() -> None:
    data = images.animation("GIF", 3, (500, 500))
    last = data.rindex(b"\x2c\0\0\0\0\xf4\x01\xf4\x01")
    result = drawn(data[: last + 40] + b"\0;")
    assert result.measures["frames"] == 3
    assert not result.measures["moves"]
