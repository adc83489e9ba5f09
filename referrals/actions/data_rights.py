"""What receivers are told when the worker uses a right over their data (UU 27/2022), and the end of all sharing."""

from datetime import datetime

from accounts.models import User
from cases import clocks
from cases.choices import ClockCode, EventKind
from cases.models import Case, Consent
from notifications.actions import notify
from notifications.choices import Kind

from .. import audience, disclosure
from ..choices import State
from ..models import Referral
from ..moves import finish, lock


def tell_receivers(case: Case, kind: Kind) -> int:
    """Tell everybody who may read the case elsewhere now; how many referrals that were.

    Called inside the transaction of what is told: of corrected data (art. 30), of a pause and its end (art. 41).
    """
    open_ = [row for row in _sent(case) if disclosure.is_open(row)]
    for referral in open_:
        _tell(referral, kind)
    return len(open_)


def end_sharing(case: Case, *, by: User | None, at: datetime) -> int:
    """Take every grant back before a case is erased: views close at once, and whoever was sent the case is told that
    copies must be erased, too, and has 72 hours to confirm that; how many referrals that were.

    The case must be held and none of its referrals be live. A receiver that was to stop already keeps that time limit.
    """
    Consent.objects.filter(case=case, withdrawn_at=None).update(withdrawn_at=at, withdrawn_by=by)
    sent = _sent(case)
    for referral in sent:
        assert referral.receiver is not None
        clocks.start(
            case=referral.case,
            code=ClockCode.PDP_WITHDRAW,
            partner=referral.receiver,
            by=by,
            referral=referral,
            at=at,
        )
        _tell(referral, Kind.CASE_ERASED)
    return len(sent)


def end_live(case: Case, *, at: datetime) -> int:
    """Withdraw whatever is live of a case that was erased and has come back with a backup; how many referrals that were.
    The portal does it: the person who did is known to what the backup does not have."""
    live = list(Referral.objects.live().filter(case=case).order_by("number"))
    for referral in live:
        current = lock(referral)
        current.ended_at = at
        finish(current, State.WITHDRAWN, EventKind.WITHDRAWN, by=None, at=at)
    return len(live)


def _sent(case: Case) -> list[Referral]:
    rows = Referral.objects.filter(case=case, sent_at__isnull=False).order_by("pk")
    return list(rows.select_related("case", "receiver", "consent"))


def _tell(referral: Referral, kind: Kind) -> None:
    notify(
        audience.receivers(referral),
        kind=kind,
        reference=referral.reference,
        path=referral.get_absolute_url(),
        urgent=kind is not Kind.PROCESSING_RESUMED,
    )
