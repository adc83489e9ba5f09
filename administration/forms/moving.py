"""Where a person moves to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import AT_PARTNER, ROLES
from agencies.forms import LAST_ID
from agencies.models import Partner
from agencies.models.staff import partners_managed_by


class MoveForm(forms.Form):
    """`seen` is the partner that the page showed."""

    to = forms.ModelChoiceField(label=_("New partner"), queryset=Partner.objects.none(), to_field_name="code")
    role = forms.ChoiceField(label=_("Role there"), widget=forms.RadioSelect)
    seen = forms.IntegerField(required=False, min_value=1, max_value=LAST_ID, widget=forms.HiddenInput)

    def __init__(self, *args: Any, by: User, person: User, **kwargs: Any) -> None:
        kwargs["initial"] = {"role": person.role, "seen": person.partner_id}
        super().__init__(*args, **kwargs)
        open_to_people = partners_managed_by(by).filter(is_active=True, retired_at=None)
        self.fields["to"].queryset = open_to_people.exclude(pk=person.partner_id or 0).order_by("name_id")  # type: ignore[attr-defined]  # the stubs know every form field as a Field
        self.fields["role"].choices = [(code, ROLES[code].name) for code in AT_PARTNER]  # type: ignore[attr-defined]  # the stubs know every form field as a Field
