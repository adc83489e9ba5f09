"""A paper says what the worker agreed to, in Bahasa Indonesia, and opens only while it stands."""

import io
import re
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from itertools import chain, combinations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone, translation
from pypdf import PdfReader

from accounts.tests.factories import make_user
from agencies.models import Partner
from agencies.tests.factories import make_partner
from cases.choices import DataGroup, EventKind
from cases.models import CaseEvent, Consent
from cases.tests.factories import make_case
from notifications.models import Email
from referrals import actions
from referrals.choices import LetterKind, State
from referrals.letters import content
from referrals.models import Letter, Referral
from referrals.tests.factories import make_officer, make_referral, make_referral_in
from referrals.tests.papers import bytes_of, issued, make_silent, pages_of, read, said, whole
from referrals.tests.test_disclosure import VALUES, full_case

pytestmark = pytest.mark.django_db

# Every value that belongs to one group, as the case holds it: codes are told in words, so they are left out.
TOLD = {
    group: [
        value
        for fields in held.values()
        for name, value in fields.items()
        if isinstance(value, str) and not name.startswith("trafficking") and name != "birth_date"
    ]
    for group, held in VALUES.items()
}
SUBSETS = [
    list(groups) for groups in chain.from_iterable(combinations(VALUES, n) for n in range(1, len(VALUES) + 1))
]


def leaked(text: str, groups: Sequence[str]) -> list[str]:
    return [value for group in VALUES if group not in groups for value in TOLD[group] if value in text]


def lacking(text: str, groups: Sequence[str]) -> list[str]:
    return [value for group in VALUES if group in groups for value in TOLD[group] if value not in text]


def sent(**fields) -> Referral:
    return make_referral(to=fields.pop("to", None) or make_silent(), **fields)


def test_for_every_subset_of_groups_the_paper_says_all_of_it_and_nothing_outside_it():
    referral = sent(case=full_case())
    letter = issued(referral)
    for groups in SUBSETS:
        Consent.objects.filter(pk=referral.consent_id).update(groups=groups)
        text = str(asdict(content.paper(whole(letter))))
        assert (leaked(text, groups), lacking(text, groups)) == ([], []), groups


@pytest.mark.parametrize("groups", [["case"], ["identity", "contact"], ["health"], list(VALUES)])
def test_text_and_metadata_of_the_file_hold_the_groups_agreed_to_and_nothing_else(groups):
    letter = issued(sent(case=full_case(), consent={"groups": groups}))
    text = said(letter)
    assert (leaked(text, groups), lacking(text, groups)) == ([], [])


def test_the_metadata_names_the_paper_and_nobody():
    letter = issued(sent(case=full_case()))
    metadata = PdfReader(io.BytesIO(bytes_of(letter))).metadata
    assert metadata is not None
    assert metadata.title is not None
    assert metadata.title.endswith(letter.referral.reference)
    assert metadata.author == letter.referral.sender.name
    assert not any(value in str(metadata) for values in TOLD.values() for value in values)


def test_a_receipt_says_who_received_what_and_when_and_nothing_of_the_case():
    referral = sent(case=full_case())
    officer = make_officer(referral.receiver, full_name="Petugas Contoh")
    referral = actions.receive(by=officer, referral=referral)
    text = said(issued(referral, LetterKind.RECEIPT, by=officer))
    assert leaked(text, []) == []
    assert all(word in text for word in (referral.reference, referral.sender.name, "Petugas Contoh"))
    assert referral.request not in text


def test_the_same_data_gives_the_same_bytes_in_every_language_and_zone():
    letter = issued(sent(case=full_case()))
    first = bytes_of(letter)
    with translation.override("id"), timezone.override("Asia/Qatar"):
        assert bytes_of(letter) == first


def test_a_letter_is_indonesian_for_readers_of_english_too():
    text = said(issued(sent(case=full_case())))
    assert all(word in text for word in ("SURAT RUJUKAN", "Kejadian", "NIK"))


def test_the_qr_and_the_text_under_it_lead_to_the_proof():
    letter = issued(sent())
    assert re.fullmatch(r"[A-Z2-7]{26}", letter.code)
    paper = content.paper(whole(letter))
    assert paper.address.endswith(f"/verify/{letter.code}/")
    assert paper.code.replace(" ", "") == letter.code
    assert paper.code in said(letter)


def test_the_deadline_stands_in_words_in_the_receivers_zone():
    referral = sent(to=make_silent(time_zone="Asia/Qatar"))
    Referral.objects.filter(pk=referral.pk).update(due_at="2026-11-26T13:00:00Z")
    assert "Kamis, 26 November 2026, 16.00" in said(issued(referral))


