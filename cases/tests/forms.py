"""What a browser sends, for tests."""

from typing import Any
from uuid import UUID, uuid4

from agencies.models import Regency, Topic
from agencies.tests.factories import make_province, make_regency, make_topic
from cases.forms.edit import EditForm
from cases.models import Case


def malang() -> Regency:
    """Kabupaten Malang in Jawa Timur."""
    province = make_province(code="35", name="Jawa Timur")
    return make_regency(code="3507", name="Kabupaten Malang", province=province)


def wages() -> Topic:
    """Unpaid wages, which suggest nothing more than normal urgency."""
    known = Topic.objects.filter(code="GAJI_TIDAK_DIBAYAR").first()
    return known or make_topic(
        code="GAJI_TIDAK_DIBAYAR", name_id="Gaji tidak dibayar", name_en="Unpaid wages", stage="during"
    )


def intake_data(**fields: Any) -> dict[str, Any]:
    """A complete intake form as a family member's complaint; fields may be replaced, or left out with None."""
    malang()
    wages()
    data: dict[str, Any] = {
        "key": str(uuid4()),
        "reporter_type": "family",
        "reporter_relation": "spouse",
        "reporter_name": "Contoh Pelapor",
        "reporter_contact": "0800-000-001",
        "name": "Contoh Melati",
        "sex": "female",
        "home_province": "35",
        "home_regency": "3507",
        "safe_channel": "chat",
        "stage": "during",
        "country": "MY",
        "place": "Johor Bahru",
        "procedural_status": "unknown",
        "topics": ["GAJI_TIDAK_DIBAYAR"],
        "chronology": "The wages have not been paid for three months.",
        "demands": "Payment of the wages.",
        **fields,
    }
    return {
        name: str(value) if isinstance(value, UUID) else value
        for name, value in data.items()
        if value is not None
    }


def edit_data(case: Case, **fields: Any) -> dict[str, Any]:
    """The edit form of a case as it was opened, with some fields typed over."""
    form = EditForm.of(case)
    shown = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in {**shown, **fields}.items()}
