"""Putting a referral on paper: issuing the letter and the receipt, sending a link to the letter, opening it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.choices import Urgency
from agencies.models.staff import hash_of, new_token
from cases.choices import EventKind
from cases.events import record
from cases.models import Case, CaseEvent
from notifications.actions import link_to, notify, send_email
from notifications.choices import Kind
from privacy.acting import as_partner

from .. import audience, rules
from ..choices import LetterKind, State
from ..letters import proof
from ..letters.content import LANGUAGE, moment
from ..models import Letter, Referral
from ..moves import ActRefused, finish, lock
from .shared import begin, key_used

LINK_VALID_FOR = timedelta(days=14)


class LinkUnknown(Exception):
    """No letter was ever sent under this link, or a newer link took its place."""


@transaction.atomic
def issue(*, by: User, referral: Referral, kind: LetterKind, key: UUID | None = None) -> Letter:
    """Issue the letter (the sender) or the receipt (either side); it takes the place of an older one of its kind."""
    is_letter = kind == LetterKind.LETTER
    current, fresh = begin(
        referral,
        by=by,
        kind=EventKind.LETTER_ISSUED,
        side=rules.is_sender if is_letter else rules.is_either_side,
        rule=rules.can_issue_letter if is_letter else rules.can_issue_receipt,
        key=key,
    )
    if not fresh:
        done = _done(key)
        if done.kind != kind:
            raise key_used()
        return done
    return _issue(current, kind, by=by, key=key)


@transaction.atomic
def email_letter(*, by: User, referral: Referral, email: str, key: UUID | None = None) -> Letter:
    """Send a receiver without accounts a secret link to the letter, valid for 14 days. The e-mail says nothing personal.

    The letter that stands is sent, or one is issued, also where the worker shares less than when the last one was. Sending it again replaces the link: the older one is dead.
    """
    current, fresh = begin(
        referral,
        by=by,
        kind=EventKind.LETTER_ISSUED,
        side=rules.is_sender,
        rule=rules.can_email_letter,
        key=key,
    )
    if not fresh:
        done = _done(key)
        if done.emailed_to != email:
            raise key_used()
        return done
    letter = proof.newest(current, LetterKind.LETTER)
    if letter is None or proof.says_too_much(letter):
        letter = _issue(current, LetterKind.LETTER, by=by, key=key, emailed=True)
    else:
        _tell(letter, current, by=by, key=key, emailed=True)
    token = new_token()
    letter.emailed_to = email
    letter.link_hash, letter.link_until = hash_of(token), timezone.now() + LINK_VALID_FOR
    letter.save(update_fields=["emailed_to", "link_hash", "link_until"])
    _send(letter, current, token)
    return letter


@transaction.atomic
def end_all_links() -> tuple[int, list[Letter]]:
    """End every link to a letter that is still open, once a backup was restored: the letter may have been taken back or
    replaced since. How many, and those that would have opened it: their senders are asked to send them again."""
    now = timezone.now()
    open_ = Letter.objects.exclude(link_hash="").filter(link_until__gt=now)
    read = open_.select_related("referral__case__assigned_to", "referral__sender", "referral__consent")
    letters = list(read.order_by("issued_at", "pk"))
    again = [letter for letter in letters if not proof.why_link_closed(letter)]
    Letter.objects.filter(pk__in=[letter.pk for letter in letters]).update(link_until=now)
    for letter in again:
        _ask_to_send_again(letter)
    return len(letters), again


def _ask_to_send_again(letter: Letter) -> None:
    """Nobody at an agency without accounts can say that the link is dead; whose move it is and until when stays as it is."""
    referral, now = letter.referral, timezone.now()
    _changed(referral, now)
    record(referral.case, EventKind.ESCALATED, by=None, referral=referral, at=now, about="letter")
    notify(
        audience.senders(referral),
        kind=Kind.LETTER_ENDED,
        reference=referral.reference,
        path=referral.get_absolute_url(),
        urgent=referral.urgency == Urgency.EMERGENCY,
    )


@transaction.atomic
def open_letter(*, link_hash: str) -> Letter:
    """Open the letter through its link; the first time counts as the receipt, if nobody has answered yet.

    Raises LinkUnknown for a link that was never sent, ActRefused for one that is over or whose letter does not stand.
    """
    found = proof.by_link(link_hash)
    if found is None:
        raise LinkUnknown
    with as_partner(found.referral.receiver_id):  # whoever has the link reads for that agency
        return _open(found, link_hash)


def _open(found: Letter, link_hash: str) -> Letter:
    current = lock(found.referral)
    letter = Letter.objects.select_for_update(no_key=True).filter(pk=found.pk, link_hash=link_hash).first()
    if letter is None:
        raise LinkUnknown
    letter.referral = current
    if why := proof.why_link_closed(letter):
        raise ActRefused(why)
    if letter.opened_at is None:
        letter.opened_at = timezone.now()
        letter.save(update_fields=["opened_at"])
        _received(current)
    return letter


def _received(referral: Referral) -> None:
    """The agency has the letter: nobody with an account opened it, so nobody is named."""
    if referral.state == State.SENT:
        referral.received_at = timezone.now()
        finish(
            referral, State.RECEIVED, EventKind.RECEIVED, by=None, at=referral.received_at, through="letter"
        )


def _issue(
    referral: Referral, kind: LetterKind, *, by: User, key: UUID | None, emailed: bool = False
) -> Letter:
    letter = Letter.objects.create(
        referral=referral, kind=kind, code=proof.new_code(), issued_at=timezone.now(), issued_by=by
    )
    _tell(letter, referral, by=by, key=key, emailed=emailed)
    return letter


def _tell(letter: Letter, referral: Referral, *, by: User, key: UUID | None, emailed: bool) -> None:
    """Write the event; whose move it is and until when stays as it is."""
    now = timezone.now()
    _changed(referral, now)
    record(
        referral.case,
        EventKind.LETTER_ISSUED,
        by=by,
        referral=referral,
        key=key,
        at=now,
        letter=str(letter.pk),
        paper=letter.kind,
        emailed=emailed,
    )


def _changed(referral: Referral, now: datetime) -> None:
    Referral.objects.filter(pk=referral.pk).update(changed_at=now)
    Case.objects.filter(pk=referral.case_id).update(changed_at=now)


def _done(key: UUID | None) -> Letter:
    """The letter that this very form issued before."""
    return Letter.objects.get(pk=CaseEvent.objects.get(key=key).data["letter"])


def _send(letter: Letter, referral: Referral, token: str) -> None:
    assert referral.receiver is not None
    assert letter.link_until is not None
    with translation.override(LANGUAGE):
        body = render_to_string(
            "referrals/letter_email.txt",
            {
                "referral": referral,
                "link": link_to(reverse("referrals:letter_link", args=[token])),
                "until": moment(letter.link_until, referral.receiver),
            },
        )
        subject = _("Referral letter %(reference)s") % {"reference": referral.reference}
    send_email(to=letter.emailed_to, subject=subject, body=body, secret=True)
