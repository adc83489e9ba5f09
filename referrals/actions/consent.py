"""What the worker agreed to, while it lives: change it, withdraw it, and confirm that the data is used no more.

Everything here holds all referrals of the case and then the case, so that no act on one of them comes between.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.choices import Urgency
from cases import clocks
from cases.choices import ClockCode, EventKind
from cases.events import record
from cases.models import Case, Consent
from cases.pausing import case_paused
from notifications.actions import notify
from notifications.choices import Kind

from .. import audience, disclosure, rules
from ..choices import State
from ..models import Referral
from ..moves import ActRefused, finish, hold
from .shared import begin_answer, done_before, key_used, marked


@transaction.atomic
def change_consent(
    *, by: User, consent: Consent, grant: Mapping[str, Any], key: UUID | None = None
) -> Consent:
    """Put what the worker agrees to now in the place of a grant: less, more or longer, for the same partner.

    What the receiver sees changes at once, and it is told. Raises PermissionDenied for somebody else's case, ActRefused
    when the grant was withdrawn or changed meanwhile, or would open more of a case that is paused, KeyUsed when the form was sent before with something else in it.
    """
    referrals = hold_all(consent.case)
    before = now_of(consent)
    if not rules.can_keep_consents(by, before.case):
        raise PermissionDenied
    if earlier := done_before(key, by=by, kind=EventKind.CONSENT_CHANGED, text=""):
        if earlier.data.get("consent") != before.pk or not _says(before.replaced_by, grant):
            raise key_used()
        assert before.replaced_by is not None
        return before.replaced_by
    if not rules.can_change_consent(by, before):
        raise ActRefused(why_closed(before))
    if before.case.is_paused and _opens_more(before, grant):
        raise ActRefused(case_paused())
    now = timezone.now()
    new = Consent.objects.create(case=before.case, partner=before.partner, recorded_by=by, **grant)
    before.withdrawn_at, before.withdrawn_by, before.replaced_by = now, by, new
    before.save(update_fields=["withdrawn_at", "withdrawn_by", "replaced_by"])
    for referral in [one for one in referrals if one.consent_id == before.pk]:
        _rest_on(new, referral, by=by, now=now, key=key, before=before)
        key = None  # one form, one event that carries its key
    Case.objects.filter(pk=before.case_id).update(changed_at=now)
    return new


def _opens_more(before: Consent, grant: Mapping[str, Any]) -> bool:
    """Whether the receiver would see more than now, for longer, or pass it on."""
    until = grant.get("until")
    longer = before.until is not None and (until is None or until > before.until)
    further = bool(grant.get("onward")) and not before.onward
    return longer or further or not set(grant["groups"]) <= set(before.groups)


def _rest_on(
    new: Consent, referral: Referral, *, by: User, now: datetime, key: UUID | None, before: Consent
) -> None:
    was_open = disclosure.is_open(referral)
    referral.consent, referral.changed_at = new, now
    referral.save(update_fields=["consent", "changed_at"])
    record(
        referral.case,
        EventKind.CONSENT_CHANGED,
        by=by,
        referral=referral,
        key=key,
        at=now,
        consent=before.pk,
        groups=list(new.groups),
    )
    if was_open or disclosure.is_open(referral):
        _tell_receiver(referral, Kind.CONSENT_CHANGED)


@transaction.atomic
def withdraw_consent(
    *, by: User, case: Case, text: str, consent: Consent | None = None, key: UUID | None = None
) -> None:
    """Withdraw what the worker agreed to: for the partner that `consent` names, or (without) everything.

    Live referrals that rest on it are withdrawn and every receiver's view closes. Whoever had been sent one is told,
    and has 72 hours to stop using the data (UU 27/2022). Raises PermissionDenied for somebody else's case,
    ActRefused when there is nothing left to withdraw, KeyUsed when the form was sent before with something else in it.
    """
    referrals = hold_all(case)
    if not rules.can_keep_consents(by, case):
        raise PermissionDenied
    which = now_of(consent) if consent else None
    if earlier := done_before(key, by=by, kind=EventKind.CONSENT_WITHDRAWN, text=text):
        if earlier.case_id != case.pk or earlier.data.get("consent") != (which.pk if which else None):
            raise key_used()
        return
    withdrawn = _standing(case, which)
    if not withdrawn:
        raise ActRefused(why_closed(which) if which else _("There is no consent left to withdraw."))
    now = timezone.now()
    names = sorted({grant.partner.name_id for grant in withdrawn if grant.partner})
    record(
        case,
        EventKind.CONSENT_WITHDRAWN,
        by=by,
        key=key,
        text=text,
        at=now,
        consent=which.pk if which else None,
        partners=names,
    )
    ids = {grant.pk for grant in withdrawn}
    Consent.objects.filter(pk__in=ids).update(withdrawn_at=now, withdrawn_by=by)
    for referral in [one for one in referrals if one.consent_id in ids]:
        _close(referral, by=by, now=now)
    Case.objects.filter(pk=case.pk).update(changed_at=now)


def _standing(case: Case, which: Consent | None) -> list[Consent]:
    """The grants that a withdrawal reaches; one that names a partner reaches all that this partner was given."""
    grants = Consent.objects.filter(case=case, withdrawn_at=None).select_related("partner")
    if which is None:
        return list(grants)
    return list(grants.filter(partner=which.partner_id) if which.partner_id else grants.filter(pk=which.pk))


def _close(referral: Referral, *, by: User, now: datetime) -> None:
    """End what is live, and set the receiver's time to stop running; one that was sent nothing has nothing to stop."""
    referral.consent.withdrawn_at, referral.consent.withdrawn_by = now, by
    if referral.is_live:
        referral.ended_at, referral.ended_by = now, by
        finish(
            referral,
            State.WITHDRAWN,
            EventKind.WITHDRAWN,
            by=by,
            at=now,
            told_as=Kind.CONSENT_WITHDRAWN,
            because="consent",
        )
    elif referral.sent_at:
        referral.changed_at = now
        referral.save(update_fields=["changed_at"])
        record(referral.case, EventKind.CONSENT_WITHDRAWN, by=by, referral=referral, at=now)
        _tell_receiver(referral, Kind.CONSENT_WITHDRAWN)
    if referral.sent_at and referral.receiver:
        clocks.start(
            case=referral.case,
            code=ClockCode.PDP_WITHDRAW,
            partner=referral.receiver,
            by=by,
            referral=referral,
            at=now,
        )


