"""What is typed is kept, also across the end of a session."""

from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from django.core import signing
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.kept import fields_of, page_of
from accounts.models import KeptForm, User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies.models import Partner
from agencies.tests.factories import make_partner, make_topic
from cases import actions
from cases.models import Case, IntakeDraft
from cases.views import drafts

from .factories import case_fields, worker_fields
from .forms import intake_data

pytestmark = pytest.mark.django_db
NEW, DRAFT = "/cases/new/", "/cases/new/draft/"


@pytest.fixture
def caseworker() -> User:
    return make_user(partner=make_partner())


@pytest.fixture
def browser(caseworker: User) -> Client:
    client = Client()
    client.force_login(caseworker)
    return client


@pytest.fixture
def stranger() -> Client:
    client = Client()
    client.force_login(make_user(partner=make_partner()))
    return client


def draft_of(owner: User, **fields: Any) -> IntakeDraft:
    draft_id = uuid4()
    actions.save_draft(draft_id=draft_id, fields=fields, by=owner)
    return IntakeDraft.objects.get(pk=draft_id)


def test_typing_makes_a_draft_and_more_typing_changes_it(browser: Client, caseworker: User) -> None:
    key = str(uuid4())
    response = browser.post(DRAFT, {"key": key, "name": "Mel"})
    assert response.status_code == 200
    assert response.json()["text"].startswith("Saved ")
    browser.post(DRAFT, {"key": key, "name": "Melati", "topics": ["A", "B"], "surprise": "x"})
    draft = IntakeDraft.objects.get()
    assert (str(draft.pk), draft.owner, draft.fields) == (
        key,
        caseworker,
        {"name": "Melati", "topics": ["A", "B"]},
    )


def test_a_draft_is_gone_on_with_where_it_was_left(browser: Client, caseworker: User) -> None:
    data = intake_data(birth_date="half a date", chronology="It began in <May>.")
    draft = draft_of(
        caseworker, **{name: data[name] for name in ("name", "birth_date", "chronology", "topics")}
    )
    html = browser.get(NEW, {"draft": str(draft.pk)}).content.decode()
    for typed in ("Contoh Melati", "half a date", "It began in &lt;May&gt;.", str(draft.pk)):
        assert typed in html
    assert 'id="topic-GAJI_TIDAK_DIBAYAR"' in html
    assert html.count("checked") >= 1
    assert "Please mend" not in html


def test_a_draft_with_odd_contents_opens_all_the_same(browser: Client, caseworker: User) -> None:
    draft = draft_of(
        caseworker, name=["a"], topics="A", urgency="x", country={"a": 1}, nothing="known", nik=5
    )
    assert browser.get(NEW, {"draft": str(draft.pk)}).status_code == 200
    assert browser.get("/cases/").status_code == 200


@pytest.mark.parametrize("draft", ["", "rubbish", "\x00", "00000000-0000-0000-0000-000000000000"])
def test_a_draft_that_is_not_there_is_not_found(browser: Client, draft: str) -> None:
    assert browser.get(NEW, {"draft": draft}).status_code == 404


def test_a_draft_that_became_a_case_leads_to_the_case(browser: Client) -> None:
    data = intake_data()
    browser.post(NEW, data)
    assert (
        browser.get(NEW, {"draft": data["key"]}).headers["Location"] == Case.objects.get().get_absolute_url()
    )


def test_nobody_else_sees_writes_or_discards_a_draft(stranger: Client, caseworker: User) -> None:
    draft = draft_of(caseworker, name="Melati")
    assert stranger.get(NEW, {"draft": str(draft.pk)}).status_code == 404
    assert stranger.post(reverse("cases:discard", args=[draft.pk])).status_code == 404
    response = stranger.post(DRAFT, {"key": draft.pk, "name": "Mallory"})
    assert (response.status_code, response.json()["kept"]) == (409, False)
    assert IntakeDraft.objects.get().fields == {"name": "Melati"}


