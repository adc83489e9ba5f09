"""Pages that belong to no app."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.policy import SignedInRequest, ensure

from . import gallery as samples


@require_GET
def gallery(request: SignedInRequest) -> HttpResponse:
    """Every component in all its states; for portal admins, in the demo and while developing for everybody."""
    ensure(settings.DEMO or settings.DEBUG or request.user.manages_partners)
    return render(request, "gallery.html", samples.context())
