"""An old table on its way: read, matched, checked without writing anything, and made into cases once."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from accounts.roles import Caseworker
from accounts.tests.factories import make_user
from agencies.tests.factories import make_province
from cases.choices import EventKind
from cases.models import Case, CaseEvent, Clock, Worker
from imports import actions, working
from imports.choices import ImportState
from imports.models import CaseImport, ImportedCase, ImportPiece
from notifications.models import Notification
from privacy.models import DataKey, LogEntry

from .factories import HEADER, checked, csv, imported, make_reference, make_supervisor, read, row, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> User:
    make_reference()
    return make_supervisor()


# The columns --------------------------------------------------------------------------------------


def test_columns_are_known_by_their_names(by: User) -> None:
    table = read(csv(row(1)), by)
    assert (table.state, table.rows_read) == (ImportState.MATCHING, 1)
    names = {code: HEADER[place] for code, place in table.mapping.items()}
    assert names == {
        "old_number": "No. Kasus",
        "logged_on": "Tgl Pengaduan",
        "name": "Nama PMI",
        "sex": "JK",
        "nik": "NIK",
        "home_province": "Provinsi",
        "home_regency": "Kab/Kota",
        "country": "Negara penempatan",
        "topics": "Jenis Masalah",
        "chronology": "Kronologi",
        "status": "Status",
    }


def test_titles_above_the_names_of_the_columns_are_passed_over(by: User) -> None:
    content = b"DATA KASUS;;\r\nTahun 2021;;\r\n\r\n" + csv(row(1))
    table = read(content, by)
    assert (table.head["row"], table.head["header"][2]) == (4, "Nama PMI")


def test_what_was_matched_is_remembered_for_the_next_table(by: User) -> None:
    strange = ("Siapa", *HEADER[1:])
    table = read(csv(row(1), header=strange), by)
    assert "old_number" not in table.mapping
    actions.check(
        by=by,
        table=table,
        matched=["old_number", *[""] * 10],
        choices={"stage": "during", "caseworker": by.pk},
    )
    again = read(csv(row(2), header=strange), by)
    assert again.mapping == {"old_number": 0}
    stranger = make_supervisor()
    assert "old_number" not in read(csv(row(1), header=strange), stranger).mapping


def test_the_file_is_sealed_and_gone_once_it_is_read(by: User) -> None:
    table = actions.upload(by=by, content=csv(row(1)), file_name="kasus.csv", key=uuid4())
    assert b"Contoh" not in bytes(table.content)
    working.work(table.pk)
    table.refresh_from_db()
    piece = ImportPiece.objects.get()
    assert bytes(table.content) == b""
    assert b"Contoh" not in bytes(piece.content)


# The dry run --------------------------------------------------------------------------------------


def test_checking_writes_no_case(by: User) -> None:
    table = checked(csv(row(1), row(2)), by)
    assert (table.state, table.rows_new, table.rows_wrong) == (ImportState.CHECKED, 2, 0)
    assert (Case.objects.count(), Worker.objects.count(), said(table)) == (0, 0, {})


def test_each_wrong_row_says_what_is_wrong_and_how_to_mend_it(by: User) -> None:
    other = row(12, **{"No. Kasus": "0001/2021"})
    table = checked(
        csv(
            row(1),
            row(2, **{"Nama PMI": ""}),
            row(3, **{"JK": "X"}),
            row(4, **{"NIK": "3,27E+15"}),
            row(5, **{"NIK": "12345"}),
            row(6, **{"Provinsi": "Atlantis"}),
            row(7, **{"Negara penempatan": "Narnia"}),
            row(8, **{"Jenis Masalah": "Entahlah"}),
            row(9, **{"Status": "Hmm"}),
            row(10, **{"Status": "Selesai"}),
            row(11, **{"Tgl Pengaduan": "31/02/2021"}),
            other,
        ),
        by,
    )
    assert (table.rows_checked, table.rows_wrong, table.rows_new) == (12, 11, 1)
    told = {number: sentences[0] for number, sentences in said(table).items()}
    starts = {
        3: "“Worker's name” is missing.",
        4: "“Sex”: “X” is not known here. Possible are: Female, Male.",
        5: "“NIK”: the spreadsheet has turned the number into “3,27E+15”",
        6: "“NIK”: a NIK has 16 digits; “12345” has 5 characters.",
        7: "“Home province”: there is no province “Atlantis”.",
        8: "“Destination country”: there is no country “Narnia”.",
        9: "“Topics”: no topic is called “Entahlah”.",
        10: "“Open or closed”: “Hmm” does not say whether the case is open or closed.",
        11: "The case is closed, but how it ended is not said.",
        12: "“Day of the complaint”: there is no day “31/02/2021”.",
        13: "Row 2 has the same case number and says something else.",
    }
    assert told.keys() == starts.keys()
    for number, start in starts.items():
        assert told[number].startswith(start)


def test_what_a_row_does_not_say_may_be_said_for_all(by: User) -> None:
    bare = row(
        1, **{"Provinsi": "", "JK": "", "Negara penempatan": "", "Jenis Masalah": "", "Status": "Selesai"}
    )
    assert len(said(checked(csv(bare), by))[2]) == 5
    told = checked(
        csv(bare),
        by,
        sex="female",
        country="HK",
        topic="GAJI_TIDAK_DIBAYAR",
        home_province=make_province().pk,
        outcome="HAK_TERPENUHI",
    )
    assert (said(told), told.rows_new) == ({}, 1)


# The cases ----------------------------------------------------------------------------------------


def test_rows_become_cases_that_are_old_ones(by: User) -> None:
    table = imported(csv(row(1, NIK="3212014101900001"), row(2, **{"JK": "?x"})), by)
    assert (table.state, table.cases_made, table.rows_wrong) == (ImportState.DONE, 1, 1)
    case = Case.objects.get()
    assert (case.worker.name, case.worker.sex, case.country) == ("Contoh Nomor 1", "female", "MY")
    assert case.worker.birth_date == date(1990, 1, 1)
    assert timezone.localdate(case.created_at) == date(2021, 3, 12)
    assert (case.created_by, case.assigned_to, case.partner) == (by, by, by.partner)
    assert [topic.pk for topic in case.topics.all()] == ["GAJI_TIDAK_DIBAYAR"]
    mark = case.imported
    assert (mark.row, mark.old_number, mark.table_id) == (2, "0001/2021", table.pk)
    event = CaseEvent.objects.get()
    assert (event.kind, event.actor, event.data["row"]) == (EventKind.LOGGED, by, 2)
    assert (Notification.objects.count(), Clock.objects.count()) == (0, 0)


def test_the_access_log_says_who_imported_which_cases(by: User) -> None:
    table = imported(csv(row(1), row(2)), by)
    entry = LogEntry.objects.get(what=f"import:{table.pk}")
    assert (entry.verb, entry.actor_id) == ("wrote", by.pk)
    assert entry.subjects == sorted(f"case:{pk}" for pk in Case.objects.values_list("pk", flat=True))


def test_a_closed_case_is_closed_with_its_outcome(by: User) -> None:
    header = (*HEADER, "Tgl selesai", "Hasil", "Jumlah diterima")
    cells = [*row(1, Status="Selesai"), "30 Juni 2021", "Gaji dibayarkan", "Rp 12.500.000"]
    imported(csv(cells, header=header), by)
    case = Case.objects.get()
    assert case.closed_at is not None
    assert (case.outcome_id, timezone.localdate(case.closed_at)) == ("HAK_TERPENUHI", date(2021, 6, 30))
    assert (case.amount_recovered, case.currency) == (12_500_000, "IDR")
    assert CaseEvent.objects.get(kind=EventKind.CLOSED).text == "Selesai: Gaji dibayarkan"


def test_what_is_for_named_staff_is_restricted_and_starts_no_clock(by: User) -> None:
    worker = make_user(partner=by.partner, role=Caseworker.code, full_name="Contoh Pendamping")
    header = (*HEADER, "Pendamping")
    imported(csv([*row(1, **{"Jenis Masalah": "pelecehan seksual"}), "Contoh Pendamping"], header=header), by)
    case = Case.objects.get()
    assert (case.restricted_for, case.assigned_to) == (["sexual_violence"], worker)
    assert not case.is_open_to(by)
    assert (Clock.objects.count(), Notification.objects.count()) == (0, 0)


def test_the_same_table_twice_adds_nothing_and_says_so(by: User) -> None:
    content = csv(row(1), row(2))
    imported(content, by)
    again = checked(content, by)
    references = list(Case.objects.order_by("pk").values_list("reference", flat=True))
    assert (again.rows_known, again.rows_new) == (2, 0)
    assert said(again)[2] == [f"This row is in the portal already, as {references[0]}."]
    with pytest.raises(actions.ImportRefused):
        actions.carry_out(by=by, table=again)


def test_the_same_rows_without_a_number_are_known_in_another_table(by: User) -> None:
    first = row(1, **{"No. Kasus": ""})
    imported(csv(first, first, row(2)), by)
    assert Case.objects.count() == 2  # the second row says the same as the first
    reordered = csv(list(reversed(first)), list(reversed(row(3))), header=tuple(reversed(HEADER)))
    imported(reordered, by)
    assert Case.objects.count() == 3


def test_two_partners_may_have_the_same_table(by: User) -> None:
    content = csv(row(1))
    imported(content, by)
    assert imported(content, make_supervisor()).cases_made == 1


def test_a_row_with_the_nik_of_a_case_is_a_warning(by: User) -> None:
    imported(csv(row(1, NIK="3212014101900001")), by)
    table = checked(csv(row(2, NIK="3212014101900001")), by)
    reference = Case.objects.get().reference
    assert (table.rows_warned, table.rows_new) == (1, 1)
    assert said(table)[2] == [f"The same NIK as in {reference}. It becomes a case of its own."]


def test_corrected_rows_are_added_later(by: User) -> None:
    imported(csv(row(1), row(2, JK="?x")), by)
    imported(csv(row(1), row(2)), by)
    assert Case.objects.count() == 2


# Who ----------------------------------------------------------------------------------------------


def test_only_supervisors_import(by: User) -> None:
    for person in (
        make_user(partner=by.partner, role=Caseworker.code),
        make_user(partner=by.partner, role="partner_admin"),
    ):
        with pytest.raises(PermissionDenied):
            actions.upload(by=person, content=b"Nama", file_name="x.csv", key=uuid4())


def test_a_stranger_and_a_colleague_carry_nothing_out(by: User) -> None:
    table = checked(csv(row(1)), by)
    for person in (make_supervisor(), make_supervisor(by.partner)):
        with pytest.raises(PermissionDenied):
            actions.carry_out(by=person, table=table)
        assert CaseImport.objects.get(pk=table.pk).state == ImportState.CHECKED


def test_whoever_is_no_supervisor_any_more_imports_no_further(by: User) -> None:
    table = checked(csv(row(1)), by)
    actions.carry_out(by=by, table=table)
    User.objects.filter(pk=by.pk).update(role=Caseworker.code)
    working.work(table.pk)
    table.refresh_from_db()
    assert (table.state, table.cases_made, table.problem["code"]) == (ImportState.STOPPED, 0, "not_yours")


# Stopping and taking back -------------------------------------------------------------------------


def test_stopping_keeps_what_is_done_and_the_rest_follows_later(
    by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imports.taking_in.PIECE", 2)
    content = csv(*(row(number) for number in range(5)))
    table = checked(content, by)
    actions.carry_out(by=by, table=table)
    ImportPiece.objects.filter(table=table, number__gt=0).update(is_done=True)  # as if only one were due
    working.work(table.pk)
    CaseImport.objects.filter(pk=table.pk).update(state=ImportState.IMPORTING, next_at=timezone.now())
    ImportPiece.objects.filter(table=table, number__gt=0).update(is_done=False)
    actions.stop(by=make_supervisor(by.partner), table=table)
    working.work(table.pk)
    table.refresh_from_db()
    assert (table.state, table.cases_made, table.rows_done) == (ImportState.STOPPED, 2, 2)
    assert imported(content, by).cases_made == 3


def test_an_import_is_taken_back_whole(by: User) -> None:
    content = csv(row(1), row(2, **{"Jenis Masalah": "pelecehan seksual"}))
    table = imported(content, by)
    ids = [
        *Case.objects.values_list("data_key", flat=True),
        *Worker.objects.values_list("data_key", flat=True),
    ]
    actions.undo(by=make_supervisor(by.partner), table=table)
    working.work(table.pk)
    table.refresh_from_db()
    assert (table.state, table.cases_undone, table.cases_kept) == (ImportState.UNDONE, 2, 0)
    counts = [model.objects.count() for model in (Case, Worker, CaseEvent, ImportedCase)]
    assert counts == [0, 0, 0, 0]
    assert DataKey.objects.filter(pk__in=ids, destroyed_at=None).count() == 0
    assert LogEntry.objects.filter(verb="erased", what=f"import:{table.pk}").count() == 1
    assert imported(content, by).cases_made == 2


def test_a_case_that_somebody_worked_on_stays(by: User) -> None:
    from cases import actions as cases

    table = imported(csv(row(1), row(2)), by)
    touched = Case.objects.order_by("pk")[0]
    cases.note(by=by, case=touched, text="She called again.")
    actions.undo(by=by, table=table)
    working.work(table.pk)
    table.refresh_from_db()
    assert (table.cases_undone, table.cases_kept) == (1, 1)
    assert list(Case.objects.all()) == [touched]


def test_after_some_days_nothing_is_taken_back_and_nothing_of_the_table_is_left(by: User) -> None:
    table = imported(csv(row(1), row(2, JK="?x")), by)
    long_ago = timezone.now() - timedelta(days=8)
    CaseImport.objects.filter(pk=table.pk).update(done_at=long_ago, made_at=long_ago)
    with pytest.raises(actions.ImportRefused):
        actions.undo(by=by, table=table)
    assert working.sweep() == 1
    table = CaseImport.objects.get(pk=table.pk)
    assert (table.head, table.file_name, table.pieces.count(), table.cases_made) == ({}, "", 0, 1)
    assert Case.objects.count() == 1
