"""Who may do what to accounts and partners. Pure predicates: nothing is read or written here but what is passed in."""

from accounts.models import User
from accounts.roles import (
    AT_PORTAL,
    ROLES,
    Caseworker,
    DataProtectionOfficer,
    Officer,
    PartnerAdmin,
    Right,
    Supervisor,
)

from .choices import GUARDED_TOPICS, MAY_BECOME, PartnerKind, PartnerState, Step
from .models import Invitation, Partner, ReferenceRow, Topic


def roles_at(partner: Partner | None) -> tuple[str, ...]:
    """The roles people of this partner may have; without a partner those of the portal itself."""
    if partner is None:
        return tuple(AT_PORTAL)
    worker = Caseworker.code if partner.kind == PartnerKind.NGO else Officer.code
    return (worker, Supervisor.code, PartnerAdmin.code, DataProtectionOfficer.code)


def can_manage_people_of(user: User, partner_id: int | None) -> bool:
    """Whether this person manages the accounts of the partner (None: of those who work for the portal)."""
    return user.manages_partners or (
        user.manages_staff and partner_id is not None and user.partner_id == partner_id
    )


def can_invite(user: User, partner: Partner | None) -> bool:
    """A suspended or retired partner takes on nobody."""
    return can_manage_people_of(user, partner.pk if partner else None) and takes_people(partner)


def takes_people(partner: Partner | None) -> bool:
    return partner is None or (partner.is_active and partner.retired_at is None)


def can_resend(user: User, invitation: Invitation) -> bool:
    return invitation.is_open and not invitation.waits_for_second and can_invite(user, invitation.partner)


def can_approve(user: User, invitation: Invitation) -> bool:
    """A portal admin is made by two: whoever invited does not approve."""
    return user.manages_partners and invitation.waits_for_second and invitation.invited_by_id != user.pk


def can_move(user: User, person: User) -> bool:
    """Only a portal admin reaches two partners."""
    return user.manages_partners and can_manage(user, person) and person.partner_id is not None


def can_manage(user: User, person: User) -> bool:
    """Whether this person manages that account at all. Nobody manages their own: another admin does."""
    return user.pk != person.pk and can_manage_people_of(user, person.partner_id)


def can_change_role(user: User, person: User) -> bool:
    """Whoever works for the portal itself has no other role to go to: they have no partner."""
    return can_manage(user, person) and person.partner_id is not None


def can_suspend(user: User, person: User) -> bool:
    return can_manage(user, person) and person.is_active


def can_reactivate(user: User, person: User) -> bool:
    return can_manage(user, person) and not person.is_active


def case_roles() -> list[str]:
    """The roles of those who work on cases."""
    return sorted(code for code, role in ROLES.items() if Right.WORK_CASES in role.rights)


def can_stand_in(deputy: User, person: User) -> bool:
    """A colleague who works on cases."""
    return deputy.pk != person.pk and deputy.works_cases and deputy.partner_id == person.partner_id


def can_set_deputy(user: User, person: User) -> bool:
    """For somebody who works on cases: they themself and whoever manages their account."""
    return person.works_cases and (user.pk == person.pk or can_manage(user, person))


def can_edit_partner(user: User) -> bool:
    return user.manages_partners


def can_retire(row: ReferenceRow) -> bool:
    """A topic that rules on the protection of workers go by stays in use."""
    return not (isinstance(row, Topic) and row.code in GUARDED_TOPICS)


def may_step(partner: Partner, step: Step) -> bool:
    """Whether this step may follow in the partner's life; the first activation is not a return."""
    match step:
        case Step.ACTIVATED:
            return partner.state == PartnerState.REGISTERED
        case Step.REACTIVATED:
            return partner.state == PartnerState.SUSPENDED
        case Step.SUSPENDED:
            return PartnerState.SUSPENDED in MAY_BECOME[partner.state]
        case Step.CLOSED:
            return PartnerState.CLOSED in MAY_BECOME[partner.state]
    return False


def same_side(one: Partner, other: Partner) -> bool:
    """Whether both are NGOs, or both agencies: one can go on with what the other had in hand."""
    return (one.kind == PartnerKind.NGO) == (other.kind == PartnerKind.NGO)
