"""The formats that a document may have, told by their bytes, and whether a file is whole.

Each reader gets the open file and raises Damaged when its structure does not hold together, Forbidden (with a sentence)
when it does and is refused all the same. A picture's reader gives back what is kept instead of the file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import file_archives, file_pdfs, file_pictures, file_sounds, file_text

HEAD = 64  # bytes that tell the format

Reader = Callable[[IO[bytes]], IO[bytes] | None]


@dataclass(frozen=True)
class Format:
    """A format: what it is called in a sentence, the endings its name may have with their content types, its reader.

    `becomes` is the ending and the content type of what is kept, where that is another format.
    """

    what: str | Promise
    types: dict[str, str]
    read: Reader
    becomes: tuple[str, str] | None = None

    @property
    def ending(self) -> str:
        return next(iter(self.types))


def recognise(file: IO[bytes]) -> Format | None:
    """The format that the first bytes tell, or None for one that is not accepted."""
    file.seek(0)
    head = file.read(HEAD)
    for begins, format in BEGINNINGS:
        if head.startswith(begins):
            return format
    if head[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return {"heic": HEIC, "mp4": MP4}.get(file_sounds.kind_of(head) or "")
    if head[:4] == b"PK\x03\x04":
        return {"docx": DOCX, "odt": ODT}.get(file_archives.kind_of(file) or "")
    if head[:3] == b"ID3" or file_sounds.frame_length(head[:4]):
        return MP3
    return TEXT if file_text.is_text(file) else None


PDF = Format(_("a PDF"), {".pdf": "application/pdf"}, file_pdfs.read)
JPEG = Format(
    _("a picture (JPEG)"),
    dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif"), "image/jpeg"),
    file_pictures.jpeg,
)
PNG = Format(_("a picture (PNG)"), {".png": "image/png"}, file_pictures.png)
WEBP = Format(_("a picture (WEBP)"), {".webp": "image/webp"}, file_pictures.webp)
HEIC = Format(
    _("a picture (HEIC)"),
    {".heic": "image/heic", ".heif": "image/heif"},
    file_pictures.heic,
    becomes=(".jpg", "image/jpeg"),
)
MP3 = Format(_("a sound recording (MP3)"), {".mp3": "audio/mpeg"}, file_sounds.mp3)
MP4 = Format(
    _("a sound or video recording (MP4)"),
    {
        ".mp4": "video/mp4",
        ".m4a": "audio/mp4",
        ".m4v": "video/mp4",
        ".3gp": "video/3gpp",
        ".3gpp": "video/3gpp",
    },
    file_sounds.mp4,
)
OGG = Format(
    _("a sound recording (OGG)"), dict.fromkeys((".ogg", ".opus", ".oga"), "audio/ogg"), file_sounds.ogg
)
WAV = Format(_("a sound recording (WAV)"), {".wav": "audio/wav"}, file_sounds.wav)
DOCX = Format(
    _("a Word document (DOCX)"),
    {".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    file_archives.docx,
)
ODT = Format(
    _("a text document (ODT)"), {".odt": "application/vnd.oasis.opendocument.text"}, file_archives.odt
)
TEXT = Format(_("plain text"), {".txt": "text/plain; charset=utf-8"}, file_text.read)

BEGINNINGS = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"OggS", OGG),
)
