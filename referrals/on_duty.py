"""Who answers emergencies at a referral's receiver now, for whoever refers one there."""

from agencies.choices import Urgency
from agencies.models import Duty

from .models import Referral


def at_receiver(referral: Referral) -> list[Duty]:
    """Those on duty at this moment; nobody is named where it is no emergency, or over."""
    partner = referral.receiver or referral.proposed
    if partner is None or referral.urgency != Urgency.EMERGENCY or not referral.is_live:
        return []
    return list(Duty.objects.filter(partner=partner).now().select_related("person"))
