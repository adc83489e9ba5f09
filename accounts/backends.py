"""Whom a password or a session lets in: nobody who is suspended, nor anybody whose partner is."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from . import prepared
from .models import User


def let_in(number: int) -> User | None:
    """The person of this number, with their partner, if both are let in."""
    return next(iter(prepared.rows("let in", None, _let_in, number=number)), None)


def _let_in(number: int) -> Any:
    return User.objects.let_in().select_related("partner").filter(pk=number)


class Backend(AuthenticationBackend):
    """As django-allauth has it, but a person also comes in through an active partner only."""

    def get_user(self, user_id: Any) -> User | None:
        """The person of a session, asked at every request; None for whoever is shut out."""
        return let_in(int(user_id))

    def user_can_authenticate(self, user: User) -> bool:
        return User.objects.let_in().filter(pk=user.pk).exists()
