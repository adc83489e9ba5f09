"""Of two people who change the same row the second sees both texts, keeps what was typed, and may send it again."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import make_portal_admin
from cases.tests.factories import make_case
from rights import actions
from rights.models import Breach, DataRequest, RetentionRule

from .factories import breach_fields, make_breach, make_request, make_supervisor, step
from .test_request_pages import url

pytestmark = pytest.mark.django_db


def both(answer: Any) -> list[tuple[str, str, str]]:
    assert answer.status_code == 409
    return [(clash.label, clash.now, clash.typed) for clash in answer.context["clashes"]]


def sent_again(answer: Any) -> dict[str, Any]:
    """What the page's own form would send now."""
    form = answer.context["form"]
    values = {name: form[name].value() for name in form.fields if name != "key"}
    return {name: value for name, value in values.items() if value not in (None, False)}


def test_a_breach(client: Client) -> None:
    admin = make_portal_admin()
    breach = make_breach(by=admin)
    client.force_login(admin)
    page = reverse("rights:breach_edit", args=[breach.pk])
    mine = sent_again(client.get(page)) | {"people": "9", "measures": "Mine."}
    theirs = breach_fields(people=7, happened_at=breach.happened_at, found_at=breach.found_at)
    actions.edit_breach(by=make_portal_admin(), breach=breach, version=1, key=uuid4(), **theirs)
    answer = client.post(page, mine)
    shown = both(answer)
    assert ("How many people", "7", "9") in shown
    assert ("What is done about it", "The letter was fetched back.", "Mine.") in shown
    assert client.post(page, sent_again(answer)).status_code == 302
    assert Breach.objects.get().people == 9


def test_a_time_for_keeping(client: Client) -> None:
    client.force_login(make_portal_admin())
    page = reverse("rights:rule", args=["resolved"])
    rule = RetentionRule.objects.get(pk="resolved")
    actions.edit_rule(by=make_portal_admin(), rule=rule, version=rule.version, months=24, source="Orang lain")
    answer = client.post(page, {"version": rule.version, "months": 12, "source": "Pengurus"})
    assert both(answer) == [("Months after closing", "24", "12"), ("Source", "Orang lain", "Pengurus")]
    assert client.post(page, sent_again(answer)).status_code == 302
    assert RetentionRule.objects.get(pk="resolved").months == 12


def test_a_step_of_a_request_says_what_stands_now_and_may_be_sent_again(client: Client) -> None:
    case = make_case()
    boss = make_supervisor(case)
    client.force_login(boss)
    request = make_request(case=case)
    step("identify", request, boss)
    data = {"version": 1, "decision": "endangers", "note": "What I typed."}
    answer = client.post(url(request, "decide"), data)
    assert answer.status_code == 409
    assert 'name="version" value="2"' in answer.text
    assert client.post(url(request, "decide"), data | {"version": 2}).status_code == 302
    assert DataRequest.objects.get().decision_note == "What I typed."
