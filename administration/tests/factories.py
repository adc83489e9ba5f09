"""Agreements and steps for tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_portal_admin
from administration import actions
from agencies.choices import PartnerKind
from agencies.models import Agreement, Partner
from cases.file_check import check
from cases.tests.files import pdf


def register_fields(**fields: Any) -> dict[str, Any]:
    return {
        "name_id": "Yayasan Contoh Melati",
        "name_en": "",
        "kind": PartnerKind.NGO,
        "mission_type": "",
        "city": "Malang",
        "country": "ID",
        "province": None,
        "time_zone": "Asia/Jakarta",
        "reference_prefix": "",
        "email": "",
        "phone": "",
        **fields,
    }


def make_registered(*, by: User | None = None, **fields: Any) -> Partner:
    """A partner that waits to be activated."""
    return actions.register(by=by or make_portal_admin(), key=uuid4(), **register_fields(**fields))


def paper(name: str = "perjanjian.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf(), content_type="application/pdf")


def make_agreement(
    partner: Partner, *, by: User | None = None, ends_in: int = 365, **fields: Any
) -> Agreement:
    """An agreement that ends in so many days."""
    today = timezone.localdate()
    given = {
        "number": f"PKS-{uuid4().hex[:6]}",
        "signatory": "Contoh Ketua, Direktur",
        "signed_on": today - timedelta(days=400),
        "expires_on": today + timedelta(days=ends_in),
        "key": uuid4(),
        **fields,
    }
    return actions.file_agreement(
        by=by or make_portal_admin(), partner=partner, paper=check(paper()), **given
    )


def step(act: Callable[..., Partner], partner: Partner, *, by: User | None = None, **fields: Any) -> Partner:
    """One step of a partner's life, as its page takes it."""
    given = {"reason": "An example.", "seen": actions.seen_standing(partner), "key": uuid4(), **fields}
    return act(by=by or make_portal_admin(), partner=partner, **given)
