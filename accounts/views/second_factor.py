"""Setting up a second factor and changing it: django-allauth's views with what they lack here."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.generic import FormView, TemplateView

from .. import app_codes, code_forms, recovery_codes
from .. import second_factor as factors


class Index(IndexView):
    """What this person has; or, when they have nothing yet, what they may choose between."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**more)
        return context | {
            "required": settings.MFA_REQUIRED,
            "has_one": factors.has_one(self.request.user),
            "codes_left": recovery_codes.left(self.request.user),
            "afterwards": self.request.session.get(factors.AFTERWARDS, ""),
        }


class ActivateTOTP(ActivateTOTPView):
    """Set up an authenticator app. Its first code shows the factor, and serves for nothing else afterwards."""

    def form_valid(self, form: code_forms.ActivateForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        row = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        row.data[app_codes.LAST_STEP] = form.step
        row.save(update_fields=["data"])
        self.request.session[factors.SHOWN] = True
        recovery_codes.put_away(self.request, self.request.user)
        return response


class AddPasskey(AddWebAuthnView):
    """Add a passkey; adding it shows it."""

    def form_valid(self, form: code_forms.AddPasskeyForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        self.request.session[factors.SHOWN] = True
        recovery_codes.put_away(self.request, self.request.user)
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


@method_decorator(reauthentication_required(app="allauth.mfa"), name="dispatch")
class RecoveryCodes(TemplateView):
    """The codes, once; afterwards how many are left. From here one goes on to what one had come for."""

    template_name = "mfa/recovery_codes/index.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        if recovery_codes.of(self.request.user) is None:  # type: ignore[arg-type]  # behind the sign-in wall
            raise Http404
        session = self.request.session
        return {
            **super().get_context_data(**more),
            "codes": session.pop(recovery_codes.FRESH, []),
            "codes_left": recovery_codes.left(self.request.user),  # type: ignore[arg-type]  # behind the wall
            "afterwards": session.pop(factors.AFTERWARDS, "") or reverse("home"),
        }


class RenewRecoveryCodes(GenerateRecoveryCodesView):
    """Ten new codes; those from before are void."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        recovery_codes.put_away(self.request, self.request.user)
        return response

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context = FormView.get_context_data(self, **more)  # django-allauth's counts the codes by their seed
        return {**context, "unused_code_count": recovery_codes.left(self.request.user)}
