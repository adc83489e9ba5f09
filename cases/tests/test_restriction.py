"""Which cases are for named staff only, when they become so, and who may open them to the team again."""

import importlib
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import Supervisor
from accounts.tests.factories import make_user
from agencies.tests.factories import make_topic
from cases import access, actions, restriction
from cases.choices import EventKind, RestrictReason
from cases.models import Case, CaseAccess, CaseEvent
from cases.restriction import age
from notifications.models import Notification
from privacy.choices import Verb
from privacy.models import LogEntry

from .factories import make_case
from .restricted import Team, make_team, violence

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


def events(case: Case, kind: EventKind) -> list[CaseEvent]:
    return list(CaseEvent.objects.filter(case=case, kind=kind))


def edit(case: Case, by: Any, **what: Any) -> Case:
    case.refresh_from_db()
    return actions.edit(by=by, case=case, version=case.version, **what)


def years_ago(years: int, days: int = 0) -> date:
    today = timezone.localdate()
    return today.replace(year=today.year - years, day=min(today.day, 28)) - timedelta(days=days)


class TestWhatRestrictsACase:
    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            ("KEKERASAN_SEKSUAL", "sexual_violence"),
            ("TPPO", "trafficking"),
            ("ONLINE_SCAM", "trafficking"),
            ("ANOTHER_ONE", "topic"),
        ],
    )
    def test_a_topic_that_is_for_named_staff(self, code: str, reason: str) -> None:
        case = make_case(topics=[make_topic(code=code, restricted=True), make_topic()])
        assert case.restricted_for == [reason]
        assert case.restricted_at == case.created_at

    @pytest.mark.parametrize(
        ("fields", "reasons"),
        [
            ({"trafficking_status": "possible", "trafficking_asserted_by": "ngo"}, ["trafficking"]),
            ({"trafficking_status": "confirmed", "trafficking_asserted_by": "police"}, ["trafficking"]),
            ({"means_of_control": ["threats"]}, ["trafficking"]),
            ({"means_of_control": ["sexual_abuse"]}, ["sexual_violence", "trafficking"]),
            (
                {
                    "means_of_control": ["threats"],
                    "trafficking_status": "not",
                    "trafficking_asserted_by": "court",
                },
                [],
            ),
            (
                {
                    "means_of_control": ["sexual_abuse"],
                    "trafficking_status": "not",
                    "trafficking_asserted_by": "court",
                },
                ["sexual_violence"],
            ),
        ],
    )
    def test_signs_of_trafficking_unless_it_was_found_to_be_none(
        self, fields: dict[str, Any], reasons: list[str]
    ) -> None:
        assert make_case(**fields).restricted_for == reasons

    def test_nothing_restricts_an_ordinary_case(self) -> None:
        case = make_case(worker={"birth_date": years_ago(30)})
        assert (case.restricted_at, case.restricted_for) == (None, [])
        assert not events(case, EventKind.RESTRICTED)

    @pytest.mark.parametrize(
        ("worker", "incident", "child"),
        [
            ({"birth_date": years_ago(17)}, None, True),
            ({"birth_date": years_ago(18)}, None, False),
            ({"birth_date": years_ago(19)}, years_ago(2), True),
            ({"birth_date": years_ago(25)}, years_ago(2), False),
            ({}, None, False),
            ({"nik": f"357301{years_ago(16):%d%m%y}0001"}, None, True),
            ({"nik": "3573010107900001"}, None, False),
            ({"nik": "3573"}, None, False),
            ({"nik": f"357301{years_ago(16):%d%m%y}0001", "birth_date": years_ago(30)}, None, False),
        ],
    )
    def test_a_child_by_birth_date_else_by_nik_on_the_day_it_happened(
        self, worker: dict[str, Any], incident: date | None, child: bool
    ) -> None:
        case = make_case(worker=worker, incident_date=incident)
        assert (RestrictReason.CHILD in case.restricted_for) is child

    def test_who_has_grown_up_since_the_case_was_logged_was_a_child(self) -> None:
        case = make_case(worker={"birth_date": years_ago(19)})
        case.created_at -= timedelta(days=2 * 365)
        assert restriction.was_a_child(case, case.worker)

    @pytest.mark.parametrize(
        ("born", "on", "years"),
        [
            (date(2008, 2, 29), date(2026, 2, 28), 17),
            (date(2008, 2, 29), date(2026, 3, 1), 18),
            (date(2008, 7, 1), date(2026, 7, 1), 18),
            (date(2008, 7, 1), date(2026, 6, 30), 17),
        ],
    )
    def test_whole_years_count(self, born: date, on: date, years: int) -> None:
        assert age(born, on) == years


