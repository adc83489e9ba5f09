"""What partners were called before."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from .partners import Partner
from .reference import Named


class FormerName(Named):
    """A name that a partner bore until a day, and not on that day any more: by it people go on looking for the partner.

    `basis` says by what it was renamed (a regulation, a letter).
    """

    partner = models.ForeignKey(
        Partner, models.CASCADE, related_name="former_names", verbose_name=_("partner")
    )
    until = models.DateField(_("until"))
    basis = models.TextField(_("basis"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("former name")
        verbose_name_plural = _("former names")
        ordering = ("-until", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("partner", "until"),
                name="former_name_until_once",
                violation_error_message=_("Another former name ends on this day already."),
            ),
        )


def name_on(partner: Partner, day: date) -> str:
    """What the partner was called on that day, in the active language: what is written on papers of that day."""
    later = [name for name in partner.former_names.all() if name.until > day]
    return min(later, key=lambda name: name.until).name if later else partner.name
