"""Typing a code of the second factor: throttled per account and browser, and every code is good for one use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, EditWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from . import app_codes, devices, notices, recovery_codes, second_factor, security
from .app_codes import Answer
from .forms import PersonNameField
from .models import User


class CodeField(forms.CharField):
    """A code of digits, typed or pasted with spaces or without."""

    def __init__(self, **options: Any) -> None:
        attributes = {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code-input"}
        super().__init__(max_length=40, widget=forms.TextInput(attrs=attributes), **options)


class Attempts:
    """What is counted while a code is checked. Raises ValidationError when there were too many."""

    def __init__(self, person: User) -> None:
        request = context.request
        key = devices.of(request).attempts_key(person.email)
        self.usage = ratelimit.consume(request, app="allauth.account", action="second_factor", key=key)
        if self.usage is None:
            security.tell("throttled", person=person, bad=True, action="second_factor")
            raise ValidationError(
                gettext("Too many codes that were wrong. Wait five minutes, then take the newest one."),
                code="throttled",
            )

    def forget(self) -> None:
        """The code was right: it does not count."""
        assert self.usage is not None
        self.usage.rollback()


@transaction.atomic
def use_code(person: User, code: str) -> tuple[Authenticator | None, Answer]:
    """The authenticator that this code belongs to, which it is now used up for, if it was right."""
    rows = Authenticator.objects.filter(user=person).exclude(type=Authenticator.Type.WEBAUTHN)
    answer = Answer.WRONG
    with second_factor.secrets_of(person):
        for row in rows.select_for_update().order_by("-type"):
            if row.type == Authenticator.Type.RECOVERY_CODES:
                if recovery_codes.use(row, code):
                    return row, Answer.RIGHT
                continue
            answer = app_codes.take(row, get_adapter().decrypt(row.data["secret"]), code)
            if answer is Answer.RIGHT:
                return row, answer
    return None, answer


class AuthenticateForm(forms.Form):
    """A code of the app, or a recovery code, after the password."""

    code = CodeField(label=_("Code"))
    reauthenticated = False

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        attempts = Attempts(self.user)
        found, answer = use_code(self.user, code)
        if found is None:
            security.tell("second_factor_failed", person=self.user, bad=True)
            if answer is Answer.LATE:
                raise ValidationError(
                    gettext(
                        "This code is not valid just now. Wait for the next one of your app and type that."
                    ),
                    code="late_code",
                )
            raise ValidationError(
                gettext(
                    "This code is not right, or was used already. Take the newest one of your app, or a recovery code"
                    " that you have not used yet."
                ),
                code="incorrect_code",
            )
        attempts.forget()
        self.authenticator = found
        return code

    def save(self) -> None:
        """Count the person as known by their second factor; the name is what django-allauth's views call."""
        request = context.request
        self.authenticator.user = self.user
        post_authentication(request, self.authenticator, reauthenticated=self.reauthenticated)
        if self.authenticator.type == Authenticator.Type.RECOVERY_CODES:
            security.tell("recovery_code_used", person=self.user)
            notices.send(self.user, notices.Fact.CODE_USED)


class ReauthenticateForm(AuthenticateForm):
    """A code, to confirm that it is still the same person."""

    reauthenticated = True


class ActivateForm(forms.Form):
    """The first code of an authenticator app, which shows that it has the secret."""

    code = CodeField(label=_("Code that the app shows"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        self.secret = (
            totp.get_totp_secret()
        )  # the same until it is set up: a page that is reloaded shows no other

    def clean_code(self) -> str:
        attempts = Attempts(self.user)
        found = app_codes.step_of(self.secret, self.cleaned_data["code"])
        if found is None:
            raise ValidationError(
                gettext(
                    "This code is not right. Take the newest one; if it is refused again, check that the phone sets its"
                    " clock by itself."
                ),
                code="incorrect_code",
            )
        attempts.forget()
        self.step, _off = found  # a first code proves that the app has the secret, and signs nobody in
        return str(self.cleaned_data["code"])


class CredentialField(forms.JSONField):
    """What a browser says of a passkey; static/js/passkey.js fills it in."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        missing = _(
            "Your browser showed no passkey. It needs JavaScript for that; the app on your phone does not."
        )
        super().__init__(
            label=pgettext_lazy("field", "Passkey"), error_messages={"required": missing, "invalid": missing}
        )

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError as error:  # brackets within brackets, thousands deep
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except RecursionError:  # the same when the form is shown again, with nothing in the field
            return None


class PasskeyForm(AuthenticateWebAuthnForm):
    """A passkey, after the password. Attempts are counted as those of codes are."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        attempts = Attempts(self.user)
        credential = self.cleaned_data["credential"]
        with _told_in_words(self.user):
            webauthn.parse_authentication_response(credential)
            found: Authenticator = webauthn.complete_authentication(self.user, credential)
        attempts.forget()
        return found


class ConfirmPasskeyForm(PasskeyForm):
    """A passkey, to confirm that it is still the same person."""

    reauthenticated = True


@contextmanager
def _told_in_words(person: User) -> Iterator[None]:
    """Turn whatever a browser may send instead of a passkey into a sentence."""
    try:
        yield
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
        security.tell("second_factor_failed", person=person, bad=True)
        raise ValidationError(
            gettext("This passkey was not accepted. Try again, or take another way."), code="incorrect_code"
        ) from error


class AddPasskeyForm(AddWebAuthnForm):
    """A new passkey and what it is called."""

    credential = CredentialField()

    name = PersonNameField(
        label=_("Name of the passkey"),
        max_length=60,
        required=False,
        help_text=_("So that you know it again, such as “Phone” or “Blue key”."),
    )

    def clean(self) -> dict[str, Any]:
        with _told_in_words(self.user):
            data: dict[str, Any] = super().clean()
        return data


class RenamePasskeyForm(EditWebAuthnForm):
    name = PersonNameField(label=_("Name of the passkey"), max_length=60)
