"""Office documents: archives of which the list is read, and never more than one small part."""

from __future__ import annotations

import zipfile
from typing import IO

from django.utils.translation import gettext_lazy as _

from .file_problems import Damaged, Forbidden, size_of

UNPACKED = 300_000_000  # bytes that an office document may hold
PACKED_TIGHT = 200  # times smaller than unpacked: no document written by people is
MEMBERS = 5_000
MACROS = ("vbaproject", "vbadata", "activex/", "basic/", "scripts/")
MACRO = _("This document holds macros. Please save it without them, or as a PDF.")


LISTED = 2_000_000  # bytes that the list of an archive may take
LIST_END = 66_000  # bytes at the end of an archive in which its list is described (APPNOTE 4.3.16)
HOLDS = ("word/embeddings/", "oleobject", "objectreplacements/")  # files inside the document
INSIDE = _(
    "This document holds another file. Please send that file by itself, and this document without it or as a PDF."
)
FETCHES = _("This document fetches a template from elsewhere when it is opened. Please save it as a PDF.")
TOO_MUCH = _("This document unpacks to far more than it says. Please save it as a PDF.")


def _members(file: IO[bytes]) -> zipfile.ZipFile:
    """The archive. Raises Forbidden before a list of hundreds of thousands of members is read."""
    file.seek(max(0, size_of(file) - LIST_END))
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at >= 0 and int.from_bytes(tail[at + 12 : at + 16], "little") > LISTED:
        raise Forbidden(TOO_MUCH)
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Damaged from error


def kind_of(file: IO[bytes]) -> str | None:
    """Which office document an archive is. One that cannot be listed is called a DOCX, whose reader says why not."""
    try:
        names = set(_members(file).namelist())
    except (Damaged, Forbidden):
        return "docx"
    if "word/document.xml" in names:
        return "docx"
    return "odt" if {"mimetype", "content.xml"} <= names else None


def docx(file: IO[bytes]) -> None:
    archive = _modest(file)
    if any(b"attachedTemplate" in _small_member(archive, name) for name in _relations(archive)):
        raise Forbidden(FETCHES)
    types = _small_member(archive, "[Content_Types].xml")
    if b"macroEnabled" in types:
        raise Forbidden(MACRO)
    if b"wordprocessingml.document.main+xml" not in types:
        raise Damaged


def odt(file: IO[bytes]) -> None:
    if _small_member(_modest(file), "mimetype").strip() != b"application/vnd.oasis.opendocument.text":
        raise Damaged


def _modest(file: IO[bytes]) -> zipfile.ZipFile:
    """The archive, if it has no macros and does not blow up when somebody opens it."""
    archive = _members(file)
    members = archive.infolist()
    if any(mark in member.filename.lower() for member in members for mark in MACROS):
        raise Forbidden(MACRO)
    if any(mark in member.filename.lower() for member in members for mark in HOLDS):
        raise Forbidden(INSIDE)
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    overlaps = packed > size_of(file)  # the same bytes unpacked again and again
    if (
        overlaps
        or len(members) > MEMBERS
        or unpacked > UNPACKED
        or unpacked > max(packed * PACKED_TIGHT, 10_000_000)
    ):
        raise Forbidden(TOO_MUCH)
    return archive


def _relations(archive: zipfile.ZipFile) -> list[str]:
    """The members that tell what belongs to the document's settings, which is where templates are named."""
    return [name for name in archive.namelist() if name.lower().endswith("settings.xml.rels")]


def _small_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """The beginning of one member: enough to read what it declares, however large it claims to be."""
    try:
        with archive.open(name) as member:
            return member.read(1_000_000)
    except Exception as error:  # zipfile and its decompressors raise a dozen kinds for spoiled members
        raise Damaged from error
