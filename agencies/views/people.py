"""One person's account, and the people of the portal itself."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import comparing
from accounts.absences import current_of
from accounts.models import User
from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from accounts.second_factor import has_one

from .. import actions, rules
from ..forms import RoleForm
from ..last_ones import is_last_admin, is_last_who_works
from ..models import ConductAcceptance, FactorReset, Invitation, StaffEvent
from ..models.staff import people_managed_by
from ..timeline import tell

EVENTS_SHOWN = 20

Act = Callable[..., User]


@require_GET
@allow(Right.MANAGE_STAFF)
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """One account: what it may do, how to change or suspend it, and what was done to it."""
    return _page(request, _find(request, pk))


@require_POST
@allow(Right.MANAGE_STAFF)
def change_role(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give the person another role."""
    subject = _find(request, pk)
    form = RoleForm(request.POST, person=subject)
    if not form.is_valid():
        return _page(request, subject, form=form, status=422)
    try:
        changed = actions.change_role(
            by=request.user,
            person=subject,
            role=form.cleaned_data["role"],
            seen=form.cleaned_data["seen"] or None,
        )
    except actions.StaleData as refusal:
        subject = _find(request, pk)
        return _page(request, subject, form=form, clashes=form.beside(subject), refusal=refusal, status=409)
    except actions.ActRefused as refusal:
        return _page(request, _find(request, pk), refusal=refusal, status=409)
    messages.success(
        request,
        _("%(name)s is now %(role)s.") % {"name": changed.full_name, "role": changed.role_class.name},
    )
    return redirect("agencies:person", pk=pk)


@require_POST
@allow(Right.MANAGE_STAFF)
def suspend(request: SignedInRequest, pk: int) -> HttpResponse:
    """Shut the person out."""
    return _act(request, pk, actions.suspend, _("%(name)s is suspended and signed out everywhere."))


@require_POST
@allow(Right.MANAGE_STAFF)
def reactivate(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let the person in again."""
    return _act(
        request, pk, actions.reactivate, _("%(name)s may sign in again, with the password as before.")
    )


@require_GET
@allow(Right.MANAGE_PARTNERS)
def portal_people(request: SignedInRequest) -> HttpResponse:
    """Those who work for the portal itself, and their open invitations."""
    people = people_managed_by(request.user).filter(partner=None)
    invitations = Invitation.objects.visible_to(request.user).open().filter(partner=None)
    context = {
        "people": people.order_by("-is_active", "full_name", "pk"),
        "invitations": invitations.select_related("invited_by"),
        "approvable": {row.pk for row in invitations if rules.can_approve(request.user, row)},
    }
    return render(request, "agencies/portal_people.html", context)


def _find(request: SignedInRequest, pk: int) -> User:
    return get_object_or_404(people_managed_by(request.user).select_related("partner"), pk=pk)


def _act(request: SignedInRequest, pk: int, act: Act, done: str) -> HttpResponse:
    try:
        changed = act(by=request.user, person=_find(request, pk))
    except actions.ActRefused as refusal:
        return _page(request, _find(request, pk), refusal=refusal, status=409)
    messages.success(request, done % {"name": changed.full_name})
    return redirect("agencies:person", pk=pk)


def _page(
    request: SignedInRequest,
    subject: User,
    *,
    form: RoleForm | None = None,
    clashes: Sequence[comparing.Clash] = (),
    refusal: actions.ActRefused | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a person; with what was typed, or why the act was refused."""
    events = StaffEvent.objects.visible_to(request.user).with_names()
    events = events.filter(Q(subject=subject) | Q(subject=None, subject_email=subject.email))
    context: dict[str, Any] = {
        "person": subject,
        "facts": [*_facts(subject), _conduct(request.user, subject)],
        "refusal": str(refusal) if refusal else "",
        "clashes": clashes,
        "can_suspend": rules.can_suspend(request.user, subject),
        "can_reactivate": rules.can_reactivate(request.user, subject),
        "can_unlock": subject.locked_at is not None and rules.can_manage(request.user, subject),
        "can_move": rules.can_move(request.user, subject),
        "last_admin": is_last_admin(subject),
        "last_who_works": is_last_who_works(subject),
        "can_set_deputy": rules.can_set_deputy(request.user, subject),
        "absence": current_of(subject),
        "is_oneself": subject.pk == request.user.pk,
        "events": tell(events[:EVENTS_SHOWN]),
    }
    if rules.can_change_role(request.user, subject):
        context["form"] = form or RoleForm(person=subject)
    if rules.can_manage(request.user, subject):
        context |= _second_factor(request.user, subject)
    return render(request, "agencies/person.html", context, status=status)


def _second_factor(admin: User, subject: User) -> dict[str, Any]:
    """Whether it can be reset, and who waits for whom."""
    waiting = FactorReset.objects.visible_to(admin).waiting().filter(person=subject)
    reset = waiting.select_related("asked_by").first()
    return {
        "has_factor": has_one(subject),
        "reset": reset,
        "reset_is_mine": reset and reset.asked_by_id == admin.pk,
    }


def _conduct(admin: User, subject: User) -> dict[str, Any]:
    """Which versions of the code of conduct the person accepted, the newest first."""
    accepted = ConductAcceptance.objects.visible_to(admin).filter(person=subject)
    told = [f"{row.version} ({date_format(timezone.localtime(row.at), 'DATE_FORMAT')})" for row in accepted]
    return {"label": _("Code of conduct"), "value": ", ".join(told) or _("not accepted yet")}


def _facts(subject: User) -> list[dict[str, Any]]:
    return [
        {"label": _("E-mail"), "value": subject.email, "url": f"mailto:{subject.email}"},
        {"label": _("Role"), "value": subject.role_class.name, "note": subject.role_class.description},
        {"label": _("Language"), "value": subject.get_language_display()},
        {"label": _("Time zone"), "value": subject.time_zone},
    ]
