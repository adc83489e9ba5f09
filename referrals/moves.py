"""How a referral moves: locked, changed by the table, logged and told, all in the caller's transaction.

Used by the actions of people and by the worker that routes.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.choices import Urgency
from agencies.models import Partner
from cases import clocks
from cases.choices import ConsentMethod, EventKind
from cases.events import record
from cases.models import Case, Consent
from cases.pausing import case_paused
from notifications.actions import notify
from notifications.choices import Kind

from . import audience, deadlines, mailbox, rules
from .choices import ENDED, WITH_RECEIVER, State
from .gathered import Gathered, Moved
from .models import Referral

TOLD: dict[EventKind, Kind] = {
    EventKind.SENT: Kind.REFERRAL_SENT,
    EventKind.UNROUTED: Kind.REFERRAL_UNROUTED,
    EventKind.RECEIVED: Kind.REFERRAL_RECEIVED,
    EventKind.ACCEPTED: Kind.REFERRAL_ACCEPTED,
    EventKind.DECLINED: Kind.REFERRAL_DECLINED,
    EventKind.ASKED: Kind.REFERRAL_ASKED,
    EventKind.ANSWERED: Kind.REFERRAL_ANSWERED,
    EventKind.PROGRESS: Kind.REFERRAL_PROGRESS,
    EventKind.COMPLETED: Kind.REFERRAL_COMPLETED,
    EventKind.WITHDRAWN: Kind.REFERRAL_WITHDRAWN,
    EventKind.REOPENED: Kind.REFERRAL_REOPENED,
    EventKind.HANDED_OVER: Kind.REFERRAL_HANDED_OVER,
}

MOVING = sorted(set(TOLD) - {EventKind.PROGRESS})  # events that change the state


class ActRefused(Exception):
    """The act came too late or does not fit the referral's state; the message says so to the reader."""


def lock(referral: Referral) -> Referral:
    """The referral as it is now, held until the transaction ends.

    What it rests on is read in a second statement: one that waited for the lock would see the consent of before.
    """
    Referral.objects.select_for_update(no_key=True).values_list("pk").get(pk=referral.pk)
    return Referral.objects.select_related("case__assigned_to", "sender", "receiver", "consent").get(
        pk=referral.pk
    )


def finish(
    referral: Referral,
    state: State | None,
    kind: EventKind,
    *,
    by: User | None,
    key: UUID | None = None,
    text: str = "",
    at: datetime | None = None,
    told_as: Kind | None = None,
    closing: bool = False,
    into: Gathered | None = None,
    **data: Any,
) -> Referral:
    """Move to `state` (None: stay), set the next deadline, write the event and tell the other side.

    `told_as` is what the message to them says, where it is not what the event usually says. When the receiver is
    `closing`, whatever it has in hand may be handed over, taken on or not.
    With `recorded` in `data` somebody at the sender wrote down what a receiver without accounts had answered.
    What the portal does with many at once goes `into` what is written for all of them together.
    """
    now = at or (into.at if into else timezone.now())
    recorded = bool(data.get("recorded"))
    if state is not None:
        if not rules.may_become(referral, state) and not (closing and referral.state in WITH_RECEIVER):
            raise ActRefused(why_refused(referral))
        referral.state = state
    _keep_the_lead(referral, kind)
    if referral.state in ENDED:
        clocks.end_complaint(referral, by=by, at=now)
    policy = into.policy if into else None
    deadlines.set_clock(referral, kind, by=by, now=now, recorded=recorded, policy=policy)
    referral.changed_at = now
    if into is not None:
        into.add(Moved(referral, kind, TOLD[kind], data))
        return referral
    referral.save()
    record(referral.case, kind, by=by, referral=referral, text=text, key=key, at=now, **data)
    Case.objects.filter(pk=referral.case_id).update(changed_at=now)
    if kind in TOLD:
        notify(
            audience.to_tell(referral, of=kind, by=by, recorded=recorded),
            kind=told_as or TOLD[kind],
            reference=referral.reference,
            path=referral.get_absolute_url(),
            urgent=told_as == Kind.CONSENT_WITHDRAWN or referral.urgency == Urgency.EMERGENCY,
        )
    return referral


def _keep_the_lead(referral: Referral, kind: EventKind) -> None:
    """One that ends leads the joint work no more; the first that is taken on leads it, until the sender says other."""
    if referral.state in ENDED:
        referral.is_lead = False
    elif kind in (EventKind.ACCEPTED, EventKind.REOPENED):
        hold(referral.case)
        leading = Referral.objects.filter(case_id=referral.case_id, is_lead=True)
        referral.is_lead = not leading.exclude(pk=referral.pk).exists()


