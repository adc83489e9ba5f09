"""Data-sharing agreements: on file, sealed, and told of before they end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from administration import actions, agreement_warnings, tasks
from administration.actions import AgreementRefused
from agencies.choices import PartnerState, StaffVerb
from agencies.models import Agreement, Partner, StaffEvent
from agencies.tests.factories import make_partner
from cases.tests.files import docx, pdf
from notifications.actions import notify
from notifications.models import Notification
from privacy.sealing import SealBroken

from .factories import make_agreement, paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    return make_portal_admin()


@pytest.fixture
def page(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


@pytest.fixture
def partner() -> Partner:
    return make_partner(code="YCM", name_id="Yayasan Contoh Melati")


ADDRESS = "/partners/YCM/agreements/"


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "number": "PKS-01/2026",
        "signatory": "Contoh Ketua, Direktur",
        "signed_on": "2026-01-02",
        "expires_on": "2029-01-01",
        "paper": paper(),
        "key": uuid4(),
        **fields,
    }


def test_an_agreement_is_put_on_file_and_its_paper_is_read_again(
    page: Client, boss: User, partner: Partner
) -> None:
    assert page.post(ADDRESS, typed()).status_code == 302
    kept = Agreement.objects.get()
    assert (kept.partner, kept.number, kept.filed_by) == (partner, "PKS-01/2026", boss)
    assert StaffEvent.objects.get().verb == StaffVerb.AGREEMENT_FILED
    text = page.get(reverse("agencies:partner", args=["YCM"])).content.decode()
    assert "PKS-01/2026" in text
    answer = page.get(reverse("administration:agreement_paper", args=["YCM", kept.pk]))
    assert answer.getvalue() == pdf()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="perjanjian.pdf"'
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_paper_lies_sealed_and_moved_elsewhere_it_is_refused(partner: Partner) -> None:
    one, two = make_agreement(partner), make_agreement(partner)
    assert b"%PDF" not in bytes(one.document)
    Agreement.objects.filter(pk=two.pk).update(document=one.document)
    with pytest.raises(SealBroken):
        actions.paper_of(Agreement.objects.get(pk=two.pk))


def test_a_new_agreement_stands_beside_those_of_before(page: Client, partner: Partner) -> None:
    make_agreement(partner, ends_in=-5, number="OLD-1")
    make_agreement(partner, ends_in=700, number="NEW-2")
    rows = page.get(ADDRESS).context["agreements"]
    assert [(row.number, row.has_ended) for row in rows] == [("NEW-2", False), ("OLD-1", True)]
    assert page.get(reverse("agencies:partner", args=["YCM"])).context["agreement"].number == "NEW-2"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("number", "", "required"),
        ("number", "x" * 1_000_000, "100"),
        ("signatory", "a\x00b", "Null"),
        ("signed_on", "2099-01-01", "has not come yet"),
        ("signed_on", "1026-01-01", "check the year"),
        ("signed_on", "yesterday", "valid date"),
        ("expires_on", "2025-01-01", "ends before it began"),
        ("expires_on", "2026-01-02", "ends before it began"),
        ("expires_on", "2226-01-01", "30 years"),
        ("paper", "", "Choose a file"),
        ("paper", SimpleUploadedFile("a.pdf", b"not one"), "holds"),
        ("paper", SimpleUploadedFile("a.docx", docx()), "kept as PDF"),
        ("paper", SimpleUploadedFile("a.pdf", b""), "empty"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    page: Client, partner: Partner, field: str, value: Any, says: str
) -> None:
    answer = page.post(ADDRESS, typed(**{field: value}))
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert says in str(errors[field])
    assert not Agreement.objects.exists()


def test_a_number_that_is_on_file_is_told_at_its_field(page: Client, partner: Partner) -> None:
    make_agreement(partner, number="PKS-01/2026")
    answer = page.post(ADDRESS, typed())
    assert answer.status_code == 409
    assert list(answer.context["form"].errors) == ["number"]


def test_a_double_click_puts_one_on_file(page: Client, partner: Partner) -> None:
    key = uuid4()
    assert [page.post(ADDRESS, typed(key=key)).status_code for _click in range(2)] == [302, 302]
    assert Agreement.objects.count() == StaffEvent.objects.count() == 1


def test_nothing_is_put_on_file_of_a_closed_partner(partner: Partner) -> None:
    Partner.objects.update(retired_at=timezone.now())
    with pytest.raises(AgreementRefused, match="closed"):
        make_agreement(partner)


def test_an_admin_who_was_suspended_meanwhile_puts_nothing_on_file(boss: User, partner: Partner) -> None:
    User.objects.filter(pk=boss.pk).update(is_active=False)
    with pytest.raises(PermissionDenied):
        make_agreement(partner, by=boss)


def test_the_partners_own_admin_reads_theirs_and_nobody_elses(client: Client, partner: Partner) -> None:
    own, other = make_agreement(partner), make_agreement(make_partner(code="OTHER"))
    client.force_login(make_user(partner=partner, role=PartnerAdmin.code))
    assert client.get(f"{ADDRESS}{own.pk}/").status_code == 200
    assert client.get(f"{ADDRESS}{other.pk}/").status_code == 404
    assert client.get(f"/partners/OTHER/agreements/{other.pk}/").status_code == 404
    assert client.get(ADDRESS).status_code == 403
    assert own.number in client.get(reverse("agencies:partner", args=["YCM"])).content.decode()


# Telling before it ends ---------------------------------------------------------------------------


def told() -> list[str]:
    return list(Notification.objects.order_by("pk").values_list("kind", flat=True))


def days_pass(days: int) -> None:
    Agreement.objects.update(
        **{
            name: getattr(Agreement.objects.get(), name) - timedelta(days=days)
            for name in ("signed_on", "expires_on")
        }
    )


def test_portal_admins_are_told_60_30_and_7_days_before_and_when_it_has_ended(
    boss: User, partner: Partner
) -> None:
    make_agreement(partner, by=boss, ends_in=61)
    heard = []
    for day in range(63):
        tasks.warn_of_agreements()
        heard += [(61 - day, kind) for kind in told()]
        Notification.objects.all().delete()
        days_pass(1)
    assert heard == [
        (60, "agreement_ending"),
        (30, "agreement_ending"),
        (7, "agreement_ending"),
        (-1, "agreement_ended"),
    ]


def test_after_a_week_without_the_sweep_one_is_told_once(boss: User, partner: Partner) -> None:
    make_agreement(partner, by=boss, ends_in=3)
    for _time in range(2):
        tasks.warn_of_agreements()
    assert told() == ["agreement_ending"]
    note = Notification.objects.get()
    assert (note.recipient, note.path) == (boss, reverse("agencies:partner", args=["YCM"]))
    assert note.reference == "YCM"


def test_one_that_cannot_be_told_of_holds_up_no_other_and_is_not_marked(
    boss: User, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = make_agreement(partner, by=boss, ends_in=3)
    fine = make_agreement(make_partner(), by=boss, ends_in=5)

    def fails(*given: Any, **message: Any) -> None:
        if message["reference"] == partner.code:
            raise ValueError
        notify(*given, **message)

    monkeypatch.setattr(agreement_warnings, "notify", fails)
    assert tasks.warn_of_agreements() == 1
    for row in (broken, fine):
        row.refresh_from_db()
    assert (broken.warned, fine.warned) == (None, 7)


def test_nobody_is_told_of_one_that_a_later_one_follows_or_of_a_closed_partners(
    boss: User, partner: Partner
) -> None:
    make_agreement(partner, by=boss, ends_in=3)
    make_agreement(partner, by=boss, ends_in=300)
    make_agreement(closed := make_partner(), by=boss, ends_in=3)
    Partner.objects.filter(pk=closed.pk).update(retired_at=timezone.now())
    tasks.warn_of_agreements()
    assert told() == []


def test_one_that_has_ended_is_shown_and_stops_nothing(page: Client, partner: Partner) -> None:
    make_agreement(partner, ends_in=-1)
    text = page.get(reverse("agencies:partner", args=["YCM"])).content.decode()
    assert "an agreement that has ended stops nothing by itself" in text
    assert Partner.objects.get().state == PartnerState.ACTIVE
    assert Partner.objects.active().exists()


def test_suspended_admins_hear_nothing(partner: Partner) -> None:
    gone = make_portal_admin(is_active=False)
    make_agreement(partner, ends_in=3, by=(boss := make_portal_admin()))
    tasks.warn_of_agreements()
    assert [note.recipient for note in Notification.objects.all()] == [boss]
    assert gone not in {note.recipient for note in Notification.objects.all()}
