"""Invitations for tests, with the token that only the e-mail knows."""

import re

from accounts.models import User
from accounts.roles import Caseworker
from accounts.tests.factories import make_portal_admin
from agencies import actions
from agencies.models import Invitation, Partner
from notifications.models import Email

NEW = "new@example.org"


def make_invitation(
    *, partner: Partner | None, by: User | None = None, email: str = NEW, role: str = Caseworker.code
) -> tuple[Invitation, str]:
    """An open invitation in English, and the token of its link."""
    by = by or make_portal_admin()
    invitation = actions.invite(
        by=by, partner=partner, email=email, full_name="New Person", role=role, language="en"
    )
    return invitation, token_in_the_mail(email)


def token_in_the_mail(to: str) -> str:
    """The token in the newest e-mail to this address."""
    email = Email.objects.filter(to=to).latest("pk")
    found = re.search(r"http://localhost:8000/partners/invitation/([\w-]{43})/\n", email.body)
    assert found is not None
    return found[1]
