"""Who of a partner is told of what happens to a case, down to the last who can be."""

import pytest

from accounts.models import User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner, make_topic
from cases import access, audience
from cases.choices import GlassReason
from cases.models import Case

from .factories import make_case
from .restricted import Team, make_team, violence

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


def suspend(*people: User) -> None:
    User.objects.filter(pk__in=[person.pk for person in people]).update(is_active=False)


def again(case: Case) -> Case:
    return Case.objects.select_related("assigned_to", "partner").get(pk=case.pk)


class TestARestrictedCase:
    def test_its_caseworker_is_told(self, team: Team) -> None:
        assert audience.caseworkers(team.case) == [team.caseworker]

    def test_without_a_caseworker_those_who_were_named(self, team: Team) -> None:
        access.grant(by=team.caseworker, case=team.case, to=team.colleague)
        suspend(team.caseworker)
        assert audience.caseworkers(again(team.case)) == [team.colleague]

    def test_with_nobody_named_whoever_can_name_somebody(self, team: Team) -> None:
        suspend(team.caseworker)
        assert audience.caseworkers(again(team.case)) == [team.supervisor]

    def test_with_no_supervisor_everybody_who_works_on_cases_there(self, team: Team) -> None:
        make_user(partner=team.partner, role=PartnerAdmin.code)
        suspend(team.caseworker, team.supervisor)
        assert audience.caseworkers(again(team.case)) == [team.colleague]
        assert audience.supervisors(again(team.case)) == [team.colleague]

    def test_who_opened_it_in_an_emergency_or_was_named_for_another_case_was_not_named(
        self, team: Team
    ) -> None:
        other = make_case(by=team.caseworker, topics=[violence()])
        access.grant(by=team.caseworker, case=other, to=team.supervisor)
        access.break_glass(
            by=team.colleague, case=team.case, code=GlassReason.DANGER, why="She is in danger."
        )
        assert audience.named(team.case) == []
        assert audience.named(other) == [team.supervisor]


class TestAnOrdinaryCase:
    def test_its_caseworker_is_told_and_when_they_are_gone_the_whole_team(self) -> None:
        team = make_team(topics=[make_topic()])
        assert audience.caseworkers(team.case) == [team.caseworker]
        suspend(team.caseworker)
        assert set(audience.caseworkers(again(team.case))) == {team.colleague, team.supervisor}

    def test_who_has_moved_works_there_no_more(self, team: Team) -> None:
        elsewhere = make_partner()
        assert audience.works_at(team.caseworker, team.partner)
        assert not audience.works_at(team.caseworker, elsewhere)
        assert not audience.works_at(None, team.partner)
