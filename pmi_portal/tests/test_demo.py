"""The demo as it stands in the database: everything in it is such as the portal itself would have written it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import models
from django.utils import timezone, translation

from accounts.models import User
from agencies.choices import PartnerKind
from agencies.models import Invitation, Mandate, Partner, StaffEvent
from agencies.today import today
from cases import actions
from cases.choices import EventKind
from cases.forms.intake import IntakeForm
from cases.models import Case, CaseCounter, CaseEvent, Clock, Consent, Document, IntakeDraft, Worker
from cases.models.case_reads import COUNTED
from cases.nik_check import warnings
from directory.models import Contact, Hours, Service
from notifications.models import Email, Notification
from pmi_portal.demo import names, people
from pmi_portal.demo.seed import CASES, seed
from pmi_portal.tests.demo_world import seeded
from referrals.choices import State
from referrals.models import Letter, PlanStep, Referral

pytestmark = pytest.mark.django_db

WRITTEN = (
    User,
    Partner,
    Worker,
    Case,
    Consent,
    Document,
    Clock,
    Referral,
    PlanStep,
    Letter,
    CaseEvent,
    Notification,
    Email,
    StaffEvent,
    Invitation,
    Service,
    Hours,
    Contact,
)


@pytest.fixture(scope="module", autouse=True)
def now(django_db_setup: None, django_db_blocker: Any) -> Iterator[datetime]:
    """The time at which the demo was made."""
    with seeded(django_db_blocker) as made_at:
        yield made_at


def counts() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in WRITTEN}


def test_a_second_time_adds_nothing(django_assert_max_num_queries: Any) -> None:
    before = counts()
    with django_assert_max_num_queries(4):
        assert seed() is None
    assert counts() == before


def test_it_has_about_as_many_cases_as_promised_in_every_state() -> None:
    assert Case.objects.count() == CASES
    states = set(Referral.objects.values_list("state", flat=True))
    assert states == set(State) - {State.WAITING}  # whatever waits would be routed within seconds


def test_every_kind_of_partner_takes_part() -> None:
    receiving = set(Referral.objects.exclude(receiver=None).values_list("receiver__kind", flat=True))
    assert receiving == set(PartnerKind)
    owning = set(Case.objects.values_list("partner__kind", flat=True))
    assert owning == {PartnerKind.NGO, PartnerKind.BP3MI, PartnerKind.MISSION}


@pytest.mark.parametrize("model", WRITTEN)
def test_what_it_writes_is_well_formed(model: type[models.Model]) -> None:
    rows = list(model._default_manager.order_by("-pk"))
    for row in rows[:: len(rows) // 20 + 1]:
        by_the_portal = [
            field.name for field in model._meta.fields if field.null and field.value_from_object(row) is None
        ]
        row.full_clean(exclude=["password", *by_the_portal])


def is_note_of_another(case: Case, event: CaseEvent) -> bool:
    """A note that another partner keeps to itself: to the case's own partner nothing has changed."""
    return event.kind == EventKind.INTERNAL and event.partner_id != case.partner_id


def test_nothing_happens_after_now_or_before_the_case_was_logged(now: datetime) -> None:
    for case in Case.objects.prefetch_related("events"):
        told = [event for event in case.events.all() if not is_note_of_another(case, event)]
        times = [event.at for event in told]
        assert min(times) == case.created_at
        assert max(times) == case.changed_at <= now
        assert all(event.at <= now for event in case.events.all())


def test_a_reference_follows_the_last_one_of_its_partner_and_year() -> None:
    for counter in CaseCounter.objects.select_related("partner"):
        prefix = f"{counter.partner.reference_prefix}-{counter.year}-"
        cases = Case.objects.filter(reference__startswith=prefix).order_by("created_at", "pk")
        expected = [f"{prefix}{number:06d}" for number in range(1, counter.last + 1)]
        assert list(cases.values_list("reference", flat=True)) == expected
    by = User.objects.get(email="pendamping@suaraperempuan.example")
    like = Case.objects.filter(partner=by.partner).order_by("-created_at").select_related("worker")[0]
    worker = {"name": "Contoh Baru", "sex": "female", "home_province": like.worker.home_province}
    fields = {"reporter_type": "worker", "stage": "during", "country": "MY", "urgency": "normal"}
    new = actions.log(by=by, worker=worker, case=fields, topics=[])
    assert new.reference > like.reference


