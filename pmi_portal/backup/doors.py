"""Shutting what stood open when the backup was made: it may have been used, taken back or replaced since, and nobody knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.contrib.sessions.models import Session

from accounts import resets
from agencies.actions.invitations import withdraw_all_of_backup
from agencies.models import Invitation
from privacy import acting
from referrals.actions.letters import end_all_links


def shut() -> str:
    """End sessions, links for a new password, invitations and links to letters; how many, and which have to be sent anew.

    All of these are named, and nobody's address: what a restore says ends up in logs.
    """
    with acting.as_portal():
        ended, _models = Session.objects.all().delete()
        resets.end_all()
        invitations = withdraw_all_of_backup()
        links, letters = end_all_links()
    return "; ".join(
        (
            f"{ended} sessions ended, no link for a new password opens anything",
            _listed(f"{len(invitations)} invitations withdrawn", _by_partner(invitations)),
            f"{links} links to letters ended",
            _listed(
                f"senders asked to send {len(letters)} letters again",
                [letter.referral.reference for letter in letters],
            ),
        )
    )


def _by_partner(invitations: Iterable[Invitation]) -> list[str]:
    """How many of which partner, in the order of their names."""
    counted = Counter(
        invitation.partner.name if invitation.partner else "the portal itself" for invitation in invitations
    )
    return [f"{name} ({count})" for name, count in sorted(counted.items())]


def _listed(what: str, names: list[str]) -> str:
    return f"{what}{': ' if names else ''}{', '.join(names)}"
