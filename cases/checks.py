"""What `manage.py check` says about the folder of documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security)
def documents_are_private(**_kwargs: Any) -> list[CheckMessage]:
    """The folder of documents is named in full and stands in none that a web server hands out."""
    kept = Path(settings.DOCUMENTS_DIR)
    if not kept.is_absolute():
        return [Error("DOCUMENTS_DIR must be the whole path of a private folder.", id="cases.E001")]
    served = [settings.STATIC_ROOT, settings.MEDIA_ROOT, *settings.STATICFILES_DIRS]
    inside = [folder for folder in served if folder and kept.resolve().is_relative_to(Path(folder).resolve())]
    return [
        Error(f"DOCUMENTS_DIR is inside {folder}, which a web server hands out.", id="cases.E002")
        for folder in inside
    ]
