"""Where a partner can be found besides its seat, and who is on duty there out of hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .partners import Partner
from .places import District, Province
from .reference import ReferenceQuerySet, ReferenceRow, validate_code

LONGEST_DUTY = timedelta(days=31)


class Office(ReferenceRow):
    """An office under a partner: a P4MI post of a BP3MI, a consular office of a mission.

    `code` is the loader's name for it; one that an admin added has none. `district` or `province` says which part of the
    partner's area it serves, where it does not serve all of it.
    """

    code = models.CharField(
        max_length=60, unique=True, null=True, blank=True, editable=False, validators=[validate_code]
    )
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="offices", verbose_name=_("partner"))
    name = models.CharField(_("name"), max_length=150)
    address = models.TextField(_("address"), max_length=300, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    province = models.ForeignKey(
        Province, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("province")
    )
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("consular district")
    )
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    hours = models.CharField(_("hours"), max_length=150, blank=True)

    objects = ReferenceQuerySet["Office"].as_manager()

    class Meta(ReferenceRow.Meta):
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ("partner", "name", "pk")
        constraints = (
            *ReferenceRow.Meta.constraints,
            models.UniqueConstraint(
                fields=("partner", "name"),
                condition=models.Q(retired_at=None),
                name="office_name_of_partner",
                violation_error_message=_("The partner has an office of this name already."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class DutyQuerySet(models.QuerySet["Duty"]):
    def of_partners_of(self, user: User) -> Self:
        """The rosters that this person keeps: all for a portal admin, their own partner's for a partner admin."""
        if user.manages_partners:
            return self.all()
        return self.filter(partner_id=user.partner_id) if user.manages_staff else self.none()

    def now(self, at: datetime | None = None) -> Self:
        """Whoever is on duty at that moment (now), who began last first."""
        moment = at or timezone.now()
        return self.filter(starts_at__lte=moment, ends_at__gt=moment).order_by("-starts_at", "pk")

    def to_come(self) -> Self:
        """Duties that have not ended, the next one first."""
        return self.filter(ends_at__gt=timezone.now()).order_by("starts_at", "pk")


class Duty(models.Model):
    """Who answers emergencies of a partner from when until when, and under which number. A person of the portal or a name."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="duties", verbose_name=_("partner"))
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    name = models.CharField(_("name"), max_length=150, blank=True)
    phone = models.CharField(_("telephone"), max_length=40)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duty roster")
        ordering = ("starts_at", "pk")
        indexes = (models.Index(fields=("partner", "ends_at"), name="duty_of_partner"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="duty_ends_after_it_began",
                violation_error_message=_("The duty ends before it begins."),
            ),
            models.CheckConstraint(
                condition=models.Q(person=None) ^ models.Q(name=""),
                name="duty_has_a_person_or_a_name",
                violation_error_message=_("Choose a person or type a name, not both."),
            ),
        )

    def __str__(self) -> str:
        return self.who

    @property
    def who(self) -> str:
        return self.person.full_name if self.person else self.name
