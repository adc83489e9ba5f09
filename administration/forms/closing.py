"""Choosing who follows a partner, and closing it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.text import Line
from agencies.choices import PartnerKind
from agencies.models import Partner

from .partners import ReasonForm


class SuccessorForm(forms.Form):
    """Who takes over; for a partner where nothing is live it may be nobody."""

    successor = forms.ModelChoiceField(
        label=_("Successor"),
        queryset=Partner.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("Nobody"),
        help_text=_(
            "It takes over referrals and mandates. An NGO is followed by an NGO, an agency by an agency."
        ),
        error_messages={"invalid_choice": _("This partner cannot take over. Choose one of those offered.")},
    )

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Partner.objects.active().exclude(pk=partner.pk).order_by("name_id")
        is_ngo = partner.kind == PartnerKind.NGO
        field: Any = self.fields["successor"]
        field.queryset = others.of_kind(PartnerKind.NGO) if is_ngo else others.exclude(kind=PartnerKind.NGO)

    @property
    def chosen(self) -> Partner | None:
        found: Partner | None = self.cleaned_data.get("successor")
        return found


class CloseForm(ReasonForm):
    """The reason, and the partner's code typed once more: closing is for good."""

    code = Line(label=_("The partner's code"), max_length=40)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)
    field_order = ("reason", "code")

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partner = partner
        self.fields["code"].help_text = _("Type %(code)s: a closed partner stays closed.") % {
            "code": partner.code
        }

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if code.upper() != self.partner.code:
            raise ValidationError(_("This is not the code. Type %(code)s.") % {"code": self.partner.code})
        return code
