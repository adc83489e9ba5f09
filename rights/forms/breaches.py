"""Forms of the breach register."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.keyed import KeyedForm
from accounts.models import User
from agencies.models import Partner
from cases.choices import Channel, DataGroup

from ..choices import BreachKind, Risk
from ..models.breach import TEXT_LENGTH
from .fields import Moment, StepForm, long_text, radios

MOST = 500  # cases at once


class BreachForm(StepForm):
    """What is known of a breach so far; it can be completed later."""

    kind = radios(_("What failed"), BreachKind.choices)
    what = long_text(
        _("What happened, and how"),
        _("It is told in the notices. Please name no worker and tell nothing of a case."),
        length=TEXT_LENGTH,
        rows=4,
    )
    happened_at = Moment(
        label=_("When it happened"), required=False, help_text=_("Empty while it is not known.")
    )
    found_at = Moment(
        label=_("When it was found"), help_text=_("The 3 x 24 hours count from then (art. 46).")
    )
    groups = forms.MultipleChoiceField(
        label=_("Which data"), choices=DataGroup.choices, widget=forms.CheckboxSelectMultiple
    )
    people = forms.IntegerField(
        label=_("How many people"), min_value=0, max_value=10_000_000, help_text=_("As far as it is known.")
    )
    risk = radios(_("Risk"), Risk.choices)
    measures = long_text(_("What is done about it"), length=TEXT_LENGTH, rows=4)
    public = forms.BooleanField(
        label=_("The public has to be told (art. 46(3))"),
        required=False,
        help_text=_("When it hinders public services or has a grave effect on the interests of the public."),
    )
    partner = forms.ModelChoiceField(
        label=_("Where it happened"),
        queryset=Partner.objects.none(),
        required=False,
        empty_label=_("The portal itself"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user.partner_id is not None:
            del self.fields["partner"]
        else:
            field = self.fields["partner"]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = Partner.objects.filter(is_active=True).order_by("name_id")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        happened, found = cleaned.get("happened_at"), cleaned.get("found_at")
        if happened and found and happened > found:
            self.add_error(
                "happened_at", _("It cannot have been found before it happened. Please check both.")
            )
        return cleaned


class ToldForm(forms.Form):
    """When and how an addressee was told."""

    channel = forms.ChoiceField(
        label=_("How they were told"), choices=[("", _("Please choose")), *Channel.choices]
    )


class CandidatesForm(forms.Form):
    """In which time, and by whom, data may have been read."""

    since = Moment(label=_("From"))
    until = Moment(label=_("Until"))
    email = forms.EmailField(
        label=_("E-mail of the account"), required=False, help_text=_("Empty: whoever it was.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.knows_every_account = user.partner_id is None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("The end comes before the beginning."))
        return cleaned

    def clean_email(self) -> int | None:
        """The number of the account, also one that is suspended; None for whoever it was.

        Who has an account is told at the portal alone: elsewhere an address that nobody has finds nothing, like one that
        read nothing (0 is nobody's number).
        """
        email = self.cleaned_data["email"]
        if not email:
            return None
        found = (
            User.objects.filter(email=User.objects.normalize_email(email))
            .values_list("pk", flat=True)
            .first()
        )
        if found is None and self.knows_every_account:
            raise forms.ValidationError(_("No account has this address."))
        return found or 0


class CaseListForm(KeyedForm):
    """References of cases whose workers have to be told: ticked, or typed one to a line."""

    case = forms.MultipleChoiceField(required=False)
    typed = long_text(
        _("Further cases"), _("One reference to a line."), required=False, length=40 * MOST, rows=3
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ticked = self.data.getlist("case")[:MOST] if hasattr(self.data, "getlist") else []
        ticked = [value for value in ticked if value.isprintable()]  # no reference holds anything else
        self.fields["case"].choices = [(value, value) for value in ticked]  # type: ignore[attr-defined]  # the stubs know every form field as a Field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.references:
            self.add_error("typed", _("Please tick a case, or type its reference."))
        return cleaned

    @property
    def references(self) -> list[str]:
        written = self.cleaned_data["typed"].replace(",", "\n").split("\n")
        names = [*self.cleaned_data["case"], *(line.strip().upper() for line in written)]
        return [name[:40] for name in dict.fromkeys(names) if name][:MOST]
