"""The caseworker's first page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Officer, PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies.tests.factories import make_partner, make_topic
from cases import actions
from cases.choices import Need
from cases.models import Case
from cases.models.case_reads import LIVE_STATES
from cases.standing import standing
from notifications.models import Notification
from referrals.choices import LIVE, MOVE, Side, State
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral_in

from .factories import make_case

pytestmark = pytest.mark.django_db
LIST = "/cases/"


@pytest.fixture
def caseworker() -> User:
    return make_user(partner=make_partner(reference_prefix="SP"))


@pytest.fixture
def colleague(caseworker: User) -> User:
    return make_user(partner=caseworker.partner, full_name="Colleague")


@pytest.fixture
def browser(caseworker: User) -> Client:
    client = Client()
    client.force_login(caseworker)
    return client


def shown(client: Client, **query: Any) -> set[str]:
    """References of the cases that the page lists."""
    response = client.get(LIST, query)
    assert response.status_code == 200
    return {row["case"].reference for row in response.context["rows"]}


def found(client: Client, words: str, **filters: str) -> set[str]:
    """References of the cases that a search finds."""
    response = client.post("/cases/search/", {"q": words, **filters}, follow=True)
    assert response.status_code == 200
    return {row["case"].reference for row in response.context["rows"]}


def refresh(client: Client, etag: str | None = None, **query: Any) -> Any:
    headers = {"HX-Request": "true"} | ({"If-None-Match": etag} if etag else {})
    return client.get(LIST, query, headers=headers)


def test_my_cases_come_first_and_the_teams_at_one_click(
    browser: Client, caseworker: User, colleague: User
) -> None:
    mine, theirs, _strangers = make_case(by=caseworker), make_case(by=colleague), make_case()
    assert shown(browser) == {mine.reference}
    assert shown(browser, tab="team") == {mine.reference, theirs.reference}


@pytest.mark.parametrize("words", ["melati", "MELATI", "jual beli", "-000001", "  melati  "])
def test_a_case_is_found_by_reference_worker_and_reporter(
    browser: Client, caseworker: User, words: str
) -> None:
    case = make_case(by=caseworker, worker={"name": "Contoh Melati"}, reporter_name="Jual Beli")
    make_case(by=caseworker, worker={"name": "Contoh Kenanga"}, reporter_name="Lain")
    assert found(browser, words) == {case.reference}


def test_what_was_searched_for_stands_in_no_address(browser: Client, caseworker: User) -> None:
    case = make_case(by=caseworker)
    response = browser.post("/cases/search/", {"q": "Melati", "country": "MY", "tab": "team"})
    address = response.headers["Location"]
    assert "Melati" not in address
    assert "country=MY" in address
    browser.post("/cases/search/", {"q": "Kenanga"})  # in another tab
    page = browser.get(address)
    assert {row["case"] for row in page.context["rows"]} == {case}
    assert 'value="Melati"' in page.content.decode()
    assert all("search=" in tab["url"] for tab in page.context["tabs"])


def test_a_search_from_long_ago_is_forgotten(browser: Client, caseworker: User) -> None:
    case = make_case(by=caseworker)
    address = browser.post("/cases/search/", {"q": "nobody"}).headers["Location"]
    for number in range(10):
        browser.post("/cases/search/", {"q": f"somebody {number}"})
    assert {row["case"] for row in browser.get(address).context["rows"]} == {case}


@pytest.mark.parametrize("words", ["a\x00b", "x" * 101])
def test_a_search_that_makes_no_sense_says_so(browser: Client, words: str) -> None:
    response = browser.post("/cases/search/", {"q": words}, follow=True)
    assert response.context["form"].errors["q"]
    assert response.context["form"]["q"].value() == words


def test_cases_are_narrowed_by_topic_country_and_urgency(browser: Client, caseworker: User) -> None:
    topic = make_topic()
    case = make_case(
        by=caseworker, topics=[topic, make_topic()], country="SA", urgency="urgent", urgency_reason="x"
    )
    make_case(by=caseworker, country="MY")
    for query in ({"topic": topic.pk}, {"country": "SA"}, {"urgency": "urgent"}):
        assert shown(browser, **query) == {case.reference}
    assert shown(browser, topic=topic.pk, country="MY") == set()


@pytest.mark.parametrize(
    "query",
    [
        *(
            {"topic": "NO_SUCH"},
            {"country": "XX"},
            {"urgency": "\x00"},
            {"need": "x"},
            {"q": "\x00"},
            {"tab": "x"},
        ),
        *({"after": "0"}, {"before": "-1"}, {"after": "x" * 9_000}, {"before": "\x00"}, {"q": "x"}),
    ],
)
def test_an_odd_address_shows_the_page_and_has_no_effect(
    browser: Client, caseworker: User, query: dict[str, str]
) -> None:
    case = make_case(by=caseworker)
    assert shown(browser, **query) == {case.reference}


@pytest.mark.parametrize(
    ("state", "need"),
    [
        (State.CLARIFYING, Need.ANSWER),
        (State.UNROUTED, Need.CHOICE),
        (State.DECLINED, Need.REFER_AGAIN),
        (State.SENT, Need.OVERDUE),
    ],
)
def test_what_needs_us_is_counted_on_a_tile_that_leads_to_it(
    browser: Client, caseworker: User, state: State, need: Need
) -> None:
    case = make_case(by=caseworker)
    referral, _officer = make_referral_in(state, case=case)
    if need is Need.OVERDUE:
        Referral.objects.filter(pk=referral.pk).update(due_at=timezone.now() - timedelta(hours=1))
    quiet = make_case(by=caseworker)
    make_referral_in(State.ACCEPTED, case=quiet)
    tiles = {tile["label"]: tile for tile in browser.get(LIST).context["stats"]}
    assert [tile["value"] for tile in tiles.values()].count("0") == 3
    tile = tiles[need.label]
    assert tile["value"] == "1"
    assert {row["case"] for row in browser.get(tile["url"]).context["rows"]} == {case}


def test_a_case_with_two_open_questions_is_one_case(browser: Client, caseworker: User) -> None:
    case = make_case(by=caseworker)
    make_referral_in(State.CLARIFYING, case=case, services=["shelter"])
    make_referral_in(State.CLARIFYING, case=case, services=["mediation"])
    assert Case.objects.visible_to(caseworker).needing(Need.ANSWER).count() == 1
    assert len(browser.get(LIST, {"need": "answer"}).context["rows"]) == 1


def test_a_declined_referral_that_goes_on_elsewhere_needs_nothing(caseworker: User) -> None:
    case = make_case(by=caseworker)
    declined, _officer = make_referral_in(State.DECLINED, case=case)
    make_referral_in(State.SENT, case=case, previous=declined)
    assert not Case.objects.needing(Need.REFER_AGAIN).exists()


def test_what_was_never_referred_can_be_listed(browser: Client, caseworker: User) -> None:
    case = make_case(by=caseworker)
    make_referral_in(State.SENT, case=make_case(by=caseworker))
    assert shown(browser, need="first_referral") == {case.reference}


def test_the_states_named_here_are_those_of_the_referrals() -> None:
    assert set(LIVE_STATES) == LIVE
    assert {state for state in LIVE if MOVE[state] is Side.SENDER} == {"clarifying", "unrouted"}


@pytest.mark.parametrize(
    ("state", "name", "mine"),
    [
        (State.WAITING, "the portal", False),
        (State.UNROUTED, "us", True),
        (State.SENT, "KBRI Doha", False),
        (State.CLARIFYING, "us", True),
        (State.ACCEPTED, "KBRI Doha", False),
        (State.COMPLETED, "", False),
        (State.DECLINED, "us", True),
        (State.WITHDRAWN, "", False),
    ],
)
def test_a_row_says_whose_move_it_is(state: State, name: str, mine: bool) -> None:
    officer = make_officer(make_partner(name_id="KBRI Doha"))
    referral, _officer = make_referral_in(state, officer=officer)
    move = standing(referral.case).move
    assert (move.name, move.mine) == (name, mine)


def test_our_own_move_is_told_before_anybody_elses(caseworker: User) -> None:
    case = make_case(by=caseworker)
    for number, state in enumerate([State.WITHDRAWN, State.ACCEPTED, State.CLARIFYING, State.SENT]):
        make_referral_in(
            state, case=case, services=[["shelter"], ["medical"], ["mediation"], ["document"]][number]
        )
    told = standing(case)
    assert ([referral.state for referral in told.referrals], told.more) == (["clarifying", "accepted"], 2)
    assert told.move.mine


def test_news_stands_out_until_the_case_is_opened(browser: Client, caseworker: User) -> None:
    case = make_case(by=caseworker)
    make_referral_in(State.CLARIFYING, case=case)
    assert [row["unread"] for row in browser.get(LIST).context["rows"]] == [True]
    browser.get(case.get_absolute_url())
    assert [row["unread"] for row in browser.get(LIST).context["rows"]] == [False]
    assert not Notification.objects.visible_to(caseworker).unread().exists()


def test_an_empty_list_says_what_to_do_next(browser: Client) -> None:
    assert "Log the first complaint" in browser.get(LIST).content.decode()
    assert "Log the first complaint" in browser.get(LIST, {"tab": "team"}).content.decode()
    assert "Clear filters" in browser.get(LIST, {"country": "SA"}).content.decode()


def test_a_long_list_comes_in_pages_that_keep_the_filters(browser: Client, caseworker: User) -> None:
    topic = make_topic()
    for _number in range(26):
        make_case(by=caseworker, topics=[topic])
    first = browser.get(LIST, {"country": "MY"})
    assert len(first.context["rows"]) == 25
    second = browser.get(first.context["page"].next_url)
    assert len(second.context["rows"]) == 1
    assert "country=MY" in second.context["page"].previous_url


def test_a_refresh_answers_304_until_something_changed(
    browser: Client, caseworker: User, colleague: User
) -> None:
    case = make_case(by=caseworker)
    etag = browser.get(LIST).context["etag"]
    assert refresh(browser, etag).status_code == 304
    make_referral_in(State.CLARIFYING, case=case)
    changed = refresh(browser, etag)
    assert changed.status_code == 200
    assert "<html" not in changed.content.decode()
    assert "Question open" in changed.content.decode()
    assert refresh(browser, changed.headers["ETag"]).status_code == 304
    actions.note(by=colleague, case=case, text="Called her.")
    assert refresh(browser, changed.headers["ETag"]).status_code == 200


def test_an_act_that_is_committed_after_a_later_one_is_seen_as_well(
    browser: Client, caseworker: User
) -> None:
    slow, _quick = make_case(by=caseworker), make_case(by=caseworker)
    etag = browser.get(LIST).context["etag"]
    between = Case.objects.get(pk=slow.pk).changed_at + timedelta(microseconds=1)
    Case.objects.filter(pk=slow.pk).update(changed_at=between)
    assert refresh(browser, etag).status_code == 200


def test_a_refresh_is_another_one_for_other_filters_and_never_cached_for_others(browser: Client) -> None:
    answer = refresh(browser)
    assert refresh(browser, answer.headers["ETag"], country="SA").status_code == 200
    assert "private" in answer.headers["Cache-Control"]
    assert "HX-Request" in answer.headers["Vary"]


def test_the_list_asks_the_same_number_of_questions_for_one_row_and_for_25(
    browser: Client, caseworker: User, django_assert_num_queries: Callable[..., Any]
) -> None:
    def add() -> None:
        case = make_case(by=caseworker, topics=[make_topic(), make_topic()])
        make_referral_in(State.SENT, case=case, services=["shelter"])
        make_referral_in(State.CLARIFYING, case=case)

    add()
    with django_assert_num_queries(8):
        browser.get(LIST)
    for _number in range(24):
        add()
    with django_assert_num_queries(8):
        browser.get(LIST)


def test_a_refresh_without_news_asks_little(
    browser: Client, caseworker: User, django_assert_num_queries: Callable[..., Any]
) -> None:
    make_case(by=caseworker)
    etag = browser.get(LIST).context["etag"]
    with django_assert_num_queries(6):  # session, person, topics, newest cases, what waits, drafts
        assert refresh(browser, etag).status_code == 304


def test_officers_list_their_own_agencys_cases_and_admins_none() -> None:
    officer = make_officer()
    make_referral_in(State.SENT, officer=officer)
    client = Client()
    client.force_login(officer)
    assert shown(client, tab="team") == set()
    own = make_case(by=officer)
    assert shown(client, tab="team") == {own.reference}
    assert officer.role == Officer.code
    for admin in (make_user(partner=officer.partner, role=PartnerAdmin.code), make_portal_admin()):
        client.force_login(admin)
        assert client.get(LIST).status_code == 403


def test_nobody_is_led_to_the_sign_in(client: Client) -> None:
    assert "/login/" in client.get(LIST).headers["Location"]
