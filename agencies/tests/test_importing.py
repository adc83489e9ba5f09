"""A table of people: previewed with an error per row, then all of them invited in one transaction, or nobody."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies import actions, importing, tasks
from agencies.choices import ImportState, PartnerKind, StaffVerb
from agencies.import_checks import sentence
from agencies.models import ImportRow, Invitation, Partner, PeopleImport, StaffEvent
from notifications.models import Email
from privacy import acting
from privacy.models import DataKey

from .factories import make_partner
from .inviting import make_invitation

pytestmark = pytest.mark.django_db

HEADER = "Nama;E-mail;Peran;Bahasa"


@pytest.fixture
def agency() -> Partner:
    return make_partner(code="KBRI_DOHA", name_id="KBRI Doha", kind=PartnerKind.MISSION)


@pytest.fixture
def admin(agency: Partner) -> User:
    return make_user(partner=agency, role=PartnerAdmin.code)


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def staff(count: int) -> str:
    rows = (
        f"Petugas Contoh {n};petugas{n}@contoh.example;Petugas;{'id' if n % 2 else 'en'}"
        for n in range(count)
    )
    return "\r\n".join((HEADER, *rows))


def table_of(text: str, by: User, partner: Partner | None = None) -> PeopleImport:
    """The table, read and checked by the worker."""
    partner = partner or by.partner
    made = actions.upload(by=by, partner=partner, content=text.encode(), key=uuid4())
    assert importing.work(made.pk)
    made.refresh_from_db()
    return made


def said(table: PeopleImport) -> dict[int, list[str]]:
    """The sentences about each wrong row, by its number."""
    return {
        row.number: [sentence(problem) for problem in row.problems]
        for row in table.rows.filter(is_wrong=True)
    }


def carried_out(table: PeopleImport, by: User) -> PeopleImport:
    actions.carry_out(by=by, table=table)
    importing.work_due()
    table.refresh_from_db()
    return table


# The preview --------------------------------------------------------------------------------------


def test_nobody_is_invited_by_uploading(page: Client, admin: User) -> None:
    answer = page.post(reverse("agencies:invite_many", args=["KBRI_DOHA"]), {"pasted": staff(3)}, follow=True)
    assert "The table is being read" in answer.text
    assert importing.work_due() == 1
    shown = page.get(answer.request["PATH_INFO"]).text
    assert "3 people can be invited" in shown
    assert "petugas2@contoh.example" in shown
    assert (Invitation.objects.count(), Email.objects.count()) == (0, 0)


def test_a_file_of_excel_in_windows_letters_is_taken(page: Client, admin: User) -> None:
    content = f"{HEADER}\r\nRené Contoh;rene@contoh.example;officer;\r\n".encode("cp1252")
    file = SimpleUploadedFile("staf.csv", content)
    page.post(reverse("agencies:invite_many", args=["KBRI_DOHA"]), {"file": file})
    importing.work_due()
    assert ImportRow.objects.get().cells["full_name"] == "René Contoh"


def test_each_wrong_row_is_named_with_what_is_wrong(admin: User, agency: Partner) -> None:
    make_user(partner=agency, email="here@contoh.example")
    make_user(partner=make_partner(), email="elsewhere@contoh.example")
    make_invitation(partner=agency, email="invited@contoh.example", role="officer")
    make_invitation(partner=make_partner(), email="foreign@contoh.example")
    rows = [
        "Nama,E-mail,Peran,Bahasa,Kode mitra",
        "Rina,rina@contoh.example,Petugas,id,KBRI_DOHA",
        "Rina,RINA@contoh.example,Petugas,id,",
        "Rina,here@contoh.example,Petugas,,",
        "Rina,elsewhere@contoh.example,Petugas,,",
        "Rina,invited@contoh.example,Petugas,,",
        "Rina,foreign@contoh.example,Petugas,,",
        "Rina,a@contoh.example,Pendamping,,",
        "Rina,b@contoh.example,Petugas,,SP",
        "Rina,nowhere,Petugas,,",
        f"{'x' * 151},c@contoh.example,Petugas,,",
        ",,,,KBRI_DOHA",
        "Rina,d@contoh.example,Petugas,fr,",
        "Ri\u200bna,e@contoh.example,Petugas,,",
        "Ri\0na,f@contoh.example,Petugas,,",
    ]
    table = table_of("\n".join(rows), admin)
    assert (table.state, table.rows_read, table.rows_wrong) == (ImportState.CHECKED, 14, 13)
    told = {number: sentences[0] for number, sentences in said(table).items()}
    starts = {
        3: "Row 2 has the same address already.",
        4: "This person already has an account here.",
        5: "This address already has an account with another organisation.",
        6: "This address already has an open invitation.",
        7: "This address has an open invitation from another organisation.",
        8: "There is no role \u201cPendamping\u201d. Possible are: Officer, Supervisor, Partner admin, Data protection",
        9: "This table invites people of one partner only; \u201cSP\u201d is another one.",
        10: "\u201cnowhere\u201d is no e-mail address.",
        11: "The name is longer than 150 characters.",
        12: "The name is missing.",
        13: "There is no language \u201cfr\u201d.",
        14: "The name has an invisible sign",
        15: "There is a sign in this row that no text has.",
    }
    assert [number for number, start in starts.items() if not told[number].startswith(start)] == []


def test_wrong_rows_stand_first_and_there_are_pages(page: Client, admin: User) -> None:
    table = table_of(staff(120) + "\nRina;nowhere;Petugas;id", admin)
    shown = page.get(reverse("agencies:import", args=[table.pk])).text
    assert "1 row has to be corrected" in shown
    assert shown.index("nowhere") < shown.index("petugas0@")
    assert "1–50" in shown
    assert "Invite 121 people" not in shown
    assert "petugas119@" in page.get(reverse("agencies:import", args=[table.pk]) + "?page=3").text


def test_columns_that_are_not_used_are_named(page: Client, admin: User) -> None:
    table = table_of("Nama,E-mail,Peran,NIP\nRina,a@contoh.example,Petugas,1", admin)
    assert "These columns are not used: NIP." in page.get(reverse("agencies:import", args=[table.pk])).text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Nama,E-mail\nRina,a@contoh.example", "The first row has to name the columns. Missing: Role."),
        (HEADER, "There is nothing in this table."),
        (staff(10_001), "There are more than 10000 rows in this table."),
    ],
)
def test_a_table_that_cannot_be_used_says_why(text: str, why: str, page: Client, admin: User) -> None:
    table = table_of(text, admin)
    assert table.state == ImportState.REFUSED
    assert why in page.get(reverse("agencies:import", args=[table.pk])).text
    with pytest.raises(actions.ActRefused):
        actions.carry_out(by=admin, table=table)


def test_nothing_at_all_or_both_ways_or_too_much_is_told_at_once(page: Client) -> None:
    address, file = (
        reverse("agencies:invite_many", args=["KBRI_DOHA"]),
        SimpleUploadedFile("a.csv", b"x" * 6 * 1024 * 1024),
    )
    assert "Paste a table or choose a file." in page.post(address, {}).text
    both = {"pasted": staff(1), "file": SimpleUploadedFile("a.csv", b"x")}
    assert "one of both" in page.post(address, both).text
    assert "larger than 5 MB" in page.post(address, {"file": file}).text
    assert not PeopleImport.objects.exists()


def test_uploading_again_throws_the_table_before_away(admin: User) -> None:
    first = table_of("Nama;E-mail;Peran\nRina;nowhere;Petugas", admin)
    key = first.data_key_id
    second = table_of(staff(2), admin)
    assert list(PeopleImport.objects.all()) == [second]
    assert DataKey.objects.get(pk=key).destroyed_at is not None


def test_the_same_form_sent_twice_is_one_table(admin: User, agency: Partner) -> None:
    key = uuid4()
    tables = {actions.upload(by=admin, partner=agency, content=b"x", key=key).pk for _time in range(2)}
    assert tables == {key}


# Carrying out -------------------------------------------------------------------------------------


def peak(work: Callable[[], Any]) -> int:
    """The most bytes that Python held at once while it did this, beyond what it held before."""
    tracemalloc.start()
    work()
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_five_thousand_people_are_previewed_and_invited_in_one_transaction_and_flat_memory(
    page: Client, admin: User
) -> None:
    few = table_of(staff(1_000), admin)
    actions.carry_out(by=admin, table=few)
    most_for_few = peak(importing.work_due)
    Invitation.objects.update(revoked_at=timezone.now())
    table = table_of(staff(5_000), admin)
    assert "5000 people can be invited" in page.get(reverse("agencies:import", args=[table.pk])).text
    answer = page.post(reverse("agencies:import_carry_out", args=[table.pk]), follow=True)
    assert "People are being invited" in answer.text
    assert peak(importing.work_due) - most_for_few < 1_500_000  # 4,000 letters more are 4 MB
    assert "5000 people are invited" in page.get(reverse("agencies:import", args=[table.pk])).text
    made = Invitation.objects.open().filter(invited_by=admin, partner=admin.partner, role="officer")
    assert made.count() == 5_000
    assert made.values("created_at").distinct().count() == 1
    assert Email.objects.filter(secret=True).values("to").distinct().count() == 5_000
    told = StaffEvent.objects.filter(actor=admin)
    assert told.filter(verb=StaffVerb.INVITED).count() == 6_000
    assert [event.detail for event in told.filter(verb=StaffVerb.PEOPLE_IMPORTED)] == [
        {"count": 5_000},
        {"count": 1_000},
    ]


def test_five_thousand_people_are_read_in_flat_memory(admin: User) -> None:
    def most_for(people: int) -> int:
        made = actions.upload(by=admin, partner=admin.partner, content=staff(people).encode(), key=uuid4())
        most = peak(lambda: importing.work(made.pk))
        made.refresh_from_db()
        assert (made.state, made.rows_read) == (ImportState.CHECKED, people)
        return most

    assert (
        most_for(5_000) - most_for(1_000) < 2_500_000
    )  # the file, and every address so that none comes twice


def test_an_invited_person_gets_a_link_that_works_in_their_language(client: Client, admin: User) -> None:
    carried_out(table_of(staff(2), admin), admin)
    indonesian = Email.objects.get(to="petugas1@contoh.example").body
    english = Email.objects.get(to="petugas0@contoh.example").body
    assert "Dear Petugas Contoh 0," in english
    assert "Dear" not in indonesian
    link = next(line for line in english.splitlines() if "/partners/invitation/" in line)
    assert "Petugas Contoh 0" in client.get(link.removeprefix("http://localhost:8000"), follow=True).text


def test_while_it_runs_the_page_shows_how_far_it_is(
    page: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = table_of(staff(1_200), admin)
    address, seen = reverse("agencies:import", args=[table.pk]), []
    invite = importing._invite

    def watched(*args: Any) -> None:
        seen.append(page.get(address, headers={"HX-Request": "true"}))
        invite(*args)

    monkeypatch.setattr(importing, "_invite", watched)
    carried_out(table, admin)
    assert [f"{done} of 1200." in answer.text for answer, done in zip(seen, (0, 500, 1000), strict=True)] == [
        True
    ] * 3
    assert {answer.status_code for answer in seen} == {200}
    assert page.get(address, headers={"HX-Request": "true"}).status_code == 286  # htmx asks no more


def test_without_scripts_a_link_looks_again(page: Client, admin: User, agency: Partner) -> None:
    table = actions.upload(by=admin, partner=agency, content=staff(1).encode(), key=uuid4())
    address = reverse("agencies:import", args=[table.pk])
    assert f'<a href="{address}">Look again</a>' in page.get(address).text
    importing.work_due()
    assert "Look again" not in page.get(address).text


def test_more_rows_take_statements_by_the_piece_and_not_by_the_row(admin: User) -> None:
    def statements(count: int) -> int:
        table = table_of(staff(count), admin)
        actions.carry_out(by=admin, table=table)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            importing.work_due()
        Invitation.objects.update(revoked_at=timezone.now())
        return len(captured)

    one, two, four = statements(500), statements(1_000), statements(2_000)
    assert four - two == 2 * (two - one)
    assert two - one == 8


def test_a_row_that_became_wrong_meanwhile_stops_all_and_is_named(admin: User, agency: Partner) -> None:
    table = table_of(staff(600), admin)
    make_invitation(partner=agency, by=admin, email="petugas599@contoh.example", role="officer")
    assert carried_out(table, admin).state == ImportState.CHECKED
    assert said(table) == {
        601: ["This address already has an open invitation. Send it again, or withdraw it first."]
    }
    assert Invitation.objects.count() == Email.objects.count() == 1
    assert not StaffEvent.objects.filter(verb=StaffVerb.PEOPLE_IMPORTED).exists()


def test_an_expired_invitation_gives_way(admin: User, agency: Partner) -> None:
    old, _token = make_invitation(partner=agency, by=admin, email="petugas0@contoh.example", role="officer")
    Invitation.objects.update(expires_at=timezone.now() - timedelta(1))
    assert carried_out(table_of(staff(1), admin), admin).state == ImportState.DONE
    old.refresh_from_db()
    assert old.revoked_at is not None
    assert StaffEvent.objects.filter(verb=StaffVerb.REVOKED, detail__why="expired").count() == 1


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_sweep_begins_again(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, composed = table_of(staff(700), admin), []

    def killed(*args: Any, **options: Any) -> Email:
        composed.append(args)
        if len(composed) > 600:
            raise SystemExit
        return real(*args, **options)

    real = importing.compose
    actions.carry_out(by=admin, table=table)
    with monkeypatch.context() as patch:
        patch.setattr(importing, "compose", killed)
        with pytest.raises(SystemExit):
            importing.work_due()
    assert (Invitation.objects.count(), Email.objects.count()) == (0, 0)
    assert tasks.sweep_imports() == 0  # its lease still runs
    PeopleImport.objects.update(next_at=timezone.now())
    assert tasks.sweep_imports() == 1
    assert Invitation.objects.count() == Email.objects.count() == 700


def test_a_worker_killed_while_reading_begins_again_from_the_first_row(
    admin: User, agency: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = actions.upload(by=admin, partner=agency, content=staff(700).encode(), key=uuid4())
    with monkeypatch.context() as patch:
        patch.setattr(importing, "take_numbers", killed_at_the_second_piece(importing.take_numbers))
        with pytest.raises(SystemExit):
            importing.work_due()
    assert ImportRow.objects.count() == 500
    PeopleImport.objects.update(next_at=timezone.now())
    assert importing.work_due() == 1
    table.refresh_from_db()
    assert (table.state, table.rows_read, table.rows.count()) == (ImportState.CHECKED, 700, 700)


def killed_at_the_second_piece(real: Any) -> Any:
    calls: list[int] = []

    def take(model: Any, count: int) -> list[int]:
        calls.append(count)
        if len(calls) == 2:
            raise SystemExit
        return real(model, count)

    return take


def test_one_that_fails_again_and_again_says_so(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of(staff(1), admin)
    actions.carry_out(by=admin, table=table)
    monkeypatch.setattr(importing, "_invite", lambda *_args: 1 / 0)
    for _try in range(importing.QUEUE.patience.most):
        PeopleImport.objects.update(next_at=timezone.now())
        importing.work_due()
    table.refresh_from_db()
    assert (table.state, table.problem["code"]) == (ImportState.REFUSED, "tried_often")


def test_asking_twice_is_once(page: Client, admin: User) -> None:
    table = table_of(staff(2), admin)
    for _time in range(2):
        page.post(reverse("agencies:import_carry_out", args=[table.pk]))
        importing.work_due()
        page.post(reverse("agencies:import_carry_out", args=[table.pk]))
    importing.work_due()
    assert Invitation.objects.count() == 2


# Who may ------------------------------------------------------------------------------------------


def test_whoever_is_suspended_before_it_is_done_has_invited_nobody(admin: User) -> None:
    table = table_of(staff(3), admin)
    actions.carry_out(by=admin, table=table)
    actions.suspend(by=make_portal_admin(), person=admin)
    importing.work_due()
    table.refresh_from_db()
    assert table.problem["code"] == "not_yours"
    assert not Invitation.objects.exists()


def test_whoever_is_suspended_while_it_runs_has_invited_nobody(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, portal = table_of(staff(3), admin), make_portal_admin()
    actions.carry_out(by=admin, table=table)
    invite = importing._invite

    def suspended_meanwhile(*args: Any) -> None:
        invite(*args)
        User.objects.filter(pk=admin.pk).update(
            is_active=False
        )  # as another connection would have committed it

    monkeypatch.setattr(importing, "_invite", suspended_meanwhile)
    assert portal.is_active
    importing.work_due()
    assert not Invitation.objects.exists()


def test_a_table_is_seen_by_whoever_uploaded_it_alone(client: Client, admin: User, agency: Partner) -> None:
    table = table_of(staff(1), admin)
    others = [
        make_portal_admin(),
        make_user(partner=agency, role=PartnerAdmin.code),
        make_user(partner=agency, role="officer"),
    ]
    for other in others:
        client.force_login(other)
        for route, method in (("import", "get"), ("import_carry_out", "post"), ("import_discard", "post")):
            answer = getattr(client, method)(reverse(f"agencies:{route}", args=[table.pk]))
            assert answer.status_code in (403, 404), (other, route)
        with pytest.raises(PermissionDenied):
            actions.carry_out(by=other, table=table)


def test_an_admin_of_one_partner_uploads_for_no_other(page: Client, admin: User) -> None:
    other = make_partner()
    assert page.get(reverse("agencies:invite_many", args=[other.code])).status_code == 404
    assert page.post(reverse("agencies:invite_many_everywhere"), {"pasted": staff(1)}).status_code == 403
    for partner in (other, None):
        with pytest.raises(PermissionDenied):
            actions.upload(by=admin, partner=partner, content=b"x", key=uuid4())


def test_a_portal_admin_names_the_partner_of_each(client: Client, agency: Partner) -> None:
    boss = make_portal_admin()
    resting = make_partner(code="RESTING", is_active=False)
    rows = [
        "Name,E-mail,Role,Partner code",
        "A,a@contoh.example,officer,kbri_doha",
        "B,b@contoh.example,caseworker,SP",
    ]
    make_partner(code="SP")
    client.force_login(boss)
    answer = client.post(reverse("agencies:invite_many_everywhere"), {"pasted": "\n".join(rows)})
    importing.work_due()
    client.post(answer.headers["Location"] + "carry-out/")
    importing.work_due()
    assert set(Invitation.objects.values_list("email", "partner__code")) == {
        ("a@contoh.example", "KBRI_DOHA"),
        ("b@contoh.example", "SP"),
    }
    wrong = "\n".join(
        [
            rows[0],
            f"C,c@contoh.example,officer,{resting.code}",
            "D,d@contoh.example,officer,XX",
            "E,e@contoh.example,officer,",
        ]
    )
    made = actions.upload(by=boss, partner=None, content=wrong.encode(), key=uuid4())
    importing.work(made.pk)
    assert [sentences[0] for sentences in said(made).values()] == [
        "This partner is suspended and takes on nobody.",
        "There is no partner with the code \u201cXX\u201d.",
        "The partner's code is missing.",
    ]


def test_postgresql_shows_a_table_to_its_own_partner_alone(admin: User) -> None:
    table = table_of(staff(1), admin)
    assert admin.partner_id is not None
    for who, sees in ((admin.partner_id, True), (make_partner().pk, False), (None, False)):
        with acting.as_partner(who):
            assert PeopleImport.objects.filter(pk=table.pk).exists() == sees
            assert ImportRow.objects.filter(table=table).exists() == sees


def test_names_and_addresses_are_sealed_and_gone_after_a_day(admin: User) -> None:
    table = table_of(staff(1), admin)
    with connection.cursor() as cursor:
        cursor.execute("SELECT cells FROM agencies_importrow")
        assert b"petugas0" not in bytes(cursor.fetchone()[0])
    assert bytes(table.content) == b""
    assert importing.sweep() == 0
    PeopleImport.objects.update(made_at=timezone.now() - timedelta(days=1, seconds=1))
    assert importing.sweep() == 1
    assert not ImportRow.objects.exists()
    assert DataKey.objects.get(pk=table.data_key_id).destroyed_at is not None


def test_a_table_that_is_thrown_away_invites_nobody(page: Client, admin: User) -> None:
    table = table_of(staff(1), admin)
    page.post(reverse("agencies:import_discard", args=[table.pk]))
    assert not PeopleImport.objects.exists()
    done = carried_out(table_of(staff(1), admin), admin)
    assert (
        "being carried out already"
        in page.post(reverse("agencies:import_discard", args=[done.pk]), follow=True).text
    )


def test_the_example_can_be_uploaded_as_it_is(client: Client, page: Client, admin: User) -> None:
    content = page.get(reverse("agencies:import_example")).content
    table = table_of(content.decode("utf-8-sig"), admin)
    assert (table.state, table.rows_wrong) == (ImportState.CHECKED, 0)
