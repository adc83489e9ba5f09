"""The intake form, and what of it a draft keeps."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from ..models import IntakeDraft
from .complaint import ComplaintForm

DRAFT_MAX = 200_000  # bytes of JSON


class IntakeForm(ComplaintForm):
    """A new complaint. Its key is also the id of its draft."""

    @classmethod
    def resume(cls, draft: IntakeDraft) -> IntakeForm:
        """The form as it was left, without complaints about what is still missing."""
        known = {name: value for name, value in draft.fields.items() if name in cls.base_fields}
        return cls(initial={**known, "key": draft.pk})


def typed(data: QueryDict) -> dict[str, Any]:
    """What a draft keeps of a form as it was sent: known fields only, nothing empty, without NUL characters.

    Raises ValidationError, with a sentence for the reader, when it is too much to keep.
    """
    kept: dict[str, Any] = {}
    for name in IntakeForm.base_fields:
        if name == "key" or name not in data:
            continue
        several = [value.replace("\x00", "") for value in data.getlist(name)]
        value: Any = several if name == "topics" else several[-1]
        if value:
            kept[name] = value
    if len(json.dumps(kept, ensure_ascii=False).encode()) > DRAFT_MAX:
        raise ValidationError(
            _("This is too long to be kept as a draft. Please shorten what happened or what is asked for.")
        )
    return kept


def draft_key(text: str) -> UUID | None:
    """The id of a draft, or None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None
