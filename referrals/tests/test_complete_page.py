"""Completing a referral through the page: the outcome, and the money if there was any."""

from decimal import Decimal

import pytest
from django.urls import reverse

from agencies.tests.factories import make_outcome
from cases.forms.money import AmountField
from referrals.models import Referral
from referrals.tests.factories import make_referral_in

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


def test_an_outcome_with_an_amount_takes_amount_and_currency(do, client):
    referral, officer = make_referral_in("accepted")
    paid = make_outcome(extra_fields=["amount", "currency"], name_id="Upah dibayar", name_en="Wages paid")
    answer = do(
        officer, referral, "complete", outcome=paid.pk, text="Paid.", amount="1.500.000,50", currency="IDR"
    )
    assert answer.status_code == 302
    referral.refresh_from_db()
    assert (referral.amount, referral.currency, referral.outcome) == (Decimal("1500000.50"), "IDR", paid)
    page = client.get(referral.get_absolute_url()).text
    assert "Wages paid" in page
    assert "1,500,000.50" in page


@pytest.mark.parametrize(
    ("extra", "amount", "currency", "sentence"),
    [
        (["amount", "currency"], "1500", "", "Choose the currency of the amount."),
        (["amount", "currency"], "", "IDR", "Fill in the amount, or leave the currency empty."),
        (["amount", "currency"], "much", "IDR", "Write the amount in digits"),
        (["amount", "currency"], "-5", "IDR", "Write the amount in digits"),
        (["amount", "currency"], "0", "IDR", "greater than or equal to 0.01"),
        (["amount", "currency"], "1" * 20, "IDR", "no more than 16 digits"),
        (["amount", "currency"], "1e9", "IDR", "Write the amount in digits"),
        (["amount", "currency"], "NaN", "IDR", "Write the amount in digits"),
        (["amount", "currency"], "1500", "XXX", "XXX is not one of the available choices"),
        ([], "1500", "IDR", "This outcome has no amount."),
    ],
)
def test_a_bad_amount_is_a_sentence_at_its_field(do, extra, amount, currency, sentence):
    referral, officer = make_referral_in("accepted")
    outcome = make_outcome(extra_fields=extra)
    answer = do(
        officer, referral, "complete", outcome=outcome.pk, text="Paid.", amount=amount, currency=currency
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert state_of(referral) == "accepted"


@pytest.mark.parametrize("outcome", ["", "NONE", "\x00", "x" * 5000])
def test_an_unknown_outcome_is_refused(do, outcome):
    referral, officer = make_referral_in("accepted")
    assert do(officer, referral, "complete", outcome=outcome, text="Paid.").status_code == 422


def test_a_retired_outcome_cannot_be_chosen(do):
    referral, officer = make_referral_in("accepted")
    retired = make_outcome(retired_at="2026-01-01T00:00Z")
    assert do(officer, referral, "complete", outcome=retired.pk, text="Paid.").status_code == 422


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1500", "1500"),
        ("1.500", "1500"),
        ("1,500", "1500"),
        ("1500,5", "1500.5"),
        ("1500.50", "1500.50"),
        ("1.500.000", "1500000"),
        ("1,500,000.50", "1500000.50"),
        ("1.500.000,50", "1500000.50"),
        ("Rp 1.500.000", "1500000"),
        ("12,34", "12.34"),
    ],
)
def test_amounts_are_read_as_people_write_them(written, meant):
    assert AmountField().clean(written) == Decimal(meant)
