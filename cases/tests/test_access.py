"""Who reads a restricted case: naming people, ending that, breaking the glass, and judging it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from accounts.roles import PartnerAdmin, Supervisor
from accounts.tests.factories import make_user
from agencies import actions as staff
from agencies.tests.factories import make_topic
from cases import access, actions, audience, nobody_left
from cases.access import AccessRefused
from cases.choices import EventKind, Verdict
from cases.models import Case, CaseAccess, CaseEvent
from notifications.models import Email, Notification
from privacy.choices import Verb
from privacy.models import LogEntry

from .factories import make_case
from .restricted import GLASS, WHY, Team, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


def reads(person: User, case: Case) -> bool:
    return Case.objects.visible_to(person).filter(pk=case.pk).exists()


def told(kind: str) -> set[User]:
    return {row.recipient for row in Notification.objects.filter(kind=kind).select_related("recipient")}


def log_of(verb: Verb) -> list[tuple[int | None, list[str], str]]:
    entries = LogEntry.objects.filter(verb=verb).order_by("pk")
    return [(entry.actor_id, entry.subjects, entry.what) for entry in entries]


class TestWhoReads:
    def test_the_caseworker_alone_not_even_the_supervisor(self, team: Team) -> None:
        assert reads(team.caseworker, team.case)
        assert not any(reads(one, team.case) for one in (team.colleague, team.supervisor, team.stranger))

    def test_a_supervisor_knows_that_it_is_there_and_a_colleague_does_not(self, team: Team) -> None:
        assert Case.objects.known_to(team.supervisor).get() == team.case
        assert not Case.objects.known_to(team.colleague).exists()
        assert not Case.objects.known_to(team.stranger).exists()

    def test_the_case_goes_with_the_caseworker(self, team: Team) -> None:
        actions.assign(by=team.supervisor, case=team.case, to=team.colleague)
        assert reads(team.colleague, team.case)
        assert not reads(team.caseworker, team.case)
        assert log_of(Verb.GRANTED) == [
            (team.supervisor.pk, [f"case:{team.case.pk}"], f"access:{team.colleague.pk}")
        ]
        assert log_of(Verb.REVOKED) == [
            (team.supervisor.pk, [f"case:{team.case.pk}"], f"access:{team.caseworker.pk}")
        ]
        assert told("access_taken") == set()

    def test_a_supervisor_who_takes_the_case_is_seen_doing_so(self, team: Team) -> None:
        second = make_user(partner=team.partner, role=Supervisor.code)
        actions.assign(by=team.supervisor, case=team.case, to=team.supervisor)
        assert told("access_taken") == {team.caseworker, second}


class TestNaming:
    def test_the_caseworker_names_a_colleague_who_is_told(self, team: Team) -> None:
        access.grant(by=team.caseworker, case=team.case, to=team.colleague, why="Goes along to the police.")
        assert reads(team.colleague, team.case)
        assert told("access_granted") == {team.colleague}
        event = CaseEvent.objects.get(kind=EventKind.ACCESS_GRANTED)
        assert (event.actor, event.data, event.text) == (team.caseworker, {"to": "Col League"}, "")
        assert log_of(Verb.GRANTED) == [
            (team.caseworker.pk, [f"case:{team.case.pk}"], f"access:{team.colleague.pk}")
        ]

    def test_a_supervisor_names_without_reading(self, team: Team) -> None:
        access.grant(by=team.supervisor, case=team.case, to=team.colleague)
        assert reads(team.colleague, team.case)
        assert not reads(team.supervisor, team.case)

    def test_a_supervisor_who_names_themself_is_seen_doing_so(self, team: Team) -> None:
        second = make_user(partner=team.partner, role=Supervisor.code)
        access.grant(by=team.supervisor, case=team.case, to=team.supervisor, why="I review it.")
        assert reads(team.supervisor, team.case)
        assert told("access_taken") == {team.caseworker, second}

    def test_naming_twice_is_once(self, team: Team) -> None:
        for _time in range(2):
            access.grant(by=team.caseworker, case=team.case, to=team.colleague)
        assert CaseAccess.objects.count() == 1
        assert CaseEvent.objects.filter(kind=EventKind.ACCESS_GRANTED).count() == 1

    def test_it_ends_by_itself_and_can_be_given_anew(self, team: Team) -> None:
        soon = timezone.now() + timedelta(days=1)
        first = access.grant(by=team.caseworker, case=team.case, to=team.colleague, until=soon)
        CaseAccess.objects.filter(pk=first.pk).update(until=timezone.now())
        assert not reads(team.colleague, team.case)
        access.grant(by=team.caseworker, case=team.case, to=team.colleague)
        assert reads(team.colleague, team.case)
        first.refresh_from_db()
        assert first.ended_at == first.until

    def test_nobody_else_names_anybody(self, team: Team) -> None:
        access.grant(by=team.caseworker, case=team.case, to=team.colleague)
        third = make_user(partner=team.partner)
        for person in (team.colleague, third, team.stranger):
            with pytest.raises(PermissionDenied):
                access.grant(by=person, case=team.case, to=third)

    @pytest.mark.parametrize("who", ["stranger", "admin", "suspended"])
    def test_only_colleagues_who_work_on_cases_are_named(self, team: Team, who: str) -> None:
        to = {
            "stranger": team.stranger,
            "admin": make_user(partner=team.partner, role=PartnerAdmin.code),
            "suspended": make_user(partner=team.partner, is_active=False),
        }[who]
        with pytest.raises(PermissionDenied):
            access.grant(by=team.caseworker, case=team.case, to=to)

    def test_the_caseworker_need_not_be_named(self, team: Team) -> None:
        with pytest.raises(AccessRefused, match="reads it already"):
            access.grant(by=team.supervisor, case=team.case, to=team.caseworker)

    def test_of_an_open_case_nobody_is_named(self, team: Team) -> None:
        case = make_case(by=team.caseworker)
        with pytest.raises(AccessRefused, match="whole team"):
            access.grant(by=team.caseworker, case=case, to=team.colleague)

    def test_whoever_moved_to_another_partner_reads_no_more(self, team: Team) -> None:
        access.grant(by=team.caseworker, case=team.case, to=team.colleague)
        User.objects.filter(pk=team.colleague.pk).update(partner=team.stranger.partner)
        team.colleague.refresh_from_db()
        assert not reads(team.colleague, team.case)


class TestEnding:
    @pytest.mark.parametrize("who", ["caseworker", "supervisor"])
    def test_the_caseworker_and_a_supervisor_end_an_access(self, team: Team, who: str) -> None:
        given = access.grant(by=team.caseworker, case=team.case, to=team.colleague)
        access.revoke(by=getattr(team, who), access=given)
        assert not reads(team.colleague, team.case)
        assert told("access_ended") == {team.colleague}
        assert CaseEvent.objects.get(kind=EventKind.ACCESS_REVOKED).data == {"to": "Col League"}
        assert [what for _by, _subjects, what in log_of(Verb.REVOKED)] == [f"access:{team.colleague.pk}"]

    def test_everybody_may_give_their_own_back(self, team: Team) -> None:
        given = access.grant(by=team.caseworker, case=team.case, to=team.colleague)
        access.revoke(by=team.colleague, access=given)
        access.revoke(by=team.colleague, access=given)
        assert not reads(team.colleague, team.case)
        assert told("access_ended") == set()
        assert CaseEvent.objects.filter(kind=EventKind.ACCESS_REVOKED).count() == 1

    def test_nobody_else_ends_it(self, team: Team) -> None:
        given = access.grant(by=team.caseworker, case=team.case, to=team.colleague)
        for person in (make_user(partner=team.partner), team.stranger):
            with pytest.raises(PermissionDenied):
                access.revoke(by=person, access=given)
        assert reads(team.colleague, team.case)


class TestBreakingTheGlass:
    def test_it_opens_for_24_hours_and_tells_at_once(self, team: Team) -> None:
        opened = access.break_glass(by=team.colleague, case=team.case, **GLASS)
        assert opened is not None
        assert opened.until == opened.granted_at + timedelta(hours=24)
        assert reads(team.colleague, team.case)
        assert told("glass_broken") == {team.caseworker, team.supervisor}
        assert CaseEvent.objects.get(kind=EventKind.GLASS_BROKEN).data == {"reason": "danger"}
        entry = LogEntry.objects.get(verb=Verb.BROKE_GLASS)
        assert (entry.actor_id, entry.subjects, entry.reason) == (
            team.colleague.pk,
            [f"case:{team.case.pk}"],
            "danger",
        )

    def test_its_email_waits_for_no_digest_and_says_nothing_but_the_reference(self, team: Team) -> None:
        User.objects.filter(pk=team.supervisor.pk).update(email_choice="daily")
        access.break_glass(by=team.colleague, case=team.case, **GLASS)
        mail = Email.objects.get(to=team.supervisor.email, subject__contains="emergency")
        assert team.case.reference in mail.subject
        for secret in (WHY, "Melati", "Sexual", "Col League"):
            assert secret not in mail.subject + mail.body

    def test_it_is_over_after_24_hours(self, team: Team) -> None:
        access.break_glass(by=team.colleague, case=team.case, **GLASS)
        CaseAccess.objects.update(until=timezone.now())
        assert not reads(team.colleague, team.case)

    def test_twice_is_once(self, team: Team) -> None:
        first = access.break_glass(by=team.colleague, case=team.case, **GLASS)
        second = access.break_glass(by=team.colleague, case=team.case, **GLASS)
        assert first == second
        assert CaseAccess.objects.count() == 1
        assert Notification.objects.filter(kind="glass_broken").count() == 2  # one each

    def test_whoever_reads_the_case_breaks_nothing(self, team: Team) -> None:
        assert access.break_glass(by=team.caseworker, case=team.case, **GLASS) is None
        assert not CaseAccess.objects.exists()

    @pytest.mark.parametrize("who", ["stranger", "admin", "suspended"])
    def test_only_a_colleague_who_works_on_cases_can(self, team: Team, who: str) -> None:
        by = {
            "stranger": team.stranger,
            "admin": make_user(partner=team.partner, role=PartnerAdmin.code),
            "suspended": make_user(partner=team.partner, is_active=False),
        }[who]
        with pytest.raises(PermissionDenied):
            access.break_glass(by=by, case=team.case, **GLASS)

    def test_a_person_who_was_suspended_meanwhile_is_turned_away(self, team: Team) -> None:
        asked = User.objects.get(pk=team.colleague.pk)  # as the request knows them
        User.objects.filter(pk=team.colleague.pk).update(is_active=False)
        with pytest.raises(PermissionDenied):
            access.break_glass(by=asked, case=team.case, **GLASS)

    def test_after_ten_within_a_day_a_supervisor_has_to_name_them(self, team: Team) -> None:
        cases = [team.case] + [
            make_case(by=team.caseworker, topics=[team.case.topics.get()]) for _n in range(10)
        ]
        for case in cases[:10]:
            access.break_glass(by=team.colleague, case=case, **GLASS)
        with pytest.raises(AccessRefused, match="ask a supervisor"):
            access.break_glass(by=team.colleague, case=cases[10], **GLASS)
        CaseAccess.objects.filter(case=cases[0]).update(granted_at=timezone.now() - timedelta(hours=24))
        assert access.break_glass(by=team.colleague, case=cases[10], **GLASS) is not None


class TestReviewing:
    @pytest.fixture
    def opened(self, team: Team) -> CaseAccess:
        opened = access.break_glass(by=team.colleague, case=team.case, **GLASS)
        assert opened is not None
        return opened

    def test_a_supervisor_confirms_without_reading(self, team: Team, opened: CaseAccess) -> None:
        access.review(by=team.supervisor, access=opened, verdict=Verdict.CONFIRMED, note="Well done.")
        assert reads(team.colleague, team.case)
        assert not reads(team.supervisor, team.case)
        assert told("glass_reviewed") == {team.colleague}
        event = CaseEvent.objects.get(kind=EventKind.GLASS_REVIEWED)
        assert (event.data, event.text) == ({"to": "Col League", "verdict": "confirmed"}, "")

    def test_an_objection_ends_the_access_and_closes_the_way(self, team: Team, opened: CaseAccess) -> None:
        access.review(by=team.supervisor, access=opened, verdict=Verdict.OBJECTED, note="It could wait.")
        assert not reads(team.colleague, team.case)
        with pytest.raises(AccessRefused, match="Super Visor objected"):
            access.break_glass(by=team.colleague, case=team.case, **GLASS)
        access.grant(by=team.caseworker, case=team.case, to=team.colleague)
        assert reads(team.colleague, team.case)

    def test_the_caseworker_may_review_too(self, team: Team, opened: CaseAccess) -> None:
        access.review(by=team.caseworker, access=opened, verdict=Verdict.CONFIRMED)
        opened.refresh_from_db()
        assert opened.reviewed_by == team.caseworker

    def test_nobody_reviews_their_own(self, team: Team) -> None:
        own = access.break_glass(by=team.supervisor, case=team.case, **GLASS)
        assert own is not None
        for person in (team.supervisor, team.colleague, team.stranger):
            with pytest.raises(PermissionDenied):
                access.review(by=person, access=own, verdict=Verdict.CONFIRMED)
        with pytest.raises(IntegrityError):
            CaseAccess.objects.filter(pk=own.pk).update(
                reviewed_by=team.supervisor, reviewed_at=timezone.now(), verdict=Verdict.CONFIRMED
            )

    def test_the_second_reviewer_reads_who_was_first(self, team: Team, opened: CaseAccess) -> None:
        access.review(by=team.supervisor, access=opened, verdict=Verdict.CONFIRMED)
        access.review(by=team.supervisor, access=opened, verdict=Verdict.CONFIRMED)  # the same form again
        with pytest.raises(AccessRefused, match="Super Visor has reviewed it already"):
            access.review(by=team.caseworker, access=opened, verdict=Verdict.OBJECTED)
        assert reads(team.colleague, team.case)


class TestWhoIsTold:
    def test_of_a_restricted_case_never_the_whole_team(self, team: Team) -> None:
        User.objects.filter(pk=team.caseworker.pk).update(is_active=False)
        case = Case.objects.get(pk=team.case.pk)
        assert audience.caseworkers(case) == [team.supervisor]
        access.grant(by=team.supervisor, case=case, to=team.colleague)
        assert audience.caseworkers(case) == [team.colleague]

    def test_whoever_opened_it_in_an_emergency_gets_no_messages_about_it(self, team: Team) -> None:
        access.break_glass(by=team.colleague, case=team.case, **GLASS)
        assert audience.caseworkers(Case.objects.get(pk=team.case.pk)) == [team.caseworker]


class TestNobodyLeft:
    @pytest.fixture
    def admin(self, team: Team) -> User:
        return make_user(partner=team.partner, role=PartnerAdmin.code)

    def test_the_supervisor_is_told_once_that_nobody_reads_the_case(self, team: Team, admin: User) -> None:
        assert nobody_left.tell() == 0
        staff.suspend(by=admin, person=team.caseworker)
        assert [nobody_left.tell(), nobody_left.tell()] == [1, 0]
        message = Notification.objects.get(kind="nobody_reads")
        assert (message.recipient, message.path) == (team.supervisor, team.case.access_url)

    @pytest.mark.parametrize("leaves", ["suspended", "another role", "another partner"])
    def test_however_the_caseworker_leaves(self, team: Team, leaves: str) -> None:
        changes: dict[str, dict[str, Any]] = {
            "suspended": {"is_active": False},
            "another role": {"role": PartnerAdmin.code},
            "another partner": {"partner": team.stranger.partner},
        }
        User.objects.filter(pk=team.caseworker.pk).update(**changes[leaves])
        assert nobody_left.tell() == 1

    def test_somebody_named_keeps_it_but_an_emergency_does_not(self, team: Team, admin: User) -> None:
        access.break_glass(by=team.colleague, case=team.case, **GLASS)
        staff.suspend(by=admin, person=team.caseworker)
        assert nobody_left.tell() == 1
        access.grant(by=team.supervisor, case=team.case, to=team.colleague)
        assert nobody_left.tell() == 0
        staff.suspend(by=admin, person=team.colleague)
        assert nobody_left.tell() == 1

    def test_who_comes_back_and_leaves_again_is_told_again(self, team: Team, admin: User) -> None:
        staff.suspend(by=admin, person=team.caseworker)
        nobody_left.tell()
        staff.reactivate(by=admin, person=team.caseworker)
        assert nobody_left.tell() == 0
        staff.suspend(by=admin, person=team.caseworker)
        assert nobody_left.tell() == 1

    def test_where_nobody_supervises_the_team_is_told_which_can_break_the_glass(
        self, team: Team, admin: User
    ) -> None:
        staff.suspend(by=admin, person=team.supervisor)
        staff.suspend(by=admin, person=team.caseworker)
        nobody_left.tell()
        message = Notification.objects.get(kind="nobody_reads")
        assert (message.recipient, message.path) == (team.colleague, team.case.get_absolute_url())

    def test_cases_that_everybody_reads_and_closed_ones_are_left_alone(self, team: Team, admin: User) -> None:
        Case.objects.filter(pk=team.case.pk).update(restricted_at=None, restricted_for=[])
        make_case(by=team.caseworker, topics=[make_topic()])
        staff.suspend(by=admin, person=team.caseworker)
        assert nobody_left.tell() == 0
