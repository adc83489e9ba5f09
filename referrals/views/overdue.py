"""What is overdue, for those who manage the portal: references and partners, nothing of any case."""

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from agencies.models import Partner
from notifications.actions import mark_read
from privacy.acting import as_portal

from ..models import Referral

MOST = 500  # referrals on the page, those that are late the longest


@dataclass(frozen=True)
class Late:
    """One partner whose move is late in coming, and where."""

    partner: Partner
    rows: list[Referral]


@require_GET
@allow(Right.MANAGE_PARTNERS)
def overdue(request: SignedInRequest) -> HttpResponse:
    """By partner, so that somebody can call there. The reminders that lead here count as read."""
    mark_read(by=request.user, path=request.path)
    late = Referral.objects.live().filter(due_at__lt=timezone.now())
    with as_portal():  # the rows are every partner's; the page shows nothing of any case
        rows = list(late.select_related("case", "sender", "receiver").order_by("due_at", "pk")[: MOST + 1])
    context = {"partners": by_partner(rows[:MOST]), "more": len(rows) > MOST, "most": MOST}
    return render(request, "referrals/overdue.html", context)


def by_partner(rows: list[Referral]) -> list[Late]:
    """The referrals under the partner whose move each is; the partner with most of them first."""
    moves = [(mover.pk, mover, row) for row in rows if (mover := row.mover) is not None]
    moves.sort(key=itemgetter(0))
    groups = (list(group) for _pk, group in groupby(moves, key=itemgetter(0)))
    found = [Late(group[0][1], [row for _pk, _mover, row in group]) for group in groups]
    return sorted(found, key=lambda late: (-len(late.rows), late.partner.name))
