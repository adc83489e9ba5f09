"""Editing a case, alone and two at once."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import make_user
from agencies.tests.factories import make_topic
from cases.choices import EventKind
from cases.models import Case

from .factories import make_case
from .forms import edit_data, malang

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    malang()
    return make_case(worker={"name": "Contoh Melati", "safe_channel": "chat"})


@pytest.fixture
def browser(case: Case) -> Client:
    client = Client()
    client.force_login(case.created_by)
    return client


@pytest.fixture
def colleague(case: Case) -> Client:
    client = Client()
    client.force_login(make_user(partner=case.partner, full_name="Ibu Rekan"))
    return client


def address(case: Case) -> str:
    return reverse("cases:edit", args=[case.reference])


def save(client: Client, case: Case, **fields: Any) -> Any:
    return client.post(address(case), edit_data(case, **fields))


def test_everything_of_the_form_can_be_changed(browser: Client, case: Case) -> None:
    topic = make_topic(default_urgency="urgent")
    changes = {
        "name": "Contoh Kenanga",
        "nik": "3507014708900001",
        "passport_number": "b 1234567",
        "birth_date": "1990-08-07",
        "home_regency": "3507",
        "home_village": "Desa Rekaan",
        "employer_name": "Tuan Contoh",
        "contract_start": "2025-01-01",
        "contract_end": "2026-12-31",
        "incident_date": "2026-01-31",
        "scheme": "p_to_p",
        "topics": [topic.pk],
        "urgency": "",
    }
    assert save(browser, case, **changes).url == case.get_absolute_url()
    case = Case.objects.select_related("worker").get()
    assert (case.worker.name, case.worker.passport_number) == ("Contoh Kenanga", "B1234567")
    assert (case.employer_name, str(case.contract_end), case.urgency) == (
        "Tuan Contoh",
        "2026-12-31",
        "urgent",
    )
    assert list(case.topics.all()) == [topic]
    assert case.version == 2
    (event,) = case.events.filter(kind=EventKind.EDITED)
    assert {"name", "employer_name", "topics"} <= set(event.data["fields"])
    assert "Kenanga" not in str(event.data)


def test_signs_of_trafficking_are_kept_shown_and_named_in_the_event(browser: Client, case: Case) -> None:
    signs = {
        "trafficking_status": "possible",
        "trafficking_asserted_by": "ngo",
        "means_of_control": ["withholds_documents", "debt_bondage"],
    }
    save(browser, case, **signs)
    case.refresh_from_db()
    assert case.trafficking_status == "possible"
    assert set(case.means_of_control) == {"withholds_documents", "debt_bondage"}
    page = browser.get(case.get_absolute_url()).content.decode()
    assert "Withholds passport or documents" in page
    assert save(browser, case).status_code == 302  # the same again
    (event,) = case.events.filter(kind=EventKind.EDITED)
    assert set(event.data["fields"]) == set(signs)


def test_two_people_who_tick_different_signs_both_see_it(
    browser: Client, colleague: Client, case: Case
) -> None:
    mine = edit_data(case, means_of_control=["threats"])
    save(colleague, case, means_of_control=["debt_bondage"])
    response = browser.post(address(case), mine)
    assert response.status_code == 409
    (clash,) = response.context["clashes"]
    assert (clash.now, clash.typed) == ("Debt bondage", "Threats")


def test_saving_without_a_change_changes_nothing(browser: Client, case: Case) -> None:
    assert save(browser, case).status_code == 302
    case.refresh_from_db()
    assert case.version == 1
    assert not case.events.filter(kind=EventKind.EDITED).exists()


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"birth_date": "2999-01-01"}, "birth_date"),
        ({"incident_date": "2999-01-01"}, "incident_date"),
        ({"contract_start": "2026-02-01", "contract_end": "2026-01-31"}, "contract_end"),
        ({"departure_date": "2026-02-30"}, "departure_date"),
        ({"work_start_date": "0001-01-01"}, "work_start_date"),
        ({"passport_number": "B-12"}, "passport_number"),
        ({"employer_name": "x" * 151}, "employer_name"),
        ({"accused_party": "a\x00b"}, "accused_party"),
        ({"chronology": "x" * 1_000_000}, "chronology"),
        ({"topics": ["NO_SUCH"]}, "topics"),
        ({"scheme": "x"}, "scheme"),
        ({"trafficking_status": "possible"}, "trafficking_asserted_by"),
        ({"trafficking_asserted_by": "police"}, "trafficking_status"),
        ({"means_of_control": ["threats", "x"]}, "means_of_control"),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_nothing_is_written(
    browser: Client, case: Case, fields: dict[str, Any], name: str
) -> None:
    response = save(browser, case, demands="Typed just now.", **fields)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [name]
    assert "Typed just now." in response.content.decode()
    case.refresh_from_db()
    assert case.version == 1


def test_the_same_changes_sent_twice_are_one_change(browser: Client, case: Case) -> None:
    data = edit_data(case, demands="More wages.", key=uuid4())
    assert [browser.post(address(case), data).status_code for _time in range(2)] == [302, 302]
    assert case.events.filter(kind=EventKind.EDITED).count() == 1


def test_the_second_of_two_people_sees_both_and_loses_nothing(
    browser: Client, colleague: Client, case: Case
) -> None:
    opened = edit_data(case, demands="Mine: her passport.", chronology="Mine: it began in May.")
    save(colleague, case, demands="Theirs: the wages.", employer_name="Theirs Sdn Bhd")
    response = browser.post(address(case), opened)
    html = response.content.decode()
    assert response.status_code == 409
    assert "Ibu Rekan changed this case" in html
    assert [(clash.now, clash.typed) for clash in response.context["clashes"]] == [
        ("Theirs: the wages.", "Mine: her passport.")
    ]
    assert response.context["taken_over"] == ["Employer"]
    form = response.context["form"]
    assert form["demands"].value() == "Mine: her passport."
    assert form["chronology"].value() == "Mine: it began in May."
    assert form["employer_name"].value() == "Theirs Sdn Bhd"
    case.refresh_from_db()
    assert case.demands == "Theirs: the wages."


def test_saving_again_after_that_keeps_what_stands_in_the_form(
    browser: Client, colleague: Client, case: Case
) -> None:
    topic = make_topic()
    opened = edit_data(case, demands="Mine: her passport.")
    save(colleague, case, demands="Theirs: the wages.", home_regency="3507", topics=[topic.pk])
    form = browser.post(address(case), opened).context["form"]
    again = {name: form[name].value() for name in form.fields}
    assert browser.post(address(case), again).status_code == 302
    case = Case.objects.select_related("worker").get()
    assert case.demands == "Mine: her passport."
    assert case.worker.home_regency_id == "3507"
    assert list(case.topics.all()) == [topic]
    assert case.version == 3


def test_changes_to_different_things_only_need_saving_again(
    browser: Client, colleague: Client, case: Case
) -> None:
    opened = edit_data(case, demands="Mine.")
    save(colleague, case, incident_date="2026-01-31")
    response = browser.post(address(case), opened)
    assert (response.status_code, response.context["clashes"]) == (409, [])
    assert "You changed different things" in response.content.decode()


def test_codes_and_dates_of_a_clash_are_written_as_people_read_them(
    browser: Client, colleague: Client, case: Case
) -> None:
    opened = edit_data(case, country="SA", incident_date="2026-01-30")
    save(colleague, case, country="TW", incident_date="2026-01-31")
    clashes = browser.post(address(case), opened).context["clashes"]
    assert ("Taiwan", "Saudi Arabia") in [(clash.now, clash.typed) for clash in clashes]
    assert ("Jan. 31, 2026", "Jan. 30, 2026") in [(clash.now, clash.typed) for clash in clashes]


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 50, "\x00"])
@pytest.mark.parametrize("opened", ["", "x", "[1]", "[" * 100_000, '{"name": 1}'])
def test_a_spoiled_version_counts_as_an_old_one(
    browser: Client, case: Case, version: str, opened: str
) -> None:
    response = save(browser, case, demands="Mine.", version=version, opened=opened)
    assert response.status_code == 409
    assert response.context["form"]["demands"].value() == "Mine."


def test_a_topic_and_a_regency_that_were_retired_stay_on_the_case(browser: Client, case: Case) -> None:
    topic = case.topics.get()
    topic.retired_at = case.created_at
    topic.save()
    regency = case.worker.home_regency
    assert regency is not None
    regency.retired_at = case.created_at
    regency.save()
    assert save(browser, case, demands="More.").status_code == 302
    assert list(case.topics.all()) == [topic]


def test_the_form_asks_a_fixed_number_of_questions(
    browser: Client, case: Case, django_assert_num_queries: Callable[..., Any]
) -> None:
    browser.get(address(case))
    with django_assert_num_queries(12):
        browser.get(address(case))
    for _number in range(25):
        make_topic()
    with django_assert_num_queries(12):
        browser.get(address(case))
