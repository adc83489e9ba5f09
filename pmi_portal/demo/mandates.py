"""A change of mandates that is still to come, so that the pages have one to show."""

from datetime import timedelta

from agencies.choices import AgencyCode, SourceStatus
from agencies.models import Mandate, Partner
from agencies.today import today

KALIMANTAN_TIMUR = "64"  # where the reference data knows no BP3MI


def add() -> None:
    """In three weeks the BP3MI of the neighbouring province answers for the one province that has none."""
    Mandate.objects.create(
        partner=Partner.objects.get(code="BP3MI_KALTARA"),
        agency_code=AgencyCode.BP3MI,
        province_id=KALIMANTAN_TIMUR,
        valid_from=today() + timedelta(days=21),
        source="Surat edaran 17/2026 (rekaan untuk demo)",
        source_status=SourceStatus.VERIFIED,
    )
