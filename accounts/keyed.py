"""What every form has in common that writes down the key of its act."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString


class Carried(forms.HiddenInput):
    """Draws nothing: the tag `csrf_token` writes the key into every form (accounts.once)."""

    def render(self, *_arguments: Any, **_more: Any) -> SafeString:
        return SafeString("")


class KeyField(forms.UUIDField):
    """A key that is missing or spoiled is replaced: nobody can mend what they do not see."""

    widget = Carried

    def clean(self, value: Any) -> uuid.UUID:
        try:
            return super().clean(value)
        except ValidationError:
            return uuid.uuid4()


class KeyedForm(forms.Form):
    """A form whose act is stored under the form's key: the same key is the same act for as long as its row lives.

    Every other form is known by its key for some days (accounts.once).
    """

    key = KeyField(initial=uuid.uuid4)

    def add_prefix(self, field_name: str) -> str:
        """The key has one name on every form, whatever stands before the names of its other fields."""
        return field_name if field_name == "key" else super().add_prefix(field_name)
