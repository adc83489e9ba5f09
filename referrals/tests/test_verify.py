"""Whoever holds a paper learns whether it is genuine and still stands, and nothing of the worker."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from cases.models import Consent
from referrals import actions
from referrals.choices import LetterKind, State
from referrals.letters import proof
from referrals.models import Letter
from referrals.tests.factories import make_referral, make_referral_in
from referrals.tests.papers import issued, make_silent
from referrals.tests.test_disclosure import VALUES, full_case

pytestmark = pytest.mark.django_db


def look(client, code: str):
    return client.get(reverse("referrals:verify", args=[code]))


def personal() -> list[str]:
    """Every value of the worker, the reporter and the case."""
    return [
        value
        for held in VALUES.values()
        for fields in held.values()
        for value in fields.values()
        if isinstance(value, str) and len(value) > 8
    ]


def test_a_stranger_reads_kind_reference_both_partners_and_the_day(client):
    letter = issued(make_referral(case=full_case(), to=make_silent(name_id="Polres Contoh")))
    answer = look(client, letter.code)
    assert answer.status_code == 200
    for word in (letter.referral.reference, letter.referral.sender.name, "Polres Contoh"):
        assert word in answer.text
    assert f"{timezone.localtime(letter.issued_at).year}" in answer.text
    assert "notice-good" in answer.text


def test_the_page_says_nothing_personal_in_any_state(client):
    referral = make_referral(case=full_case(), to=make_silent())
    letter = issued(referral)
    texts = [look(client, letter.code).text]
    actions.withdraw(by=referral.created_by, referral=referral, text="She changed her mind.")
    texts.append(look(client, letter.code).text)
    for text in texts:
        assert [value for value in personal() if value in text] == []
        assert referral.request not in text
        assert letter.issued_by.full_name not in text


@pytest.mark.parametrize("how", ["referral", "consent"])
def test_the_qr_of_a_withdrawn_letter_says_that_it_is_no_longer_valid(client, how):
    referral = make_referral(to=make_silent())
    letter = issued(referral)
    if how == "referral":
        actions.withdraw(by=referral.created_by, referral=referral, text="Solved.")
    else:
        Consent.objects.filter(pk=referral.consent_id).update(withdrawn_at=timezone.now())
    answer = look(client, letter.code)
    assert answer.status_code == 200
    assert "notice-bad" in answer.text
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "No longer valid" in look(client, letter.code).text


def test_an_older_letter_is_superseded_and_the_newer_one_stands(client):
    referral = make_referral(to=make_silent())
    older, newer = issued(referral), issued(referral)
    assert "notice-warn" in look(client, older.code).text
    assert "notice-good" in look(client, newer.code).text


@pytest.mark.parametrize(
    ("state", "kind", "standing"),
    [
        (State.COMPLETED, LetterKind.LETTER, proof.Standing.ENDED),
        (State.DECLINED, LetterKind.LETTER, proof.Standing.ENDED),
        (State.COMPLETED, LetterKind.RECEIPT, proof.Standing.VALID),
        (State.ACCEPTED, LetterKind.LETTER, proof.Standing.VALID),
    ],
)
def test_a_letter_ends_with_its_referral_and_a_receipt_does_not(state, kind, standing):
    referral, _officer = make_referral_in(state)
    letter = Letter.objects.create(
        referral=referral,
        kind=kind,
        code=proof.new_code(),
        issued_at=timezone.now(),
        issued_by=referral.created_by,
    )
    assert proof.standing(letter) == standing


@pytest.mark.parametrize("code", ["AAAABBBBCCCCDDDDEEEEFFFFGG", "SP", "x" * 500, "🕊", "a b"])
def test_a_code_that_the_portal_never_issued_is_a_sentence_and_404(client, code):
    answer = look(client, code)
    assert answer.status_code == 404
    assert "notice-bad" in answer.text


def test_a_code_is_found_as_people_type_it(client):
    letter = issued(make_referral(to=make_silent()))
    typed = f" {proof.grouped(letter.code).lower().replace(' ', '-', 2)} ".replace("O", "0").replace("i", "1")
    answer = client.get(reverse("referrals:verify_box"), {"code": typed})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("referrals:verify", args=[letter.code])


@pytest.mark.parametrize("code", ["", "   ", "SHORT", "x" * 1_000, "9" * 26, "A\x00B"])
def test_what_cannot_be_a_code_is_a_sentence_at_the_field(client, code):
    answer = client.get(reverse("referrals:verify_box"), {"code": code})
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.text


@pytest.mark.parametrize(("language", "words"), [("en", "Check a paper"), ("id", 'lang="id"')])
def test_the_box_is_open_to_strangers_in_both_languages(client, language, words):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    assert words in client.get(reverse("referrals:verify_box")).text


def test_codes_are_long_and_never_the_same():
    codes = {proof.new_code() for _n in range(200)}
    assert len(codes) == 200
    assert all(proof.read(code) == code for code in codes)


def test_the_page_asks_the_database_a_fixed_number_of_times(client, django_assert_num_queries):
    letter = issued(make_referral(to=make_silent()))
    with django_assert_num_queries(2):
        look(client, letter.code)
