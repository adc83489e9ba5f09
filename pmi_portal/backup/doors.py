"""Shutting what stood open when the backup was made: it may have been used, taken back or replaced since, and nobody knows."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.sessions.models import Session

from accounts import resets
from agencies.actions.invitations import withdraw_all_of_backup
from privacy import acting
from referrals.actions.letters import end_all_links

NAMED = 20


def shut() -> str:
    """End sessions, links for a new password, invitations and links to letters; how many, and which have to be sent anew."""
    with acting.as_portal():
        ended, _models = Session.objects.all().delete()
        resets.end_all()
        invitations = withdraw_all_of_backup()
        letters = end_all_links()
    return "; ".join(
        (
            f"{ended} sessions ended, no link for a new password opens anything",
            _listed("invitations withdrawn", [invitation.email for invitation in invitations]),
            _listed("links to letters ended", [letter.referral.reference for letter in letters]),
        )
    )


def _listed(what: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{len(names)} {what}{': ' if names else ''}{', '.join(names[:NAMED])}{more}"
