"""What is well-formed on the pages of services."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import time_zone_choices
from accounts.keyed import KeyField
from accounts.text import Line, LongText
from agencies import countries
from agencies.deadline_forms import Seen
from agencies.models import District, Partner, Province

from . import languages
from .actions import FIELDS, Content, mark
from .choices import Audience, HoursKind
from .models import Service
from .models.contacts import MOST
from .small_forms import ContactForm, HoursForm

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
LONGEST_LIST = 60  # places of one kind that one service can name
LISTS = ("countries", "districts", "provinces")


def country_choices() -> list[tuple[str, str]]:
    return [("ID", countries.name("ID")), *countries.choices()]


def district_choices() -> list[tuple[str, str]]:
    return [(row.code, f"{countries.name(row.country)}: {row.name}") for row in District.objects.current()]


def province_choices() -> list[tuple[str, str]]:
    return [(row.code, row.name) for row in Province.objects.current()]


class ServiceForm(Seen, forms.ModelForm):
    """Everything about a service but its hours of the week and its contacts."""

    key = KeyField(initial=uuid.uuid4)
    name_id = Line(label=gettext_lazy("Name in Indonesian"), max_length=150)
    name_en = Line(label=gettext_lazy("Name in English"), max_length=150, required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=country_choices)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=time_zone_choices)
    countries = forms.MultipleChoiceField(
        label=gettext_lazy("Whole countries"), required=False, choices=country_choices
    )
    districts = forms.MultipleChoiceField(
        label=gettext_lazy("Parts of countries"), required=False, choices=district_choices
    )
    provinces = forms.MultipleChoiceField(
        label=gettext_lazy("Provinces of Indonesia"), required=False, choices=province_choices
    )
    audiences = forms.MultipleChoiceField(
        label=gettext_lazy("For whom"),
        required=False,
        choices=Audience.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick none if it is for everybody."),
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages spoken"),
        required=False,
        choices=languages.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    more_languages = Line(
        label=gettext_lazy("Other languages"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Their two letters of ISO 639-1, separated by commas, such as bn, ne."),
    )

    class Meta:
        model = Service
        fields = FIELDS
        labels = {
            "kind": gettext_lazy("Kind of service"),
            "description_id": gettext_lazy("Description in Indonesian"),
            "description_en": gettext_lazy("Description in English"),
            "address": gettext_lazy("Address"),
            "city": gettext_lazy("City"),
            "postal_code": gettext_lazy("Postal code"),
            "province": gettext_lazy("Province"),
            "latitude": gettext_lazy("Latitude"),
            "longitude": gettext_lazy("Longitude"),
            "address_reach": gettext_lazy("Who may read the address"),
            "serves_everywhere": gettext_lazy("Wherever the worker is"),
            "hours_kind": gettext_lazy("When it is there"),
            "closed_on_holidays": gettext_lazy("Closed on public holidays"),
            "valid_from": gettext_lazy("Offered from"),
            "valid_until": gettext_lazy("Offered until"),
            "minimum_age": gettext_lazy("From the age of"),
            "maximum_age": gettext_lazy("Up to the age of"),
            "conditions": gettext_lazy("Conditions"),
            "is_free": gettext_lazy("Free of charge"),
            "fees": gettext_lazy("What it costs"),
            "how_to_apply": gettext_lazy("How to apply"),
            "capacity": gettext_lazy("Places in all"),
            "is_published": gettext_lazy("Publish it to the world"),
        }
        field_classes = {
            **dict.fromkeys(("address", "city", "postal_code", "fees"), Line),
            **dict.fromkeys(("description_id", "description_en", "conditions", "how_to_apply"), LongText),
        }
        widgets = {
            **dict.fromkeys(("description_id", "description_en"), forms.Textarea(attrs={"rows": 4})),
            **dict.fromkeys(("conditions", "how_to_apply"), forms.Textarea(attrs={"rows": 2})),
            **dict.fromkeys(("valid_from", "valid_until"), DATE),
            **dict.fromkeys(("address_reach", "hours_kind"), forms.RadioSelect),
        }
        help_texts = {
            "kind": gettext_lazy("The same list as in a referral."),
            "address": gettext_lazy("Leave it empty if people are told on the telephone."),
            "address_reach": gettext_lazy("The address of a shelter is never published."),
            "serves_everywhere": gettext_lazy("Such as a hotline. Else choose places below."),
            "capacity": gettext_lazy(
                "Beds of a shelter, for example. Whoever works there says how many are free."
            ),
            "is_published": gettext_lazy(
                "Anybody can read it without signing in, at /hsds/. Only contacts marked as public go along."
            ),
        }

    def __init__(self, *args: Any, partner: Partner, instance: Service | None = None, **kwargs: Any) -> None:
        row = instance or Service(
            partner=partner,
            city=partner.city,
            country=partner.country,
            province=partner.province,
            time_zone=partner.time_zone,
        )
        first = {
            "seen": mark(row) if instance else "",
        }
        ticked, more = list[str](), list[str]()
        for code in row.languages:
            (ticked if code in languages.COMMON else more).append(code)
        kwargs |= {
            "instance": row,
            "initial": first | {"languages": ticked, "more_languages": ", ".join(more)},
        }
        super().__init__(*args, **kwargs)
        for name in LISTS:
            self.fields[name].widget.attrs["size"] = 6

    def clean_more_languages(self) -> list[str]:
        codes = [code.strip().lower() for code in self.cleaned_data["more_languages"].split(",")]
        codes = [code for code in codes if code]
        for code in codes:
            if not languages.is_language(code):
                raise ValidationError(
                    _("“%(code)s” is not the two letters of a language.") % {"code": code[:10]}
                )
        return codes

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in LISTS:
            if len(data.get(name) or ()) > LONGEST_LIST:
                self.add_error(name, _("That is very many. Choose whole countries, or everywhere."))
        chosen = [name for name in LISTS if data.get(name)]
        if data.get("serves_everywhere") and chosen:
            self.add_error(
                chosen[0], _("It serves everywhere already: choose places or everywhere, not both.")
            )
        if not data.get("serves_everywhere") and not chosen and not set(LISTS) & set(self.errors):
            self.add_error(
                "serves_everywhere", _("Say where it serves: everywhere, or in places from the lists.")
            )
        if not data.get("is_free") and not data.get("fees") and "fees" not in self.errors:
            self.add_error("fees", _("Say what it costs, or tick that it is free."))
        if data.get("is_free") and data.get("fees"):
            self.add_error("fees", _("It is free: leave this empty, or take the tick away."))
        if (data.get("latitude") is None) != (data.get("longitude") is None):
            self.add_error("latitude", _("Enter latitude and longitude, or neither."))
        data["languages"] = list(
            dict.fromkeys([*data.get("languages", []), *(data.get("more_languages") or [])])
        )
        return data

    def _post_clean(self) -> None:
        """The action judges the rest, under its lock; here each field has been judged by itself."""

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}


class WholeForm:
    """The three forms of the page of a service, as one."""

    def __init__(self, data: Any = None, *, partner: Partner, service: Service | None = None) -> None:
        self.service = ServiceForm(data, partner=partner, instance=service)
        self.hours = HoursForm(data, service=service)
        kept = {row.position: row for row in service.contacts.all()} if service else {}
        self.contacts = [
            ContactForm(data, kept=kept.get(n), prefix=f"contact_{n}") for n in range(1, MOST + 1)
        ]

    @property
    def parts(self) -> list[forms.BaseForm]:
        return [self.service, self.hours, *self.contacts]

    def is_valid(self) -> bool:
        valid = not [part for part in self.parts if not part.is_valid()]  # each is asked, so that each tells
        if valid and self.service.cleaned_data["hours_kind"] == HoursKind.OWN and not self.hours.hours:
            self.hours.add_error("opens_0", _("Say at which hours, at least on one day."))
            return False
        return valid

    def content(self) -> Content:
        contacts = {
            number: form.cleaned_data
            for number, form in enumerate(self.contacts, start=1)
            if not form.is_empty
        }
        return Content(self.service.values, self.hours.hours, contacts)

    def refuse(self, error: ValidationError) -> None:
        """Put what the action refused beside its field; a constraint names it by its code."""
        by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
        for field, errors in by_field.items():
            for one in errors:
                place = one.code if field == NON_FIELD_ERRORS else field
                self.service.add_error(place if place in self.service.fields else None, one)
