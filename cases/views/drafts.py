"""Keeping what is typed at intake, also when the session has ended meanwhile."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right

from .. import actions, rules
from ..forms import draft_key, typed
from ..models import IntakeDraft

SALT = "cases.draft"
TYPING_LASTS = 30 * 24 * 3600  # seconds for which a form that was opened may be kept without signing in again


def ticket(draft_id: UUID, user: User) -> str:
    """Proof, for a hidden field, that this person opened the form with this key: enough to keep its draft for them."""
    return signing.dumps([str(draft_id), user.pk], salt=SALT)


def writer(request: HttpRequest, draft_id: UUID) -> User | None:
    """Whose draft it is: the person signed in, else the one whose ticket the form carries, else nobody.

    The draft's id alone says nothing: it stands in addresses, and so in histories and logs.
    """
    if request.user.is_authenticated:
        return request.user
    try:
        named, pk = signing.loads(request.POST.get("ticket", ""), salt=SALT, max_age=TYPING_LASTS)
    except (signing.BadSignature, ValueError):
        return None
    return User.objects.filter(pk=pk, is_active=True).first() if named == str(draft_id) else None


def keep(request: HttpRequest, draft_id: UUID) -> bool:
    """Keep the form of this request as a draft; whether it is kept. Raises ValidationError when it is too much."""
    fields, person = typed(request.POST), writer(request, draft_id)
    if person is None or not rules.can_log(person):
        return False
    return actions.save_draft(draft_id=draft_id, fields=fields, by=person)


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
