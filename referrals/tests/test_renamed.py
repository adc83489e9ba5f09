"""A renamed agency: referrals and papers of before keep working, and caseworkers find it by either name."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_portal_admin, make_user
from agencies import actions as names
from agencies.models import Partner
from agencies.tests.factories import make_partner
from agencies.today import today
from referrals.models import Letter, Referral
from referrals.tests.factories import make_referral
from referrals.tests.papers import bytes_of, issued, make_silent, read

pytestmark = pytest.mark.django_db


def rename(partner: Partner, name: str) -> None:
    names.rename_partner(
        by=make_portal_admin(),
        partner=partner,
        name_id=name,
        name_en="",
        on=today(),
        basis="Peraturan contoh",
        seen=names.names_mark(partner),
    )


def test_a_paper_of_before_says_what_it_said_and_one_of_now_the_new_name() -> None:
    ministry = make_silent(name_id="BP2MI Contoh")
    referral = make_referral(to=ministry)
    old = issued(referral)
    Letter.objects.update(issued_at=timezone.now() - timedelta(days=30))
    rename(ministry, "KP2MI Contoh")
    assert "BP2MI Contoh" in read(bytes_of(old))
    assert "KP2MI Contoh" not in read(bytes_of(old))
    assert "KP2MI Contoh" in read(bytes_of(issued(Referral.objects.get(pk=referral.pk))))


def test_the_referral_stays_with_the_agency(client: Client) -> None:
    ministry = make_partner(name_id="BP2MI Contoh")
    referral = make_referral(to=ministry)
    rename(ministry, "KP2MI Contoh")
    client.force_login(referral.created_by)
    text = client.get(referral.get_absolute_url()).text
    assert "KP2MI Contoh" in text
    assert Referral.objects.get().receiver_id == ministry.pk


def test_a_caseworker_finds_it_by_its_former_name(client: Client) -> None:
    ministry = make_partner(name_id="BP2MI Contoh")
    rename(ministry, "Kementerian Contoh")
    client.force_login(make_user(partner=make_partner()))
    text = client.get(reverse("referrals:partners"), {"find": "bp2mi"}).text
    assert "Kementerian Contoh" in text
    assert "Formerly BP2MI Contoh" in text
