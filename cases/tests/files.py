"""Small real files for tests, one of each accepted format, and what it takes to upload them."""

import io
import struct
import wave
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from fpdf import FPDF
from PIL import Image

from cases import documents
from cases.file_check import CheckedFile, check
from cases.models import Case, Document


def picture(format: str = "JPEG", size: tuple[int, int] = (40, 30)) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", size, "teal").save(output, format)
    return output.getvalue()


@cache
def pdf() -> bytes:
    page = FPDF()
    page.add_page()
    page.set_font("helvetica", size=12)
    page.cell(text="Surat kuasa contoh")
    return bytes(page.output())


def wav() -> bytes:
    output = io.BytesIO()
    with wave.open(output, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\1" * 800)
    return output.getvalue()


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def mp4(brand: bytes = b"mp42") -> bytes:
    return box(b"ftyp", brand + b"\0\0\0\0isom") + box(b"mdat", b"x" * 50) + box(b"moov", b"y" * 20)


def heic() -> bytes:
    """Teal with a red corner, 40 x 30; its EXIF holds "CANARY-phone" and a place."""
    return Path(__file__).with_name("foto.heic").read_bytes()


def ogg(codec: bytes = b"OpusHead") -> bytes:
    def page(content: bytes, flags: int) -> bytes:
        return b"OggS\0" + bytes([flags]) + b"\0" * 20 + bytes([1, len(content)]) + content

    return page(codec + b"\1" * 11, 2) + page(b"sound" * 9, 4)


def mp3(title: bool = True) -> bytes:
    frame = b"\xff\xfb\x90\x00" + b"\0" * (144 * 128_000 // 44_100 - 4)
    return (b"ID3\4\0\0\0\0\0\x0a" + b"\0" * 10 if title else b"") + frame * 3


def archive(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", compression) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return output.getvalue()


WORD = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def docx(types: bytes = WORD, **more: bytes) -> bytes:
    members = {"[Content_Types].xml": b'<Types><Override ContentType="' + types + b'"/></Types>'}
    return archive(members | {"word/document.xml": b"<w:document/>"} | more)


def odt(mimetype: bytes = b"application/vnd.oasis.opendocument.text", **more: bytes) -> bytes:
    return archive({"mimetype": mimetype, "content.xml": b"<office:document-content/>"} | more)


EACH: dict[str, Callable[[], bytes]] = {
    "kontrak.pdf": pdf,
    "paspor.jpg": picture,
    "foto.png": lambda: picture("PNG"),
    "foto.webp": lambda: picture("WEBP"),
    "IMG_0001.HEIC": heic,
    "rekaman.mp3": mp3,
    "rekaman.m4a": lambda: mp4(b"M4A "),
    "video.mp4": mp4,
    "video.3gp": lambda: mp4(b"3gp4"),
    "PTT-20250101-WA0000.opus": ogg,
    "rekaman.ogg": lambda: ogg(b"\x01vorbis"),
    "rekaman.wav": wav,
    "surat.docx": docx,
    "surat.odt": odt,
    "catatan.txt": lambda: "Ia menelepon pukul 9 – dari majikan.\n".encode(),
}


PICTURES = {"paspor.jpg", "foto.png", "foto.webp", "IMG_0001.HEIC"}


def upload(name: str = "kontrak.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    """A file as it arrives: the content of an accepted one, unless given."""
    return SimpleUploadedFile(name, EACH[name]() if content is None else content)


def checked(name: str = "kontrak.pdf", content: bytes | None = None) -> CheckedFile:
    """A file as an action takes it."""
    return check(upload(name, content))


def document_fields(**fields: Any) -> dict[str, Any]:
    """What an action needs for a new document, besides whose it is."""
    return {"kind": "contract", "file": checked(), **fields}


def add(case: Case, **fields: Any) -> Document:
    return documents.add(by=case.created_by, case=case, **document_fields(**fields))


def kept(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
