"""Who may do what to a service. Pure predicates."""

from accounts.models import User
from agencies.rules import can_manage_people_of

from .choices import AddressReach, State
from .models import Service


def can_edit_services_of(user: User, partner_id: int) -> bool:
    """The partner's own admin, and the portal's."""
    return can_manage_people_of(user, partner_id)


def can_edit(user: User, service: Service) -> bool:
    return can_edit_services_of(user, service.partner_id)


def can_say_places(user: User, service: Service) -> bool:
    """Whoever works there knows how many places are free: no admin has to be found at night."""
    ours = user.works_cases and user.partner_id == service.partner_id
    return (
        (ours or can_edit(user, service)) and service.state == State.ACTIVE and service.capacity is not None
    )


def can_read_address(user: User, service: Service) -> bool:
    """An address that is for its own people is told to others when they call."""
    return (
        service.address_reach != AddressReach.OWN
        or user.partner_id == service.partner_id
        or user.manages_partners
    )
