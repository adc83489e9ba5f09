"""Sexual violence reported to a community provider: advice to supervisors, kept in time, decided by a person."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Officer, Supervisor
from accounts.tests.factories import make_user
from agencies.choices import PartnerKind
from agencies.models import Deadline, Topic
from agencies.tests.factories import make_partner, make_topic
from cases import actions, clocks, tpks
from cases.choices import ClockCode, EventKind
from cases.models import Case, CaseEvent, Clock
from notifications.models import Notification
from referrals.tests.factories import make_referral_in

from .factories import make_case

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _law() -> None:
    Deadline.objects.create(
        code="TPKS_REPORT", topic="sexual violence", duty="report", value=72, unit="hours", basis="law"
    )


@pytest.fixture
def violence() -> Topic:
    return make_topic(code="KEKERASAN_SEKSUAL", name_id="Kekerasan seksual", name_en="Sexual violence")


@pytest.fixture
def wages() -> Topic:
    return make_topic(code="GAJI")


@pytest.fixture
def caseworker() -> User:
    return make_user(partner=make_partner())


@pytest.fixture
def supervisor(caseworker: User) -> User:
    return make_user(partner=caseworker.partner, role=Supervisor.code)


@pytest.fixture
def case(caseworker: User, supervisor: User, violence: Topic) -> Case:
    return make_case(by=caseworker, topics=[violence])


def clock_of(case: Case) -> Clock:
    return Clock.objects.get(case=case)


def edit(case: Case, by: User, topics: list[Topic]) -> None:
    case.refresh_from_db()
    actions.edit(by=by, case=case, version=case.version, topics=topics)


def page(user: User, case: Case) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(case.get_absolute_url())


def decide(user: User, case: Case, **data: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.post(reverse("cases:police_report", args=[case.reference]), data)


REPORTED = {
    "decision": "reported",
    "day": "2026-01-05",
    "office": "UPPA Polres Contoh",
    "number": "LP/B/1/I/2026",
}


class TestTheClock:
    def test_it_starts_with_the_case_and_ends_72_hours_later(self, case: Case) -> None:
        clock = clock_of(case)
        assert clock.code == ClockCode.TPKS_REPORT
        assert clock.due_at - clock.started_at == timedelta(hours=72)
        assert clock.warn_at - clock.started_at == timedelta(hours=48)
        assert (clock.partner, clock.referral, clock.started_by) == (case.partner, None, None)

    def test_supervisors_are_told_and_nobody_else(self, case: Case, supervisor: User) -> None:
        told = Notification.objects.filter(kind="clock_started")
        assert [(row.recipient, row.path) for row in told] == [(supervisor, case.get_absolute_url())]

    def test_where_nobody_supervises_the_caseworker_is_told(self, caseworker: User, violence: Topic) -> None:
        make_case(by=caseworker, topics=[violence])
        assert Notification.objects.get(kind="clock_started").recipient == caseworker

    def test_it_starts_when_the_topic_is_added_later(
        self, caseworker: User, supervisor: User, violence: Topic, wages: Topic
    ) -> None:
        case = make_case(by=caseworker, topics=[wages])
        assert not Clock.objects.exists()
        edit(case, caseworker, [wages, violence])
        assert clock_of(case).stopped_at is None

    def test_other_edits_start_no_second_one(
        self, case: Case, caseworker: User, wages: Topic, violence: Topic
    ) -> None:
        edit(case, caseworker, [wages, violence])
        assert Clock.objects.count() == 1

    def test_the_portal_stops_it_when_the_topic_is_removed(
        self, case: Case, caseworker: User, wages: Topic
    ) -> None:
        edit(case, caseworker, [wages])
        clock = clock_of(case)
        assert clock.stopped_at is not None
        assert clock.stopped_by is None
        assert clock.stop_note == "The topic was taken off the case."

    def test_it_starts_anew_when_the_topic_comes_back(
        self, case: Case, caseworker: User, wages: Topic, violence: Topic
    ) -> None:
        edit(case, caseworker, [wages])
        edit(case, caseworker, [violence])
        assert Clock.objects.running().count() == 1

    def test_it_does_not_start_again_once_a_person_has_decided(
        self, case: Case, caseworker: User, supervisor: User, wages: Topic, violence: Topic
    ) -> None:
        tpks.not_reported(by=supervisor, case=case, reason="She does not want it.")
        edit(case, caseworker, [wages])
        edit(case, caseworker, [violence])
        assert not Clock.objects.running().exists()

    @pytest.mark.parametrize("kind", [PartnerKind.BP3MI, PartnerKind.DISNAKER, PartnerKind.MISSION])
    def test_an_agency_is_no_community_provider(self, kind: str, violence: Topic) -> None:
        officer = make_user(partner=make_partner(kind=kind), role=Officer.code)
        make_case(by=officer, topics=[violence])
        assert not Clock.objects.exists()

    def test_it_is_told_of_at_two_thirds_and_at_the_end_and_nothing_else_happens(
        self, case: Case, supervisor: User
    ) -> None:
        clock = clock_of(case)
        assert clocks.look_at_due(clock.warn_at) == 1
        assert clocks.look_at_due(clock.due_at) == 1
        kinds = list(
            Notification.objects.filter(recipient=supervisor).values_list("kind", flat=True).order_by("pk")
        )
        assert kinds == ["clock_started", "clock_warning", "clock_ran_out"]
        assert clock_of(case).stopped_at is None
        assert not case.referrals.exists()


class TestThePage:
    def test_a_supervisor_reads_the_law_and_may_decide(self, case: Case, supervisor: User) -> None:
        text = page(supervisor, case).text
        assert "UU 12/2022" in text
        assert reverse("cases:police_report", args=[case.reference]) in text

    def test_a_caseworker_reads_it_and_may_not_decide(self, case: Case, caseworker: User) -> None:
        text = page(caseworker, case).text
        assert "UU 12/2022" in text
        assert reverse("cases:police_report", args=[case.reference]) not in text
        assert decide(caseworker, case, **REPORTED).status_code == 403

    def test_another_partners_supervisor_learns_nothing(self, case: Case) -> None:
        stranger = make_user(partner=make_partner(), role=Supervisor.code)
        assert decide(stranger, case, **REPORTED).status_code == 404
        assert clock_of(case).stopped_at is None

    def test_the_receiver_of_a_referral_learns_nothing(self, case: Case) -> None:
        referral, officer = make_referral_in("accepted", case=case)
        client = Client()
        client.force_login(officer)
        text = client.get(referral.get_absolute_url()).text
        assert "UU 12/2022" not in text
        assert "police" not in text.lower().replace("police</option>", "")
        assert not Notification.objects.filter(recipient=officer, kind__startswith="clock").exists()
        assert not referral.events.filter(kind__startswith="clock").exists()

    def test_reported_says_when_where_and_under_which_number(self, case: Case, supervisor: User) -> None:
        assert decide(supervisor, case, **REPORTED).status_code == 302
        clock = clock_of(case)
        assert clock.stopped_by == supervisor
        for part in ("2026", "UPPA Polres Contoh", "LP/B/1/I/2026"):
            assert part in clock.stop_note
        event = CaseEvent.objects.get(kind=EventKind.CLOCK_STOPPED)
        assert event.data == {"code": "TPKS_REPORT", "reported": True}
        assert "LP/B/1/I/2026" in page(supervisor, case).text

    def test_not_reported_needs_a_reason(self, case: Case, supervisor: User) -> None:
        assert decide(supervisor, case, decision="not_reported", reason=" ").status_code == 422
        assert decide(supervisor, case, decision="not_reported", reason="Her own wish.").status_code == 302
        assert clock_of(case).stop_note == "Her own wish."
        assert CaseEvent.objects.get(kind=EventKind.CLOCK_STOPPED).data["reported"] is False

    @pytest.mark.parametrize(
        "bad",
        [
            {"day": "2030-01-01"},
            {"day": "yesterday"},
            {"day": ""},
            {"office": ""},
            {"office": "x" * 200},
            {"number": "1\x002"},
            {"number": "9" * 1_000_000},
        ],
    )
    def test_bad_input_is_a_sentence_and_stops_nothing(
        self, case: Case, supervisor: User, bad: dict[str, str]
    ) -> None:
        answer = decide(supervisor, case, **{**REPORTED, **bad})
        assert answer.status_code == 422
        assert clock_of(case).stopped_at is None

    def test_a_double_submit_is_one_decision(self, case: Case, supervisor: User) -> None:
        key = uuid4()
        assert decide(supervisor, case, key=key, **REPORTED).status_code == 302
        assert decide(supervisor, case, key=key, **REPORTED).status_code == 302
        assert CaseEvent.objects.filter(kind=EventKind.CLOCK_STOPPED).count() == 1

    def test_the_same_form_with_something_else_is_refused(self, case: Case, supervisor: User) -> None:
        key = uuid4()
        decide(supervisor, case, key=key, **REPORTED)
        answer = decide(supervisor, case, key=key, **{**REPORTED, "office": "Polda Contoh"})
        assert answer.status_code == 409
        assert "Polda Contoh" in answer.text

    def test_the_second_decision_comes_too_late_and_keeps_what_was_typed(
        self, case: Case, supervisor: User
    ) -> None:
        tpks.not_reported(by=supervisor, case=case, reason="Her own wish.")
        answer = decide(supervisor, case, **REPORTED)
        assert answer.status_code == 409
        assert "UPPA Polres Contoh" in answer.text
        assert clock_of(case).stop_note == "Her own wish."

    def test_the_action_refuses_a_caseworker_too(self, case: Case, caseworker: User) -> None:
        with pytest.raises(PermissionDenied):
            tpks.reported(by=caseworker, case=case, day=timezone.localdate(), office="Polres", number="")

    def test_without_a_clock_there_is_nothing_to_decide(
        self, supervisor: User, caseworker: User, wages: Topic
    ) -> None:
        case = make_case(by=caseworker, topics=[wages])
        client = Client()
        client.force_login(supervisor)
        assert client.get(reverse("cases:police_report", args=[case.reference])).status_code == 302
