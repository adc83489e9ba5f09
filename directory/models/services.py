"""What a partner offers: what, where, when, for whom."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User, validate_time_zone
from agencies import countries
from agencies.choices import ServiceKind
from agencies.models import Partner, Province
from agencies.models.places import validate_country
from agencies.models.reference import Named

from .. import languages
from ..choices import AddressReach, Audience, HoursKind, State

OLD_AFTER = timedelta(days=180)  # since somebody said that all of it is still right
PLACES_OLD_AFTER = timedelta(hours=48)  # since somebody counted the free places
OLDEST = 120  # years of age
MOST_PLACES = 10_000

# The words a service is found by: stemmed as Indonesian and as English, and as they stand ("LBH", names).
WORDS = (
    SearchVector("name_id", config="indonesian", weight="A")
    + SearchVector("description_id", config="indonesian", weight="B")
    + SearchVector("name_en", config="english", weight="A")
    + SearchVector("description_en", config="english", weight="B")
    + SearchVector("name_id", config="simple", weight="A")
)


class ServiceQuerySet(models.QuerySet["Service"]):
    """Reads over services."""

    def visible_to(self, user: User) -> Self:
        """Everything in use for everybody who works here; what is retired for those alone who manage it."""
        if user.manages_partners:
            return self.all()
        in_use = models.Q(retired_at=None, partner__is_active=True, partner__retired_at=None)
        own = models.Q(partner=user.partner_id) if user.manages_staff else models.Q(pk__in=())
        return self.filter(in_use | own)

    def in_use(self) -> Self:
        """Neither retired nor ended, of partners that take part."""
        return self.filter(
            models.Q(valid_until=None) | models.Q(valid_until__gte=timezone.localdate()),
            retired_at=None,
            partner__is_active=True,
            partner__retired_at=None,
        )

    def published(self) -> Self:
        """What the world may read: in use, and marked so by whoever keeps it."""
        return self.in_use().filter(is_published=True)

    def old(self) -> Self:
        """Those of which nobody has said for long that they are still right."""
        return self.filter(checked_on__lt=timezone.localdate() - OLD_AFTER)

    def whole(self) -> Self:
        """With all that a page or a document tells of a service."""
        return self.select_related("partner__province", "province").prefetch_related("hours", "contacts")


class Service(Named):
    """One service of one partner.

    It reaches every place that `serves_everywhere` or one of the lists names. The address is read by whom
    `address_reach` says, and that of a shelter is never published. `places_free` held at `places_at`. `checked_on` is
    when somebody last said that all of it is right. One that is retired stays, for the log and for old links.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="services", verbose_name=_("partner"))
    kind = models.CharField(_("kind of service"), max_length=16, choices=ServiceKind)
    description_id = models.TextField(_("description (Indonesian)"), max_length=2000)
    description_en = models.TextField(_("description (English)"), max_length=2000, blank=True)

    address = models.CharField(_("address"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True)
    province = models.ForeignKey(
        Province, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("province")
    )
    country = models.CharField(_("country"), max_length=2, default="ID", validators=[validate_country])
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    address_reach = models.CharField(
        _("who may read the address"), max_length=6, choices=AddressReach, default=AddressReach.OWN
    )
    time_zone = models.CharField(
        _("time zone"), max_length=50, default="Asia/Jakarta", validators=[validate_time_zone]
    )

    serves_everywhere = models.BooleanField(_("wherever the worker is"), default=False)
    countries = ArrayField(
        models.CharField(max_length=2), verbose_name=_("in the countries"), default=list, blank=True
    )
    districts = ArrayField(
        models.CharField(max_length=40), verbose_name=_("in the parts of countries"), default=list, blank=True
    )
    provinces = ArrayField(
        models.CharField(max_length=2), verbose_name=_("in the provinces"), default=list, blank=True
    )

    hours_kind = models.CharField(
        _("when it is there"), max_length=6, choices=HoursKind, default=HoursKind.OFFICE
    )
    closed_on_holidays = models.BooleanField(_("closed on public holidays"), default=True)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True)

    audiences = ArrayField(
        models.CharField(max_length=8, choices=Audience), verbose_name=_("for"), default=list, blank=True
    )
    minimum_age = models.PositiveSmallIntegerField(
        _("from the age of"), null=True, blank=True, validators=[MaxValueValidator(OLDEST)]
    )
    maximum_age = models.PositiveSmallIntegerField(
        _("up to the age of"), null=True, blank=True, validators=[MaxValueValidator(OLDEST)]
    )
    conditions = models.CharField(_("conditions"), max_length=500, blank=True)
    languages = ArrayField(
        models.CharField(max_length=2), verbose_name=_("languages spoken"), default=list, blank=True
    )
    is_free = models.BooleanField(_("free of charge"), default=True)
    fees = models.CharField(_("what it costs"), max_length=300, blank=True)
    how_to_apply = models.CharField(_("how to apply"), max_length=500, blank=True)

    capacity = models.PositiveIntegerField(
        _("places in all"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PLACES)],
    )
    places_free = models.PositiveIntegerField(_("places free"), null=True, blank=True)
    places_at = models.DateTimeField(_("free places counted at"), null=True, blank=True)

    is_published = models.BooleanField(_("published to the world"), default=False)
    checked_on = models.DateField(_("checked on"), default=timezone.localdate)
    created_at = models.DateTimeField(_("entered"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last changed"), default=timezone.now, editable=False)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ("name_id", "pk")
        indexes = (
            models.Index(fields=["partner", "name_id"], name="service_partner"),
            models.Index(fields=["kind"], name="service_kind"),
            GinIndex(fields=["districts", "countries", "provinces"], name="service_area"),
            GinIndex(WORDS, name="service_words"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=ServiceKind.values), name="service_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(hours_kind__in=HoursKind.values), name="service_hours_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(address_reach__in=AddressReach.values),
                name="service_address_reach_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=ServiceKind.SHELTER, address_reach=AddressReach.PUBLIC),
                name="service_shelter_address_is_secret",
                violation_error_code="address_reach",
                violation_error_message=_("The address of a shelter is never published."),
            ),
            models.CheckConstraint(
                condition=models.Q(audiences__contained_by=Audience.values), name="service_audience_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(serves_everywhere=True, countries=[], districts=[], provinces=[])
                | (models.Q(serves_everywhere=False) & ~models.Q(countries=[], districts=[], provinces=[])),
                name="service_has_an_area",
                violation_error_code="serves_everywhere",
                violation_error_message=_("Say where it serves: everywhere, or in places from the lists."),
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from=None)
                | models.Q(valid_until=None)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="service_ends_after_it_begins",
                violation_error_code="valid_until",
                violation_error_message=_("It ends before it begins."),
            ),
            models.CheckConstraint(
                condition=models.Q(minimum_age=None)
                | models.Q(maximum_age=None)
                | models.Q(maximum_age__gte=models.F("minimum_age")),
                name="service_ages_are_in_order",
                violation_error_code="maximum_age",
                violation_error_message=_("The upper age is below the lower one."),
            ),
            models.CheckConstraint(
                condition=models.Q(latitude=None, longitude=None)
                | models.Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="service_is_on_the_earth",
                violation_error_code="latitude",
                violation_error_message=_("Latitude is between -90 and 90, longitude between -180 and 180."),
            ),
            models.CheckConstraint(
                condition=models.Q(places_free=None, places_at=None)
                | models.Q(places_free__isnull=False, places_at__isnull=False),
                name="service_places_have_a_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(places_free=None)
                | models.Q(capacity=None)
                | models.Q(places_free__lte=models.F("capacity")),
                name="service_has_no_more_places_than_places",
                violation_error_code="capacity",
                violation_error_message=_("There are more places free than places in all."),
            ),
            models.CheckConstraint(
                condition=models.Q(is_free=True, fees="") | (models.Q(is_free=False) & ~models.Q(fees="")),
                name="service_says_what_it_costs",
                violation_error_code="fees",
                violation_error_message=_("Say what it costs, or tick that it is free."),
            ),
        )

    def clean(self) -> None:
        super().clean()
        _known("countries", self.countries, countries.is_country)
        _known("languages", self.languages, languages.is_language)

    def get_absolute_url(self) -> str:
        return reverse("directory:service", args=[self.pk])

    @property
    def description(self) -> str:
        """The description in the active language."""
        english = (get_language() or "").startswith("en")
        return self.description_en if english and self.description_en else self.description_id

    @property
    def state(self) -> State:
        """Whether it can be had today."""
        today = timezone.localdate()
        if self.retired_at is not None:
            return State.RETIRED
        if self.valid_until is not None and self.valid_until < today:
            return State.ENDED
        return State.COMING if self.valid_from is not None and self.valid_from > today else State.ACTIVE

    @property
    def is_old(self) -> bool:
        """Whether nobody has said for long that it is still right."""
        return is_old(self.checked_on)

    @property
    def places_are_old(self) -> bool:
        return self.places_at is not None and timezone.now() - self.places_at > PLACES_OLD_AFTER


def offers_something(partner: str) -> models.Exists:
    """Whether a service in use is entered for the partner whose key is in the named field of the outer query."""
    return models.Exists(Service.objects.in_use().filter(partner=models.OuterRef(partner)))


def is_old(checked_on: date) -> bool:
    return checked_on < timezone.localdate() - OLD_AFTER


def _known(field: str, codes: list[str], is_known: Callable[[str], bool]) -> None:
    unknown = [code for code in codes if not is_known(code)]
    if unknown:
        raise ValidationError({field: _("There is no “%(code)s”.") % {"code": unknown[0][:10]}})
