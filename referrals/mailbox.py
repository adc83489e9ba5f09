"""Telling a partner's shared mailbox of a new referral, where the partner chose so: a reference and a link.

Whoever reads the mailbox may have no account. Not even the sender is named: of some, the name tells what the case is about.
"""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agencies.choices import Urgency
from notifications.actions import link_to, put
from notifications.models import Email
from notifications.writing import compose

from .models import Referral

LANGUAGE = "id"  # of an office; its people have each their own


def tell(referral: Referral) -> None:
    """Put one e-mail into the outbox; nothing where the receiver has no mailbox or did not choose so."""
    if email := email_about(referral):
        put(email)


def email_about(referral: Referral) -> Email | None:
    """The same, not saved yet."""
    to = referral.receiver
    if to is None or not (to.notices_to_mailbox and to.email):
        return None
    with translation.override(LANGUAGE), timezone.override(to.time_zone):
        urgent = referral.urgency == Urgency.EMERGENCY
        text = _("Emergency: new referral %(reference)s") if urgent else _("New referral %(reference)s")
        context = {
            "referral": referral,
            "site_name": settings.SITE_NAME,
            "link": link_to(referral.get_absolute_url()),
        }
        body = render_to_string("referrals/mailbox_email.txt", context)
        return compose(to.email, text % {"reference": referral.reference}, body)
