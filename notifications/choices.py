"""What a message can be about, and the states of an e-mail."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """The kinds of in-app message; `{reference}` is all that a message says about a case."""

    REFERRAL_SENT = "sent", _("New referral {reference}")
    REFERRAL_UNROUTED = "unrouted", _("{reference} needs you to choose the agency")
    REFERRAL_RECEIVED = "received", _("{reference} was opened by the agency")
    REFERRAL_ACCEPTED = "accepted", _("{reference} was accepted")
    REFERRAL_DECLINED = "declined", _("{reference} was declined")
    REFERRAL_ASKED = "asked", _("There is a question about {reference}")
    REFERRAL_ANSWERED = "answered", _("Your question about {reference} was answered")
    REFERRAL_PROGRESS = "progress", _("Progress on {reference}")
    REFERRAL_COMPLETED = "completed", _("{reference} was completed")
    REFERRAL_WITHDRAWN = "withdrawn", _("{reference} was withdrawn")
    REFERRAL_REOPENED = "reopened", _("{reference} was reopened")
    CASE_ASSIGNED = "assigned", _("{reference} was assigned to you")


class EmailState(models.TextChoices):
    DUE = "due", _("To be sent")
    SENT = "sent", _("Sent")
    PARKED = "parked", _("Given up for now")
