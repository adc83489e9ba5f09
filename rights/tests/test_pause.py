"""A paused case: used no further, but to save a life."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from agencies.tests.factories import make_partner
from cases import actions as case_actions
from cases import storage
from cases.choices import EventKind
from cases.documents import DocumentRefused
from cases.models import Case, Consent, Document
from cases.tests import files
from cases.tests.factories import make_case
from notifications.choices import Kind
from notifications.models import Notification
from referrals import actions as referral_actions
from referrals import routing, rules
from referrals.actions import ActRefused
from referrals.choices import LetterKind, State
from referrals.models import Referral
from referrals.tests.factories import (
    consent_fields,
    make_officer,
    make_referral,
    make_referral_in,
    make_responsible,
)
from rights import actions
from rights.actions import Refused

from .factories import make_granted, make_supervisor, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return make_case()


def paused(case: Case) -> Case:
    request, boss = make_granted("pause", case=case)
    step("carry_out", request, boss)
    case.refresh_from_db()
    assert case.is_paused
    return case


def override() -> dict[str, object]:
    return consent_fields(method="override", override_reason="She is locked in.", given_by="-")


class TestPaused:
    def test_it_cannot_be_edited(self, case: Case) -> None:
        paused(case)
        with pytest.raises(case_actions.CasePaused):
            case_actions.edit(by=case.created_by, case=case, version=1, fields={"place": "Muar"})

    def test_nor_referred(self, case: Case) -> None:
        paused(case)
        with pytest.raises(ActRefused, match="used no further"):
            make_referral(case=case)

    def test_nor_sent_by_hand(self, case: Case) -> None:
        referral, _officer = make_referral_in("unrouted", case=case)
        paused(case)
        with pytest.raises(ActRefused, match="used no further"):
            referral_actions.choose(by=case.created_by, referral=referral, to=make_partner(kind="mission"))

    def test_nor_sent_by_the_portal_until_the_pause_is_lifted(self, case: Case) -> None:
        make_responsible()
        referral = make_referral(case=case)
        paused(case)
        routing.route_due()
        referral.refresh_from_db()
        assert referral.state == State.WAITING
        actions.resume(by=make_supervisor(case), case=case, text="She agreed.", key=uuid4())
        Referral.objects.update(route_attempts=0)
        routing.route_due()
        referral.refresh_from_db()
        assert referral.state == State.SENT

    def test_nor_put_on_paper(self, case: Case) -> None:
        referral, _officer = make_referral_in("accepted", case=case)
        assert rules.can_issue_letter(case.created_by, referral)
        paused(case)
        referral = Referral.objects.select_related("case", "consent").get()
        assert not rules.can_issue_letter(case.created_by, referral)
        with pytest.raises(ActRefused):
            referral_actions.issue(by=case.created_by, referral=referral, kind=LetterKind.LETTER)

    @pytest.mark.parametrize(
        "more", [{"groups": ["case", "identity"]}, {"until": None}, {"onward": True}], ids=str
    )
    def test_nor_opened_further_to_who_reads_it_already(self, case: Case, more: dict[str, Any]) -> None:
        day = timezone.localdate() + timedelta(days=30)
        now = consent_fields(groups=["case"], until=day)
        make_referral(case=case, to=make_officer().partner, consent=now)
        paused(case)
        with pytest.raises(ActRefused, match="used no further"):
            referral_actions.change_consent(
                by=case.created_by, consent=Consent.objects.get(), grant=now | more
            )

    def test_but_the_worker_may_narrow_and_withdraw(self, case: Case) -> None:
        make_referral(
            case=case, to=make_officer().partner, consent=consent_fields(groups=["case", "identity"])
        )
        paused(case)
        less = consent_fields(groups=["case"])
        narrowed = referral_actions.change_consent(
            by=case.created_by, consent=Consent.objects.get(), grant=less
        )
        assert narrowed.groups == ["case"]
        referral_actions.withdraw_consent(by=case.created_by, case=case, text="She wishes it.")
        assert not Consent.objects.filter(withdrawn_at=None).exists()

    def test_nor_given_another_document(self, case: Case) -> None:
        referral, _officer = make_referral_in("accepted", case=case)
        paused(case)
        before = set(storage.folder().rglob("*"))
        with pytest.raises(DocumentRefused, match="used no further"):
            files.add(case)
        file = files.checked("contract.pdf", files.pdf())
        with pytest.raises(ActRefused, match="used no further"):
            referral_actions.add_document(by=case.created_by, referral=referral, kind="contract", file=file)
        assert not Document.objects.exists()
        assert {path for path in set(storage.folder().rglob("*")) - before if path.is_file()} == set()

    def test_to_save_a_life_a_supervisor_still_refers_it(self) -> None:
        case = paused(make_case(urgency="emergency"))
        boss, there = make_supervisor(case), make_officer().partner
        referral = make_referral(by=boss, case=case, to=there, consent=override())
        assert referral.state == State.SENT

    def test_those_who_read_it_elsewhere_are_told(self, case: Case) -> None:
        _referral, officer = make_referral_in("accepted", case=case)
        paused(case)
        assert Notification.objects.get(kind=Kind.PROCESSING_PAUSED).recipient == officer

    def test_the_page_of_the_case_says_so_and_offers_no_editing(self, case: Case, client: Client) -> None:
        paused(case)
        client.force_login(case.created_by)
        text = client.get(case.get_absolute_url()).text
        assert "Paused" in text
        refer, edit = (reverse(name, args=[case.reference]) for name in ("referrals:refer", "cases:edit"))
        assert refer not in text
        assert edit not in text
        assert [client.get(address).status_code for address in (refer, edit)] == [302, 302]

    def test_in_an_emergency_the_page_still_lets_a_supervisor_refer_it(self, client: Client) -> None:
        case = paused(make_case(urgency="emergency"))
        refer = reverse("referrals:refer", args=[case.reference])
        shown = {}
        for person in (case.created_by, make_supervisor(case)):
            client.force_login(person)
            shown[person.role] = refer in client.get(case.get_absolute_url()).text
        assert shown == {"caseworker": False, "supervisor": True}
        assert client.get(refer).status_code == 200

    def test_the_agency_reads_it_on_the_referral(self, case: Case, client: Client) -> None:
        referral, officer = make_referral_in("accepted", case=case)
        paused(case)
        client.force_login(officer)
        assert "no further for now" in client.get(referral.get_absolute_url()).text


class TestResuming:
    def test_a_reason_stands_on_the_case_and_those_who_read_it_are_told(self, case: Case) -> None:
        _referral, officer = make_referral_in("accepted", case=case)
        boss = make_supervisor(paused(case))
        resumed = actions.resume(by=boss, case=case, text="The data was corrected.", key=uuid4())
        assert not resumed.is_paused
        assert case.events.get(kind=EventKind.RESUMED).text == "The data was corrected."
        assert Notification.objects.get(kind=Kind.PROCESSING_RESUMED).recipient == officer

    def test_a_caseworker_does_not_lift_it(self, case: Case) -> None:
        paused(case)
        with pytest.raises(PermissionDenied):
            actions.resume(by=case.created_by, case=case, text="Please.", key=uuid4())

    def test_a_double_click_is_one_lifting_and_a_second_person_is_told(self, case: Case) -> None:
        boss, key = make_supervisor(paused(case)), uuid4()
        for _click in range(2):
            actions.resume(by=boss, case=case, text="She agreed.", key=key)
        assert case.events.filter(kind=EventKind.RESUMED).count() == 1
        with pytest.raises(Refused, match="lifted already"):
            actions.resume(by=boss, case=case, text="She agreed.", key=uuid4())

    def test_the_page_lifts_it(self, case: Case, client: Client) -> None:
        boss: User = make_supervisor(paused(case))
        client.force_login(boss)
        url = reverse("rights:resume", args=[case.reference])
        assert client.post(url, {"text": ""}).status_code == 422
        assert client.post(url, {"text": "She agreed."}).status_code == 302
        case.refresh_from_db()
        assert not case.is_paused
