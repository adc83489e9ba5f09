"""Where the demo's partners stand: agreements, one that waits to be activated, offices, who is on duty and who is away."""

from datetime import timedelta
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from fpdf import FPDF

from accounts.models import User
from administration import actions as administration
from agencies import actions
from agencies.choices import PartnerKind
from agencies.models import Partner
from cases.file_check import CheckedFile, check

from .people import KJRI_JB, PORTAL_ADMIN, RUMAH_MIGRAN, SUARA_PEREMPUAN

AGREEMENTS = {SUARA_PEREMPUAN: 25, RUMAH_MIGRAN: 700}  # days until their last one
NIGHT = timedelta(hours=12)


def write() -> None:
    """Add it all, by the acts that the pages call."""
    chief = User.objects.get(email=PORTAL_ADMIN)
    partners = {partner.code: partner for partner in Partner.objects.defer("loaded")}
    for code, days in AGREEMENTS.items():
        _agree(partners[code], days, by=chief)
    administration.register(
        by=chief,
        key=uuid4(),
        name_id="Pos Bantuan Migran Contoh",
        kind=PartnerKind.NGO,
        city="Kediri",
        province_id="35",
        email="kantor@posbantuan.example",
    )
    _be_on_duty(partners[KJRI_JB], by=chief)
    _be_away(by=chief)


def _agree(partner: Partner, days: int, *, by: User) -> None:
    today = timezone.localdate()
    administration.file_agreement(
        by=by,
        partner=partner,
        number=f"PKS-{partner.code}/2024",
        signatory="Contoh Ketua, Direktur",
        signed_on=today - timedelta(days=700),
        expires_on=today + timedelta(days=days),
        paper=_paper(partner),
        key=uuid4(),
    )


def _paper(partner: Partner) -> CheckedFile:
    page = FPDF()
    page.add_page()
    page.set_font("helvetica", size=12)
    page.multi_cell(0, text=f"Perjanjian berbagi data (contoh)\n\n{partner.name_id}")
    return check(SimpleUploadedFile("perjanjian.pdf", bytes(page.output()), content_type="application/pdf"))


def _be_on_duty(partner: Partner, *, by: User) -> None:
    """An office under the mission, and three nights of its roster."""
    actions.edit_office(
        by=by,
        partner=partner,
        office=None,
        seen="",
        changes={
            "name": "Ruang Layanan Muar (contoh)",
            "address": "Jalan Contoh 1, Muar",
            "city": "Muar",
            "province": None,
            "district": None,
            "phone": "+60 0-000 0001",
            "hours": "Selasa dan Kamis 09.00–12.00",
        },
    )
    officers = User.objects.filter(partner=partner, is_active=True, role="officer").order_by("pk")
    start = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    for number, person in enumerate(officers):
        actions.add_duty(
            by=by,
            partner=partner,
            person=person,
            name="",
            phone=f"+60 0-000 010{number}",
            starts_at=start + number * NIGHT,
            ends_at=start + (number + 1) * NIGHT,
        )


def _be_away(*, by: User) -> None:
    """One caseworker is on leave, and a colleague stands in."""
    away, deputy = (
        User.objects.get(email=f"{local}@suaraperempuan.example") for local in ("pendamping3", "pendamping2")
    )
    today = timezone.localdate()
    actions.set_deputy(by=by, person=away, deputy=deputy, first_day=today, last_day=today + timedelta(days=6))
