"""Partners by kind with search, and the data of one."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Officer, PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies import actions
from agencies.choices import PartnerKind, SourceStatus, StaffVerb
from agencies.models import Partner, StaffEvent

from .factories import make_mandate, make_partner

pytestmark = pytest.mark.django_db

LIST = "/partners/"


@pytest.fixture
def boss() -> User:
    return make_portal_admin()


@pytest.fixture
def page(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


@pytest.fixture
def doha() -> Partner:
    return make_partner(
        code="KBRI_DOHA", name_id="KBRI Doha", kind=PartnerKind.MISSION, city="Doha", country="QA"
    )


def shown(page: Client, **query: str) -> list[str]:
    return [row.code for row in page.get(LIST, query).context["page"].rows]


def test_partners_are_listed_by_kind_and_found_by_name(page: Client, doha: Partner) -> None:
    make_partner(code="SP", name_id="Suara Perempuan")
    assert shown(page) == ["KBRI_DOHA", "SP"]
    assert shown(page, kind="mission") == ["KBRI_DOHA"]
    assert shown(page, q="suara") == ["SP"]
    assert shown(page, q="suara", kind="mission") == []
    tabs = page.get(LIST, {"q": "suara", "kind": "mission"}).context["tabs"]
    assert [(tab["count"], tab["active"]) for tab in tabs][:2] == [(1, False), (1, False)]
    assert "q=suara" in tabs[1]["url"]


def test_the_list_says_how_many_people_there_are_and_how_referrals_arrive(
    page: Client, doha: Partner
) -> None:
    make_user(partner=doha, role=Officer.code)
    make_user(partner=doha, role=Officer.code, is_active=False)
    row = page.get(LIST).context["page"].rows[0]
    assert (row.people_count, row.has_accounts) == (1, True)
    assert "in the portal" in page.get(LIST).content.decode()


def test_the_list_is_narrowed_to_what_needs_work(page: Client, doha: Partner) -> None:
    make_user(partner=doha, role=Officer.code)
    make_partner(code="LETTER")
    make_partner(code="DOUBT", source_status=SourceStatus.UNCONFIRMED)
    make_partner(code="RESTS", is_active=False)
    assert shown(page, show="with") == ["KBRI_DOHA"]
    assert set(shown(page, show="without")) == {"LETTER", "DOUBT", "RESTS"}
    assert shown(page, show="unconfirmed") == ["DOUBT"]
    assert shown(page, show="suspended") == ["RESTS"]


def test_a_partner_with_unconfirmed_mandates_is_marked(page: Client, doha: Partner) -> None:
    make_mandate(partner=doha, country="QA", source_status=SourceStatus.INFERRED)
    assert "Mandates not confirmed" in page.get(LIST).content.decode()


def test_a_search_finds_people_too(page: Client, doha: Partner) -> None:
    person = make_user(partner=doha, full_name="Melati Contoh", email="melati@example.org")
    for text in ("melati", "contoh MELATI", "melati@"):
        assert page.get(LIST, {"q": text}).context["people"] == [person]


@pytest.mark.parametrize(
    "query",
    [
        {"q": "x" * 1_000},
        {"q": "a\x00b"},
        {"kind": "emperor"},
        {"show": "nothing"},
        {"page": "-1"},
        {"page": "9" * 50},
        {"page": "²"},
        {"page": "9999"},
        {"page": "1 OR 1=1"},
        {"unknown": "x"},
    ],
)
def test_odd_addresses_break_nothing(page: Client, doha: Partner, query: dict[str, str]) -> None:
    assert page.get(LIST, query).status_code == 200


def test_an_empty_list_says_what_to_do_next(page: Client) -> None:
    assert "No partner matches" in page.get(LIST, {"q": "nowhere"}).content.decode()


def test_a_long_list_comes_in_pages(page: Client) -> None:
    for number in range(51):
        make_partner(code=f"P_{number:02}", name_id=f"Mitra {number:02}")
    first = page.get(LIST, {"q": "mitra"}).context["page"]
    assert len(first.rows) == 50
    second = page.get(first.next_url).context["page"]
    assert [row.code for row in second.rows] == ["P_50"]
    assert second.next_url == ""
    assert "q=mitra" in second.previous_url


@pytest.mark.parametrize("rows", [1, 25])
def test_the_list_asks_the_same_number_of_questions_for_one_and_for_many(
    page: Client, django_assert_num_queries, rows: int
) -> None:
    for _ in range(rows):
        make_mandate(partner=make_user(partner=make_partner(name_id="Mitra")).partner)
    with django_assert_num_queries(
        8
    ):  # session, reader, successors, counts, rows, former names, people found, bell
        page.get(LIST, {"q": "mitra"})


def test_a_partner_admin_sees_their_own_partner_and_no_list(client: Client, doha: Partner) -> None:
    client.force_login(make_user(partner=doha, role=PartnerAdmin.code))
    make_partner(code="OTHER")
    assert client.get(LIST).status_code == 403
    assert client.get(reverse("agencies:partner", args=["OTHER"])).status_code == 404
    assert client.get(reverse("home")).headers["Location"] == reverse("administration:today")
    text = client.get(reverse("agencies:partner", args=["KBRI_DOHA"])).content.decode()
    assert reverse("agencies:invite", args=["KBRI_DOHA"]) in text
    assert reverse("agencies:partner_edit", args=["KBRI_DOHA"]) not in text
    assert client.get(reverse("agencies:partner_edit", args=["KBRI_DOHA"])).status_code == 403


def test_a_partner_without_people_says_what_to_do_next(page: Client, doha: Partner) -> None:
    text = page.get(reverse("agencies:partner", args=["KBRI_DOHA"])).content.decode()
    assert "Nobody has an account here yet" in text


def fields(partner: Partner, **changes: str) -> dict[str, str]:
    kept = {
        name: getattr(partner, name) for name in ("name_id", "name_en", "email", "phone", "city", "time_zone")
    }
    return {**kept, "seen": actions.seen_values(partner), **changes}


def edit(page: Client, partner: Partner, **changes: str):
    return page.post(reverse("agencies:partner_edit", args=[partner.code]), fields(partner, **changes))


def test_contact_data_is_changed_and_the_log_names_the_fields(
    page: Client, boss: User, doha: Partner
) -> None:
    answer = edit(page, doha, email="doha@example.org", phone="+974 1234", time_zone="Asia/Qatar")
    assert answer.status_code == 302
    doha.refresh_from_db()
    assert (doha.email, doha.phone, doha.time_zone) == ("doha@example.org", "+974 1234", "Asia/Qatar")
    event = StaffEvent.objects.get()
    assert (event.verb, event.actor, event.partner) == (StaffVerb.PARTNER_EDITED, boss, doha)
    assert event.detail == {"fields": ["email", "phone", "time_zone"]}
    assert "e-mail, telephone, time zone" in page.get(answer.headers["Location"]).content.decode()


def test_saving_the_same_twice_is_once(page: Client, doha: Partner) -> None:
    old = fields(doha, phone="+974 1234")
    for _ in range(2):
        assert page.post(reverse("agencies:partner_edit", args=["KBRI_DOHA"]), old).status_code == 302
    assert StaffEvent.objects.count() == 1


def test_of_two_admins_editing_the_second_is_told_and_loses_nothing(page: Client, doha: Partner) -> None:
    mine = fields(doha, phone="+974 MINE")
    Partner.objects.update(phone="+974 THEIRS")
    answer = page.post(reverse("agencies:partner_edit", args=["KBRI_DOHA"]), mine)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Somebody else changed this partner meanwhile." in text
    assert "+974 THEIRS" in text
    assert 'value="+974 MINE"' in text
    shown = [(clash.label, clash.now, clash.typed) for clash in answer.context["clashes"]]
    assert shown == [("Telephone", "+974 THEIRS", "+974 MINE")]
    again = mine | {"seen": answer.context["form"].data["seen"]}
    assert page.post(reverse("agencies:partner_edit", args=["KBRI_DOHA"]), again).status_code == 302
    doha.refresh_from_db()
    assert doha.phone == "+974 MINE"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "not an address"),
        ("name_id", ""),
        ("name_id", "x" * 1_000_000),
        ("phone", "1\x002"),
        ("time_zone", "Mars/Olympus"),
        ("city", "x" * 101),
    ],
)
def test_what_is_wrong_is_told_at_its_field(page: Client, doha: Partner, field: str, value: str) -> None:
    answer = edit(page, doha, **{"phone": "+974 kept"} | {field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not StaffEvent.objects.exists()
    assert "KBRI Doha" in answer.content.decode()  # the heading shows what is kept, not what was typed


def test_a_letterhead_and_who_signs_are_kept_and_saving_again_is_nothing_new(page, doha):
    typed = {"letterhead": "KBRI Doha\r\nAl Jazi Street 4", "signatory": "Contoh, Konsul"}
    for _again in range(2):
        assert edit(page, doha, **typed).status_code == 302
        doha.refresh_from_db()
    assert (doha.letterhead, doha.signatory) == ("KBRI Doha\nAl Jazi Street 4", "Contoh, Konsul")
    events = StaffEvent.objects.filter(verb=StaffVerb.PARTNER_EDITED)
    assert [event.detail["fields"] for event in events] == [["letterhead", "signatory"]]


def test_a_letterhead_that_is_too_long_is_a_sentence(page, doha):
    assert edit(page, doha, letterhead="x" * 501).status_code == 422
