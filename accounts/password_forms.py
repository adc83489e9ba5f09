"""The forms of django-allauth that ask for a password, in the portal's words and without labels written twice."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth
from django.utils.translation import gettext_lazy as _

LABELS = {
    "oldpassword": _("Password until now"),
    "password": _("Password"),
    "password1": _("New password"),
    "password2": _("New password, once more"),
}


class Worded:
    """Labels of ours; a placeholder that says the label again is none."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class SignInForm(Worded, allauth.LoginForm):
    """Address and password."""


class ReauthenticateForm(Worded, allauth.ReauthenticateForm):
    """The password, to confirm that it is still the same person."""


class ChangePasswordForm(Worded, allauth.ChangePasswordForm):
    """Another password instead of the one until now."""


class ResetPasswordKeyForm(Worded, allauth.ResetPasswordKeyForm):
    """A password for who came by the link in an e-mail."""
