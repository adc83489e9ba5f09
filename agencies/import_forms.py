"""The form that takes a table of people: a file, or what was pasted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.keyed import KeyedForm

from . import tables

MEGABYTES = tables.BYTES // 1024 // 1024


class TableForm(KeyedForm):
    """The file stands last: nothing behind one that is too large is read."""

    pasted = forms.CharField(
        label=_("Paste the rows here"),
        required=False,
        strip=False,
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 6, "class": "font-monospace"}),
        help_text=_("Copied from a spreadsheet, with the row that names the columns."),
    )
    file = forms.FileField(
        label=_("Or choose a file"),
        required=False,
        max_length=None,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        help_text=_("CSV or XLSX, at most 5 MB and 10,000 rows."),
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.too_large = too_large

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        file, pasted = data.get("file"), data.get("pasted")
        if self.too_large or (file and file.size > tables.BYTES):
            self.add_error("file", tables.SENTENCES["too_large"] % {"most": MEGABYTES})
        elif not file and not (pasted or "").strip() and not self.errors:
            raise ValidationError(_("Paste a table or choose a file."))
        elif file and (pasted or "").strip():
            raise ValidationError(_("Paste a table or choose a file: one of both."))
        return data

    @property
    def content(self) -> bytes:
        """The bytes of the table, whichever way it came."""
        file = self.cleaned_data["file"]
        return bytes(file.read()) if file else self.cleaned_data["pasted"].encode()
