"""Signing in as a browser does, and being an authenticator app."""

import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from accounts import second_factor
from accounts.models import User

from .factories import PASSWORD

LOGIN = "/accounts/login/"
CODE = "/accounts/second-factor/code/"
ROOM = 5  # seconds in which a test or a browser shows the code
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def sign_in(client: Client, person: User, password: str = PASSWORD, **more: Any) -> Any:
    """Post address and password."""
    return client.post(LOGIN, {"login": person.email, "password": password, **more})


def code_now(secret: str = SECRET, *, step: int = 0) -> str:
    """The code that the app shows now; with `step`, the one of so many times 30 seconds later.

    Like a person who sees that the time of a code is nearly over, it waits for the next one.
    """
    while time.time() % 30 > 30 - ROOM:
        time.sleep(0.1)
    counter = int(time.time()) // 30 + step
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def give_app(person: User, secret: str = SECRET) -> Authenticator:
    """This person has set up an authenticator app."""
    with second_factor.secrets_of(person):
        return TOTP.activate(person, secret).instance


def is_in(client: Client) -> bool:
    return client.get("/account/preferences/").status_code == 200
