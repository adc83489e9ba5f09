"""What is late with a referral, and why: said to its sender, so that nobody waits in the dark or sends it twice."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications import delivery
from notifications.choices import EmailState, Kind
from notifications.models import Notification
from privacy.acting import as_portal

from . import routing
from .choices import State
from .models import Referral

LATE = timedelta(seconds=30)  # after which the portal has not done its part in time
EMAIL_LATE = timedelta(minutes=2)
MANY = 50  # referrals that wait: fewer are done within seconds, so that something stands still
MOST = 1000  # that are counted


def of(referral: Referral) -> str:
    """A sentence or two; empty where nothing is late."""
    if referral.state == State.WAITING and not referral.case.is_paused:
        return _finding(referral) if timezone.now() - referral.created_at > LATE else ""
    if referral.state == State.SENT and referral.sent_at and timezone.now() - referral.sent_at > EMAIL_LATE:
        return _telling(referral)
    return ""


def _finding(referral: Referral) -> str:
    if referral.route_attempts:
        again = _("The portal could not find the agency yet (tries: %(tries)s) and tries again by itself.")
        return again % {"tries": referral.route_attempts} + " " + _kept()
    with as_portal():  # every partner's; only counted
        ahead = routing.QUEUE.due()[: MOST + 1].count() - 1
    if ahead < MANY:
        standing = _(
            "The part of the portal that finds agencies is standing still; the admins of the portal see it, too."
        )
        return standing + " " + _kept()
    if ahead >= MOST:
        return _("More than %(n)s referrals are waiting to be sent. Emergencies go first.") % {"n": MOST}
    waiting = ngettext(
        "%(n)s other referral is waiting to be sent. Emergencies go first.",
        "%(n)s other referrals are waiting to be sent. Emergencies go first.",
        ahead,
    )
    return waiting % {"n": ahead}


def _kept() -> str:
    return _(
        "Your referral is kept; you need not send it again. In an emergency, please call the agency now."
    )


def _telling(referral: Referral) -> str:
    """What keeps the e-mails that tell the receiver; its people see the referral in the portal all the same."""
    notices = Notification.objects.filter(
        path=referral.get_absolute_url(), kind=Kind.REFERRAL_SENT, email__isnull=False
    )
    found = list(notices.values_list("email__state", "email__error", "email__slow"))
    if not found or any(state == EmailState.SENT for state, _error, _slow in found):
        return ""
    return _("%(partner)s can read the referral in the portal, but no e-mail has told them yet: %(why)s") % {
        "partner": referral.receiver,
        "why": _why_no_email(found),
    }


def _why_no_email(found: list[tuple[str, str, bool]]) -> str:
    if all(state != EmailState.DUE for state, _error, _slow in found):
        return _("their addresses take no e-mail. Please call them; the admins of the portal see it, too.")
    if any(error == delivery.AWAY for _state, error, _slow in found):
        return _("the mail server does not answer. It is tried again by itself.")
    if any(slow for _state, _error, slow in found):
        return _("their mailbox does not answer. It is tried again by itself.")
    return _("many e-mails are waiting. It goes out by itself.")
