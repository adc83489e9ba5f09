"""A file becomes a document by what it holds; its name must say the same."""

import struct
import zipfile
import zlib
from contextlib import suppress
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFile

from accounts.uploads import LIMIT
from cases import file_check, file_names, file_pictures
from cases.file_check import check
from cases.tests import files
from cases.tests.files import EACH, upload


def refusal(name: str, content: bytes) -> ValidationError:
    with pytest.raises(ValidationError) as refused:
        check(SimpleUploadedFile(name, content))
    return refused.value


@pytest.mark.parametrize("name", sorted(EACH.keys() - files.PICTURES))
def test_a_real_file_of_each_format_is_accepted_and_kept_as_it_is(name: str) -> None:
    accepted = check(upload(name))
    assert accepted.name == name
    assert b"".join(accepted.chunks()) == EACH[name]()


def test_the_content_type_is_ours_and_not_the_senders() -> None:
    sent = SimpleUploadedFile("paspor.jpg", files.picture(), content_type="text/html")
    assert check(sent).content_type == "image/jpeg"


def test_a_file_on_the_disk_is_checked_like_one_in_memory() -> None:
    with TemporaryUploadedFile("kontrak.pdf", "", 0, None) as large:
        large.write(files.pdf())
        large.size = large.tell()
        assert check(large).content_type == "application/pdf"


OTHER = {
    "a picture that is called a PDF": ("paspor.pdf", files.picture(), "a picture (JPEG)"),
    "a PDF that is called a picture": ("paspor.jpg", files.pdf(), "a PDF"),
    "a PDF with two endings": ("paspor.pdf.exe", files.pdf(), "a PDF"),
    "an ODT that is called a DOCX": ("surat.docx", files.odt(), "a text document (ODT)"),
    "a text that is called a sound": ("suara.mp3", b"hello there", "plain text"),
    "a document that is called one with macros": ("surat.docm", files.docx(), "a Word document (DOCX)"),
    "a text that is called a web page": ("halaman.html", b"hello there", "plain text"),
}


@pytest.mark.parametrize("case", OTHER)
def test_a_name_that_says_something_else_is_told_so(case: str) -> None:
    name, content, what = OTHER[case]
    problem = refusal(name, content)
    assert problem.code == "other_than_its_name"
    assert f"“{file_names.ending(name)}”, but holds {what}" in problem.messages[0]


