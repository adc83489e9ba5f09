"""Coded lists of the service directory. What kind a service is stands in agencies.choices.ServiceKind."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Audience(models.TextChoices):
    """For whom a service is; one that names none is for everybody."""

    WOMEN = "women", _("Women")
    MEN = "men", _("Men")
    CHILDREN = "children", _("Children")


class HoursKind(models.TextChoices):
    """When a service is there."""

    ALWAYS = "always", _("Day and night, every day")
    OFFICE = "office", _("In the partner's working hours")
    OWN = "own", _("At hours of its own")


class AddressReach(models.TextChoices):
    """Who may read where a service is."""

    PUBLIC = "public", _("Everybody, also outside the portal")
    STAFF = "staff", _("Those who work in the portal")
    OWN = "own", _("Our own people only; others call first")


class When(models.TextChoices):
    """At which time a service is looked for."""

    NOW = "now", _("Now")
    TONIGHT = "tonight", _("Tonight")
    AT = "at", _("At a day and hour")
    ALWAYS = "always", _("Day and night")


class State(models.TextChoices):
    """Whether a service can be had."""

    ACTIVE = "active", pgettext_lazy("service", "Active")
    COMING = "coming", pgettext_lazy("service", "Not yet")
    ENDED = "ended", pgettext_lazy("service", "Ended")
    RETIRED = "retired", pgettext_lazy("service", "Retired")
