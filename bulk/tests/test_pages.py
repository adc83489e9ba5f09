"""The pages of acts on many cases: choosing in the list with or without a script, the preview, confirming, watching."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.roles import PartnerAdmin, PortalAdmin
from accounts.tests.factories import make_user
from bulk.choices import BulkState, Kind
from bulk.models import BulkAct
from cases import restriction
from cases.models import Case

from .factories import Team, done, make_team, new_topic, prepared, worked

pytestmark = pytest.mark.django_db

NEW, LIST = reverse("bulk:new"), reverse("cases:list")


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def page(team: Team) -> Client:
    return browser(team.supervisor)


def browser(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def at(act: BulkAct, name: str = "detail") -> str:
    return reverse(f"bulk:{name}", args=[act.pk])


def chosen(page: Client, **fields: object):
    return page.post(
        NEW, {"kind": "assign", "which": "ticked", "asked": "tab=team", "key": uuid4(), **fields}
    )


def test_from_ticks_to_results(page: Client, team: Team) -> None:
    shown = page.get(LIST + "?tab=team").text
    assert f'value="{team.cases[0].reference}"' in shown
    restriction.restrict(by=team.caseworker, case=team.cases[2])
    answer = chosen(page, case=[case.reference for case in team.cases])
    draft = page.get(answer.url).text
    assert "3 cases" in draft
    assert "restricted: assign it by itself" in draft
    act = BulkAct.objects.get()
    answer = page.post(at(act, "confirm"), {"to": team.colleague.pk, "key": uuid4()}, follow=True)
    assert "The cases are being looked up" in answer.text
    worked(act)
    shown = page.get(at(act)).text
    assert "Done in 2 cases" in shown
    assert team.cases[0].reference in shown
    assert team.cases[2].reference not in shown
    assert team.cases[2].reference in page.get(at(act) + "?show=skipped").text
    page.post(at(act, "undo"))
    worked(act)
    assert "Taken back in 2 cases" in page.get(at(act)).text


def test_all_on_the_page_needs_no_tick(page: Client, team: Team) -> None:
    answer = chosen(page, which="page", shown=[case.reference for case in team.cases[:2]])
    assert "2 cases" in page.get(answer.url).text


def test_all_that_match_takes_the_filter_with_its_search(page: Client, team: Team) -> None:
    search = {"q": team.cases[0].reference, "tab": "team"}
    found = page.post(reverse("cases:search"), search).headers["Location"]
    answer = chosen(page, which="all", asked=found.partition("?")[2])
    assert BulkAct.objects.get().asked["q"] == team.cases[0].reference
    assert "1 case" in page.get(answer.url).text
    assert team.cases[0].reference not in answer.url


def test_before_it_is_confirmed_it_says_what_all_cases_match(page: Client) -> None:
    asked = "tab=team&urgency=emergency&state=all"
    Case.objects.update(urgency="emergency")
    draft = page.get(chosen(page, which="all", asked=asked).url).text
    assert "Whole team · Urgency: Emergency · State: Open and closed" in draft


@pytest.mark.parametrize(
    "asked", ["tab=team&search=forgotten", "tab=team&topic=NO_SUCH", "tab=team&country=??"]
)
def test_a_list_that_is_not_narrowed_as_it_was_any_more_takes_no_case(page: Client, asked: str) -> None:
    """Else what was meant for those that a search found would be done to the whole team's."""
    answer = chosen(page, which="all", asked=asked)
    assert not BulkAct.objects.exists()
    assert "not known any more" in page.get(answer.url).text


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"case": ["SP-2026-999999"]},
        {"case": ["'; DROP TABLE cases_case; --", "%", "x" * 10_000]},
        {"which": "page"},
        {"kind": "erase", "case": ["x"]},
        {"which": "everything", "case": ["x"]},
        {"asked": "q=" + "x" * 5_000, "which": "all"},
    ],
)
def test_what_chooses_nothing_is_told_so(page: Client, fields: dict[str, object]) -> None:
    answer = chosen(page, **fields)
    assert answer.status_code == 302
    assert answer.url.startswith(LIST)
    assert not BulkAct.objects.exists()
    shown = page.get(answer.url).text
    assert "Tick at least one case" in shown or "Please choose again" in shown