class TestWhenACaseChanges:
    def test_a_topic_that_is_added_restricts_in_the_same_transaction(self) -> None:
        case = make_case()
        saved = edit(case, case.created_by, topics=[violence()])
        assert saved.restricted_for == ["sexual_violence"]
        told = events(case, EventKind.RESTRICTED)
        assert [(event.actor, event.data, event.text) for event in told] == [
            (None, {"reasons": ["sexual_violence"]}, "")
        ]

    def test_what_fails_leaves_neither_the_topic_nor_the_restriction(self, monkeypatch: Any) -> None:
        case = make_case()

        def broken(*_args: Any, **_more: Any) -> None:
            raise IntegrityError

        monkeypatch.setattr(restriction, "look", broken)
        with pytest.raises(IntegrityError):
            edit(case, case.created_by, topics=[violence()])
        case.refresh_from_db()
        assert not case.is_restricted
        assert violence() not in case.topics.all()

    def test_a_birth_date_that_is_filled_in_restricts(self) -> None:
        case = make_case()
        assert edit(case, case.created_by, worker={"birth_date": years_ago(15)}).restricted_for == ["child"]

    def test_the_caseworker_is_told_when_a_colleagues_edit_restricts(self, team: Team) -> None:
        case = make_case(by=team.caseworker)
        edit(case, team.colleague, topics=[violence()])
        told = Notification.objects.get(kind="restricted")
        assert (told.recipient, told.reference) == (team.caseworker, case.reference)

    def test_taking_the_topic_off_lifts_nothing_but_proposes_it(self, team: Team) -> None:
        saved = edit(team.case, team.caseworker, topics=[make_topic()])
        assert saved.is_restricted
        assert saved.lift_proposed_at is not None
        assert len(events(team.case, EventKind.LIFT_PROPOSED)) == 1
        told = Notification.objects.get(kind="lift_proposed")
        assert (told.recipient, told.path) == (team.supervisor, team.case.access_url)

    def test_the_proposal_is_of_the_moment_that_took_the_reason_away(self, team: Team) -> None:
        saved = edit(team.case, team.caseworker, topics=[make_topic()])
        [event] = events(team.case, EventKind.LIFT_PROPOSED)
        assert event.at == saved.lift_proposed_at == saved.changed_at

    def test_it_is_proposed_once_and_forgotten_when_the_topic_comes_back(self, team: Team) -> None:
        edit(team.case, team.caseworker, topics=[make_topic()])
        edit(team.case, team.caseworker, topics=[make_topic()])
        assert len(events(team.case, EventKind.LIFT_PROPOSED)) == 1
        assert edit(team.case, team.caseworker, topics=[violence()]).lift_proposed_at is None

    def test_what_a_person_restricted_is_never_proposed_to_be_lifted(self, team: Team) -> None:
        restriction.restrict(by=team.caseworker, case=team.case)
        saved = edit(team.case, team.caseworker, topics=[make_topic()])
        assert (saved.restricted_for, saved.lift_proposed_at) == (["by_hand"], None)


class TestByHand:
    def test_whoever_reads_a_case_may_restrict_it(self) -> None:
        team = make_team(topics=[make_topic()])
        saved = restriction.restrict(by=team.colleague, case=team.case, text="A neighbour works here.")
        assert saved.restricted_for == ["by_hand"]
        assert not Case.objects.visible_to(team.colleague).exists()
        event = events(team.case, EventKind.RESTRICTED)[0]
        assert (event.actor, event.text) == (team.colleague, "A neighbour works here.")
        assert Notification.objects.get(kind="restricted").recipient == team.caseworker

    def test_twice_is_once(self, team: Team) -> None:
        key = uuid4()
        for _time in range(2):
            restriction.restrict(by=team.caseworker, case=team.case, key=key)
        assert len(events(team.case, EventKind.RESTRICTED)) == 2  # the portal's, and this one

    def test_the_event_says_when_and_why(self) -> None:
        team = make_team(topics=[make_topic()])
        saved = restriction.restrict(by=team.colleague, case=team.case)
        [event] = events(team.case, EventKind.RESTRICTED)
        assert event.data == {"reasons": ["by_hand"]}
        assert event.at == saved.restricted_at == saved.changed_at

    def test_the_form_of_before_restricts_nothing_once_it_was_lifted(self) -> None:
        team, key = make_team(topics=[make_topic()]), uuid4()
        restriction.restrict(by=team.supervisor, case=team.case, key=key)
        access.grant(by=team.caseworker, case=team.case, to=team.supervisor)
        restriction.lift(by=team.supervisor, case=team.case, text="It was a mistake.", key=uuid4())
        assert not restriction.restrict(by=team.supervisor, case=team.case, key=key).is_restricted

    def test_the_case_alone_is_held_and_events_may_still_name_it(self, team: Team) -> None:
        with CaptureQueriesContext(connection) as asked:
            restriction.restrict(by=team.caseworker, case=team.case)
        [held] = [query["sql"] for query in asked.captured_queries if "FOR " in query["sql"]]
        assert held.endswith('FOR NO KEY UPDATE OF "cases_case"')

    def test_nobody_restricts_what_they_do_not_read(self, team: Team) -> None:
        for person in (team.colleague, team.supervisor, team.stranger):
            with pytest.raises(PermissionDenied):
                restriction.restrict(by=person, case=team.case)


