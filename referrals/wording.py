"""How a referral is told to its reader: whose move it is, what the state means for them, why this agency."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import User
from agencies import matching
from agencies.models import Partner

from . import disclosure, reasons, rules
from .choices import DeclineReason, Side, State
from .models import READABLE_AFTER_COMPLETION, REOPEN_WITHIN, Referral

NOT_READING = gettext_lazy("Nobody there reads the portal yet: tell this agency by phone or letter as well.")


@dataclass(frozen=True)
class Move:
    """Whose move it is, as the component whose_move shows it."""

    name: str
    due_at: datetime | None
    mine: bool
    resting: bool = False


@dataclass(frozen=True)
class Candidate:
    """A line of the component `ranking`."""

    partner: Partner
    kind: str
    reasons: list[str]
    unconfirmed: bool = False
    warning: str | Promise = ""
    place: str = ""
    chosen: bool = False


def move(user: User, referral: Referral) -> Move | None:
    """Whose move it is for this reader; None when nobody has to do anything any more."""
    if not referral.is_live:
        return None
    if referral.move is Side.PORTAL:
        return Move(str(Side.PORTAL.label), None, mine=False)
    mover = referral.mover
    if mover is not None and mover.pk == user.partner_id:
        return Move(pgettext("whose move", "us"), referral.due_at, mine=True)
    resting = referral.state == State.CLARIFYING and rules.is_receiver(user, referral)
    return Move(str(mover or ""), referral.due_at, mine=False, resting=resting)


def situation(user: User, referral: Referral, *, receiver_reads: bool = True) -> str:
    """What the state means for this reader, and what they do next, in one or two sentences."""
    if referral.state == State.UNROUTED and (why := why_unrouted(referral)):
        return why
    told = _to_sender if rules.is_sender(user, referral) else _to_receiver
    sentence = told(State(referral.state), referral, receiver_reads)
    return sentence % {"sender": referral.sender, "receiver": referral.receiver, **_facts(referral)}


def _to_sender(state: State, referral: Referral, receiver_reads: bool) -> str:
    if state is State.SENT and not receiver_reads:
        return _(
            "Sent to %(receiver)s, but nobody there reads the portal yet. Please tell it by phone or letter."
        )
    if state is State.COMPLETED and not _within(referral, REOPEN_WITHIN):
        return _("%(receiver)s has completed it.")
    if state is State.DECLINED:
        return _("%(receiver)s declined (%(reason)s). Please refer the case to another agency.")
    return {
        State.WAITING: _(
            "The portal is looking for the agency that is responsible. This page refreshes by itself."
        ),
        State.UNROUTED: _("Please choose the agency."),
        State.SENT: _("Sent to %(receiver)s, which has not opened it yet."),
        State.RECEIVED: _("%(receiver)s has opened it and decides whether to take it on."),
        State.CLARIFYING: _("%(receiver)s has a question. Its clock rests until you answer."),
        State.ACCEPTED: _("%(receiver)s (%(officer)s) has taken it on."),
        State.COMPLETED: _(
            "%(receiver)s has completed it. If it is not done, reopen it before %(reopen_until)s."
        ),
        State.HANDED_OVER: _("%(receiver)s has handed it over to another agency."),
        State.WITHDRAWN: _("You took this referral back."),
    }[state]


def _to_receiver(state: State, referral: Referral, receiver_reads: bool) -> str:
    if state is State.COMPLETED and not _within(referral, READABLE_AFTER_COMPLETION):
        return _("You have completed it. The case is closed to you.")
    return {
        State.SENT: _("Please accept it, decline it or ask a question."),
        State.RECEIVED: _("Please accept it, decline it or ask a question."),
        State.CLARIFYING: _(
            "Your question waits for an answer from %(sender)s. Your clock rests until then."
        ),
        State.ACCEPTED: _("%(officer)s has taken it on. Report how it goes, or complete it."),
        State.COMPLETED: _("You have completed it. The case stays readable here until %(readable_until)s."),
        State.DECLINED: _("You declined this referral (%(reason)s). The case is closed to you."),
        State.HANDED_OVER: _("You have handed it over to another agency."),
        State.WITHDRAWN: _("%(sender)s took this referral back. The case is closed to you."),
    }.get(state, "")


def _facts(referral: Referral) -> dict[str, str]:
    known = DeclineReason(referral.decline_reason).label if referral.decline_reason else ""
    return {
        "reason": str(known).lower(),
        "officer": referral.accepted_by.full_name if referral.accepted_by else "",
        "reopen_until": _date(referral.ended_at, REOPEN_WITHIN),
        "readable_until": _date(referral.ended_at, READABLE_AFTER_COMPLETION),
    }


def _within(referral: Referral, span: timedelta) -> bool:
    return referral.ended_at is not None and timezone.now() - referral.ended_at <= span


def _date(since: datetime | None, span: timedelta) -> str:
    return formats.date_format(timezone.localtime(since + span), "DATE_FORMAT") if since else ""


def why_unrouted(referral: Referral) -> str:
    """Why the portal left the choice to a person; empty when it did not."""
    return reasons.explain(referral.why_unrouted, referral.why_params) if referral.why_unrouted else ""


def why_receiver(user: User, referral: Referral) -> list[str]:
    """Why this agency, in sentences, as far as the reader may know; none when a person chose one outside the ranking."""
    if rules.is_receiver(user, referral):
        return _sentences(disclosure.why(referral))
    return next(
        (
            _sentences(line["reasons"])
            for line in referral.ranking
            if line["partner_id"] == referral.receiver_id
        ),
        [],
    )


def ranking(kept: list[dict[str, Any]]) -> list[Candidate]:
    """What `routing.ranked` kept, with the partners as they are now; those that work here no more are left out."""
    partners = Partner.objects.active().with_accounts().in_bulk([line["partner_id"] for line in kept])
    return [
        Candidate(
            partner=partner,
            kind=partner.get_kind_display(),
            reasons=_sentences(line["reasons"]),
            unconfirmed=line["unconfirmed"],
            warning="" if partner.has_accounts else NOT_READING,
        )
        for line in kept
        if (partner := partners.get(line["partner_id"]))
    ]


def _sentences(kept: list[matching.Reason]) -> list[str]:
    told = (matching.explain(reason) for reason in kept if reason["code"] != "unconfirmed")
    return [sentence for sentence in told if sentence]
