"""A picture is drawn anew: nothing of the uploaded file is kept but what one sees."""

import io
import zipfile
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from cases import file_pictures
from cases.file_check import CheckedFile, check
from cases.tests import files

CANARY = "kenari-6.2088-106.8456"
FORMATS = {"JPEG": "foto.jpg", "PNG": "foto.png", "WEBP": "foto.webp"}


def corner(size: tuple[int, int] = (40, 30), mode: str = "RGB") -> Image.Image:
    """Teal, with a red corner at the top left."""
    picture = Image.new("RGB", size, "teal")
    picture.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    return picture.convert(mode)


def exif(orientation: int = 1) -> bytes:
    """Where, when and with whose phone, and a thumbnail's worth of comment."""
    told = Image.Exif()
    told[0x010F] = told[0x9286] = told[0x010E] = CANARY  # maker, comment, description
    told[0x0112] = orientation
    told.get_ifd(0x8825).update({1: "S", 2: (6.0, 12.0, 30.0), 3: "E", 4: (106.0, 50.0, 44.0)})
    return told.tobytes()


def with_everything(format: str) -> bytes:
    output = io.BytesIO()
    more: dict[str, Any] = {"xmp": f"<x>{CANARY}</x>".encode()}
    if format == "PNG":
        more = {"pnginfo": (info := PngInfo())}
        info.add_text("Author", CANARY)
        info.add_itxt("XML:com.adobe.xmp", CANARY)
    if format == "JPEG":
        more["comment"] = CANARY.encode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + CANARY.encode()
    corner().save(output, format, exif=exif(), icc_profile=profile, **more)
    return output.getvalue()


def kept(name: str, content: bytes) -> tuple[CheckedFile, bytes]:
    accepted = check(SimpleUploadedFile(name, content))
    return accepted, b"".join(accepted.chunks())


def seen(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def is_near(picture: Image.Image, at: tuple[int, int], colour: str) -> bool:
    dot: Any = picture.convert("RGB").getpixel(at)
    wanted = Image.new("RGB", (1, 1), colour).getpixel((0, 0))
    return all(abs(one - other) < 40 for one, other in zip(dot, wanted, strict=True))  # type: ignore[arg-type]


@pytest.mark.parametrize("format", FORMATS)
def test_where_when_and_with_whose_phone_it_was_taken_is_gone(format: str) -> None:
    sent = with_everything(format)
    assert CANARY.encode() in sent
    accepted, content = kept(FORMATS[format], sent)
    assert CANARY.encode() not in content
    picture = seen(content)
    assert (picture.format, picture.size, accepted.name) == (format, (40, 30), FORMATS[format])
    assert not picture.getexif()
    assert not {"exif", "icc_profile", "comment", "xmp", "Author", "XML:com.adobe.xmp"} & set(picture.info)
    assert is_near(picture, (5, 5), "red")
    assert is_near(picture, (35, 25), "teal")


def test_a_picture_of_an_iphone_becomes_a_jpeg_that_every_office_can_open() -> None:
    assert b"CANARY-phone" in files.heic()
    accepted, content = kept("IMG_0001.HEIC", files.heic())
    assert (accepted.name, accepted.content_type) == ("IMG_0001.jpg", "image/jpeg")
    picture = seen(content)
    assert (picture.format, picture.size) == ("JPEG", (40, 30))
    assert b"CANARY" not in content
    assert is_near(picture, (3, 3), "red")
    assert is_near(picture, (35, 25), "teal")


@pytest.mark.parametrize("format", FORMATS)
def test_a_picture_taken_sideways_stands_upright(format: str) -> None:
    output = io.BytesIO()
    corner().transpose(Image.Transpose.ROTATE_90).save(output, format, exif=exif(orientation=6))
    picture = seen(kept(FORMATS[format], output.getvalue())[1])
    assert picture.size == (40, 30)
    assert is_near(picture, (5, 5), "red")
    assert is_near(picture, (35, 25), "teal")


def archive() -> bytes:
    return files.archive({"evil.class": b"x" * 50})


POLYGLOTS = {
    "a page behind a JPEG": ("a.jpg", lambda: files.picture() + b"<script>alert(1)</script>"),
    "an archive behind a JPEG (GIFAR)": ("a.jpg", lambda: files.picture() + archive()),
    "an archive behind a PNG": ("a.png", lambda: files.picture("PNG") + archive()),
    "a page in a comment": (
        "a.jpg",
        lambda: files.picture()[:2] + b"\xff\xfe\x00\x1b<script>alert(1)</script>" + files.picture()[2:],
    ),
    "a PDF behind a WEBP": ("a.webp", lambda: files.picture("WEBP") + files.pdf()),
}


@pytest.mark.parametrize("case", POLYGLOTS)
def test_what_is_also_something_else_is_only_a_picture_afterwards(case: str) -> None:
    name, content = POLYGLOTS[case]
    after = kept(name, content())[1]
    assert not any(mark in after for mark in (b"<script", b"evil.class", b"PK\x03\x04", b"%PDF"))
    assert not zipfile.is_zipfile(io.BytesIO(after))


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1", "I;16"])
def test_every_kind_of_png_is_drawn(mode: str) -> None:
    output = io.BytesIO()
    picture = Image.new("I;16", (40, 30)) if mode == "I;16" else corner(mode=mode)
    picture.save(output, "PNG")
    assert seen(kept("a.png", output.getvalue())[1]).size == (40, 30)


def test_a_scan_in_the_colours_of_printers_becomes_one_for_screens() -> None:
    output = io.BytesIO()
    corner(mode="CMYK").save(output, "JPEG")
    assert seen(kept("a.jpg", output.getvalue())[1]).mode == "RGB"


@pytest.mark.parametrize(("format", "name"), [("PNG", "a.png"), ("WEBP", "a.webp")])
def test_a_picture_that_moves_is_refused_with_what_to_send_instead(format: str, name: str) -> None:
    output = io.BytesIO()
    corner().save(output, format, save_all=True, append_images=[Image.new("RGB", (40, 30), "red")])
    with pytest.raises(ValidationError, match="This picture moves") as refused:
        check(SimpleUploadedFile(name, output.getvalue()))
    assert refused.value.code == "forbidden"


def test_a_huge_photograph_is_made_smaller_while_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_pictures, "DRAWN", 100 * 80)
    output = io.BytesIO()
    corner((320, 240)).save(output, "JPEG")
    assert seen(kept("a.jpg", output.getvalue())[1]).size == (80, 60)


def test_the_same_picture_twice_is_the_same_file() -> None:
    sent = with_everything("JPEG")
    assert kept("a.jpg", sent)[1] == kept("a.jpg", sent)[1]


def test_a_picture_that_weighs_too_much_when_drawn_anew_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = files.picture()
    monkeypatch.setattr("cases.file_check.LIMIT", len(sent))
    monkeypatch.setattr(file_pictures, "QUALITY", 100)
    output = io.BytesIO()
    corner((400, 300)).save(output, "JPEG", quality=5)
    monkeypatch.setattr("cases.file_check.LIMIT", len(output.getvalue()))
    with pytest.raises(ValidationError, match="larger than 25 MB"):
        check(SimpleUploadedFile("a.jpg", output.getvalue()))
