"""Setting up a second factor and changing it: django-allauth's views with what they lack here."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from .. import code_forms
from .. import second_factor as factors


class Index(IndexView):
    """What this person has; or, when they have nothing yet, what they may choose between."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**more)
        codes = context["authenticators"].get(Authenticator.Type.RECOVERY_CODES)
        return context | {
            "required": settings.MFA_REQUIRED,
            "has_one": factors.has_one(self.request.user),
            "codes_left": len(codes.get_unused_codes()) if codes else 0,
            "afterwards": self.request.session.get(factors.AFTERWARDS, ""),
        }


class ActivateTOTP(ActivateTOTPView):
    """Set up an authenticator app. Its first code shows the factor, and serves for nothing else afterwards."""

    def form_valid(self, form: code_forms.ActivateForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        row = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        row.data[code_forms.LAST_STEP] = form.step
        row.save(update_fields=["data"])
        self.request.session[factors.SHOWN] = True
        return response


class AddPasskey(AddWebAuthnView):
    """Add a passkey; adding it shows it."""

    def form_valid(self, form: code_forms.AddPasskeyForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        self.request.session[factors.SHOWN] = True
        return response


class _Removing:
    """Whoever removes the last factor sets up another before going on, where one is needed."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]  # a mixin
        if not factors.has_one(self.request.user):  # type: ignore[arg-type]  # behind the sign-in wall
            self.request.session.pop(factors.SHOWN, None)
        return response


class DeactivateTOTP(_Removing, DeactivateTOTPView):
    pass


class RemovePasskey(_Removing, RemoveWebAuthnView):
    pass


class RecoveryCodes(ViewRecoveryCodesView):
    """The codes, once; afterwards how many are left. From here one goes on to what one had come for."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**more)
        return context | {"afterwards": self.request.session.pop(factors.AFTERWARDS, "") or reverse("home")}
