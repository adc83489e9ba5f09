"""The floor: the least that Django does for a page of 25 rows; session, person, one indexed query, a plain template."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from accounts.models import User
from cases.models import Case

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
PAGE = engines["django"].from_string(
    "<table>{% for row in rows %}<tr><td>{{ row.reference }}<td>{{ row.country }}<td>{{ row.worker__sex }}"
    "<td>{{ row.assigned_to__full_name }}<td>{{ row.changed_at }}{% endfor %}</table>"
)
COLUMNS = ("reference", "country", "worker__sex", "assigned_to__full_name", "changed_at")


@login_required
def rows(request: HttpRequest) -> HttpResponse:
    person: User | AnonymousUser = request.user
    assert isinstance(person, User)
    newest = Case.objects.filter(partner=person.partner, closed_at=None).order_by("-changed_at", "-pk")
    return HttpResponse(PAGE.render({"rows": newest.values(*COLUMNS)[:25]}))


urlpatterns = [path("floor/", rows)]
