"""Who may do what to a referral, and when: pure predicates, asked by actions, views and templates alike."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from accounts.models import User
from accounts.roles import Right
from agencies.models import Partner
from cases.choices import ClockCode, ConsentMethod
from cases.models import Case, Consent
from cases.rules import can_read, can_save_a_life

from . import complaints, disclosure
from .choices import LIVE, TRANSITIONS, WITH_RECEIVER, State
from .models import REOPEN_WITHIN, Referral


def may_become(referral: Referral, state: State) -> bool:
    return state in TRANSITIONS[State(referral.state)]


def is_sender(user: User, referral: Referral) -> bool:
    """One of the sender's people to whom the case is open."""
    sends = user.works_cases and user.partner_id == referral.sender_id
    return sends and referral.case.is_open_to(user)


def is_receiver(user: User, referral: Referral) -> bool:
    return user.works_cases and referral.sent_at is not None and user.partner_id == referral.receiver_id


def is_either_side(user: User, referral: Referral) -> bool:
    return is_sender(user, referral) or is_receiver(user, referral)


def owns(user: User, case: Case) -> bool:
    """Whether it is a case of this person's own partner, and open to them."""
    return can_read(user, case)


def can_refer(user: User, case: Case) -> bool:
    """A closed case is reopened first; while one is paused only a life may be saved (`can_override`)."""
    return owns(user, case) and not case.is_closed and not case.is_paused


def can_choose(user: User, referral: Referral) -> bool:
    """One that an agency proposed to hand over needs the worker's word first (`can_agree`)."""
    return is_sender(user, referral) and referral.state == State.UNROUTED and referral.proposed_id is None


def can_receive(user: User, referral: Referral) -> bool:
    return is_receiver(user, referral) and referral.state == State.SENT


def can_record(user: User, referral: Referral) -> bool:
    """Write down what the receiver answered by letter or telephone: the sender, while nobody there has an account."""
    reached = referral.sent_at is not None and referral.receiver_id is not None
    return is_sender(user, referral) and reached and not referral.receiver_has_accounts


def answers(user: User, referral: Referral, recorded: bool) -> bool:
    """Whether this person speaks for the receiver: as one of its people, or by writing down what it said."""
    return can_record(user, referral) if recorded else is_receiver(user, referral)


def can_accept(user: User, referral: Referral, *, recorded: bool = False) -> bool:
    return referral.state in (State.SENT, State.RECEIVED) and answers(user, referral, recorded)


def can_decline(user: User, referral: Referral, *, recorded: bool = False) -> bool:
    return may_become(referral, State.DECLINED) and answers(user, referral, recorded)


def can_ask(user: User, referral: Referral, *, recorded: bool = False) -> bool:
    return may_become(referral, State.CLARIFYING) and answers(user, referral, recorded)


def can_answer(user: User, referral: Referral) -> bool:
    return is_sender(user, referral) and referral.state == State.CLARIFYING


def can_report(user: User, referral: Referral, *, recorded: bool = False) -> bool:
    """Both sides may add progress while the receiver has the referral; the receiver once it has accepted."""
    if referral.state not in WITH_RECEIVER:
        return False
    if is_sender(user, referral) and not recorded:
        return True
    return referral.accepted_at is not None and answers(user, referral, recorded)


def can_complete(user: User, referral: Referral, *, recorded: bool = False) -> bool:
    return may_become(referral, State.COMPLETED) and answers(user, referral, recorded)


def can_register(user: User, referral: Referral, *, recorded: bool = False) -> bool:
    """Note under which number the receiver keeps the referral in its own register, or mend it; not of an erased case."""
    known = referral.state in WITH_RECEIVER | {State.COMPLETED} and not referral.case.is_erased
    return known and answers(user, referral, recorded)


def can_issue_letter(user: User, referral: Referral) -> bool:
    """Put the referral on paper, while the receiver has it, the consent stands and the case is not paused."""
    live = referral.state in WITH_RECEIVER and disclosure.is_open(referral)
    return live and is_sender(user, referral) and not referral.case.is_paused


def can_issue_receipt(user: User, referral: Referral) -> bool:
    """Confirm on paper that the referral was received: either side, unless it was taken back since."""
    stands = referral.state != State.WITHDRAWN and referral.consent.stands
    return referral.received_at is not None and stands and is_either_side(user, referral)


def can_email_letter(user: User, referral: Referral) -> bool:
    """Only to a receiver that cannot read it here."""
    return can_issue_letter(user, referral) and can_record(user, referral)


def can_withdraw(user: User, referral: Referral) -> bool:
    return is_sender(user, referral) and may_become(referral, State.WITHDRAWN)


def can_reopen(user: User, referral: Referral) -> bool:
    """The sender may say "not done yet" within 30 days of completion (DESIGN, referral states)."""
    return (
        is_sender(user, referral)
        and referral.state == State.COMPLETED
        and referral.ended_at is not None
        and timezone.now() - referral.ended_at <= REOPEN_WITHIN
        and not referral.case.is_closed
        and referral.consent.withdrawn_at is None
    )


def can_refer_again(user: User, referral: Referral) -> bool:
    """A follow-up: only after an end, so that two agencies are not asked for one thing by mistake."""
    return is_sender(user, referral) and referral.state not in LIVE and not referral.case.is_closed


def can_override(user: User, case: Case) -> bool:
    """Refer without consent: a supervisor may, to save a life."""
    return can_save_a_life(user, case)


def can_keep_consents(user: User, case: Case) -> bool:
    """See, change and withdraw what the worker agreed to: everybody who works on the case, closed or not."""
    return owns(user, case)


