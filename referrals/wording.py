"""How a referral is told to its reader: whose move it is, what the state means for them, why this agency."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import User
from agencies import matching, moments
from agencies.choices import Counting, OutcomeClass
from agencies.models import Partner
from agencies.narrow import NAME
from cases.choices import EventKind
from directory.models import offers_something

from . import disclosure, reasons, rules
from .choices import DeclineReason, Side, State
from .models import READABLE_AFTER_COMPLETION, REOPEN_WITHIN, Referral

NOT_READING = gettext_lazy(
    "Nobody there reads the portal yet: print or e-mail the letter to this agency, then record its answers."
)


# What the sender of a referral reads while nobody at the receiver has an account.
BY_LETTER = {
    State.SENT: gettext_lazy(
        "Sent to %(receiver)s, but nobody there reads the portal yet. Print the letter or send it by e-mail, then"
        " record here what the agency answers."
    ),
    State.RECEIVED: gettext_lazy("%(receiver)s has the letter. Record here what it answers."),
    State.CLARIFYING: gettext_lazy(
        "%(receiver)s has a question. Answer it by letter or telephone, and write down here what you answered; until"
        " then its clock rests."
    ),
    State.ACCEPTED: gettext_lazy(
        "%(receiver)s has taken it on, as %(officer)s recorded. Record here how it goes."
    ),
}


@dataclass(frozen=True)
class Move:
    """Whose move it is, as the component whose_move shows it."""

    name: str
    due_at: datetime | None
    mine: bool
    resting: bool = False
    working: bool = False  # its time counts while it is at work
    mover: Partner | None = None

    @property
    def until(self) -> str:
        """Until when, in words, where the mover is."""
        return moments.until(self.due_at, self.mover)


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
    services_url: str = ""  # what the partner offers, where something is entered


def move(user: User, referral: Referral) -> Move | None:
    """Whose move it is for this reader; None when nobody has to do anything any more."""
    if not referral.is_live:
        return None
    if referral.move is Side.PORTAL:
        return Move(str(Side.PORTAL.label), None, mine=False)
    mover = referral.mover
    mine = mover is not None and mover.pk == user.partner_id
    return Move(
        name=pgettext("whose move", "us") if mine else str(mover or ""),
        due_at=referral.due_at,
        mine=mine,
        resting=not mine and referral.state == State.CLARIFYING and rules.is_receiver(user, referral),
        mover=mover,
        working=referral.counting == Counting.WORKING,
    )


def situation(user: User, referral: Referral, *, receiver_reads: bool = True) -> str:
    """What the state means for this reader, and what they do next, in one or two sentences."""
    if referral.state == State.UNROUTED and referral.proposed is not None:
        if referral.previous and _has_closed(referral.previous):
            return _(
                "%(by)s has closed, and %(partner)s takes over its work. The worker has to agree before it goes there."
            ) % {"by": referral.previous.receiver, "partner": referral.proposed}
        return _("%(by)s proposes to hand over to %(partner)s. The worker has to agree first.") % {
            "by": referral.previous.receiver if referral.previous else "",
            "partner": referral.proposed,
        }
    if referral.state == State.UNROUTED and (why := why_unrouted(referral)):
        return why
    as_sender = rules.is_sender(user, referral)
    told = _to_sender if as_sender else _to_receiver
    sentence = _of_consent(referral, as_sender) or told(State(referral.state), referral, receiver_reads)
    return sentence % {"sender": referral.sender, "receiver": referral.receiver, **_facts(referral)}


def _of_consent(referral: Referral, as_sender: bool) -> str:
    """What has become of the worker's consent, where that is what closes the case to its receiver."""
    if referral.sent_at is None or referral.consent.stands:
        return ""
    if referral.consent.withdrawn_at is not None:
        if as_sender:
            return _("The worker has withdrawn consent. %(receiver)s can read the case no more.")
        return _("The worker has withdrawn consent. The case is closed to you: please stop using the data.")
    if not referral.is_live:
        return ""
    if as_sender:
        return _(
            "The worker's consent has ended: %(receiver)s can read the case no more. Please ask again and renew it."
        )
    return _("The worker's consent has ended. The case is closed to you until %(sender)s has renewed it.")


