"""Whom to call or write to about a service."""

from __future__ import annotations

import re

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.characters import validate_plain_email

from .services import Service

MOST = 4  # contacts of one service

validate_phone = RegexValidator(
    r"^\+?[0-9][0-9 ()./-]{1,28}[0-9]\Z", _("Use digits and blanks, such as +62 31 555 0100.")
)


class Contact(models.Model):
    """One way to reach a service. `is_public` is whether it may be read outside the portal."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="contacts", verbose_name=_("service"))
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name or desk"), max_length=100, blank=True)
    phone = models.CharField(_("telephone"), max_length=32, blank=True, validators=[validate_phone])
    email = models.EmailField(_("e-mail"), blank=True, validators=[validate_plain_email])
    is_public = models.BooleanField(_("may be published"), default=False)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=("service", "position"), name="contact_position_is_unique"),
            models.CheckConstraint(
                condition=models.Q(position__gte=1, position__lte=MOST), name="contact_position_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(phone="", email=""),
                name="contact_can_be_reached",
                violation_error_message=_("Enter a telephone number or an e-mail address."),
            ),
        )

    def __str__(self) -> str:
        return self.name or self.phone or self.email

    @property
    def dialled(self) -> str:
        """The number as a telephone dials it."""
        return re.sub(r"[^+0-9]", "", self.phone)