NOT_ACCEPTED = {
    "a web page that is called a picture": ("foto.jpg", b"<html><script>alert(1)</script>", "a web page"),
    "a web page behind many empty lines": ("a.txt", b"\n" * 9000 + b"<!DOCTYPE html>", "a web page"),
    "a drawing with a script": (
        "foto.png",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>',
        "a web page",
    ),
    "a script of a shell": ("a.txt", b"#!/bin/sh\nrm -rf /", "a script"),
    "a picture that is also a script": ("foto.jpg", b"GIF89a/*\x01\x00*/=1;alert(1)//", "GIF"),
    "a program": ("kontrak.pdf", b"MZ\x90\x00\x03" + b"\0" * 300, "a program"),
    "a program of Linux": ("kontrak.pdf", b"\x7fELF\x02\x01\x01" + b"\0" * 300, "a program"),
    "an archive": ("kontrak.zip", files.archive({"a.txt": b"a"}), ""),
    "a spreadsheet": ("gaji.xlsx", files.archive({"xl/workbook.xml": b"a"}), ""),
    "a text in UTF-16": ("catatan.txt", "Ia menelepon".encode("utf-16"), ""),
    "a text with NUL": ("catatan.txt", b"Ia\0menelepon", ""),
    "an old Word document": ("surat.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, ""),
    "a film of another kind": ("a.mp4", files.mp4(b"qt  "), ""),
    "a PDF behind something else": ("a.pdf", b"junk\x01\n" + files.pdf(), ""),
    "a document behind a program": ("a.docx", b"MZ\x90\x00" + b"\0" * 99 + files.docx(), ""),
}


@pytest.mark.parametrize("case", NOT_ACCEPTED)
def test_what_is_not_accepted_is_told_what_is(case: str) -> None:
    name, content, what = NOT_ACCEPTED[case]
    problem = refusal(name, content)
    assert problem.code == "not_accepted"
    assert what in problem.messages[0]
    assert "Accepted are PDF" in problem.messages[0]


def spoiled_zip() -> bytes:
    whole = files.docx()
    return whole[: len(whole) // 2]


DAMAGED = {
    "a PDF cut off": ("a.pdf", files.pdf()[:400]),
    "a picture cut off": ("a.jpg", files.picture()[:300]),
    "a picture that only begins": ("a.jpg", b"\xff\xd8\xff\xe0" + b"alert(1)//" * 30),
    "a PNG cut off": ("a.png", files.picture("PNG")[:60]),
    "a PNG whose middle was changed": ("a.png", files.picture("PNG").replace(b"IDATx", b"IDATy")),
    "a WEBP cut off": ("a.webp", files.picture("WEBP")[:-10]),
    "a video cut off": ("a.mp4", files.mp4()[:-10]),
    "a video without pictures": ("a.mp4", files.box(b"ftyp", b"isom\0\0\0\0")),
    "a video that never ends": ("a.mp4", files.mp4() + struct.pack(">I", 4) + b"free"),
    "a HEIC without a picture": ("a.heic", files.box(b"ftyp", b"heic\0\0\0\0") + files.box(b"free")),
    "a HEIC cut off": ("a.heic", files.heic()[:-40]),
    "a voice message cut off": ("a.opus", files.ogg()[:-3]),
    "a voice message without a voice": ("a.ogg", files.ogg(b"\x80theora")),
    "a sound without sound": ("a.wav", files.wav()[:30]),
    "a sound with one frame": ("a.mp3", files.mp3(title=False)[:300]),
    "a title without a sound": ("a.mp3", b"ID3\4\0\0\0\0\0\x0a" + b"\0" * 50),
    "a document cut off": ("a.docx", spoiled_zip()),
    "a document of another kind": ("a.docx", files.docx(types=b"application/x-else")),
    "a text document of another kind": ("a.odt", files.odt(b"application/x-else")),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_file_is_told_so(case: str) -> None:
    problem = refusal(*DAMAGED[case])
    assert problem.code == "damaged"
    assert "damaged or cut off" in problem.messages[0]


def zip_bomb() -> bytes:
    return files.docx(**{"word/media/image1.png": b"\0" * 60_000_000})


def overlapping() -> bytes:
    """Ten entries in the list that all name the same bytes (the bombs of D. Fifield, 2019)."""
    whole = files.docx(**{"word/a": bytes(range(256)) * 40})
    at = whole.index(b"PK\1\2")
    end = whole.index(b"PK\5\6")
    entries = whole[at:end]
    last = entries[entries.rindex(b"PK\1\2") :]
    listed = entries + last * 50
    closing = bytearray(whole[end:])
    closing[8:12] = struct.pack("<HH", 53, 53)
    closing[12:16] = struct.pack("<I", len(listed))
    return whole[:at] + listed + bytes(closing)


def many_members() -> bytes:
    members = {f"word/media/{number}": b"" for number in range(6000)}
    return files.archive(
        {"[Content_Types].xml": files.WORD, "word/document.xml": b""} | members, zipfile.ZIP_STORED
    )


def endless_list() -> bytes:
    return files.docx() + b"PK\5\6" + b"\0" * 8 + struct.pack("<II", 2_000_001, 0) + b"\0\0"


FORBIDDEN: dict[str, tuple[str, Any, str]] = {
    "macros": ("a.docx", lambda: files.docx(**{"word/vbaProject.bin": b"x"}), "macros"),
    "macros that are only declared": (
        "a.docx",
        lambda: files.docx(types=b"application/vnd.ms-word.document.macroEnabled.main+xml"),
        "macros",
    ),
    "controls": ("a.docx", lambda: files.docx(**{"word/activeX/activeX1.xml": b"x"}), "macros"),
    "macros of an ODT": ("a.odt", lambda: files.odt(**{"Basic/Standard/Module1.xml": b"x"}), "macros"),
    "a program inside": ("a.docx", lambda: files.docx(**{"word/embeddings/a.bin": b"x"}), "another file"),
    "a template from elsewhere": (
        "a.docx",
        lambda: files.docx(
            **{"word/_rels/settings.xml.rels": b'<R Type="x/attachedTemplate" Target="http://e"/>'}
        ),
        "a template from elsewhere",
    ),
    "parts that lie over each other": ("a.docx", overlapping, "unpacks to far more"),
    "a bomb": ("a.docx", zip_bomb, "unpacks to far more"),
    "a document with an endless list": ("a.docx", endless_list, "unpacks to far more"),
    "a document of thousands of parts": ("a.docx", many_members, "unpacks to far more"),
}


@pytest.mark.parametrize("case", FORBIDDEN)
def test_a_document_that_does_something_is_refused_with_the_reason(case: str) -> None:
    name, content, why = FORBIDDEN[case]
    problem = refusal(name, content())
    assert problem.code == "forbidden"
    assert why in problem.messages[0]


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_a_picture_of_too_many_dots_is_refused_without_drawing_it(
    monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    content = files.picture(format, (40, 26))
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _self: pytest.fail("it was drawn"))
    monkeypatch.setattr(file_pictures, "PIXELS", 1000)
    monkeypatch.setattr(file_pictures, "DRAWN", 1000)
    problem = refusal(f"a.{format.lower()}", content)
    assert problem.code == "forbidden"
    assert "too many dots" in problem.messages[0]


def test_a_bomb_of_dots_is_refused_by_what_it_claims() -> None:
    content = bytearray(files.picture("PNG"))
    content[16:24] = struct.pack(">II", 60_000, 60_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    assert refusal("a.png", bytes(content)).code == "forbidden"


def test_an_empty_file_is_told_so() -> None:
    assert refusal("kontrak.pdf", b"").messages == [str(file_check.EMPTY)]


def test_a_file_of_25_mb_is_taken_and_one_byte_more_is_not() -> None:
    rest = LIMIT - len(files.wav())
    assert check(SimpleUploadedFile("a.wav", files.wav() + b"\0" * rest)).name == "a.wav"
    problem = refusal("a.wav", files.wav() + b"\0" * (rest + 1))
    assert problem.messages[0].startswith("This file is larger than 25 MB")


NAMES = {
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\kontrak.pdf": "kontrak.pdf",
    "kontrak\u202efdp.exe": "kontrakfdp.exe",
    "ko\x00n\ntrak.pdf": "ko n trak.pdf",
    "\u200f\u2067kontrak\u2069.pdf": "kontrak.pdf",
    "  . kontrak .pdf": "kontrak .pdf",
    "cafe\u0301.pdf": "caf\u00e9.pdf",
    "...": "document",
    "": "document",
    "/": "document",
    "\ud800.pdf": "pdf",
    "Surat No.12": "Surat No.12",
    "C:\\fakepath\\foto.jpg": "foto.jpg",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_made_fit_to_be_read(name: str) -> None:
    assert file_names.clean(name) == NAMES[name]


def test_a_long_name_is_cut_but_not_its_ending() -> None:
    name = file_names.clean("\u00e9" * 400 + ".pdf")
    assert len(name) == 200
    assert name.endswith("é.pdf")


@pytest.mark.parametrize(
    ("name", "kept"),
    [("Surat No.12", "Surat No.12.pdf"), ("kontrak", "kontrak.pdf"), ("x" * 300, "x" * 196 + ".pdf")],
)
def test_a_name_without_an_ending_is_given_the_right_one(name: str, kept: str) -> None:
    assert check(SimpleUploadedFile(name, files.pdf())).name == kept


def test_what_cameras_put_behind_a_picture_does_no_harm() -> None:
    assert check(SimpleUploadedFile("a.jpeg", files.picture() + b"MotionPhoto" * 100)).name == "a.jpeg"


@given(st.sampled_from(sorted(EACH)), st.data())
def test_spoiled_bytes_are_accepted_or_refused_and_nothing_else(name: str, data: st.DataObject) -> None:
    content = EACH[name]()
    start = data.draw(st.integers(0, len(content)))
    spoiled = (
        content[:start]
        + data.draw(st.binary(max_size=40))
        + content[data.draw(st.integers(start, len(content))) :]
    )
    with suppress(ValidationError):  # anything else that is raised would be a broken page
        assert check(SimpleUploadedFile(name, spoiled)).content_type


@given(st.text())
def test_any_name_becomes_one_that_can_be_read(name: str) -> None:
    clean = file_names.clean(name)
    assert 0 < len(clean) <= 200
    assert clean.isprintable()
    assert not set("/\\\x00\u202e") & set(clean)
