"""The pages of requests: what each person sees, the way through, and what hostile forms get."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.roles import Caseworker
from accounts.tests.factories import make_user
from cases import actions as case_actions
from cases.models import Case
from cases.tests.factories import make_case
from privacy.choices import Verb
from privacy.models import LogEntry
from rights.choices import RequestState
from rights.models import DataExport, DataRequest

from .factories import make_granted, make_request, make_supervisor, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return make_case()


@pytest.fixture
def boss(case: Case) -> User:
    return make_supervisor(case)


@pytest.fixture
def browser(case: Case, client: Client) -> Client:
    client.force_login(case.created_by)
    return client


def typed(case: Case, **fields: Any) -> dict[str, Any]:
    return {
        "kind": "access",
        "asked_by": "worker",
        "contact": "by telephone",
        "channel": "phone",
        "received_at": (timezone.localtime() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
        "cases": [case.pk],
        **fields,
    }


def url(request: DataRequest, name: str) -> str:
    return reverse(f"rights:{name}", args=[request.pk])


class TestWritingDown:
    def test_a_form_makes_a_request_and_the_case_says_so(self, browser: Client, case: Case) -> None:
        receive = reverse("rights:receive", args=[case.reference])
        assert browser.get(receive).status_code == 200
        answer = browser.post(receive, typed(case))
        request = DataRequest.objects.get()
        assert answer.headers["Location"] == request.get_absolute_url()
        assert list(request.cases.all()) == [case]
        assert "The worker asks about their data" in browser.get(case.get_absolute_url()).text
        assert request.reference in browser.get(reverse("rights:of_case", args=[case.reference])).text

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"asked_by": "heir"}, "say who, and with what proof"),
            ({"received_at": "2090-01-01T00:00"}, "still to come"),
            ({"received_at": "1066-01-01T00:00"}, "check the year"),
            ({"kind": "nonsense"}, "Select a valid choice"),
            ({"contact": ""}, "This field is required"),
            ({"wish": "x" * 2001}, "at most 2000 characters"),
        ],
    )
    def test_bad_input_gets_a_sentence(
        self, browser: Client, case: Case, fields: dict[str, str], sentence: str
    ) -> None:
        answer = browser.post(reverse("rights:receive", args=[case.reference]), typed(case, **fields))
        assert answer.status_code == 422
        assert sentence in answer.text

    def test_a_case_of_somebody_else_cannot_be_smuggled_in(self, browser: Client, case: Case) -> None:
        for other in (make_case(), make_case(by=case.created_by)):  # a stranger's, and another worker's
            data = typed(case, cases=[case.pk, other.pk])
            assert browser.post(reverse("rights:receive", args=[case.reference]), data).status_code == 422
        assert not DataRequest.objects.exists()


class TestTheWayThrough:
    def test_every_step_has_its_form_when_its_time_has_come(
        self, client: Client, case: Case, boss: User
    ) -> None:
        client.force_login(boss)
        request = make_request(case=case)
        page = request.get_absolute_url()
        assert client.post(url(request, "identify"), {"version": 1, "way": "card"}).status_code == 302
        assert "Identity checked" in client.get(page).text
        assert client.post(url(request, "decide"), {"version": 2, "decision": "grant"}).status_code == 302
        assert client.post(url(request, "export"), {"key": str(uuid4())}).status_code == 302
        assert DataExport.objects.count() == 1
        assert "Being prepared" in client.get(page).text
        assert client.post(url(request, "carry_out"), {"version": 3}).status_code == 302
        assert client.post(url(request, "tell"), {"version": 4, "channel": "in_person"}).status_code == 302
        request.refresh_from_db()
        assert request.state == RequestState.TOLD
        assert "Told: finished" in client.get(page).text

    def test_a_stale_form_gets_409_and_keeps_what_was_typed(
        self, client: Client, case: Case, boss: User
    ) -> None:
        client.force_login(boss)
        request = make_request(case=case)
        step("identify", request, boss)
        data = {"version": 1, "decision": "endangers", "note": "What I typed."}
        answer = client.post(url(request, "decide"), data)
        assert answer.status_code == 409
        assert "Somebody else changed this" in answer.text
        assert "What I typed." in answer.text

    def test_a_refusal_without_reasons_gets_a_sentence(self, client: Client, case: Case, boss: User) -> None:
        client.force_login(boss)
        request = make_request(case=case)
        step("identify", request, boss)
        answer = client.post(url(request, "decide"), {"version": 2, "decision": "endangers"})
        assert answer.status_code == 422
        assert "has to be told them" in answer.text

    def test_the_fields_that_were_edited_are_ticked(self, client: Client, case: Case) -> None:
        request, boss = make_granted("correction", case=case)
        case_actions.edit(by=case.created_by, case=case, version=1, fields={"place": "Muar"})
        client.force_login(boss)
        assert 'value="place" id="id_corrected_' in " ".join(
            client.get(request.get_absolute_url()).text.split()
        )
        answer = client.post(url(request, "carry_out"), {"version": 3, "corrected": ["place"]})
        assert answer.status_code == 302
        assert "City or district" in client.get(request.get_absolute_url()).text

    def test_looking_at_a_request_is_logged(self, browser: Client, case: Case) -> None:
        request = make_request(case=case)
        browser.get(request.get_absolute_url())
        entry = LogEntry.objects.get(verb=Verb.READ, what=f"request:{request.pk}")
        assert entry.subjects == [f"case:{case.pk}"]


class TestHostile:
    STEPS = ("identify", "decide", "carry_out", "tell", "export")

    def test_another_partners_request_is_not_there(self, client: Client, case: Case) -> None:
        request = make_request(case=case)
        client.force_login(make_supervisor(make_case()))
        assert client.get(request.get_absolute_url()).status_code == 404
        for name in self.STEPS:
            assert client.post(url(request, name), {"version": 1}).status_code == 404
        assert request.reference not in client.get(reverse("rights:requests")).text

    def test_a_role_that_was_taken_away_gets_403_at_the_next_click(
        self, client: Client, case: Case, boss: User
    ) -> None:
        request = make_request(case=case)
        step("identify", request, boss)
        client.force_login(boss)
        assert client.get(request.get_absolute_url()).status_code == 200
        User.objects.filter(pk=boss.pk).update(role=Caseworker.code)
        assert client.post(url(request, "decide"), {"version": 2, "decision": "grant"}).status_code == 403

    @pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999", "1; DROP TABLE"])
    def test_a_spoiled_version_is_a_stale_one(self, browser: Client, case: Case, version: str) -> None:
        request = make_request(case=case)
        assert browser.post(url(request, "identify"), {"version": version, "way": "card"}).status_code == 409

    def test_partner_admins_have_nothing_to_do_here(self, client: Client, case: Case) -> None:
        request = make_request(case=case)
        client.force_login(make_user(partner=case.partner, role="partner_admin"))
        assert client.get(request.get_absolute_url()).status_code == 403
        assert client.get(reverse("rights:requests")).status_code == 403


class TestList:
    def test_tiles_count_what_waits(self, client: Client, case: Case, boss: User) -> None:
        make_request(case=case, received_at=timezone.now() - timedelta(hours=80))
        step("identify", make_request(case=case), boss)
        client.force_login(boss)
        context = client.get(reverse("rights:requests")).context
        assert {stat["label"]: stat["value"] for stat in context["stats"]} == {
            "Overdue": 1,
            "Identity to check": 1,
            "To decide": 1,
            "To carry out": 0,
            "To answer": 0,
        }

    def test_an_empty_list_says_where_to_begin(self, browser: Client) -> None:
        assert "No request is open" in browser.get(reverse("rights:requests")).text
        assert "Nobody has asked yet" in browser.get(reverse("rights:requests") + "?tab=all").text

    def test_what_is_finished_stands_under_all(self, client: Client, case: Case, boss: User) -> None:
        request = make_request(case=case)
        step("decide", request, boss, ground="taken_back", note="She called.")
        step("tell", request, boss)
        client.force_login(boss)
        assert request.reference not in client.get(reverse("rights:requests")).text
        assert request.reference in client.get(reverse("rights:requests") + "?tab=all").text

    def test_more_rows_ask_the_database_no_more(
        self, client: Client, case: Case, boss: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        client.force_login(boss)
        for _number in range(2):
            make_request(case=case)
            client.get(reverse("rights:requests"))
            with django_assert_num_queries(7):
                client.get(reverse("rights:requests"))