def test_another_partners_reference_chooses_nothing(page: Client, team: Team) -> None:
    chosen(page, case=[team.other.reference])
    assert not BulkAct.objects.exists()


def test_nobody_chosen_is_told_and_nothing_happens(page: Client, team: Team) -> None:
    act = prepared(team.supervisor, team.cases)
    answer = page.post(at(act, "confirm"), {"to": "", "key": uuid4()})
    assert answer.status_code == 422
    act.refresh_from_db()
    assert act.state == BulkState.DRAFT


def test_a_colleague_of_another_partner_is_not_on_offer(page: Client, team: Team) -> None:
    act = prepared(team.supervisor, team.cases)
    answer = page.post(at(act, "confirm"), {"to": team.stranger.pk, "key": uuid4()})
    assert answer.status_code == 422


def test_a_double_click_confirms_once(page: Client, team: Team) -> None:
    act = prepared(team.supervisor, team.cases)
    form = {"to": team.colleague.pk, "key": uuid4()}
    clicks = [page.post(at(act, "confirm"), form).headers["Location"] for _click in range(2)]
    assert clicks == [at(act)] * 2
    assert worked(act).rows_changed == 3


@pytest.mark.parametrize("name", ["detail", "confirm", "stop", "undo", "discard"])
def test_a_stranger_finds_nothing(name: str, team: Team) -> None:
    act = done(team.supervisor, team.cases, to=team.colleague)
    for person in (team.stranger, team.caseworker):
        client = browser(person)
        answer = client.get(at(act)) if name == "detail" else client.post(at(act, name))
        assert answer.status_code == 404


@pytest.mark.parametrize("role", [PartnerAdmin.code, PortalAdmin.code])
def test_admins_read_no_case(role: str, team: Team) -> None:
    act = done(team.supervisor, team.cases, to=team.colleague)
    admin = make_user(partner=team.partner if role == PartnerAdmin.code else None, role=role)
    assert browser(admin).get(at(act)).status_code == 403
    assert chosen(browser(admin), case=[team.cases[0].reference]).status_code == 403


def test_caseworkers_may_not_assign_even_by_a_made_up_form(team: Team) -> None:
    page = browser(team.caseworker)
    assert "Assign…" not in page.get(LIST).text
    assert chosen(page, case=[team.cases[0].reference]).status_code == 403


def test_a_supervisor_sees_a_colleagues_act_but_confirms_no_draft_of_theirs(page: Client, team: Team) -> None:
    act = done(team.caseworker, team.cases, Kind.TOPIC, topic=new_topic())
    assert page.get(at(act)).status_code == 200
    assert act.get_absolute_url() in page.get(reverse("bulk:acts")).text
    draft = prepared(team.caseworker, team.cases, Kind.TOPIC)
    assert page.get(at(draft)).status_code == 403
    assert page.post(at(draft, "confirm")).status_code == 403


def test_a_case_that_was_closed_to_the_reader_since_is_not_named(team: Team) -> None:
    act = done(team.caseworker, team.cases, Kind.TOPIC, topic=new_topic())
    shut = team.cases[0]
    restriction.restrict(by=team.caseworker, case=shut)
    Case.objects.filter(pk=shut.pk).update(assigned_to=team.colleague)
    shown = browser(team.caseworker).get(at(act)).text
    assert shut.reference not in shown
    assert "not open to you" in shown


def test_the_region_says_when_to_stop_asking(page: Client, team: Team) -> None:
    act = done(team.supervisor, team.cases, to=team.colleague)
    assert page.get(at(act), headers={"HX-Request": "true"}).status_code == 286


def test_a_draft_is_thrown_away(page: Client, team: Team) -> None:
    act = prepared(team.supervisor, team.cases)
    assert "Nothing was done." in page.post(at(act, "discard"), follow=True).text
    assert not BulkAct.objects.exists()


@pytest.mark.parametrize("page_asked", ["0", "-1", "99999", "x", "9" * 50])
def test_odd_pages_of_results_are_the_first_or_empty(page: Client, team: Team, page_asked: str) -> None:
    act = done(team.supervisor, team.cases, to=team.colleague)
    assert page.get(at(act) + f"?page={page_asked}").status_code == 200