def test_names_keep_their_diacritics_and_a_long_story_goes_over_pages():
    story = "Majikan menahan paspor dan gaji selama tiga bulan berturut-turut. " * 150
    case = make_case(
        worker={"name": "Ni Luh Pūtu Éndang Siti Zahrā’"}, chronology=story, demands="Gaji dibayar."
    )
    file = bytes_of(issued(sent(case=case)))
    pages = pages_of(file)
    assert len(pages) >= 3
    assert all(f"{number}" in page and case.reference in page for number, page in enumerate(pages, 1))
    assert "Ni Luh Pūtu Éndang Siti Zahrā’" in read(file)
    assert read(file).count("Majikan menahan paspor") > 140


@pytest.mark.parametrize(
    "letterhead",
    [
        "🕊️ Yayasan Contoh 中文",
        "مؤسسة المثال\nالدوحة",
        "x" * 1_000_000,
        "\n\n \n",
        "A\x07B\u200b\u202e",
        "Ḥaṭṭā\n" * 50,
    ],
    ids=["emoji", "arabic", "1 MB", "blank", "signs", "lines"],
)
def test_a_letterhead_of_any_kind_stays_a_letterhead(letterhead):
    referral = sent()
    Partner.objects.filter(pk=referral.sender_id).update(letterhead=letterhead)
    file = bytes_of(issued(referral))
    assert len(pages_of(file)) < 4
    assert len(file) < 200_000
    assert referral.reference in read(file)


def test_letters_that_no_font_has_are_marked_and_the_paper_says_so():
    text = said(issued(sent(case=make_case(employer_name="陳大文"))))
    assert "\ufffd" * 3 in text
    assert "cannot be printed here" in text or "tidak dapat dicetak" in text
    assert "\ufffd" not in said(issued(sent()))


def test_the_register_number_stands_on_the_letter():
    officer = make_officer()
    referral = sent(to=officer.partner)
    actions.register(by=officer, referral=referral, number="LP/B/12/XI/2026")
    assert "LP/B/12/XI/2026" in said(issued(referral))


def test_issuing_twice_with_one_key_is_once_and_a_new_one_supersedes(client):
    referral = sent()
    key = uuid.uuid4()
    assert issued(referral, key=key) == issued(referral, key=key)
    newer = issued(referral, key=uuid.uuid4())
    client.force_login(referral.created_by)
    older = Letter.objects.exclude(pk=newer.pk).get()
    assert client.get(address(older)).status_code == 410
    assert client.get(address(newer)).status_code == 200


def test_one_key_is_not_good_for_two_papers():
    referral, _officer = make_referral_in(State.RECEIVED)
    key = uuid.uuid4()
    issued(referral, key=key)
    with pytest.raises(actions.KeyUsed):
        issued(referral, LetterKind.RECEIPT, key=key)
    assert Letter.objects.count() == 1


def test_only_the_sender_issues_the_letter_and_nobody_a_receipt_before_it_was_received():
    officer = make_officer()
    referral = sent(to=officer.partner)
    with pytest.raises(PermissionDenied):
        issued(referral, by=officer)
    with pytest.raises(actions.ActRefused):
        issued(referral, LetterKind.RECEIPT)
    with pytest.raises(PermissionDenied):
        issued(referral, by=make_user(partner=make_partner()))


# Pages ------------------------------------------------------------------------------------------


def address(letter: Letter) -> str:
    return reverse("referrals:letter", args=[letter.referral_id, letter.pk])


def issue_on_page(client, person, referral, kind="letter"):
    client.force_login(person)
    return client.post(reverse(f"referrals:issue_{kind}", args=[referral.pk]), {"key": str(uuid.uuid4())})


def test_the_sender_issues_on_the_page_and_opens_the_file_that_is_named_after_the_reference(client):
    referral = sent()
    assert issue_on_page(client, referral.created_by, referral).status_code == 302
    letter = Letter.objects.get()
    answer = client.get(address(letter))
    assert answer["Content-Type"] == "application/pdf"
    name = referral.reference.replace("/", "-")
    assert answer["Content-Disposition"] == f'attachment; filename="{name}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert address(letter) in client.get(referral.get_absolute_url()).text


def test_the_receiver_opens_the_letter_and_its_own_receipt(client):
    referral, officer = make_referral_in(State.RECEIVED)
    letter = issued(referral)
    assert issue_on_page(client, officer, referral, "receipt").status_code == 302
    receipt = Letter.objects.exclude(pk=letter.pk).get()
    assert client.get(address(letter)).status_code == 200
    assert "tanda-terima" in client.get(address(receipt))["Content-Disposition"]