def can_change_consent(user: User, consent: Consent) -> bool:
    """While it is not withdrawn; one that has ended may be renewed."""
    return can_keep_consents(user, consent.case) and consent.withdrawn_at is None


def can_withdraw_consent(user: User, consent: Consent) -> bool:
    return can_keep_consents(user, consent.case) and consent.withdrawn_at is None


def is_reviewer(user: User, consent: Consent) -> bool:
    """Who may judge a decision made without the worker: a supervisor of the case's partner, never of their own."""
    return (
        can_keep_consents(user, consent.case)
        and user.can(Right.OVERSEE_CASES)
        and consent.method == ConsentMethod.OVERRIDE
        and consent.recorded_by_id != user.pk
    )


def can_review_override(user: User, consent: Consent) -> bool:
    return is_reviewer(user, consent) and consent.reviewed_at is None


def can_confirm_stopped(user: User, referral: Referral, *, recorded: bool = False) -> bool:
    """A receiver that was told of a withdrawal says that it has stopped using the data, once."""
    return (
        referral.consent.withdrawn_at is not None
        and answers(user, referral, recorded)
        and referral.clocks.filter(code=ClockCode.PDP_WITHDRAW, stopped_at=None).exists()
    )


def goes_on(consent: Consent) -> bool:
    """Whether the worker also agreed that another responsible agency is asked. A decision without the worker goes no
    further than to the partner it was made for."""
    return consent.stands and consent.onward and consent.method != ConsentMethod.OVERRIDE


def spoke_against(consent: Consent, partner: Partner, *, since: datetime | None = None) -> bool:
    """Whether the worker's last word on this very partner was less than this grant says: taken back, or narrowed.

    What was agreed to in general goes no further than that, until the worker is asked again. With `since` only a word
    that came later counts.
    """
    words = Consent.objects.filter(case_id=consent.case_id).values_list(*WORDS)
    return is_less(consent, partner.pk, [Word(*word) for word in words], since=since)


class Word(NamedTuple):
    """What the worker agreed to once, as far as it tells what was said last."""

    pk: int
    partner_id: int | None
    recorded_at: datetime
    withdrawn_at: datetime | None
    groups: list[str]
    replaced_by_id: int | None


WORDS = Word._fields


def is_less(
    consent: Consent, partner_id: int, words: Sequence[Word], *, since: datetime | None = None
) -> bool:
    """The same, told by all that the worker of this case ever agreed to."""
    named = [one for one in words if one.partner_id == partner_id and one.replaced_by_id is None]
    last = max(
        (one for one in named if one.pk != consent.pk),
        key=lambda one: (one.recorded_at, one.pk),
        default=None,
    )
    if last is None or (since is not None and (last.withdrawn_at or last.recorded_at) <= since):
        return False
    if last.withdrawn_at is not None:
        return True
    narrowed = any(one.replaced_by_id == last.pk for one in words)
    return narrowed and not set(consent.groups) <= set(last.groups)


def can_refer_again_at_once(user: User, referral: Referral) -> bool:
    """With one click, under the consent that stands."""
    declined = referral.state == State.DECLINED
    return can_refer_again(user, referral) and declined and goes_on(referral.consent)


def can_hand_over(user: User, referral: Referral, *, recorded: bool = False) -> bool:
    return may_become(referral, State.HANDED_OVER) and answers(user, referral, recorded)


def can_agree(user: User, referral: Referral) -> bool:
    """Whether an agency proposed to hand over to another, and the worker's word is missing."""
    proposed = referral.state == State.UNROUTED and referral.proposed_id is not None
    return is_sender(user, referral) and proposed


def can_lead(user: User, referral: Referral) -> bool:
    """Whether the sender may name this referral's agency the lead of the joint work."""
    return is_sender(user, referral) and referral.state in WITH_RECEIVER and not referral.is_lead


def can_message(user: User, referral: Referral) -> bool:
    """Both sides, while the receiver has the referral, and until a completed one can be reopened no more. A receiver
    without accounts reads nothing here: it is written to by letter."""
    lately = (
        referral.state == State.COMPLETED
        and referral.ended_at is not None
        and timezone.now() - referral.ended_at <= REOPEN_WITHIN
    )
    talking = referral.state in WITH_RECEIVER or lately
    if not (is_either_side(user, referral) and talking and disclosure.is_open(referral)):
        return False
    return is_receiver(user, referral) or referral.receiver_has_accounts


def can_add_document(user: User, referral: Referral) -> bool:
    """The sender always: what it adds belongs to its case. The receiver while it may read the case."""
    return is_sender(user, referral) or (is_receiver(user, referral) and disclosure.is_open(referral))


def can_internal(user: User, referral: Referral) -> bool:
    """Each side for its own people: the sender always, the receiver while it may read the case."""
    return is_sender(user, referral) or (is_receiver(user, referral) and disclosure.is_open(referral))


def can_start_clock(user: User, referral: Referral, *, recorded: bool = False) -> bool:
    """An agency that has taken the referral on may say that something is missing."""
    at_work = referral.state in (State.ACCEPTED, State.CLARIFYING) and referral.accepted_at is not None
    return at_work and answers(user, referral, recorded)


def can_stop_clock(user: User, referral: Referral) -> bool:
    return is_receiver(user, referral) and referral.is_live and bool(complaints.running(referral))


def can_provide(user: User, referral: Referral) -> bool:
    """The sender may answer a time limit of the complaint: what was missing is there."""
    return is_sender(user, referral) and referral.is_live and bool(complaints.running(referral))