class TestLifting:
    def test_a_supervisor_who_reads_the_case_lifts_it_with_a_reason(self, team: Team) -> None:
        access.grant(by=team.caseworker, case=team.case, to=team.supervisor)
        access.grant(by=team.caseworker, case=team.case, to=team.colleague)
        saved = restriction.lift(by=team.supervisor, case=team.case, text="It was a mistake.")
        assert (saved.is_restricted, saved.restricted_for) == (False, [])
        assert events(team.case, EventKind.LIFTED)[0].text == "It was a mistake."
        assert not CaseAccess.objects.open().exists()
        assert Notification.objects.get(kind="lifted").recipient == team.caseworker
        assert LogEntry.objects.filter(verb=Verb.WROTE, what="event:lifted").count() == 1

    def test_a_double_click_lifts_once(self, team: Team) -> None:
        key = uuid4()
        access.grant(by=team.caseworker, case=team.case, to=team.supervisor)
        for _time in range(2):
            saved = restriction.lift(by=team.supervisor, case=team.case, text="It was a mistake.", key=key)
            assert not saved.is_restricted
        assert len(events(team.case, EventKind.LIFTED)) == 1

    def test_nobody_else_lifts_it(self, team: Team) -> None:
        access.grant(by=team.caseworker, case=team.case, to=team.colleague)
        for person in (team.caseworker, team.colleague, team.supervisor, team.stranger):
            with pytest.raises(PermissionDenied):
                restriction.lift(by=person, case=team.case, text="Please.")
        team.case.refresh_from_db()
        assert team.case.is_restricted

    def test_a_second_supervisor_reads_that_it_was_lifted(self, team: Team) -> None:
        second = make_user(partner=team.partner, role=Supervisor.code)
        access.grant(by=team.caseworker, case=team.case, to=team.supervisor)
        restriction.lift(by=team.supervisor, case=team.case, text="It was a mistake.")
        with pytest.raises(restriction.RestrictionRefused, match="already"):
            restriction.lift(by=second, case=team.case, text="It was a mistake.")

    def test_what_it_was_lifted_in_spite_of_restricts_it_no_more_but_another_reason_does(
        self, team: Team
    ) -> None:
        access.grant(by=team.caseworker, case=team.case, to=team.supervisor)
        restriction.lift(by=team.supervisor, case=team.case, text="She speaks of it in public.")
        assert not edit(team.case, team.caseworker, topics=[violence(), make_topic()]).is_restricted
        saved = edit(team.case, team.caseworker, worker={"birth_date": years_ago(15)})
        assert saved.restricted_for == ["child", "sexual_violence"]

    def test_a_topic_that_went_and_came_back_restricts_again(self, team: Team) -> None:
        access.grant(by=team.caseworker, case=team.case, to=team.supervisor)
        restriction.lift(by=team.supervisor, case=team.case, text="She speaks of it in public.")
        assert not edit(team.case, team.caseworker, topics=[make_topic()]).is_restricted
        assert edit(team.case, team.caseworker, topics=[violence()]).is_restricted


@pytest.mark.parametrize(
    "change",
    [
        {"restricted_at": None},
        {"restricted_for": []},
        {"restricted_for": ["nonsense"]},
        {"restricted_at": None, "restricted_for": [], "lift_proposed_at": timezone.now()},
    ],
)
def test_the_database_refuses_half_a_restriction(team: Team, change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        Case.objects.filter(pk=team.case.pk).update(**change)


class TestCasesOfBefore:
    """The migration that restricts what was logged before there were restricted cases."""

    @pytest.fixture
    def before(self) -> list[Case]:
        fields: list[dict[str, Any]] = [
            {"topics": [violence()]},
            {"topics": [make_topic(code="TPPO", restricted=True), make_topic(code="OTHER", restricted=True)]},
            {"trafficking_status": "possible", "trafficking_asserted_by": "ngo"},
            {
                "means_of_control": ["sexual_abuse"],
                "trafficking_status": "not",
                "trafficking_asserted_by": "ngo",
            },
            {"worker": {"birth_date": years_ago(16)}},
            {"worker": {"nik": f"357301{years_ago(16):%d%m%y}0001"}},
            {"worker": {"birth_date": years_ago(30)}},
            {},
        ]
        cases = [make_case(**one) for one in fields]
        Case.objects.update(restricted_at=None, restricted_for=[])
        CaseEvent.objects.filter(kind=EventKind.RESTRICTED).delete()
        return cases

    def test_they_are_restricted_for_what_restricts_a_new_one(self, before: list[Case]) -> None:
        migration = importlib.import_module("cases.migrations.0008_restrict_cases_of_before")
        migration.restrict(apps, None)
        for case in Case.objects.all():
            wanted = sorted(restriction.reasons(case, case.topics.all()))
            assert case.restricted_for == wanted
            assert case.is_restricted is bool(wanted)
            assert [event.data for event in events(case, EventKind.RESTRICTED)] == (
                [{"reasons": wanted}] if wanted else []
            )
        assert Case.objects.restricted().count() == 6
