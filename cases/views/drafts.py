"""Keeping what is typed at intake, also when the session has ended meanwhile."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.policy import SignedInRequest, allow, ensure, hold
from accounts.roles import Right

from .. import actions, rules
from ..forms import draft_key, typed
from ..models import IntakeDraft

SALT = "cases.draft"
TYPING_LASTS = 30 * 24 * 3600  # seconds for which a form that was opened may be kept without signing in again


def ticket(draft_id: UUID, user: User) -> str:
    """Proof, for a hidden field, that this person opened the form with this key: enough to keep its draft for them.

    As long as they are at the same partner and no act has ended their sessions: what is typed is of that partner's worker.
    """
    return signing.dumps([str(draft_id), user.pk, user.partner_id, user.session_generation], salt=SALT)


def writer(request: HttpRequest, draft_id: UUID) -> User | None:
    """Whose draft it is: the person signed in, else the one whose ticket the form carries, else nobody.

    The draft's id alone says nothing: it stands in addresses, and so in histories and logs.
    """
    if request.user.is_authenticated:
        return None if is_of_another(request, request.user) else request.user
    said = _said(request, max_age=TYPING_LASTS)
    if said is None or said[0] != str(draft_id):
        return None
    person = User.objects.let_in().select_related("partner").filter(pk=said[1]).first()
    return person if person and said[2:] == [person.partner_id, person.session_generation] else None


def is_of_another(request: HttpRequest, user: User) -> bool:
    """Whether the form says that it was opened by somebody else, or by this person at another partner.

    However old it is. One from before tickets named the partner says neither, and counts as another's.
    """
    said = _said(request)
    return said is not None and said[1:3] != [user.pk, user.partner_id]


def _said(request: HttpRequest, max_age: int | None = None) -> list[Any] | None:
    """What the form's ticket says: key, person, partner and generation of sessions (the last two since they are named)."""
    try:
        said: list[Any] = signing.loads(request.POST.get("ticket", ""), salt=SALT, max_age=max_age)
    except (signing.BadSignature, ValueError):
        return None
    return said


def keep(request: HttpRequest, draft_id: UUID) -> bool:
    """Keep the form of this request as a draft; whether it is kept. Raises ValidationError when it is too much."""
    fields, person = typed(request.POST), writer(request, draft_id)
    if person is None or not rules.can_log(person):
        return False
    try:
        with transaction.atomic():
            kept = actions.save_draft(draft_id=draft_id, fields=fields, by=person)
            if not request.user.is_authenticated:  # else it is asked before the answer goes out
                hold(person)
    except PermissionDenied:
        return False
    return kept


@login_not_required
@require_POST
def save(request: HttpRequest) -> JsonResponse:
    """Keep what is typed, from time to time while typing. The answer is a line for the reader.

    After the session has ended it is kept all the same, and the answer is 401.
    """
    signed_in = request.user.is_authenticated
    if request.user.is_authenticated:
        ensure(rules.can_log(request.user))
    draft_id = draft_key(request.POST.get("key", ""))
    if draft_id is None:
        return JsonResponse(
            {"kept": False, "text": _("This form cannot be kept. Please reload the page.")}, status=400
        )
    try:
        kept = keep(request, draft_id)
    except ValidationError as problem:
        return JsonResponse({"kept": False, "text": problem.messages[0]}, status=413)
    if not kept:
        text = _("This form was sent already, or belongs to another account. Please open a new one.")
        return JsonResponse({"kept": False, "text": text}, status=409 if signed_in else 401)
    time = formats.time_format(timezone.localtime(), "H.i" if request.LANGUAGE_CODE == "id" else "H:i")
    if signed_in:
        return JsonResponse({"kept": True, "text": _("Saved %(time)s") % {"time": time}})
    text = _("Saved %(time)s. Your session has ended: please sign in again in a new tab.") % {"time": time}
    return JsonResponse({"kept": True, "text": text}, status=401)


@require_POST
@allow(Right.WORK_CASES)
def discard(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Throw a draft away."""
    draft = get_object_or_404(IntakeDraft.objects.visible_to(request.user), pk=pk)
    actions.discard_draft(by=request.user, draft=draft)
    messages.success(request, _("The draft is thrown away."))
    return redirect("cases:list")