def test_a_late_save_does_not_bring_back_a_draft_that_became_a_case(browser: Client) -> None:
    data = intake_data()
    browser.post(NEW, data)
    assert browser.post(DRAFT, data).status_code == 409
    assert not IntakeDraft.objects.exists()


def test_a_draft_without_a_key_or_too_long_gets_a_sentence(browser: Client) -> None:
    assert browser.post(DRAFT, {"name": "Mel"}).status_code == 400
    response = browser.post(DRAFT, {"key": uuid4(), "chronology": "a" * 300_000})
    assert response.status_code == 413
    assert "too long" in response.json()["text"]


def test_a_nul_character_in_a_draft_breaks_nothing(browser: Client) -> None:
    assert browser.post(DRAFT, {"key": uuid4(), "name": "Mel\x00ati"}).status_code == 200
    assert IntakeDraft.objects.get().fields == {"name": "Melati"}


def test_admins_keep_no_drafts() -> None:
    client = Client()
    client.force_login(make_user(partner=make_partner(), role=PartnerAdmin.code))
    assert client.post(DRAFT, {"key": uuid4(), "name": "Mel"}).status_code == 403


def test_typing_after_the_session_ended_is_kept_and_answered_with_401(caseworker: User) -> None:
    draft = draft_of(caseworker, name="Mel")
    typed = {"key": draft.pk, "ticket": drafts.ticket(draft.pk, caseworker), "name": "Melati"}
    response = Client().post(DRAFT, typed)
    assert (response.status_code, response.json()["kept"]) == (401, True)
    draft.refresh_from_db()
    assert draft.fields == {"name": "Melati"}


def test_the_id_of_a_draft_which_stands_in_addresses_is_no_right_to_write_it(caseworker: User) -> None:
    draft = draft_of(caseworker, name="Mel")
    for ticket in ("", drafts.ticket(uuid4(), caseworker), drafts.ticket(draft.pk, make_portal_admin())):
        response = Client().post(DRAFT, {"key": draft.pk, "ticket": ticket, "name": ""})
        assert (response.status_code, response.json()["kept"]) == (401, False)
    draft.refresh_from_db()
    assert draft.fields == {"name": "Mel"}


def test_without_a_session_nothing_can_be_read_or_begun(caseworker: User) -> None:
    draft = draft_of(caseworker, name="Mel")
    assert "/login/" in Client().get(NEW, {"draft": str(draft.pk)}).headers["Location"]
    response = Client().post(DRAFT, {"key": uuid4(), "name": "Melati"})
    assert (response.status_code, response.json()["kept"]) == (401, False)
    assert IntakeDraft.objects.count() == 1


def test_a_complaint_sent_after_the_session_ended_waits_behind_the_sign_in_and_becomes_one_case(
    browser: Client, caseworker: User
) -> None:
    data = intake_data()
    browser.logout()
    response = browser.post(NEW, {**data, "page_of": page_of(caseworker)})
    assert response.headers["Location"].startswith("/accounts/login/?next=/account/kept/")
    assert not Case.objects.exists()
    browser.force_login(caseworker)
    row = KeptForm.objects.get()
    assert "Contoh Melati" in browser.get(f"/account/kept/{row.pk}/").content.decode()
    again = {**dict(fields_of(row)), "kept_form": str(row.pk)}
    for _time in range(2):
        browser.post(NEW, again)
    assert (Case.objects.count(), KeptForm.objects.count()) == (1, 0)


def test_a_ticket_is_good_for_its_own_draft_and_for_people_who_may_sign_in(caseworker: User) -> None:
    data = intake_data()
    for ticket in (drafts.ticket(uuid4(), caseworker), "rubbish", "\x00"):
        assert Client().post(DRAFT, {**data, "ticket": ticket}).json()["kept"] is False
    ticket = drafts.ticket(data["key"], caseworker)
    User.objects.filter(pk=caseworker.pk).update(is_active=False)
    assert Client().post(DRAFT, {**data, "ticket": ticket}).json()["kept"] is False
    assert not IntakeDraft.objects.exists()


