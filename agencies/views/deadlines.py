"""Deadlines, calendars and reminders: the policy as portal admins keep it. Each change is shown before it is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import comparing
from accounts.policy import SignedInRequest, allow
from accounts.roles import Right

from .. import actions, countries
from ..choices import Recipients
from ..deadline_forms import CountryDayForm, LengthForm, RemindersForm
from ..models import CalendarDay, Deadline, EscalationStep, PartnerDeadline
from ..wording import duty, length

FORM = "agencies/deadline_form.html"


@require_GET
@allow(Right.MANAGE_PARTNERS)
def deadlines(request: SignedInRequest) -> HttpResponse:
    """Every deadline, the partners with a time of their own, the reminders, and the days entered by hand."""
    today = timezone.localdate()
    own = PartnerDeadline.objects.select_related("partner", "deadline").order_by(
        "partner__name_id", "deadline"
    )
    days = CalendarDay.objects.filter(day__gte=today).select_related("partner").order_by("day", "pk")
    context = {
        "rows": [policy_row(row) for row in sorted(Deadline.objects.current(), key=_every_day_first)],
        "own": [policy_row(row) for row in own],
        "reminders": reminder_rows((step.percent, step.recipients) for step in EscalationStep.objects.all()),
        "days": [day_row(row) for row in days],
    }
    return render(request, "agencies/deadlines.html", context)


def _every_day_first(row: Deadline) -> tuple[bool, str]:
    """Those of referrals before those that come up seldom."""
    return row.topic != "referral", row.code


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def deadline_edit(request: SignedInRequest, deadline: str) -> HttpResponse:
    """Allow another time for everybody who has none of their own."""
    row = get_object_or_404(Deadline.objects.current(), code=deadline)
    form = LengthForm(request.POST if request.method == "POST" else None, row=row)
    page = Page(
        title=duty(row),
        back_url=reverse("agencies:deadlines"),
        back_label=_("Deadlines"),
        note=from_now_on(),
        facts=[{"label": _("Now"), "value": length_of(row)}, {"label": _("Source"), "value": row.source}],
        done=_("The deadline is changed."),
    )
    return two_steps(
        request,
        form,
        page,
        says=lambda: [{"label": duty(row), "value": new_length(form), "note": so_far(length_of(row))}],
        save=lambda: actions.edit_deadline(by=request.user, deadline=row, **form.length),
        seen=lambda: actions.mark(Deadline.objects.get(pk=row.pk)),
        kept=lambda: LengthForm(row=Deadline.objects.get(pk=row.pk)).initial,
    )


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def reminders(request: SignedInRequest) -> HttpResponse:
    """Who is reminded, and when."""
    form = RemindersForm(request.POST if request.method == "POST" else None)
    page = Page(
        title=_("Reminders"),
        back_url=reverse("agencies:deadlines"),
        back_label=_("Deadlines"),
        note=_("A deadline that runs already goes by the new reminders from its next one on."),
        done=_("The reminders are changed."),
    )
    return two_steps(
        request,
        form,
        page,
        says=lambda: reminder_rows(form.steps) or [{"label": _("Reminders"), "value": _("none")}],
        save=lambda: actions.set_reminders(by=request.user, steps=form.steps, seen=form.cleaned_data["seen"]),
        seen=actions.reminders_mark,
        kept=lambda: {name: field.initial for name, field in RemindersForm().fields.items()},
    )


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def day_add(request: SignedInRequest) -> HttpResponse:
    """Enter a day off, or a working day, of a whole country."""
    form = CountryDayForm(request.POST if request.method == "POST" else None)
    page = Page(
        title=_("A day of a country's calendar"),
        back_url=reverse("agencies:deadlines"),
        back_label=_("Deadlines"),
        note=from_now_on(),
        done=_("The day is entered."),
    )
    return two_steps(
        request,
        form,
        page,
        says=lambda: [day_row(CalendarDay(**form.cleaned_data))],
        save=lambda: actions.add_day(by=request.user, **form.cleaned_data),
    )


@require_POST
@allow(Right.MANAGE_PARTNERS)
def day_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Go by the published calendar again on that day."""
    row = CalendarDay.objects.select_related("partner").filter(pk=pk).first()
    if row is None:  # sent twice
        return redirect("agencies:deadlines")
    actions.remove_day(by=request.user, row=row)
    messages.success(request, _("The day is removed."))
    if row.partner is not None:
        return redirect("agencies:partner_calendar", code=row.partner.code)
    return redirect("agencies:deadlines")


@dataclass(frozen=True)
class Page:
    """What stands around a form in two steps."""

    title: str
    back_url: str
    back_label: str
    done: str
    note: str = ""
    facts: list[dict[str, Any]] | None = None


def two_steps(
    request: SignedInRequest,
    form: forms.Form,
    page: Page,
    *,
    says: Callable[[], list[dict[str, Any]]],
    save: Callable[[], object],
    seen: Callable[[], str] | None = None,
    kept: Callable[[], Mapping[str, Any]] = dict,
) -> HttpResponse:
    """Show the form, then what it would change, then change it. What somebody else changed meanwhile is told.

    For that `seen` says the mark of what is kept now, and `kept` its values by the names of the form's fields.
    """
    context: dict[str, Any] = {"form": form, "page": page, "clashes": []}
    if request.method != "POST":
        return render(request, FORM, context)
    if not form.is_valid():
        return render(request, FORM, context, status=422)
    if "again" in request.POST:
        return render(request, FORM, context)
    if "confirmed" not in request.POST:
        return render(request, FORM, context | {"changes": says()})
    try:
        save()
    except actions.StaleData as error:
        form.add_error(None, str(error))
        if seen is not None:
            form.renew(seen())  # type: ignore[attr-defined]  # a form that can be stale is a `Seen`
        context["clashes"] = comparing.clashes(form, kept())
        return render(request, FORM, context, status=409)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return render(request, FORM, context, status=422)
    messages.success(request, page.done)
    return redirect(page.back_url)


def from_now_on() -> str:
    return _("From now on: referrals and time limits that run already keep their deadline.")


def so_far(text: str) -> str:
    return _("so far: %(length)s") % {"length": text}


def policy_row(row: Deadline | PartnerDeadline) -> dict[str, Any]:
    """A line of a table: what must be done, in which time."""
    general = row if isinstance(row, Deadline) else row.deadline
    return {"row": row, "duty": duty(general), "code": general.code, "length": length_of(row)}


def length_of(row: Deadline | PartnerDeadline) -> str:
    return length(row.value, row.unit, row.counting)


def new_length(form: LengthForm) -> str:
    data = form.length
    return length(data["value"], data["unit"], data["counting"])


def reminder_rows(steps: Any) -> list[dict[str, Any]]:
    """When so much of the time has passed, these people are told."""
    return [
        {
            "label": _("%(percent)s%% of the time") % {"percent": percent},
            "value": "; ".join(str(Recipients(code).label) for code in who),
        }
        for percent, who in steps
    ]


def day_row(row: CalendarDay) -> dict[str, Any]:
    """A day of the calendar: whose, which, and whether people work."""
    whose = row.partner.name if row.partner else countries.name(row.country)
    return {
        "row": row,
        "label": whose,
        "value": f"{_date(row)}: {row.name}",
        "note": _("people work") if row.is_working else _("people are off"),
    }


def _date(row: CalendarDay) -> str:
    return formats.date_format(row.day, "l, j F Y")
