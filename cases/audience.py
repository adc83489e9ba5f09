"""Who of a partner is told of what happens to a case."""

from accounts.models import User
from accounts.roles import ROLES, Right
from agencies.models import Partner

from .models import Case


def holding(right: Right) -> list[str]:
    """The roles that hold this right."""
    return sorted(code for code, role in ROLES.items() if right in role.rights)


def caseworkers(case: Case) -> list[User]:
    """The caseworker of the case; when that person is suspended or has moved, their whole team."""
    return one_or_team(case.assigned_to, case.partner)


def one_or_team(person: User | None, partner: Partner) -> list[User]:
    """This person while they work on cases at the partner, else everybody who does."""
    if person is not None and person.works_cases and person.partner_id == partner.pk:
        return [person]
    return people(partner, Right.WORK_CASES)


def supervisors(case: Case) -> list[User]:
    """Who oversees the cases of its partner; where nobody does, those who work on it: somebody must know."""
    return people(case.partner, Right.OVERSEE_CASES) or caseworkers(case)


def people(partner: Partner, right: Right) -> list[User]:
    """Everybody at this partner whose role holds the right."""
    return list(User.objects.filter(partner=partner, is_active=True, role__in=holding(right)))
