"""Who may have imported cases."""

from __future__ import annotations

from accounts.models import User


def of_partner(partner_id: int | None) -> list[User]:
    """The people of a partner who work on cases, by name."""
    if partner_id is None:
        return []
    people = User.objects.filter(partner_id=partner_id, is_active=True).order_by("full_name", "pk")
    return [person for person in people if person.works_cases]