def test_a_stranger_finds_neither_the_paper_nor_the_buttons(client):
    referral = sent()
    letter = issued(referral)
    stranger = make_user(partner=make_partner())
    client.force_login(stranger)
    assert client.get(address(letter)).status_code == 404
    assert issue_on_page(client, stranger, referral).status_code == 404
    other = sent(case=make_case(by=stranger))
    assert (
        client.get(reverse("referrals:letter", args=[other.pk, letter.pk])).status_code == 404
    )  # one's own referral does not open another's paper


def test_a_receipt_before_anything_was_received_is_refused_with_a_sentence(client):
    referral = sent()
    answer = issue_on_page(client, referral.created_by, referral, "receipt")
    assert answer.status_code == 409
    assert "This was not done" in answer.text
    assert Letter.objects.count() == 0


def withdraw_referral(referral: Referral) -> None:
    actions.withdraw(by=referral.created_by, referral=referral, text="Solved at home.")


def withdraw_consent(referral: Referral) -> None:
    Consent.objects.filter(pk=referral.consent_id).update(
        withdrawn_at=timezone.now(), withdrawn_by=referral.created_by
    )


def let_consent_end(referral: Referral) -> None:
    day = timezone.localdate()
    Consent.objects.filter(pk=referral.consent_id).update(
        given_on=day - timedelta(days=9), until=day - timedelta(days=2)
    )


@pytest.mark.parametrize("take_back", [withdraw_referral, withdraw_consent, let_consent_end])
@pytest.mark.parametrize("kind", list(LetterKind))
def test_a_paper_that_was_taken_back_cannot_be_opened_by_either_side(client, take_back, kind):
    referral, officer = make_referral_in(State.RECEIVED)
    letter = issued(referral, kind)
    take_back(referral)
    for person in (referral.created_by, officer):
        client.force_login(person)
        answer = client.get(address(letter))
        assert answer.status_code == 410
        assert "no longer valid" in answer.text


def test_what_the_consent_allows_now_is_what_the_paper_says_now(client):
    referral = sent(case=full_case())
    letter = issued(referral)
    Consent.objects.filter(pk=referral.consent_id).update(groups=[DataGroup.CASE])
    client.force_login(referral.created_by)
    text = read(client.get(address(letter)).content)
    assert leaked(text, [DataGroup.CASE]) == []


# By e-mail --------------------------------------------------------------------------------------


def emailed(referral: Referral, **fields) -> tuple[Letter, str]:
    """The letter and the address of its link, as the e-mail tells it."""
    fields.setdefault("email", "kantor@example.org")
    letter = actions.email_letter(by=referral.created_by, referral=referral, **fields)
    found = re.search(r"https?://[^/]+(/letter/\S+)", Email.objects.filter(secret=True).latest("pk").body)
    assert found is not None
    return letter, found.group(1)


def follow(client, link: str):
    """The page behind the link, as a browser gets there."""
    return client.get(link, follow=True)


def opened(client):
    return client.post(reverse("referrals:letter_page"))


def test_the_email_holds_a_reference_and_a_link_and_only_the_hash_is_kept():
    referral = sent(case=full_case())
    letter, link = emailed(referral)
    row = Email.objects.get(secret=True)
    assert row.to == "kantor@example.org"
    assert referral.reference in row.body
    assert leaked(row.subject + row.body, []) == []
    assert link.strip("/").split("/")[-1] not in str(vars(Letter.objects.get(pk=letter.pk)))
    event = CaseEvent.objects.get(kind=EventKind.LETTER_ISSUED)
    assert "example.org" not in str(event.data)


def test_following_the_link_opens_nothing_and_the_button_opens_the_letter(client):
    referral = sent(case=full_case())
    letter, link = emailed(referral)
    page = follow(client, link)
    assert page.status_code == 200
    assert link not in page.redirect_chain[-1][0]
    assert leaked(page.text, []) == []
    assert Letter.objects.get(pk=letter.pk).opened_at is None
    answer = opened(client)
    assert answer["Content-Type"] == "application/pdf"
    assert lacking(read(answer.content), list(VALUES)) == []