def why_refused(referral: Referral) -> str:
    """What moved the referral last and who did it, so that the second of two people at once knows whom to ask."""
    state = State(referral.state).label
    moves = referral.events.filter(kind__in=MOVING).exclude(actor=None)
    last = moves.select_related("actor", "partner").order_by("-at", "-pk").first()
    if last is None or last.actor is None:
        return _("This referral is now “%(state)s”; that no longer fits.") % {"state": state}
    return _(
        "This referral is now “%(state)s”; that no longer fits. %(who)s (%(partner)s), %(when)s: %(what)s."
    ) % {
        "state": state,
        "who": last.actor.full_name,
        "partner": last.partner,
        "what": EventKind(last.kind).label,
        "when": formats.date_format(timezone.localtime(last.at), "DATETIME_FORMAT"),
    }


class Beside:
    """What else there is when a referral is to be sent: asked of the database, one question after the other."""

    def is_paused(self, case: Case) -> bool:
        """Whether the case is; held from now on."""
        return hold(case)

    def stays_active(self, partner: Partner) -> bool:
        return stays_active(partner)

    def twin_at(self, partner: Partner, referral: Referral) -> str:
        """The reference of what this partner has in hand for the same; empty where there is none."""
        twin = twin_at(partner, referral)
        return twin.reference if twin else ""

    def spoke_against(self, consent: Consent, partner: Partner) -> bool:
        """Whether the worker said less of this partner since the grant was recorded."""
        return rules.spoke_against(consent, partner, since=consent.recorded_at)


def send(
    referral: Referral,
    *,
    to: Partner,
    by: User | None,
    key: UUID | None = None,
    chosen: bool = False,
    beside: Beside | None = None,
    into: Gathered | None = None,
) -> Referral:
    """Put the referral before `to`. Raises ActRefused when that cannot be. `into` as for `finish`."""
    beside = beside or Beside()
    paused = beside.is_paused(referral.case)
    if not beside.stays_active(to):
        raise ActRefused(not_here(to))
    if paused and referral.consent.method != ConsentMethod.OVERRIDE:
        raise ActRefused(case_paused())
    if problem := why_not_to(referral, to, beside):
        raise ActRefused(problem)
    named = _name_in_consent(referral, to, beside)
    if not referral.consent.stands:
        raise ActRefused(
            _("The worker's consent does not stand any more. Please ask again and write it down first.")
        )
    referral.receiver = to
    referral.proposed = None
    referral.sent_at = into.at if into else timezone.now()
    referral.why_unrouted, referral.why_params = "", {}
    sent = finish(
        referral,
        State.SENT,
        EventKind.SENT,
        by=by,
        key=key,
        at=referral.sent_at,
        into=into,
        to=to.name_id,
        chosen=chosen,
    )
    if into is not None:
        into.sent(sent, newly_named=named)
        return sent
    if named:
        referral.consent.save(update_fields=["partner"])
    mailbox.tell(sent)
    return sent


def _name_in_consent(referral: Referral, to: Partner, beside: Beside) -> bool:
    """Say in the grant whom it is for, once the agency is known; whether it has to be saved. Raises ActRefused when it is
    for another."""
    consent = referral.consent
    if consent.partner_id is None:
        if beside.spoke_against(consent, to):
            raise ActRefused(why_ask_again(to))
        consent.partner = to
        return True
    if consent.partner_id != to.pk:
        raise ActRefused(
            _("The worker agreed that %(partner)s is told, and nobody else. Please ask again first.")
            % {"partner": consent.partner}
        )
    return False


def why_ask_again(partner: Partner) -> str:
    """What is said where the worker wants this partner to know less than was agreed to in general."""
    return _(
        "The worker has taken back or narrowed what %(partner)s may know. Please ask again and write it down first."
    ) % {"partner": partner}


def hold(case: Case) -> bool:
    """Let the referrals of one case be sent one after the other, so that each sees the twins before it; whether the case
    is paused."""
    held = Case.objects.select_for_update(no_key=True).values_list("paused_at", flat=True)
    return held.get(pk=case.pk) is not None


def why_not_to(referral: Referral, to: Partner, beside: Beside | None = None) -> str:
    """Why the referral cannot go to this partner, or an empty text."""
    if to.pk == referral.sender_id:
        return _("A referral goes to another partner; this one is your own.")
    if not to.is_active or to.retired_at:
        return not_here(to)
    if twin := (beside or Beside()).twin_at(to, referral):
        return _("%(partner)s already has %(reference)s for the same service in hand.") % {
            "partner": to,
            "reference": twin,
        }
    return ""


def stays_active(partner: Partner) -> bool:
    """Whether the partner takes part now, and will until the transaction ends: whoever suspends or closes it waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT is_active AND retired_at IS NULL FROM agencies_partner WHERE id = %s FOR SHARE",
            [partner.pk],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def not_here(partner: Partner) -> str:
    return _("%(partner)s does not work here at present. Please choose another agency.") % {
        "partner": partner
    }


def twin_at(partner: Partner, referral: Referral) -> Referral | None:
    """A live referral of the same case with which this partner already has one of the same services in hand."""
    same = Referral.objects.live().filter(
        case_id=referral.case_id, receiver=partner, services__overlap=referral.services
    )
    return same.exclude(pk=referral.pk).select_related("case").first()