@transaction.atomic
def confirm_stopped(
    *, by: User, referral: Referral, text: str = "", key: UUID | None = None, recorded: bool = False
) -> Referral:
    """Say at the receiver that it uses the worker's data no more; `text` is what the law makes it keep.

    Of a case that was erased nothing can be written any more: its text is not kept.
    """
    if referral.case.is_erased:
        text = ""
    current, fresh = begin_answer(
        referral,
        by=by,
        kind=EventKind.CLOCK_STOPPED,
        rule=rules.can_confirm_stopped,
        key=key,
        text=text,
        recorded=recorded,
    )
    if not fresh:
        return current
    clock = current.clocks.get(code=ClockCode.PDP_WITHDRAW, stopped_at=None)
    clocks.stop(clock=clock, by=by, note=text, key=key, **marked(recorded))
    if not recorded:
        notify(
            audience.senders(current),
            kind=Kind.REFERRAL_PROGRESS,
            reference=current.reference,
            path=current.get_absolute_url(),
            urgent=current.urgency == Urgency.EMERGENCY,
        )
    return current


def hold_all(case: Case) -> list[Referral]:
    """Every referral of the case, held in one order, and then the case: as acts on one referral lock them.

    Raises ActRefused when one was made at this very moment: to wait for it could block both sides.
    """
    rows = Referral.objects.filter(case_id=case.pk).order_by("pk")
    held = list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    hold(case)
    referrals = list(rows.select_related("case__assigned_to", "sender", "receiver", "consent"))
    if len(referrals) != len(held):
        raise ActRefused(_("This case was referred at this very moment. Please look at it and try again."))
    return referrals


def why_closed(consent: Consent) -> str:
    """Who withdrew or changed a grant and when, so that the second of two people at once knows whom to ask."""
    facts = {"who": consent.withdrawn_by, "when": when(consent.withdrawn_at)}
    if consent.replaced_by_id:
        return (
            _("%(who)s has changed this consent already: %(when)s. Please look at what stands now.") % facts
        )
    return _("This consent is withdrawn already (%(who)s, %(when)s).") % facts


def says(consent: Consent, grant: Mapping[str, Any]) -> bool:
    """Whether a grant that was written down is what a form that came again says."""
    same = all(getattr(consent, name) == value for name, value in grant.items() if name != "groups")
    return same and set(consent.groups) == set(grant["groups"])


def _says(consent: Consent | None, grant: Mapping[str, Any]) -> bool:
    return consent is not None and says(consent, grant)


def now_of(consent: Consent) -> Consent:
    """The grant as it is now; its case must be held."""
    whole = Consent.objects.select_related("case", "partner", "withdrawn_by", "reviewed_by", "replaced_by")
    return whole.get(pk=consent.pk)


def _tell_receiver(referral: Referral, kind: Kind) -> None:
    notify(
        audience.receivers(referral),
        kind=kind,
        reference=referral.reference,
        path=referral.get_absolute_url(),
        urgent=kind == Kind.CONSENT_WITHDRAWN or referral.urgency == Urgency.EMERGENCY,
    )


def when(moment: datetime | None) -> str:
    return formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT") if moment else ""
