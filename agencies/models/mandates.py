"""Mandates: who is responsible for what, when and where."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Coalesce, Left
from django.db.models.lookups import Exact
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import countries
from ..choices import AgencyCode, Stage
from ..today import today
from .partners import Partner
from .places import District, Province, Regency, validate_country
from .reference import ReferenceQuerySet, ReferenceRow, Topic


class MandateQuerySet(ReferenceQuerySet["Mandate"]):
    """Reads over mandates."""

    def current(self) -> Self:
        """Rows in use: neither retired nor over. Those whose day has not come yet are among them."""
        return super().current().exclude(valid_until__lt=today())

    def on(self, day: date) -> Self:
        """Mandates that hold on that day and are not retired, whatever has become of their partner."""
        return self.filter(
            models.Q(valid_from=None) | models.Q(valid_from__lte=day),
            models.Q(valid_until=None) | models.Q(valid_until__gte=day),
            retired_at=None,
        )

    def in_force(self, on: date | None = None) -> Self:
        """Mandates that may be relied upon that day (None: today): of a partner that is neither retired nor suspended."""
        return self.on(on or today()).filter(partner__is_active=True, partner__retired_at=None)


class Period(models.Func):
    """The days on which a mandate holds; without a first or a last day it is open at that end."""

    function = "daterange"
    output_field = DateRangeField()


class Mandate(ReferenceRow):
    """One line of a partner's responsibility: topic x stage x place.

    What is left open means any: any topic, any stage, any country, the whole of Indonesia. `agency_code` says in
    which of the roles that topics name in `typical_agencies` the partner acts. `code` is the loader's name for the
    line and stays the same when an admin edits the rest; a line that an admin added has none.
    """

    code = models.CharField(max_length=120, unique=True, null=True, blank=True, editable=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.CASCADE, related_name="mandates", verbose_name=_("partner")
    )
    agency_code = models.CharField(_("acts as"), max_length=20, choices=AgencyCode.choices)
    topic = models.ForeignKey(
        Topic,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mandates",
        verbose_name=_("topic"),
        help_text=_("Empty: any topic."),
    )
    stage = models.CharField(
        _("stage"), max_length=6, choices=Stage.choices, blank=True, help_text=_("Empty: any stage.")
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        validators=[validate_country],
        help_text=_("Empty: any country."),
    )
    district = models.ForeignKey(
        District,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mandates",
        verbose_name=_("consular district"),
        help_text=_("Empty: the whole country."),
    )
    province = models.ForeignKey(
        Province,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mandates",
        verbose_name=_("home province"),
        help_text=_("Empty: all of Indonesia."),
    )
    regency = models.ForeignKey(
        Regency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mandates",
        verbose_name=_("home regency or city"),
        help_text=_("Empty: the whole province."),
    )
    valid_from = models.DateField(
        _("in force from"), null=True, blank=True, help_text=_("Empty: since before the portal.")
    )
    valid_until = models.DateField(
        _("in force until"), null=True, blank=True, help_text=_("The last day. Empty: until further notice.")
    )
    replaces = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="replaced_by",
        verbose_name=_("follows"),
    )

    objects = MandateQuerySet.as_manager()

    class Meta(ReferenceRow.Meta):
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        ordering = ("partner", "pk")
        constraints = (
            *ReferenceRow.Meta.constraints,
            ExclusionConstraint(
                name="mandate_is_said_once",
                expressions=[
                    *((name, "=") for name in ("partner", "agency_code", "stage", "country")),
                    *(
                        (Coalesce(name, models.Value("")), "=")
                        for name in ("topic", "district", "province", "regency")
                    ),
                    (Period("valid_from", "valid_until", models.Value("[]")), "&&"),
                ],
                condition=models.Q(retired_at=None),
                violation_error_message=_("The partner already has this mandate."),
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from=None)
                | models.Q(valid_until=None)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="mandate_ends_after_it_begins",
                violation_error_message=_("A mandate ends on the day it begins, or later."),
            ),
            models.CheckConstraint(
                condition=models.Q(stage__in=["", *Stage.values]), name="mandate_stage_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(country="") | models.Q(country__regex=r"^[A-Z]{2}$"),
                name="mandate_country_is_iso2",
            ),
            models.CheckConstraint(
                condition=models.Q(district=None)
                | models.Q(Exact(Left("district_id", 2), models.F("country"))),
                name="mandate_district_is_in_country",
                violation_error_message=_("The consular district must lie in the country."),
            ),
            models.CheckConstraint(
                condition=models.Q(regency=None)
                | models.Q(Exact(Left("regency_id", 2), models.F("province_id")), province__isnull=False),
                name="mandate_regency_is_in_province",
                violation_error_message=_("The regency must lie in the province."),
            ),
            models.CheckConstraint(
                condition=models.Q(country="") | models.Q(province=None),
                name="mandate_is_abroad_or_at_home",
                violation_error_message=_(
                    "A mandate is for a country abroad or for a home province, not for both."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.code or f"{self.agency_code} {self.pk}"

    @property
    def is_let_go(self) -> bool:
        """An admin ended it: what the files say of it counts no more."""
        return self.valid_until is not None

    def clean(self) -> None:
        super().clean()
        wrong: dict[str, str] = {}
        if self.regency is not None and not self.province_id:
            wrong["province"] = gettext("Name the province of the regency.")
        elif self.regency is not None and self.regency.province_id != self.province_id:
            text = gettext("%(regency)s does not lie in %(province)s. Please choose again.")
            wrong["regency"] = text % {"regency": self.regency, "province": self.province}
        if self.district is not None and not self.country:
            wrong["country"] = gettext("Name the country of the consular district.")
        elif self.district is not None and self.district.country != self.country:
            text = gettext("%(district)s lies in %(country)s. Please choose again.")
            wrong["district"] = text % {
                "district": self.district,
                "country": countries.name(self.district.country),
            }
        if self.country and self.province_id:
            wrong["province"] = gettext(
                "A mandate is for a country abroad or for a home province, not for both."
            )
        for name in ("topic", "district", "province", "regency"):
            row = getattr(self, name)
            if row is not None and row.retired_at is not None:
                text = gettext("“%(row)s” is out of use: a mandate for it covers nothing.")
                wrong.setdefault(name, text % {"row": row})
        if wrong:
            raise ValidationError({name: [sentence] for name, sentence in wrong.items()})
