"""How django-allauth is bent to the portal: people come by invitation only, and what happens to an account is told."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from . import devices, notices, second_factor, security, sessions
from .models import KeptForm, User

RECENT = 300  # seconds since signing in within which nobody is asked again who they are
FACTS = {  # by what django-allauth calls its own e-mails
    "account/email/password_changed": notices.Fact.PASSWORD_CHANGED,
    "account/email/password_reset": notices.Fact.PASSWORD_CHANGED,
    "mfa/email/totp_activated": notices.Fact.FACTOR_ADDED,
    "mfa/email/totp_deactivated": notices.Fact.FACTOR_REMOVED,
    "mfa/email/webauthn_added": notices.Fact.FACTOR_ADDED,
    "mfa/email/webauthn_removed": notices.Fact.FACTOR_REMOVED,
    "mfa/email/recovery_codes_generated": notices.Fact.CODES_RENEWED,
}


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Whether to go there after signing in: to a page of ours. What is no address at all ("//[") is none."""
        try:
            return url_has_allowed_host_and_scheme(url, allowed_hosts={self.request.get_host()})
        except ValueError:
            return False

    # Attempts ---------------------------------------------------------------------------------

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return devices.of(request).attempts_key(credentials.get("email", ""))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            account = security.mark(credentials.get("email", ""))
            security.tell("throttled", bad=True, action="login_failed", account=account)
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        account = security.mark(credentials.get("email", ""))
        security.tell("sign_in_failed", bad=True, account=account)

    # Signing in and out -----------------------------------------------------------------------

    def login(self, request: HttpRequest, user: User) -> None:
        """Begin the session, under a new key, and note whether a second factor opened it."""
        self._has_been_here = user.last_login is not None
        shown = second_factor.was_used(request, user)
        super().login(request, user)
        if shown:
            request.session[second_factor.SHOWN] = True

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **how)
        new_device = not devices.of(request).knows(user)
        devices.remember(request, response, user)
        security.tell(
            "signed_in",
            person=user,
            second_factor=request.session.get(second_factor.SHOWN, False),
            new_device=new_device,
        )
        if new_device and self._has_been_here:
            notices.send(user, notices.Fact.NEW_DEVICE)
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where to go after signing in when nothing was asked for: to a form that is kept, else to the first page."""
        assert isinstance(request.user, User)
        waiting = KeptForm.objects.visible_to(request.user).order_by("-kept_at").first()
        if waiting is not None:
            return reverse("accounts:kept", args=[waiting.pk])
        url: str = super().get_login_redirect_url(request)
        return url

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            security.tell("signed_out", person=request.user)
        super().logout(request)

    # Confirming that it is still the same person ----------------------------------------------

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Nobody who has just signed in is asked again."""
        if sessions.began_within(self.request.session, RECENT):
            return False
        required: bool = super().is_reauthentication_required(app=app, **more)
        return required

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Whoever has a second factor confirms with it: a password that was seen is not enough to change the factor."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        stronger = [method for method in methods if method["id"] != "reauthenticate"]
        return stronger or methods

    # Telling ----------------------------------------------------------------------------------

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **more: Any) -> None:
        """Tell the person and the security log what was done to their account."""
        fact = FACTS[template_prefix]
        security.tell(fact.value, request=self.request, person=user)
        notices.send(user, fact)
