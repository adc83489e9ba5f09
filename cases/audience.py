"""Who of a partner is told of what happens to a case."""

from typing import Any

from accounts.models import User
from accounts.roles import ROLES, Right
from agencies.models import Partner

from .choices import AccessWay
from .models import Case, CaseAccess


def holding(right: Right) -> list[str]:
    """The roles that hold this right."""
    return sorted(code for code, role in ROLES.items() if right in role.rights)


def caseworkers(case: Case) -> list[User]:
    """The caseworker of the case; when that person is suspended or has moved, their whole team.

    Of a restricted case those who are named to read it, else those who can name somebody (`supervisors`).
    """
    if not case.is_restricted:
        return one_or_team(case.assigned_to, case.partner)
    if works_at(case.assigned_to, case.partner):
        return [case.assigned_to]
    return named(case) or people(case.partner, Right.OVERSEE_CASES) or people(case.partner, Right.WORK_CASES)


def named(case: Case) -> list[User]:
    """Who beside the caseworker may read a restricted case now, by name; not who opened it in an emergency."""
    opened = CaseAccess.objects.open().filter(case=case, way=AccessWay.NAMED).values("person")
    return people(case.partner, Right.WORK_CASES, pk__in=opened)


def works_at(person: User | None, partner: Partner) -> bool:
    """Whether this person still works on cases there."""
    return person is not None and person.works_cases and person.partner_id == partner.pk


def one_or_team(person: User | None, partner: Partner) -> list[User]:
    """This person while they work on cases at the partner, else everybody who does."""
    if person is not None and works_at(person, partner):
        return [person]
    return people(partner, Right.WORK_CASES)


def supervisors(case: Case) -> list[User]:
    """Who oversees the cases of its partner; where nobody does, those who work on it: somebody must know."""
    return people(case.partner, Right.OVERSEE_CASES) or caseworkers(case)


def people(partner: Partner, right: Right, **only: Any) -> list[User]:
    """Everybody who may come in at this partner and whose role holds the right, or of them `only` whom the look-up finds."""
    here = User.objects.filter(partner=partner, is_active=True, locked_at=None, role__in=holding(right))
    return list(here.filter(**only))
