"""How every act of a person begins, and the one that both sides share."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cases.choices import EventKind
from cases.events import with_key
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
    recorded: bool = False,
) -> tuple[Referral, bool]:
    """Lock the referral and ask whether the act may happen; False when this very form did it before.

    Raises PermissionDenied for somebody who is not on the side that may do this at all, ActRefused when the state
    does not allow it (any more), KeyUsed when the form was sent before with another text. With `recorded` the sender
    writes down what a receiver without accounts answered, and ActRefused says so once it has one.
    """
    current = lock(referral)
    if not side(by, current):
        raise PermissionDenied
    earlier = done_before(key, by=by, kind=kind, text=text)
    if earlier is not None:
        if earlier.referral_id != current.pk:
            raise key_used()
        return current, False
    if recorded and current.receiver_has_accounts:
        raise ActRefused(
            _("%(partner)s has an account here now and answers for itself.") % {"partner": current.receiver}
        )
    if not rule(by, current):
        raise ActRefused(why_refused(current))
    return current, True


def begin_answer(
    referral: Referral,
    *,
    by: User,
    kind: EventKind,
    rule: Callable[..., bool],
    key: UUID | None,
    text: str = "",
    recorded: bool = False,
) -> tuple[Referral, bool]:
    """`begin` what the receiver does: one of its people, or with `recorded` the sender that writes it down for it."""
    return begin(
        referral,
        by=by,
        kind=kind,
        side=rules.is_sender if recorded else rules.is_receiver,
        rule=partial(rule, recorded=recorded),
        key=key,
        text=text,
        recorded=recorded,
    )


def marked(recorded: bool) -> dict[str, Any]:
    """What an event holds beside its own: that the sender wrote it down for the receiver."""
    return {"recorded": True} if recorded else {}


def done_before(key: UUID | None, *, by: User, kind: EventKind, text: str) -> CaseEvent | None:
    """The event that this very form has caused before. Raises KeyUsed when its key stands for something else."""
    earlier = with_key(key)
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
def report(
    *, by: User, referral: Referral, text: str, key: UUID | None = None, recorded: bool = False
) -> Referral:
    """Add a dated line of progress that both sides read (StatusUpdate)."""
    current, fresh = begin(
        referral,
        by=by,
        kind=EventKind.PROGRESS,
        side=rules.is_sender if recorded else rules.is_either_side,
        rule=partial(rules.can_report, recorded=recorded),
        key=key,
        text=text,
        recorded=recorded,
    )
    if not fresh:
        return current
    return finish(current, None, EventKind.PROGRESS, by=by, key=key, text=text, **marked(recorded))
