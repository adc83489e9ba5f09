"""What every form that is an act has in common."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError


class KeyField(forms.UUIDField):
    """A key that is missing or spoiled is replaced: nobody can mend what they do not see."""

    def clean(self, value: Any) -> uuid.UUID:
        try:
            return super().clean(value)
        except ValidationError:
            return uuid.uuid4()


class KeyedForm(forms.Form):
    """A form that carries a key, made when it is shown: the same key sent twice is one act (a double click, a resend)."""

    key = KeyField(widget=forms.HiddenInput, initial=uuid.uuid4)
