"""One partner's working hours, the days off of its own, and the deadlines that it has agreed to."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right

from .. import actions
from ..deadline_forms import ChooseDeadlineForm, DayForm, HoursForm, LengthForm
from ..models import CalendarDay, Deadline, Partner
from ..models.staff import partners_managed_by
from ..wording import days, duty, unknown_holidays, working_hours
from .deadlines import (
    Page,
    day_row,
    from_now_on,
    length_of,
    new_length,
    policy_row,
    so_far,
    two_steps,
)


@require_http_methods(["GET"])
@allow(Right.MANAGE_PARTNERS)
def partner_calendar(request: SignedInRequest, code: str) -> HttpResponse:
    """When this partner is at work, and how much time it has."""
    row = _partner(request, code)
    own = row.own_deadlines.select_related("deadline").order_by("deadline")
    context = {
        "partner": row,
        "hours": working_hours(row),
        "holidays_unknown": unknown_holidays(row),
        "own": [policy_row(deadline) for deadline in own],
        "days": [day_row(day) for day in row.calendar_days.order_by("-day")],
        "choose": ChooseDeadlineForm(partner=row),
    }
    return render(request, "agencies/partner_calendar.html", context)


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def hours_edit(request: SignedInRequest, code: str) -> HttpResponse:
    """Change the opening hours and the weekend."""
    row = _partner(request, code)
    form = HoursForm(request.POST if request.method == "POST" else None, partner=row)

    def says() -> list[dict[str, Any]]:
        new = form.hours
        weekend = frozenset(new["weekend"] or ())
        return [
            {"label": _("Working hours"), "value": f"{new['opens_at']:%H:%M}–{new['closes_at']:%H:%M}"},
            {
                "label": _("Days off in the week"),
                "value": days(weekend) if weekend else _("as in the country"),
            },
        ]

    return two_steps(
        request,
        form,
        _page(row, _("Working hours"), done=_("The working hours are changed.")),
        says=says,
        save=lambda: actions.edit_hours(by=request.user, partner=row, **form.hours),
        seen=lambda: actions.mark(Partner.objects.get(pk=row.pk)),
        kept=lambda: HoursForm(partner=Partner.objects.get(pk=row.pk)).initial,
    )


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def partner_day_add(request: SignedInRequest, code: str) -> HttpResponse:
    """Enter a day off, or a working day, of this partner alone."""
    row = _partner(request, code)
    form = DayForm(request.POST if request.method == "POST" else None)
    return two_steps(
        request,
        form,
        _page(row, _("A day of the partner's calendar"), done=_("The day is entered.")),
        says=lambda: [day_row(CalendarDay(partner=row, **form.cleaned_data))],
        save=lambda: actions.add_day(by=request.user, partner=row, **form.cleaned_data),
    )


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def own_deadline(request: SignedInRequest, code: str, deadline: str) -> HttpResponse:
    """Give this partner a time of its own for one deadline."""
    row = _partner(request, code)
    general = get_object_or_404(Deadline.objects.current(), code=deadline)
    own = row.own_deadlines.filter(deadline=general).first()
    form = LengthForm(request.POST if request.method == "POST" else None, row=own)
    now = length_of(own or general)
    return two_steps(
        request,
        form,
        _page(
            row,
            duty(general),
            done=_("The partner has its own deadline."),
            facts=[
                {"label": _("Now"), "value": now},
                {"label": _("For all"), "value": length_of(general)},
            ],
        ),
        says=lambda: [{"label": duty(general), "value": new_length(form), "note": so_far(now)}],
        save=lambda: actions.set_own_deadline(by=request.user, partner=row, deadline=general, **form.length),
        seen=lambda: actions.mark(row.own_deadlines.filter(deadline=general).first()),
        kept=lambda: LengthForm(row=row.own_deadlines.filter(deadline=general).first()).initial,
    )


@require_http_methods(["GET"])
@allow(Right.MANAGE_PARTNERS)
def choose_deadline(request: SignedInRequest, code: str) -> HttpResponse:
    """Go to the page of the deadline that was chosen."""
    row = _partner(request, code)
    form = ChooseDeadlineForm(request.GET, partner=row)
    if not form.is_valid():
        return redirect("agencies:partner_calendar", code=row.code)
    return redirect("agencies:own_deadline", code=row.code, deadline=form.cleaned_data["deadline"].code)


@require_POST
@allow(Right.MANAGE_PARTNERS)
def own_deadline_drop(request: SignedInRequest, code: str, deadline: str) -> HttpResponse:
    """Let the general time hold for this partner again."""
    row = _partner(request, code)
    general = get_object_or_404(Deadline, code=deadline)
    actions.drop_own_deadline(by=request.user, partner=row, deadline=general)
    messages.success(request, _("The general deadline holds for this partner again."))
    return redirect("agencies:partner_calendar", code=row.code)


def _partner(request: SignedInRequest, code: str) -> Partner:
    return get_object_or_404(partners_managed_by(request.user), code=code)


def _page(row: Partner, title: str, *, done: str, facts: list[dict[str, Any]] | None = None) -> Page:
    return Page(
        title=title,
        back_url=reverse("agencies:partner_calendar", args=[row.code]),
        back_label=row.name,
        note=from_now_on(),
        done=done,
        facts=facts,
    )
