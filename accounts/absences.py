"""Who stands in for a person that is out of office. It opens nothing: a deputy reads what they may read anyway."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .models import User


class Absence(models.Model):
    """A person is out of office from a day to a day, and a colleague stands in: notices of that time go to both.

    The days are those of the person's own time zone, whoever causes the notice.
    """

    person = models.OneToOneField("accounts.User", models.CASCADE, related_name="absence")
    deputy = models.ForeignKey(
        "accounts.User", models.CASCADE, related_name="stands_in_for", verbose_name=_("deputy")
    )
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"))

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="absence_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=~models.Q(person=models.F("deputy")), name="absence_has_another_deputy"
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"

    @property
    def is_today(self) -> bool:
        return self.first_day <= today_of(self.person) <= self.last_day


def today_of(person: User) -> date:
    """Which day it is where this person is."""
    return timezone.localdate(timezone=ZoneInfo(person.time_zone))


def current_of(person: User) -> Absence | None:
    """The absence of this person that lasts or is still to come."""
    absences = Absence.objects.filter(person=person, last_day__gte=today_of(person))
    return absences.select_related("deputy").first()


class Deputies:
    """Whoever stands in today for any of these people: read in one statement, then asked for some of them at a time.

    A deputy who has left the partner, is suspended or works on no cases any more stands in for nobody.
    """

    def __init__(self, people: Iterable[User]) -> None:
        keys, day, around = {person.pk for person in people}, timezone.now().date(), timedelta(days=1)
        absences = Absence.objects.filter(  # no zone is more than a day ahead or behind
            person__in=keys,
            deputy__partner=models.F("person__partner"),
            deputy__is_active=True,
            first_day__lte=day + around,
            last_day__gte=day - around,
        )
        around_today = absences.select_related("person", "deputy").order_by("pk") if keys else []
        self._today = [row for row in around_today if row.is_today and row.deputy.works_cases]

    def beside(self, people: Iterable[User]) -> list[User]:
        """These people, and besides whoever stands in for one of them today and is not among them."""
        told = list(people)
        keys = {person.pk for person in told}
        deputies = {
            absence.deputy_id: absence.deputy
            for absence in self._today
            if absence.person_id in keys and absence.deputy_id not in keys
        }
        return [*told, *deputies.values()]
