"""Whether an uploaded file may become a document: by what it holds, and its name must say the same."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

import puremagic
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.uploads import LIMIT

from . import file_formats, file_names, file_scan, file_text
from .choices import ScanState
from .file_problems import Damaged, Forbidden

logger = logging.getLogger(__name__)
security = logging.getLogger("security")

ACCEPTED = gettext_lazy(
    "Accepted are PDF, pictures (JPEG, PNG, WEBP, HEIC), sound and video (MP3, M4A, MP4, OGG, OPUS, WAV, 3GP), "
    "documents (DOCX, ODT) and plain text (TXT)."
)
TOO_LARGE = gettext_lazy("This file is larger than 25 MB. Please send a smaller copy, or send it in parts.")
INFECTED = gettext_lazy(
    "The virus scanner found a virus in this file. It was not kept. Please tell whoever gave it to you, and have the computer "
    "or phone checked."
)
EMPTY = gettext_lazy("This file is empty. Please check it and choose it again.")
FOR_BROWSERS = (  # what a file chooser offers first; `accept` promises nothing
    "application/pdf,image/jpeg,image/png,image/webp,image/heic,.heic,audio/*,video/mp4,video/3gpp,.opus,.ogg,"
    ".m4a,.3gp,.docx,.odt,.txt"
)
PROGRAMS = {"exe", "dll", "appimage", "class", "dmg", "msi"}
FAMILIAR = ("gif", "doc", "xls", "xlsx", "zip", "rar", "7z", "bmp", "tif", "mov", "avi", "amr", "rtf", "psd")
LOOKED_AT = 4096  # bytes from which the name of a format that is not accepted is told


@dataclass(frozen=True)
class CheckedFile:
    """A file whose content is known to be what its name says: the only thing that becomes a document."""

    source: File[bytes]
    name: str
    content_type: str
    scan: ScanState = ScanState.UNSCANNED

    def chunks(self) -> Iterable[bytes]:
        self.source.seek(0)
        return self.source.chunks()


def check(upload: UploadedFile) -> CheckedFile:
    """The file with its cleaned name and its true content type. Raises ValidationError that says what is wrong."""
    if not upload.size:
        raise ValidationError(EMPTY, code="empty")
    if upload.size > LIMIT:
        raise ValidationError(TOO_LARGE, code="too_large")
    name = file_names.clean(upload.name or "")
    format = file_formats.recognise(upload)
    if format is None:
        raise ValidationError(_not_accepted(upload), code="not_accepted")
    ending = file_names.ending(name)
    if not ending:
        ending, name = format.ending, file_names.with_ending(name, format.ending)
    if ending not in format.types:
        raise ValidationError(_other_than_its_name(ending, format), code="other_than_its_name")
    try:
        kept = format.read(upload)
    except Forbidden as refusal:
        raise ValidationError(str(refusal.reason), code="forbidden") from refusal
    except Damaged as damage:
        raise ValidationError(_damaged(format), code="damaged") from damage
    content_type = format.types[ending]
    if format.becomes:
        other, content_type = format.becomes
        name = file_names.with_ending(name.removesuffix(name[-len(ending) :]), other)
    source = File(kept) if kept else upload
    if (source.size or 0) > LIMIT:  # a picture drawn anew may weigh more than it did
        raise ValidationError(TOO_LARGE, code="too_large")
    return CheckedFile(source, name, content_type, _scanned(source))


def _scanned(source: File[bytes]) -> ScanState:
    """What the scanner says; not yet anything when there is none, or it is down: a sweep asks again."""
    if not file_scan.is_on():
        return ScanState.UNSCANNED
    source.seek(0)
    try:
        found = file_scan.verdict(source.chunks())
    except file_scan.ScannerDown as problem:
        logger.warning("a file could not be scanned: %s", str(problem))
        return ScanState.UNSCANNED
    if found is ScanState.INFECTED:
        security.error("infected_file_refused")
        raise ValidationError(INFECTED, code="infected")
    return found


def _not_accepted(upload: UploadedFile) -> str:
    what = _told_by_bytes(upload)
    if what:
        return _("This file holds %(what)s, which is not accepted. %(accepted)s") % {
            "what": what,
            "accepted": ACCEPTED,
        }
    return _("Files of this kind are not accepted. %(accepted)s") % {"accepted": ACCEPTED}


def _told_by_bytes(upload: UploadedFile) -> str:
    """What the content seems to be, for the sentence alone; an empty text when nobody knows."""
    text = file_text.text_of(upload)
    if text is not None and file_text.is_code(text):
        return _("a web page or a script")
    upload.seek(0)
    try:
        told = {
            likely.extension.lstrip(".").lower() for likely in puremagic.magic_string(upload.read(LOOKED_AT))
        }
    except (puremagic.PureError, ValueError):
        return ""
    if told & PROGRAMS:
        return _("a program")
    return next((name.upper() for name in FAMILIAR if name in told), "")


def _other_than_its_name(ending: str, format: file_formats.Format) -> str:
    return _(
        "The file is called “%(ending)s”, but holds %(what)s. Please choose the right file, "
        "or give it a name that ends with “%(right)s”."
    ) % {"ending": ending, "what": format.what, "right": format.ending}


def _damaged(format: file_formats.Format) -> str:
    return _(
        "This seems to be %(what)s, but it is damaged or cut off. Please check whether it opens, and choose it again."
    ) % {"what": format.what}
