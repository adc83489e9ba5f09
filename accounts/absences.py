"""Who stands in for a person that is out of office. It opens nothing: a deputy reads what they may read anyway."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .models import User


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def on(self, day: date | None = None) -> Self:
        """Absences on that day (today)."""
        when = day or timezone.localdate()
        return self.filter(first_day__lte=when, last_day__gte=when)

    def not_over(self) -> Self:
        return self.filter(last_day__gte=timezone.localdate())


class Absence(models.Model):
    """A person is out of office from a day to a day, and a colleague stands in: notices of that time go to both."""

    person = models.OneToOneField("accounts.User", models.CASCADE, related_name="absence")
    deputy = models.ForeignKey(
        "accounts.User", models.CASCADE, related_name="stands_in_for", verbose_name=_("deputy")
    )
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"))

    objects = AbsenceQuerySet.as_manager()

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


def with_deputies(people: Iterable[User]) -> list[User]:
    """These people, and besides whoever stands in for one of them today and is not among them.

    A deputy who has left the partner, is suspended or works on no cases any more stands in for nobody.
    """
    told = list(people)
    if not told:
        return told
    keys = [person.pk for person in told]
    absences = Absence.objects.on().filter(
        person__in=keys, deputy__partner=models.F("person__partner"), deputy__is_active=True
    )
    deputies = {
        absence.deputy_id: absence.deputy
        for absence in absences.exclude(deputy__in=keys).select_related("deputy").order_by("pk")
        if absence.deputy.works_cases
    }
    return [*told, *deputies.values()]