def _has_closed(referral: Referral) -> bool:
    return referral.receiver is not None and referral.receiver.retired_at is not None


def _to_sender(state: State, referral: Referral, receiver_reads: bool) -> str:
    if not receiver_reads and state in BY_LETTER:
        return str(BY_LETTER[state])
    if state is State.COMPLETED and handed_on(referral):
        return _(
            "%(receiver)s has handed it to another institution and ended its own part. Your case goes on: find out who"
            " has it now, or refer it again."
        )
    if state is State.COMPLETED and not _within(referral, REOPEN_WITHIN):
        return _("%(receiver)s has completed it.")
    if state is State.HANDED_OVER and _has_closed(referral):
        return _("%(receiver)s has closed. Who goes on with it stands below.")
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
        State.HANDED_OVER: _("%(receiver)s has handed it over to %(to)s."),
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
        State.HANDED_OVER: _("You have handed it over to %(to)s. The case is closed to you."),
        State.WITHDRAWN: _("%(sender)s took this referral back. The case is closed to you."),
    }.get(state, "")


def handed_on(referral: Referral) -> bool:
    """Whether the agency ended its part by handing the matter to another institution: nothing is solved by that."""
    return referral.outcome is not None and referral.outcome.outcome_class == OutcomeClass.TRANSFERRED


def _facts(referral: Referral) -> dict[str, str]:
    known = DeclineReason(referral.decline_reason).label if referral.decline_reason else ""
    return {
        "reason": str(known).lower(),
        "to": _handed_over_to(referral),
        "officer": referral.accepted_by.full_name if referral.accepted_by else "",
        "reopen_until": _date(referral.ended_at, REOPEN_WITHIN),
        "readable_until": _date(referral.ended_at, READABLE_AFTER_COMPLETION),
    }


def _handed_over_to(referral: Referral) -> str:
    """The partner that the receiver named, whatever became of it."""
    if referral.state != State.HANDED_OVER:
        return ""
    event = referral.events.filter(kind=EventKind.HANDED_OVER).order_by("-at").first()
    return event.data.get("to", "") if event else _("another agency")


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


def would(choice: Partner | matching.Reason) -> str:
    """What the portal would do, if it were left to find the agency: `choice` is what `routing.pick` answers."""
    if isinstance(choice, Partner):
        return _("It would go to %(partner)s.") % {"partner": choice}
    why = reasons.explain(choice["code"], choice["params"])
    return _("It would leave the choice to you: %(why)s") % {"why": why}


def ranking(kept: list[dict[str, Any]]) -> list[Candidate]:
    """What `routing.ranked` kept, with the partners as they are now; those that work here no more are left out."""
    partners: dict[int, Any] = (  # with what is annotated
        Partner.objects.active()
        .with_accounts()
        .annotate(offers=offers_something("pk"))
        .only("code", "kind", *NAME)
        .order_by()
        .in_bulk([line["partner_id"] for line in kept])
    )
    return [
        Candidate(
            partner=partner,
            kind=partner.get_kind_display(),
            reasons=_sentences(line["reasons"]),
            unconfirmed=line["unconfirmed"],
            warning="" if partner.has_accounts else NOT_READING,
            services_url=reverse("directory:services_of", args=[partner.code]) if partner.offers else "",
        )
        for line in kept
        if (partner := partners.get(line["partner_id"]))
    ]


def _sentences(kept: list[matching.Reason]) -> list[str]:
    told = (matching.explain(reason) for reason in kept if reason["code"] != "unconfirmed")
    return [sentence for sentence in told if sentence]
