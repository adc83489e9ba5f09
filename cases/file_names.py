"""The name under which a document is shown and downloaded: for people to read, never a path."""

from __future__ import annotations

import re
import unicodedata

LENGTH = 200  # characters
ENDING = re.compile(r"\.(?=[a-z0-9]*[a-z])[a-z0-9]{1,5}$")  # ".pdf", ".3gp"; not the ".12" of "Surat No.12"


def clean(name: str) -> str:
    """The name in NFC, without folders, control or direction signs, at most 200 characters; never empty."""
    name = unicodedata.normalize("NFC", name)
    name = "".join(" " if unicodedata.category(sign) in ("Zl", "Zp", "Cc") else sign for sign in name)
    name = "".join(sign for sign in name if not unicodedata.category(sign).startswith("C"))
    name = re.split(r"[/\\]", name)[-1]
    name = " ".join(name.split()).strip(". ")
    return shortened(name) or "document"


def ending(name: str) -> str:
    """What the name says the file is, in lower case: ".pdf"; an empty text when it says nothing."""
    found = ENDING.search(name.lower())
    return found.group() if found else ""


def with_ending(name: str, wanted: str) -> str:
    """The name, with `wanted` put behind it, still at most 200 characters."""
    return shortened(name, LENGTH - len(wanted)) + wanted


def shortened(name: str, length: int = LENGTH) -> str:
    """The name cut in the middle of its words, its ending kept."""
    if len(name) <= length:
        return name
    kept = ending(name)
    return name[: length - len(kept)].rstrip(". ") + kept
