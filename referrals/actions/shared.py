"""How every act of a person begins, and the one that both sides share."""

from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cases.choices import EventKind
from cases.models import CaseEvent

from .. import rules
from ..models import Referral
from ..moves import ActRefused, finish, lock, why_refused

Rule = Callable[[User, Referral], bool]


class KeyUsed(ActRefused):
    """The form was sent before, and said something else then: going on would lose one of the two texts."""


def begin(
    referral: Referral,
    *,
    by: User,
    kind: EventKind,
    side: Rule,
    rule: Rule,
    key: UUID | None,
    text: str = "",
) -> tuple[Referral, bool]:
    """Lock the referral and ask whether the act may happen; False when this very form did it before.

    Raises PermissionDenied for somebody who is not on the side that may do this at all, ActRefused when the state
    does not allow it (any more), KeyUsed when the form was sent before with another text.
    """
    current = lock(referral)
    if not side(by, current):
        raise PermissionDenied
    earlier = done_before(key, by=by, kind=kind, text=text)
    if earlier is not None:
        if earlier.referral_id != current.pk:
            raise key_used()
        return current, False
    if not rule(by, current):
        raise ActRefused(why_refused(current))
    return current, True


def done_before(key: UUID | None, *, by: User, kind: EventKind, text: str) -> CaseEvent | None:
    """The event that this very form has caused before. Raises KeyUsed when its key stands for something else."""
    earlier = CaseEvent.objects.filter(key=key).select_related("referral").first() if key else None
    if earlier is None:
        return None
    if (earlier.actor_id, earlier.kind, earlier.text) != (by.pk, kind, text):
        raise key_used()
    return earlier


def key_used() -> KeyUsed:
    return KeyUsed(
        _("This form was sent before, with something else in it. Please check the page, then send it again.")
    )


@transaction.atomic
def report(*, by: User, referral: Referral, text: str, key: UUID | None = None) -> Referral:
    """Add a dated line of progress that both sides read (StatusUpdate)."""
    current, fresh = begin(
        referral,
        by=by,
        kind=EventKind.PROGRESS,
        side=rules.is_either_side,
        rule=rules.can_report,
        key=key,
        text=text,
    )
    return finish(current, None, EventKind.PROGRESS, by=by, key=key, text=text) if fresh else current
