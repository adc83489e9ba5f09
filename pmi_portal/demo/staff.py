"""What admins see of the demo's accounts: who accepted the code of conduct, whom nobody has seen for long, whom they confirmed."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from accounts.roles import PartnerAdmin
from agencies import reviewing
from agencies.choices import StaffVerb
from agencies.conduct import CURRENT
from agencies.models import ConductAcceptance, ReviewAnswer, StaffEvent

UNUSED = "petugas2@kjri-kk.example"  # signed in last more than sixty days ago
ANSWERED = "BP3MI_JATIM"  # its admin has confirmed everybody in this quarter


def lead(everybody: list[User]) -> None:
    """Accept, lock and confirm, as the portal would have written it."""
    ConductAcceptance.objects.bulk_create(
        ConductAcceptance(person=person, version=CURRENT, at=person.date_joined + timedelta(hours=1))
        for person in everybody
    )
    _lock(next(person for person in everybody if person.email == UNUSED))
    _confirm([person for person in everybody if person.partner and person.partner.code == ANSWERED])


def _lock(person: User) -> None:
    at = timezone.now() - timedelta(days=3)
    person.last_login, person.lock_warned_at, person.locked_at = at - timedelta(60), at - timedelta(10), at
    person.save(update_fields=["last_login", "lock_warned_at", "locked_at"])
    StaffEvent.objects.create(
        at=at,
        verb=StaffVerb.LOCKED_UNUSED,
        partner=person.partner,
        subject=person,
        subject_email=person.email,
        detail={"days": 60},
    )


def _confirm(people: list[User]) -> None:
    admin, quarter = next(one for one in people if one.role == PartnerAdmin.code), reviewing.current()
    ReviewAnswer.objects.bulk_create(
        ReviewAnswer(person=person, partner=person.partner, quarter=quarter.name, by=admin)
        for person in people
        if person.is_active and person != admin
    )
