"""Agencies are merged: the old name leads to the one that took over, and nothing new goes to the old one."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_portal_admin, make_user
from agencies.choices import AgencyCode
from agencies.matching import Question, ask
from agencies.models import FormerName, Partner
from agencies.today import today

from .factories import make_mandate, make_partner

pytestmark = pytest.mark.django_db


def close(partner: Partner, successor: Partner) -> None:
    Partner.objects.filter(pk=partner.pk).update(
        retired_at=timezone.now(), is_active=False, successor=successor
    )


@pytest.fixture
def merged() -> tuple[Partner, Partner]:
    """BP3MI Lama has been taken over by BP3MI Baru."""
    old, new = (
        make_partner(code="LAMA", name_id="Balai Lama"),
        make_partner(code="BARU", name_id="Kantor Baru"),
    )
    close(old, new)
    return old, new


def test_whoever_looks_for_the_old_one_finds_who_took_over(merged: tuple[Partner, Partner]) -> None:
    old, new = merged
    assert set(Partner.objects.search("balai")) == {old, new}
    assert list(Partner.objects.active().search("balai lama")) == [new]
    assert list(Partner.objects.active().search("balai baru")) == []


def test_a_former_name_of_the_old_one_leads_there_as_well(merged: tuple[Partner, Partner]) -> None:
    FormerName.objects.create(partner=merged[0], name_id="BNP2TKI Contoh", until=today())
    assert list(Partner.objects.active().search("bnp2tki")) == [merged[1]]


def test_a_successor_that_was_taken_over_itself_leads_on(merged: tuple[Partner, Partner]) -> None:
    last = make_partner(name_id="Balai Besar")
    close(merged[1], last)
    assert list(Partner.objects.active().search("lama")) == [last]


def test_two_that_closed_into_each_other_break_no_search(merged: tuple[Partner, Partner]) -> None:
    close(merged[1], merged[0])
    assert list(Partner.objects.active().search("lama")) == []


def test_a_caseworker_finds_who_took_over(client: Client, merged: tuple[Partner, Partner]) -> None:
    client.force_login(make_user(partner=make_partner()))
    text = client.get(reverse("referrals:partners"), {"find": "balai lama"}).text
    assert "Kantor Baru" in text
    assert "Took over from Balai Lama" in text


def test_the_page_says_whom_it_took_over(client: Client, merged: tuple[Partner, Partner]) -> None:
    client.force_login(make_portal_admin())
    assert "Took over from" in client.get(reverse("agencies:partner", args=["BARU"])).text
    listed = client.get(reverse("agencies:partners"), {"q": "balai lama"})
    assert [row.code for row in listed.context["page"].rows] == ["BARU"]


def test_nothing_new_goes_to_the_old_one(merged: tuple[Partner, Partner]) -> None:
    for partner in merged:
        make_mandate(partner=partner, agency_code=AgencyCode.KP2MI)
    assert [candidate.partner_code for candidate in ask(Question()).ranking] == ["BARU"]