def moved(person: User, *, to_partner: bool = True) -> None:
    """As a move does, or (without a partner) any act that ends the sessions."""
    partner = make_partner() if to_partner else person.partner
    User.objects.filter(pk=person.pk).update(
        partner=partner, session_generation=person.session_generation + 1
    )


@pytest.mark.parametrize("to_partner", [True, False])
def test_a_page_of_before_a_move_keeps_nothing_where_nobody_is_signed_in(
    caseworker: User, to_partner: bool
) -> None:
    data, said = intake_data(), page_of(caseworker)
    ticket = drafts.ticket(data["key"], caseworker)
    moved(caseworker, to_partner=to_partner)
    assert Client().post(DRAFT, {**data, "ticket": ticket}).json()["kept"] is False
    Client().post(NEW, {**data, "ticket": ticket, "page_of": said})
    assert not IntakeDraft.objects.exists()
    assert not KeptForm.objects.exists()


def test_a_page_of_before_a_move_brings_no_worker_to_the_new_partner(caseworker: User) -> None:
    data, said = intake_data(), page_of(caseworker)
    ticket, old = (
        drafts.ticket(data["key"], caseworker),
        signing.dumps([data["key"], caseworker.pk], salt=drafts.SALT),
    )
    moved(caseworker)
    caseworker.refresh_from_db()
    browser = Client()
    browser.force_login(caseworker)
    for fields in ({"ticket": ticket}, {"page_of": said}, {"ticket": old}):
        assert browser.post(NEW, {**data, **fields}).status_code == 409
    for said in (ticket, old):
        assert browser.post(DRAFT, {**data, "ticket": said}).json()["kept"] is False
    assert not Case.objects.exists()
    assert not IntakeDraft.objects.exists()
    assert not KeptForm.objects.exists()


def test_whoever_signs_in_again_at_the_same_partner_goes_on_typing(caseworker: User) -> None:
    data, said = intake_data(), page_of(caseworker)
    ticket = drafts.ticket(data["key"], caseworker)
    moved(caseworker, to_partner=False)
    caseworker.refresh_from_db()
    browser = Client()
    browser.force_login(caseworker)
    assert browser.post(DRAFT, {**data, "ticket": ticket}).json()["kept"] is True
    browser.post(NEW, {**data, "ticket": ticket, "page_of": said})
    assert Case.objects.count() == 1


def test_nor_does_a_suspended_partner_s_page_keep_anything(caseworker: User) -> None:
    data = intake_data()
    ticket = drafts.ticket(data["key"], caseworker)
    Partner.objects.update(is_active=False)
    assert Client().post(DRAFT, {**data, "ticket": ticket}).json()["kept"] is False
    Client().post(NEW, {**data, "page_of": page_of(caseworker)})
    assert not KeptForm.objects.exists()


def test_open_drafts_stand_on_the_first_page_and_can_be_discarded(browser: Client, caseworker: User) -> None:
    draft = draft_of(caseworker, name="Contoh <Melati>", country="MY")
    html = browser.get("/cases/").content.decode()
    assert "Contoh &lt;Melati&gt;" in html
    assert f"/cases/new/?draft={draft.pk}" in html
    assert browser.post(reverse("cases:discard", args=[draft.pk])).headers["Location"] == "/cases/"
    assert not IntakeDraft.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_save_that_meets_its_form_on_the_way_to_a_case_waits_and_keeps_nothing(caseworker: User) -> None:
    key, kept = uuid4(), []

    def save() -> None:
        kept.append(actions.save_draft(draft_id=key, fields={"name": "Mel"}, by=caseworker))
        connection.close()

    late = Thread(target=save)
    fields: dict[str, Any] = {"worker": worker_fields(), "case": case_fields(), "topics": [make_topic()]}
    with transaction.atomic():
        actions.log(by=caseworker, key=key, **fields)
        late.start()
        late.join(0.3)
        assert late.is_alive()
    late.join()
    assert (kept, IntakeDraft.objects.count()) == ([False], 0)