@pytest.mark.parametrize("account", people.ACCOUNTS, ids=lambda account: account["email"])
def test_each_account_of_the_sign_in_page_works(account: people.Account) -> None:
    person = User.objects.get(email=account["email"])
    assert person.is_active
    assert person.check_password(account["password"])
    with translation.override("id"):
        assert account["role"] == person.role_class.name
        assert account["partner"] == (person.partner.name if person.partner else "")


def case_working_accounts() -> list[str]:
    others = ("admin", "ppdp")
    return [account["email"] for account in people.ACCOUNTS if not account["email"].startswith(others)]


@pytest.mark.parametrize("email", case_working_accounts())
def test_the_first_page_of_everybody_who_works_cases_is_alive(email: str) -> None:
    person = User.objects.get(email=email)
    assert Notification.objects.visible_to(person).unread().exists()
    waiting = Referral.objects.visible_to(person).waiting_for(person)
    assert len(waiting) >= 4
    received = Referral.objects.received_by(person)
    assert received.filter(state=State.SENT, changed_at__gt=timezone.now() - timedelta(hours=6))
    assert received.filter(state=State.COMPLETED)


def test_the_caseworker_has_something_to_answer_to_choose_and_to_refer_again() -> None:
    by = User.objects.get(email="pendamping@suaraperempuan.example")
    seen = Case.objects.visible_to(by)
    assert all(seen.needing(need).exists() for need in COUNTED)
    assert Case.objects.visible_to(by).filter(referrals=None).exists()
    draft = IntakeDraft.objects.visible_to(by).get()
    assert draft.fields.keys() <= IntakeForm.base_fields.keys()


def test_a_change_of_mandates_is_still_to_come() -> None:
    [planned] = Mandate.objects.filter(valid_from__gt=today())
    assert (planned.partner.code, planned.province_id) == ("BP3MI_KALTARA", "64")
    assert planned not in Mandate.objects.in_force()


def test_the_admins_have_people_to_look_after() -> None:
    own = User.objects.filter(partner__code="SP")
    assert own.filter(is_active=False).exists()
    assert Invitation.objects.open().filter(partner__code="SP").count() == 1
    assert StaffEvent.objects.filter(subject__in=own).count() >= own.count()


def test_nobody_in_it_exists() -> None:
    said = set(names.SAYS_EXAMPLE)
    everybody = [
        *(worker.name for worker in Worker.objects.all()),
        *(case.reporter_name for case in Case.objects.all()),
        *(consent.given_by for consent in Consent.objects.all()),
        *(consent.witness for consent in Consent.objects.exclude(witness="")),
        *User.objects.values_list("full_name", flat=True),
    ]
    assert all(said & set(name.split()) for name in everybody)
    contacts = [
        *(worker.contact for worker in Worker.objects.all()),
        *(case.reporter_contact for case in Case.objects.all()),
    ]
    assert all(contact.startswith("0800-0000-") for contact in contacts if contact)
    assert all(email.endswith(".example") for email in User.objects.values_list("email", flat=True))
    assert all(worker.nik[4:6] == "99" for worker in Worker.objects.exclude(nik=""))


def test_names_and_numbers_of_workers_come_once() -> None:
    for field in ("name", "nik", "passport_number"):
        values = [value for worker in Worker.objects.all() if (value := getattr(worker, field))]
        assert len(values) == len(set(values))


def test_a_nik_agrees_with_what_else_is_known() -> None:
    workers = Worker.objects.exclude(nik="").select_related("home_regency")
    assert [warnings(worker) for worker in workers if warnings(worker)] == []


def test_the_past_is_not_sent_by_e_mail() -> None:
    assert list(Email.objects.values_list("to", flat=True)) == [people.INVITED]
