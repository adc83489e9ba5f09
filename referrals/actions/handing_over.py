"""Going on elsewhere: referring again after a refusal, and handing over to another agency."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.choices import ServiceKind
from agencies.models import Partner
from cases.choices import EventKind
from cases.events import record
from cases.models import Consent
from cases.standing import line_to

from .. import rules
from ..choices import State
from ..models import Referral
from ..moves import ActRefused, finish, hold, lock, send, twin_at, why_ask_again, why_not_to, why_refused
from .consent import says
from .sender import case_closed, create
from .shared import begin, begin_answer, done_before, key_used, marked

TERMS = ("groups", "given_by", "method", "witness", "given_on", "until", "onward")


@transaction.atomic
def refer_again(*, by: User, referral: Referral, to: Partner, key: UUID | None = None) -> Referral:
    """Put what was declined before another partner: same services, same request, same terms of the worker's consent.

    Needs a consent that stands and says that another responsible agency may be asked; `rules.goes_on`. Returns the
    new referral; the same `key` again, the one of the first time. Raises PermissionDenied for anybody but the sender,
    ActRefused when it may not go on like this, KeyUsed when the key stands for something else.
    """
    current = lock(referral)
    if not rules.is_sender(by, current):
        raise PermissionDenied
    if earlier := done_before(key, by=by, kind=EventKind.REFERRED, text=current.request):
        done = earlier.referral
        if done is None or (done.previous_id, done.receiver_id) != (current.pk, to.pk):
            raise key_used()
        return done
    if problem := _why_not_again(current):
        raise ActRefused(problem)
    if rules.spoke_against(current.consent, to):
        raise ActRefused(why_ask_again(to))
    return create(
        by=by,
        case=current.case,
        services=[ServiceKind(code) for code in current.services],
        request=current.request,
        consent=_terms(current.consent),
        previous=current,
        to=to,
        key=key,
    )


def _why_not_again(referral: Referral) -> str:
    """Why one click is not enough to refer again, or an empty text."""
    if referral.state != State.DECLINED:
        return why_refused(referral)
    if referral.case.is_closed:
        return case_closed()
    if follow_up := referral.follow_ups.select_related("case").first():
        return _("%(reference)s follows this referral already.") % {"reference": follow_up.reference}
    if not rules.goes_on(referral.consent):
        return _(
            "The worker has not agreed that another agency is asked. Please ask first, then refer again."
        )
    return ""


@transaction.atomic
def hand_over(
    *,
    by: User,
    referral: Referral,
    to: Partner,
    text: str,
    key: UUID | None = None,
    recorded: bool = False,
) -> Referral:
    """Give a referral that was taken on to another partner; it ends here and a follow-up of the same sender begins.

    Where the worker agreed that another agency is asked, and did not speak against this one, the follow-up is sent at
    once, under a copy of that consent; else it is a proposal, and the sender asks the worker first (`agree`). Raises
    ActRefused with the reason when it cannot go there.
    """
    current, fresh = begin_answer(
        referral,
        by=by,
        kind=EventKind.HANDED_OVER,
        rule=rules.can_hand_over,
        key=key,
        text=text,
        recorded=recorded,
    )
    if not fresh:
        if not any(to.pk in (after.receiver_id, after.proposed_id) for after in current.follow_ups.all()):
            raise key_used()
        return current
    hold(current.case)
    if problem := why_not_over(current, to):
        raise ActRefused(problem)
    current.ended_at, current.ended_by = timezone.now(), by
    finish(
        current,
        State.HANDED_OVER,
        EventKind.HANDED_OVER,
        by=by,
        key=key,
        text=text,
        at=current.ended_at,
        to=to.name_id,
        **marked(recorded),
    )
    _follow(current, to=to, by=by, text=text)
    return current


def why_not_over(referral: Referral, to: Partner) -> str:
    """Why the receiver cannot hand over to this partner, or an empty text; says nothing of referrals it does not know."""
    if to.pk == referral.receiver_id:
        return _("%(partner)s has this referral already. Please choose another agency.") % {"partner": to}
    if to.pk == referral.sender_id:
        return _(
            "%(partner)s is who referred this case. A question, declining or completing leads back there."
        ) % {"partner": to}
    if any(earlier.receiver_id == to.pk for earlier in before(referral)):
        return _(
            "%(partner)s was asked before: the case would go round in a circle. Please choose another one."
        ) % {"partner": to}
    if twin_at(to, referral):
        return _(
            "%(partner)s is asked for the same service already. Complete your part, or choose another one."
        ) % {"partner": to}
    return why_not_to(referral, to)


def before(referral: Referral) -> list[Referral]:
    """The referrals that led to this one."""
    return line_to(referral, Referral.objects.filter(case_id=referral.case_id))[:-1]


def _follow(ended: Referral, *, to: Partner, by: User, text: str) -> None:
    """Send the follow-up, or leave it to its sender as a proposal."""
    goes_on = rules.goes_on(ended.consent) and not rules.spoke_against(ended.consent, to)
    words = text if goes_on else ""  # what the sender has not let through yet is not told to the next agency
    follow_up = follow(ended, goes_on=goes_on, by=by, text=words)
    if goes_on:
        send(follow_up, to=to, by=by, chosen=True)
        return
    follow_up.proposed = to
    finish(follow_up, State.UNROUTED, EventKind.UNROUTED, by=by, at=follow_up.created_at, why="handed_over")


def follow(ended: Referral, *, goes_on: bool, by: User | None, text: str = "") -> Referral:
    """The referral that goes on where another was handed over. It stays its sender's, in the sender's own words; where it
    goes on at once it rests on a copy of the consent."""
    now, case = timezone.now(), ended.case
    heard_by = ended.consent.recorded_by
    follow_up = Referral.objects.create(
        case=case,
        number=case.referrals.count() + 1,
        previous=ended,
        sender=ended.sender,
        consent=Consent.objects.create(case=case, recorded_by=heard_by, **_terms(ended.consent))
        if goes_on
        else ended.consent,
        services=ended.services,
        request=ended.request,
        urgency=ended.urgency,
        ranking=ended.ranking,
        created_by=ended.created_by,
        created_at=now,
        changed_at=now,
    )
    record(case, EventKind.REFERRED, by=by, referral=follow_up, at=now, text=text)
    return follow_up


@transaction.atomic
def agree(*, by: User, referral: Referral, consent: Mapping[str, Any], key: UUID | None = None) -> Referral:
    """Send what an agency proposed to hand over, now that the worker agreed. `consent` holds the fields of the grant."""
    current, fresh = begin(
        referral, by=by, kind=EventKind.SENT, side=rules.is_sender, rule=rules.can_agree, key=key
    )
    if not fresh:
        if not says(current.consent, consent):
            raise key_used()
        return current
    to = current.proposed
    assert to is not None
    current.consent = Consent.objects.create(case=current.case, partner=to, recorded_by=by, **consent)
    return send(current, to=to, by=by, key=key, chosen=True)


def _terms(consent: Consent) -> dict[str, Any]:
    """What the worker agreed to, whoever is told; the grant for the next partner is a row of its own."""
    return {name: getattr(consent, name) for name in TERMS}
