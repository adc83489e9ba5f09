"""Choosing the agency through the page, from the ranking or by name."""

import pytest
from django.urls import reverse

from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def do(client):
    """Sends the form of an act as this person."""

    def post(person, referral, name, **data):
        client.force_login(person)
        return client.post(reverse(f"referrals:{name}", args=[referral.pk]), data)

    return post


def state_of(referral) -> str:
    return Referral.objects.get(pk=referral.pk).state


def test_an_agency_that_cannot_be_asked_is_said_so_and_the_choice_stays_open(do):
    referral, _officer = make_referral_in("unrouted")
    gone = make_partner(is_active=False)
    for to in (str(gone.pk), str(referral.sender_id), "0", "x", "9" * 40):
        answer = do(referral.created_by, referral, "choose", to=to)
        assert answer.status_code == 422
        assert "This agency cannot be chosen at present." in answer.text, to
    spoiled = do(referral.created_by, referral, "choose", to="\x00")
    assert (spoiled.status_code, "Null characters are not allowed." in spoiled.text) == (422, True)
    assert "Please choose an agency." in do(referral.created_by, referral, "choose").text
    assert state_of(referral) == "unrouted"


def test_an_agency_with_the_same_service_in_hand_is_refused_with_the_choice_kept(do):
    agency = make_partner(name_id="KBRI Contoh")
    referral, _officer = make_referral_in("unrouted", services=["shelter"])
    make_referral_in(
        "sent",
        officer=make_officer(agency),
        case=referral.case,
        by=referral.created_by,
        services=["shelter"],
    )
    answer = do(referral.created_by, referral, "choose", to=str(agency.pk))
    assert answer.status_code == 409
    assert "KBRI Contoh already has" in answer.text
    assert state_of(referral) == "unrouted"


def test_agencies_are_found_by_name_without_javascript(do):
    referral, _officer = make_referral_in("unrouted")
    make_partner(name_id="KJRI Contoh Jeddah", city="Jeddah")
    answer = do(referral.created_by, referral, "choose", find="jeddah", search="1")
    assert answer.status_code == 200
    assert "KJRI Contoh Jeddah" in answer.text
    assert "Nobody there reads the portal yet" in answer.text
    assert state_of(referral) == "unrouted"


def test_the_search_offers_active_partners_but_ones_own(client):
    ours = make_partner(name_id="Lembaga Contoh Satu")
    make_partner(name_id="Lembaga Contoh Dua")
    make_partner(name_id="Lembaga Contoh Tiga", is_active=False)
    client.force_login(make_user(partner=ours))
    page = client.get(reverse("referrals:partners"), {"find": "lembaga contoh"}).text
    assert "Lembaga Contoh Dua" in page
    assert "Lembaga Contoh Satu" not in page
    assert "Lembaga Contoh Tiga" not in page


@pytest.mark.parametrize("find", ["", " ", "\x00", "%", "x" * 5000, "<b>", "_"])
def test_an_odd_search_finds_nothing_and_breaks_nothing(client, find):
    client.force_login(make_officer())
    answer = client.get(reverse("referrals:partners"), {"find": find})
    assert answer.status_code == 200
    assert "<b>" not in answer.text


def test_a_long_list_of_agencies_says_that_there_are_more(client):
    for _number in range(17):
        make_partner(city="Kota Contoh")
    client.force_login(make_officer())
    page = client.get(reverse("referrals:partners"), {"find": "kota contoh"}).text
    assert page.count('type="radio"') == 15
    assert "There are more" in page
