"""Pictures are drawn anew: what is kept is what one sees, and nothing that hung on to it.

A photograph tells where and when it was taken and with whose phone (EXIF, XMP, comments, thumbnails), and a file that is a
picture to one program may be a page or an archive to another. Both end here: only the dots go on, upright and in sRGB.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import IO

import pi_heif
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from .file_problems import Damaged, Forbidden

PIXELS = 120_000_000  # that a JPEG may claim; more than any phone's camera but a bomb is
DRAWN = 40_000_000  # that are drawn: 120 MB of memory. A larger JPEG is read at half its size or a quarter, at no cost
QUALITY = 90  # of a JPEG; small print on a scanned contract stays legible

TOO_MANY: Promise = _(
    "This picture has too many dots (more than 40 million). Please send a smaller copy of it."
)
MOVES: Promise = _("This picture moves. Please send it as a video (MP4), or as single pictures.")

Open = Callable[[IO[bytes]], Image.Image]


def jpeg(file: IO[bytes]) -> IO[bytes]:
    """The picture as a JPEG of our own."""
    return _as_jpeg(_opened(JpegImageFile, file, most=PIXELS))


def heic(file: IO[bytes]) -> IO[bytes]:
    """The picture as a JPEG: few computers of agencies show a HEIC."""
    return _as_jpeg(_opened(pi_heif.HeifImageFile, file, still=True))


def png(file: IO[bytes]) -> IO[bytes]:
    drawn = _drawn(_opened(PngImageFile, file))
    return _saved(drawn, "PNG")


def webp(file: IO[bytes]) -> IO[bytes]:
    return _saved(_drawn(_opened(WebPImageFile, file)), "WEBP", quality=QUALITY)


def _opened(kind: Open, file: IO[bytes], *, most: int | None = None, still: bool = False) -> Image.Image:
    """The picture, of which only the head is read. Raises Forbidden for one that is too large or moves.

    With `still`, of several pictures in one file the main one counts.
    """
    file.seek(0)
    try:
        picture = kind(file)
        width, height = picture.size
    except Exception as error:  # Pillow's plugins raise SyntaxError, struct.error, OSError and more
        raise Damaged from error
    if width * height > (most or DRAWN):
        raise Forbidden(TOO_MANY)
    if not still and getattr(picture, "is_animated", False):
        raise Forbidden(MOVES)
    return picture


def _as_jpeg(picture: Image.Image) -> IO[bytes]:
    if isinstance(picture, ImageFile):
        width, height = picture.size
        while width * height > DRAWN:
            width, height = width // 2, height // 2
        picture.draft(picture.mode, (width, height))
    drawn = _drawn(picture)
    return _saved(drawn if drawn.mode in ("L", "RGB") else drawn.convert("RGB"), "JPEG", quality=QUALITY)


def _drawn(picture: Image.Image) -> Image.Image:
    """The dots, upright and in sRGB. Raises Damaged when they are cut off."""
    try:
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        if "transparency" in upright.info:
            upright = upright.convert("RGBA")
        drawn = _in_srgb(upright)
    except Exception as error:
        raise Damaged from error
    drawn.info = {}
    return drawn


def _in_srgb(picture: Image.Image) -> Image.Image:
    """The colours as every program reads them; a profile that cannot be read is left out."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "RGBA", "CMYK"):
        return picture
    try:
        mode = "RGB" if picture.mode == "CMYK" else picture.mode
        srgb = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(
            picture, ImageCms.ImageCmsProfile(io.BytesIO(profile)), srgb, outputMode=mode
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return converted or picture


def _saved(drawn: Image.Image, format: str, **options: int) -> IO[bytes]:
    output = io.BytesIO()
    try:
        drawn.save(output, format, **options)
    except (OSError, ValueError) as error:  # a mode that the format cannot say
        raise Damaged from error
    output.seek(0)
    return output
