"""Widgets of the forms on cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.choices import BaseChoiceIterator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

KEPT = 200  # lists of options that each process keeps drawn: of topics and countries, in both languages


class Offered(BaseChoiceIterator):
    """Options as they are: those of Django are looked through one by one for groups within groups."""

    def __init__(self, options: list[tuple[Any, Any]]) -> None:
        self.options = options

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return iter(self.options)


class LongSelect(forms.Select):
    """A list of hundreds of options. Django's own renders a template for each of them, which takes most of a page."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = frozenset(self.format_value(value))
        options = _drawn(tuple(_named(label, members) for label, members in self.choices), chosen)
        final = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        return format_html("<select{}>{}</select>", flatatt(final), options)


def _named(value: Any, label: Any) -> tuple[Any, Any]:
    """An option, or a group of them, as nothing but texts."""
    if isinstance(label, list | tuple):
        return str(value), tuple(_named(*member) for member in label)
    return str(value), str(label)


@lru_cache(maxsize=KEPT)
def _drawn(choices: Sequence[tuple[str, Any]], chosen: frozenset[str]) -> SafeString:
    parts = [
        format_html('<optgroup label="{}">{}</optgroup>', value, _options(label, chosen))
        if isinstance(label, tuple)
        else _options([(value, label)], chosen)
        for value, label in choices
    ]
    return mark_safe("".join(parts))


def _options(choices: Iterable[tuple[str, str]], chosen: frozenset[str]) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, mark_safe(" selected") if value in chosen else "", label) for value, label in choices),
    )
