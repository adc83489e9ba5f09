"""People for tests."""

from itertools import count
from typing import Any

from accounts.models import User
from accounts.roles import Caseworker, PortalAdmin

PASSWORD = "a plain long password"
_numbers = count(1)


def make_user(
    *, partner: Any = None, role: str = Caseworker.code, password: str | None = None, **fields: Any
) -> User:
    """A person with an unusable password (sign in with `client.force_login`); the constraints are the database's.

    `create_user` asks it about each of them beforehand, which is most of what making a person costs.
    """
    number = next(_numbers)
    fields.setdefault("email", f"person{number}@example.org")
    fields.setdefault("full_name", f"Person {number}")
    fields.setdefault("language", "en")
    user = User(partner=partner, role=role, **fields)
    user.set_password(password)
    user.full_clean(exclude=["password", "partner"], validate_unique=False, validate_constraints=False)
    user.save()
    return user


def make_portal_admin(**fields: Any) -> User:
    return make_user(role=PortalAdmin.code, **fields)
