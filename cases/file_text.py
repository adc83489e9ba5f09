"""Whether a file is plain text that people wrote."""

from __future__ import annotations

import re
from typing import IO

CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
MARKUP = re.compile(
    r"<(?:!doctype|\?xml|\?php|%|html|head|body|script|svg|iframe|object|embed|style|math|xsl)\b|<\?|javascript:",
    re.IGNORECASE,
)
SCRIPTS = ("#!", "@echo")


def text_of(file: IO[bytes]) -> str | None:
    """The text, or None for bytes that are no UTF-8 text."""
    file.seek(0)
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if CONTROL.search(text) else text


def is_text(file: IO[bytes]) -> bool:
    """Whether it is text and neither a web page nor a script."""
    text = text_of(file)
    return text is not None and not is_code(text)


def is_code(text: str) -> bool:
    """Whether a browser or a shell would take the text for more than text."""
    return text.lstrip().lower().startswith(SCRIPTS) or MARKUP.search(text) is not None


def read(file: IO[bytes]) -> None:
    """Nothing more to check: `is_text` has read it all."""
