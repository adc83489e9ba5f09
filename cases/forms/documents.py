"""Putting a file to a case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.keyed import KeyedForm
from accounts.uploads import LIMIT

from .. import file_check
from ..choices import DocumentKind
from ..file_check import CheckedFile
from ..models import Document
from .fields import coded, day, said

SIZE_AND_PICTURES = _(
    "At most 25 MB. Pictures lose what the phone wrote into them: place, time, device. Keep the original where that is evidence."
)
OF_POWERS = ("scope", "valid_until")  # fields that only a power of attorney has


class CheckedFileField(forms.FileField):
    """A file that is what its name says; cleans to a CheckedFile."""

    widget = forms.FileInput(
        attrs={
            "accept": file_check.FOR_BROWSERS,
            "data-most": LIMIT,
            "data-too-large": file_check.TOO_LARGE,
            "data-empty": file_check.EMPTY,
        }
    )
    default_error_messages = {
        "required": _("Choose a file."),
        "missing": _("Choose a file."),
        "invalid": _("Choose a file."),
        "empty": file_check.EMPTY,
    }

    def clean(self, data: Any, initial: Any = None) -> CheckedFile:
        return file_check.check(super().clean(data, initial))


class DocumentForm(KeyedForm):
    """What the file is, then the file: last, for nothing behind one that is too large is read."""

    kind = coded(Document, "kind")
    note = said(
        Document, "note", help_text=_("What helps a colleague to find it: of which month, from whom.")
    )
    scope = said(
        Document,
        "scope",
        help_text=_("Only for a power of attorney: what the worker lets somebody do, and whom."),
    )
    valid_until = day(Document, "valid_until", help_text=_("Only for a power of attorney that ends."))
    file = CheckedFileField(label=_("File"), help_text=SIZE_AND_PICTURES, max_length=None)

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.too_large = too_large

    def clean_valid_until(self) -> Any:
        until = self.cleaned_data["valid_until"]
        if until and until < timezone.localdate() and self._is_power_of_attorney():
            raise ValidationError(
                _("This power of attorney has ended already. Please check the day, or ask for a new one.")
            )
        return until

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.too_large:
            self.errors.pop("file", None)
            self.add_error("file", file_check.TOO_LARGE)
        if not self._is_power_of_attorney():
            return cleaned | dict(zip(OF_POWERS, ("", None), strict=True))
        if not cleaned.get("scope") and "scope" not in self.errors:
            self.add_error("scope", _("Say what the power of attorney is for, as it is written in it."))
        return cleaned

    def _is_power_of_attorney(self) -> bool:
        return self.cleaned_data.get("kind") == DocumentKind.POWER_OF_ATTORNEY
