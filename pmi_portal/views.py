"""Pages that belong to no app."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template import loader
from django.views.decorators.http import require_GET
from django.views.defaults import permission_denied

from accounts.policy import SignedInRequest, ensure
from cases.views import door

from . import gallery as samples


@require_GET
def gallery(request: SignedInRequest) -> HttpResponse:
    """Every component in all its states; for portal admins, in the demo and while developing for everybody."""
    ensure(settings.DEMO or settings.DEBUG or request.user.manages_partners)
    return render(request, "gallery.html", samples.context())


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for what went wrong on our side: made without user or database, whatever is broken; says nothing of it."""
    return HttpResponseServerError(loader.get_template("500.html").render({"request": request}))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What every 403 answers. A restricted case tells the colleague who came to it whom to ask, and
    opens in an emergency; an erased one says that it is."""
    if isinstance(exception, door.CaseRestricted):
        return door.restricted(request, exception.case)
    if isinstance(exception, door.CaseErased):
        return door.erased(request, exception)
    return permission_denied(request, exception)
