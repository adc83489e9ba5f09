"""A page that is empty, 25 rows, one case, and one that is made: for whoever has signed in."""

import uuid

from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .celery import move
from .models import Case, Errand, Event

PAGE = 25


def enter(request: HttpRequest) -> HttpResponse:
    """The one person signs in."""
    login(request, get_user_model()._default_manager.get(), "django.contrib.auth.backends.ModelBackend")
    return HttpResponse()


@login_required
def empty(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("well")


@login_required
def rows(request: HttpRequest) -> HttpResponse:
    newest = Case.objects.select_related("owner").filter(owner=request.user).order_by("-changed_at")
    return render(request, "floor/rows.html", {"rows": newest[:PAGE]})


@login_required
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    case = get_object_or_404(Case.objects.select_related("owner"), reference=reference)
    events = Event.objects.filter(case=case).select_related("actor").order_by("at")
    return render(request, "floor/detail.html", {"case": case, "events": events})


@csrf_exempt
@require_POST
@login_required
def create(request: HttpRequest) -> HttpResponse:
    """One case, its first event and what is to be sent, in one transaction."""
    errand = _created(request, uuid.uuid4().hex)
    return redirect("detail", errand.case.reference)


@csrf_exempt
@require_POST
@login_required
def refer(request: HttpRequest) -> HttpResponse:
    """The same, and the worker is told after the commit."""
    errand = _created(request, request.POST["reference"])
    move.delay(errand.pk)
    return redirect("detail", errand.case.reference)


@transaction.atomic
def _created(request: HttpRequest, reference: str) -> Errand:
    now, typed = timezone.now(), request.POST
    case = Case.objects.create(
        owner_id=request.user.pk,
        reference=reference,
        worker_name=typed["name"],
        nik=typed.get("nik", ""),
        country=typed["country"],
        urgency="normal",
        story=typed["chronology"],
        changed_at=now,
    )
    Event.objects.create(case=case, actor_id=request.user.pk, kind="logged", at=now)
    return Errand.objects.create(case=case, due_at=now)
