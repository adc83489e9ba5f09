"""Places: Indonesian provinces and regencies, and the parts of countries that consular districts are made of."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .reference import Named, ReferenceQuerySet, ReferenceRow

validate_country = RegexValidator(r"^[A-Z]{2}\Z", _("Use the two capital letters of ISO 3166, such as MY."))


class Province(ReferenceRow):
    """A province, by its two-digit Home Ministry code."""

    code = models.CharField(
        _("code"),
        max_length=2,
        primary_key=True,
        validators=[RegexValidator(r"^\d{2}\Z", _("Use two digits."))],
    )
    name = models.CharField(_("name"), max_length=100)

    objects = ReferenceQuerySet["Province"].as_manager()

    class Meta(ReferenceRow.Meta):
        verbose_name = _("province")
        verbose_name_plural = _("provinces")
        ordering = ("code",)
        constraints = (
            *ReferenceRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^\d{2}$"), name="province_code_is_two_digits"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Regency(ReferenceRow):
    """A regency (kabupaten) or city (kota), by its four-digit code; the first two are the province's."""

    code = models.CharField(
        _("code"),
        max_length=4,
        primary_key=True,
        validators=[RegexValidator(r"^\d{4}\Z", _("Use four digits."))],
    )
    province = models.ForeignKey(
        Province, on_delete=models.PROTECT, related_name="regencies", verbose_name=_("province")
    )
    name = models.CharField(_("name"), max_length=100)

    objects = ReferenceQuerySet["Regency"].as_manager()

    class Meta(ReferenceRow.Meta):
        verbose_name = _("regency or city")
        verbose_name_plural = _("regencies and cities")
        ordering = ("code",)
        constraints = (
            *ReferenceRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^\d{4}$"), name="regency_code_is_four_digits"
            ),
            models.CheckConstraint(
                condition=models.Q(code__startswith=models.F("province_id")),
                name="regency_code_starts_with_province",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.province_id and not self.code.startswith(self.province_id):
            text = gettext("The code begins with that of the province: %(code)s…")
            raise ValidationError({"province": text % {"code": self.province_id}})


class District(Named, ReferenceRow):
    """A part of a country (a state, region or emirate) that belongs to one mission's consular district.

    `aliases` are the names and cities, normalised as `agencies.matching.normalise` does, by which a typed place is
    recognised. A name shared by two districts (Sabah) leaves both possible.
    """

    code = models.CharField(
        _("code"),
        max_length=40,
        primary_key=True,
        validators=[
            RegexValidator(
                r"^[A-Z]{2}(-[A-Z0-9]+)+\Z", _("Start with the country and a hyphen, such as MY-JOHOR.")
            )
        ],
    )
    country = models.CharField(_("country"), max_length=2, validators=[validate_country], db_index=True)
    aliases = ArrayField(
        models.CharField(max_length=60), verbose_name=_("also recognised by"), default=list, blank=True
    )

    objects = ReferenceQuerySet["District"].as_manager()

    class Meta(ReferenceRow.Meta):
        verbose_name = _("consular district")
        verbose_name_plural = _("consular districts")
        ordering = ("country", "name_id")
        constraints = (
            *ReferenceRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(country__regex=r"^[A-Z]{2}$"), name="district_country_is_iso2"
            ),
            models.CheckConstraint(
                condition=models.Q(code__startswith=models.F("country")),
                name="district_code_starts_with_country",
            ),
        )

    def clean(self) -> None:
        super().clean()
        if not self.code.startswith(f"{self.country}-"):
            text = gettext("The code begins with the letters of the country: %(country)s-…")
            raise ValidationError({"country": text % {"country": self.country}})