def test_the_first_opening_is_the_receipt_and_the_second_is_nothing_new(
    client, django_capture_on_commit_callbacks
):
    referral = sent()
    letter, link = emailed(referral)
    follow(client, link)
    due = Referral.objects.get(pk=referral.pk).due_at
    assert [opened(client).status_code for _click in range(2)] == [200, 200]
    now = Referral.objects.get(pk=referral.pk)
    assert (now.state, now.received_by, now.due_at) == (State.RECEIVED, None, due)
    assert now.received_at is not None
    assert Letter.objects.get(pk=letter.pk).opened_at is not None
    event = CaseEvent.objects.get(kind=EventKind.RECEIVED)
    assert (event.actor, event.data) == (None, {"through": "letter"})
    client.force_login(referral.created_by)
    assert "Letter opened by the agency" in client.get(referral.get_absolute_url()).text


def test_opening_the_letter_late_does_not_undo_an_answer(client):
    referral = sent()
    _letter, link = emailed(referral)
    actions.accept(by=referral.created_by, referral=referral, text="By phone.", recorded=True)
    follow(client, link)
    assert opened(client).status_code == 200
    assert Referral.objects.get(pk=referral.pk).state == State.ACCEPTED


def expire(letter: Letter) -> None:
    Letter.objects.filter(pk=letter.pk).update(link_until=timezone.now() - timedelta(seconds=1))


def take_back(letter: Letter) -> None:
    withdraw_referral(letter.referral)


def supersede(letter: Letter) -> None:
    issued(Referral.objects.get(pk=letter.referral_id))


@pytest.mark.parametrize("change", [expire, take_back, supersede])
def test_a_link_that_is_over_is_a_sentence_before_and_after_the_click(client, change):
    client.cookies["pmi_language"] = "en"
    letter, link = emailed(sent(case=full_case()))
    follow(client, link)
    change(letter)
    for answer in (opened(client), follow(client, link)):
        assert answer.status_code == 410
        assert "cannot be opened" in answer.text
        assert leaked(answer.text, []) == []
    assert Letter.objects.get(pk=letter.pk).opened_at is None


def test_an_unknown_link_and_an_older_one_are_404(client):
    referral = sent()
    _letter, older = emailed(referral)
    _same, newer = emailed(referral, email="lain@example.org")
    assert Letter.objects.get().emailed_to == "lain@example.org"
    assert follow(client, older).status_code == 404
    assert opened(client).status_code == 404
    assert follow(client, "/letter/no-such-token/").status_code == 404
    client.session.flush()
    assert follow(client, newer).status_code == 200


def test_a_double_click_sends_one_email(client):
    referral = sent()
    data = {"key": str(uuid.uuid4()), "email": "kantor@example.org"}
    client.force_login(referral.created_by)
    for _click in range(2):
        answer = client.post(reverse("referrals:email_letter", args=[referral.pk]), data)
        assert answer.status_code == 302
    assert Email.objects.filter(secret=True).count() == 1
    other = data | {"email": "lain@example.org"}
    assert client.post(reverse("referrals:email_letter", args=[referral.pk]), other).status_code == 409


@pytest.mark.parametrize(
    "email", ["", "no address", "a@b", "x" * 1_000_000 + "@example.org", "a\x00@example.org"]
)
def test_an_address_that_is_none_is_a_sentence_at_the_field(client, email):
    referral = sent()
    client.force_login(referral.created_by)
    answer = client.post(
        reverse("referrals:email_letter", args=[referral.pk]), {"key": str(uuid.uuid4()), "email": email}
    )
    assert answer.status_code == 422
    assert Letter.objects.count() == 0


def test_the_letter_is_not_emailed_to_a_partner_that_reads_it_here(client):
    referral, officer = make_referral_in(State.RECEIVED)
    client.force_login(referral.created_by)
    url = reverse("referrals:email_letter", args=[referral.pk])
    data = {"key": str(uuid.uuid4()), "email": "kantor@example.org"}
    assert client.post(url, data).status_code == 409
    assert url not in client.get(referral.get_absolute_url()).text
    client.force_login(officer)
    assert client.post(url, data).status_code == 403
    assert Letter.objects.count() == 0


def test_the_form_offers_the_agencys_own_address(client):
    referral = sent()
    client.force_login(referral.created_by)
    assert 'value="kantor@example.org"' in client.get(referral.get_absolute_url()).text


def test_where_it_was_sent_is_for_the_sender_to_read(client):
    referral = sent()
    emailed(referral, email="bagian.dua@example.org")
    officer = make_officer(referral.receiver)
    client.force_login(officer)
    assert "bagian.dua" not in client.get(referral.get_absolute_url()).text
    client.force_login(referral.created_by)
    assert "bagian.dua" in client.get(referral.get_absolute_url()).text


def test_a_paper_of_a_referral_that_is_not_sent_yet_cannot_be_issued():
    with pytest.raises(actions.ActRefused):
        issued(make_referral())
