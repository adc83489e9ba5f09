"""People for tests."""

from itertools import count
from typing import Any

from accounts.models import User
from accounts.roles import Caseworker, PortalAdmin

PASSWORD = "a plain long password"
_numbers = count(1)


def make_user(*, partner: Any = None, role: str = Caseworker.code, **fields: Any) -> User:
    """A person with an unusable password (hashing is slow; sign in with `client.force_login`)."""
    number = next(_numbers)
    fields.setdefault("email", f"person{number}@example.org")
    fields.setdefault("full_name", f"Person {number}")
    fields.setdefault("language", "en")
    return User.objects.create_user(partner=partner, role=role, **fields)


def make_portal_admin(**fields: Any) -> User:
    return make_user(role=PortalAdmin.code, **fields)
