"""The quarterly review of accounts: a partner's page, and the portal's list of those that have not answered."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.policy import SignedInRequest, allow
from accounts.roles import Right

from .. import actions, reviewing
from ..models import Partner, ReviewAnswer
from ..models.staff import partners_managed_by, people_managed_by
from ..paging import numbered


@require_safe
@allow(Right.MANAGE_STAFF)
def review(request: SignedInRequest, code: str) -> HttpResponse:
    """Everybody at the partner who may sign in, and whether they are confirmed in this quarter."""
    partner, quarter = _partner(request, code), reviewing.current()
    people = people_managed_by(request.user).filter(partner=partner, is_active=True)
    page = numbered(request, people.order_by("full_name", "pk"))
    answers = ReviewAnswer.objects.visible_to(request.user).filter(partner=partner, quarter=quarter.name)
    answers = answers.filter(person__in=page.rows)
    by_person = {answer.person_id: answer for answer in answers.select_related("by")}
    rows = [_row(request.user, person, by_person.get(person.pk), quarter) for person in page.rows]
    done = _uuid(request.GET.get("done", ""))
    context = {
        "partner": partner,
        "quarter": quarter,
        "rows": rows,
        "page": page,
        "waiting": [row["person"].pk for row in rows if row["state"] == "waiting"],
        "batch": uuid.uuid4(),
        "done": done,
        "done_count": sum(answer.batch == done for answer in by_person.values()) if done else 0,
    }
    return render(request, "agencies/review.html", context)


@require_POST
@allow(Right.MANAGE_STAFF)
def review_confirm(request: SignedInRequest, code: str) -> HttpResponse:
    """Confirm one person, or all that were shown."""
    partner, batch = _partner(request, code), _uuid(request.POST.get("batch", "")) or uuid.uuid4()
    people = {int(pk) for pk in request.POST.getlist("person") if pk.isdecimal() and len(pk) < 19}
    try:
        count = actions.confirm_staff(
            by=request.user,
            partner=partner,
            people=people,
            quarter=request.POST.get("quarter", ""),
            batch=batch,
        )
    except actions.StaleData as error:
        messages.error(request, str(error))
        return redirect("agencies:review", code=code)
    return _back(request, code, f"done={batch}" if count else "")


@require_POST
@allow(Right.MANAGE_STAFF)
def review_undo(request: SignedInRequest, code: str) -> HttpResponse:
    """Take back what was confirmed with one click."""
    partner, batch = _partner(request, code), _uuid(request.POST.get("batch", ""))
    quarter = request.POST.get("quarter", "")
    try:
        count = (
            actions.unconfirm_staff(by=request.user, partner=partner, batch=batch, quarter=quarter)
            if batch
            else 0
        )
    except actions.StaleData as error:
        messages.error(request, str(error))
    else:
        text = ngettext(
            "%(n)d person is not confirmed any more.", "%(n)d people are not confirmed any more.", count
        )
        messages.success(request, text % {"n": count})
    return _back(request, code)


@require_POST
@allow(Right.MANAGE_STAFF)
def review_suspend(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Suspend somebody who does not work there any more, and stay on the page."""
    partner = _partner(request, code)
    person = get_object_or_404(people_managed_by(request.user), pk=pk, partner=partner)
    try:
        actions.suspend(by=request.user, person=person)
    except actions.ActRefused as refusal:
        messages.error(request, str(refusal))
    else:
        text = _("%(name)s is suspended and signed out everywhere.")
        messages.success(request, text % {"name": person.full_name})
    return _back(request, code)


@require_safe
@allow(Right.MANAGE_PARTNERS)
def reviews(request: SignedInRequest) -> HttpResponse:
    """Which partners have not answered in this quarter."""
    quarter = reviewing.current()
    context = {"quarter": quarter, "page": numbered(request, reviewing.unanswered(quarter))}
    return render(request, "agencies/reviews.html", context)


def _row(
    admin: User, person: User, answer: ReviewAnswer | None, quarter: reviewing.Quarter
) -> dict[str, Any]:
    """`state` is "confirmed", "new" (there is nothing to confirm yet), "oneself" or "waiting"."""
    if answer is not None:
        state = "confirmed"
    elif person.date_joined >= quarter.starts:
        state = "new"
    else:
        state = "oneself" if person.pk == admin.pk else "waiting"
    return {"person": person, "answer": answer, "state": state}


def _partner(request: SignedInRequest, code: str) -> Partner:
    return get_object_or_404(partners_managed_by(request.user), code=code)


def _back(request: SignedInRequest, code: str, query: str = "") -> HttpResponse:
    """To the page of the list from which it was sent."""
    page = request.POST.get("page", "")
    parts = [query] if query else []
    if page.isdecimal() and len(page) < 5:
        parts.append(f"page={page}")
    address = reverse("agencies:review", args=[code])
    return redirect(f"{address}?{'&'.join(parts)}" if parts else address)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
