"""Widgets of the forms on cases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe


class LongSelect(forms.Select):
    """A list of hundreds of options. Django's own renders a template for each of them, which takes most of a page."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = set(self.format_value(value))
        parts = [
            format_html('<optgroup label="{}">{}</optgroup>', label_or_value, _options(members, chosen))
            if isinstance(members, list | tuple)
            else _options([(label_or_value, members)], chosen)
            for label_or_value, members in self.choices
        ]
        final = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        return format_html("<select{}>{}</select>", flatatt(final), mark_safe("".join(parts)))


def _options(choices: Iterable[tuple[Any, Any]], chosen: set[str]) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, mark_safe(" selected") if str(value) in chosen else "", label) for value, label in choices),
    )
