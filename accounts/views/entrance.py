"""The doors: what django-allauth's views lack here."""

from allauth.account.views import LogoutView, PasswordResetFromKeyView
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .. import devices, security
from ..models import User


class ResetFromKey(PasswordResetFromKeyView):
    """Choose a new password. The browser that held the link of the e-mail knows the person from then on, so that
    nobody who guesses from elsewhere can keep them out."""

    def form_valid(self, form: object) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        devices.remember(self.request, response, self.reset_user)
        return response


class SignOut(LogoutView):
    """End the session here and in the database, and what scripts of ours noted in the browser."""

    def post(self, *args: object, **kwargs: object) -> HttpResponse:
        response: HttpResponse = super().post(*args, **kwargs)
        response["Clear-Site-Data"] = '"storage"'  # W3C Clear Site Data, 3.1; browsers take it over TLS
        return response


@login_not_required
def throttled(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there were too many attempts, and how long to wait (handler429)."""
    person = request.user if isinstance(request.user, User) else None
    match = request.resolver_match
    security.tell("throttled", person=person, bad=True, action=match.view_name if match else "")
    return render(request, "429.html", status=429)
