"""Pages that break, each in a way of its own."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from accounts.models import User
from pmi_portal.urls import urlpatterns as real

from . import holding

logger = logging.getLogger("cases.crash")


@transaction.non_atomic_requests  # what breaks here is the view, also where there is no database behind it
@csrf_exempt
@login_not_required
def crash(request: HttpRequest, how: str, token: str) -> HttpResponse:
    """Break, with everything that was sent in local variables and in the exception."""
    name, agent = request.POST.get("name", ""), request.headers.get("User-Agent", "")
    files = [str(file) for file in request.FILES.values()]
    said = f"{name} {agent} {files} {token} {request.GET}"
    {"value": _value, "database": _database, "unique": _unique, "log": _log, "disk": _disk}.get(how, _denied)(
        how, said, name
    )
    return HttpResponse("ok")


def _value(how: str, said: str, name: str) -> None:
    try:
        int(said)
    except ValueError as error:
        raise RuntimeError(said) from error


def _database(how: str, said: str, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::int", [said])


def _unique(how: str, said: str, name: str) -> None:
    first, second = User.objects.order_by("pk")[:2]
    User.objects.filter(pk=second.pk).update(email=first.email)


def _disk(how: str, said: str, name: str) -> None:
    open(f"/nowhere/{name}").close()


def _log(how: str, said: str, name: str) -> None:
    logger.error("about %s", User(full_name=said), stack_info=True, extra={"person": User(full_name=said)})


def _denied(how: str, said: str, name: str) -> None:
    raise {"denied": PermissionDenied, "missing": Http404, "odd": SuspiciousOperation}[how](said)


@transaction.non_atomic_requests
@login_not_required
def hold(request: HttpRequest, seen: str) -> HttpResponse:
    """Write behind a lock that a test holds, and answer at length."""
    holding.write(seen)
    return HttpResponse("x" * holding.LENGTH)


urlpatterns = [
    path("hold/<str:seen>/", hold),
    path("crash/<str:how>/<str:token>/", crash),
    *real,
]
handler500 = "pmi_portal.views.server_error"
