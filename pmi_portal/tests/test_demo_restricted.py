"""The demo shows restricted cases as the portal would have made them, with an emergency that waits for a review."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from cases import restriction
from cases.choices import EventKind, RestrictReason
from cases.models import Case, CaseAccess, CaseEvent
from pmi_portal.demo import people
from pmi_portal.tests.demo_world import seeded

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with seeded(django_db_blocker):
        yield


def test_every_case_is_restricted_for_what_its_contents_ask_for() -> None:
    for case in Case.objects.select_related("worker").prefetch_related("topics"):
        assert case.restricted_for == sorted(restriction.reasons(case, case.topics.all())), case
        told = CaseEvent.objects.filter(case=case, kind=EventKind.RESTRICTED).count()
        assert told == int(case.is_restricted), case


def test_there_are_restricted_cases_of_every_kind_and_most_are_not() -> None:
    found = {code for codes in Case.objects.values_list("restricted_for", flat=True) for code in codes}
    assert {RestrictReason.SEXUAL_VIOLENCE, RestrictReason.TRAFFICKING, RestrictReason.CHILD} <= found
    assert Case.objects.restricted().count() * 2 < Case.objects.count()


def test_whoever_worked_on_a_restricted_case_was_named_or_had_it() -> None:
    without = {EventKind.LOGGED, EventKind.ASSIGNED, EventKind.GLASS_BROKEN, EventKind.GLASS_REVIEWED}
    own = CaseEvent.objects.filter(case__restricted_at__isnull=False, actor__partner=F("case__partner"))
    strange = [
        event
        for event in own.exclude(kind__in=without).select_related("case", "actor")
        if event.actor_id not in (event.case.assigned_to_id, event.case.created_by_id)
        and not CaseAccess.objects.filter(
            case=event.case, person=event.actor_id, granted_at__lte=event.at
        ).exists()
    ]
    assert strange == []


def test_one_emergency_waits_for_a_review_one_was_right_and_one_was_not() -> None:
    opened = CaseAccess.objects.glass().order_by("granted_at")
    assert [access.verdict for access in opened] == ["objected", "confirmed", ""]
    waiting = opened.get(reviewed_at=None)
    assert waiting.is_open
    assert Case.objects.visible_to(waiting.person).filter(pk=waiting.case_id).exists()
    supervisor = User.objects.get(email="koordinator@suaraperempuan.example")
    assert CaseAccess.objects.visible_to(supervisor).to_review().get() == waiting
    assert supervisor.notifications.filter(
        kind="glass_broken", created_at__gt=timezone.now() - timedelta(days=1)
    )
    assert waiting.case.partner.code == people.SUARA_PEREMPUAN


def test_the_supervisor_of_the_demo_sees_masked_and_whole_rows() -> None:
    supervisor = User.objects.get(email="koordinator@suaraperempuan.example")
    rows: Any = Case.objects.known_to(supervisor).with_mask(supervisor).restricted()
    assert {row.masked for row in rows} == {True, False}
