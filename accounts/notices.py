"""E-mails to a person about their own account: the fact and what to do about it, nothing else."""

from django.conf import settings
from django.core.mail import send_mail
from django.db import models
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from .models import User


class Fact(models.TextChoices):
    """What has happened to an account."""

    NEW_DEVICE = (
        "new_device",
        _("Somebody signed in to your account with a browser that has not been used for it."),
    )
    PASSWORD_CHANGED = "password_changed", _("The password of your account was changed.")
    FACTOR_ADDED = "second_factor_added", _("A second factor was added to your account.")
    FACTOR_REMOVED = "second_factor_removed", _("A second factor of your account was removed.")
    FACTORS_RESET = (
        "second_factor_reset",
        _("The second factor of your account was reset. You set up a new one when you sign in next."),
    )
    RESET_ASKED = (
        "second_factor_reset_asked",
        _(
            "An admin asked that the second factor of your account be reset; another admin has to confirm it. If you did not"
            " ask for this, tell your admin at once."
        ),
    )
    CONFIRMED_SOMEBODY = (
        "confirmed_somebody",
        _("You confirmed who a colleague is, and their second factor was reset by whoever runs the portal."),
    )
    CODES_RENEWED = "recovery_codes_renewed", _("Your recovery codes were replaced; the older ones are void.")
    CODE_USED = (
        "recovery_code_used",
        _("One of your recovery codes was used to sign in or to confirm that it is you."),
    )


def send(person: User, fact: Fact) -> None:
    """Tell a person, in their language. Somebody who is suspended is told nothing."""
    if not person.is_active:
        return
    with translation.override(person.language), timezone.override(person.time_zone):
        body = render_to_string(
            "accounts/email/notice.txt",
            {
                "person": person,
                "fact": fact.label,
                "at": timezone.now(),
                "sessions": settings.PORTAL_URL + reverse("accounts:sessions"),
                "site_name": settings.SITE_NAME,
            },
        )
        subject = str(_("Security of your account"))
    send_mail(subject, body, None, [person.email])
