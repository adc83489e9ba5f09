"""Fields that forms on referrals share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.text import LongText
from agencies.models import Partner

TEXT_MAX = 5000


def text_field(label: Any, help_text: Any = "", rows: int = 4) -> forms.CharField:
    """A required text of a few lines."""
    return LongText(
        label=label, help_text=help_text, max_length=TEXT_MAX, widget=forms.Textarea(attrs={"rows": rows})
    )


class PartnerField(forms.ModelChoiceField):
    """Any active partner but the sender's own; the page draws the choices itself."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Agency"))
        super().__init__(
            queryset=Partner.objects.none(),
            error_messages={
                "invalid_choice": _("This agency cannot be chosen at present. Please choose another one."),
                "required": _("Please choose an agency."),
            },
            **kwargs,
        )

    def offer_to(self, sender_id: int) -> None:
        self.queryset = Partner.objects.active().exclude(pk=sender_id)
