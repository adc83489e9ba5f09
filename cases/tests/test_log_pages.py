"""Who read a case, and what a supervisor or the data protection officer sees of the access log."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Caseworker, DataProtectionOfficer, Officer, PartnerAdmin, Supervisor
from accounts.tests.factories import make_portal_admin, make_user
from agencies.tests.factories import make_partner
from cases import access, access_log, log_reads
from cases.choices import GlassReason
from cases.models import Case
from pmi_portal.bars import draw
from privacy import log
from privacy.choices import Verb
from privacy.models import LogEntry

from .factories import make_case
from .restricted import make_team

pytestmark = pytest.mark.django_db

LOG = reverse("cases:log")
SECRET = "Kenanga Rahasia"


@pytest.fixture
def case() -> Case:
    made = make_case()
    made.worker.name = SECRET
    made.worker.save()
    return made


def colleague(case: Case, role: str = Caseworker.code, **fields: Any) -> User:
    return make_user(partner=case.partner, role=role, **fields)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(who: User, address: str = LOG, **query: Any) -> str:
    answer = signed_in(who).get(address, query, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.text


def set_back(entry: LogEntry, **ago: float) -> None:
    """An entry as it would have been written some time ago: it is inserted so, since nothing may change it."""
    entry.pk, entry.at = None, timezone.now() - timedelta(**ago)
    entry.save(force_insert=True)


def test_a_case_says_who_besides_the_reader_read_it(case: Case) -> None:
    me, other = case.created_by, colleague(case, full_name="Melati Contoh")
    assert "Melati Contoh" not in page(me, case.get_absolute_url())
    page(other, case.get_absolute_url())
    assert "Melati Contoh" in page(me, case.get_absolute_url())


def test_reading_ten_times_on_one_day_is_one_line(case: Case) -> None:
    reader = colleague(case)
    for _time in range(10):
        access_log.read(reader, case, "detail")
    access_log.read(reader, case, "edit")
    [reading] = log_reads.told(log_reads.readings(case))
    assert (reading.times, reading.verb, reading.who.name) == (11, str(Verb.READ.label), reader.full_name)
    assert len(reading.parts.split(", ")) == 2


def test_another_day_is_another_line(case: Case) -> None:
    reader = colleague(case)
    access_log.read(reader, case, "detail")
    set_back(LogEntry.objects.get(actor_id=reader.pk), days=1)
    today, before = log_reads.told(log_reads.readings(case))
    assert today.day - before.day == timedelta(days=1)


def test_another_case_with_a_number_that_begins_alike_is_not_this_one(case: Case) -> None:
    log.add(Verb.READ, by=case.created_by, subjects=[f"case:{case.pk}0"], what="detail")
    assert not log_reads.readings(case)


def test_why_the_glass_was_broken_stands_with_who_did_it() -> None:
    case = make_team().case
    opener = colleague(case)
    access.break_glass(
        by=opener, case=case, code=GlassReason.DANGER, why="Somebody stands at the door with a knife."
    )
    text = page(case.created_by, reverse("cases:readers", args=[case.reference]))
    assert opener.full_name in text
    assert str(GlassReason.DANGER.label) in text
    assert "knife" not in text  # the words stay with the act


def test_a_supervisor_sees_who_read_a_restricted_case_without_reading_it() -> None:
    case = make_team().case
    supervisor = colleague(case, Supervisor.code)
    page(case.created_by, case.get_absolute_url())
    text = page(supervisor, reverse("cases:readers", args=[case.reference]))
    assert case.created_by.full_name in text
    assert case.worker.name not in text


@pytest.mark.parametrize("role", [Supervisor.code, DataProtectionOfficer.code])
def test_those_who_watch_see_the_number_of_a_case_and_never_its_worker(case: Case, role: str) -> None:
    page(case.created_by, case.get_absolute_url())
    text = page(colleague(case, role))
    assert case.reference in text
    assert case.created_by.full_name in text
    assert SECRET not in text


@pytest.mark.parametrize("role", [Caseworker.code, Officer.code, PartnerAdmin.code])
def test_nobody_else_opens_the_log(case: Case, role: str) -> None:
    for address in (LOG, reverse("cases:log_csv")):
        assert signed_in(colleague(case, role)).get(address).status_code == 403
    assert signed_in(make_portal_admin()).get(LOG).status_code == 403


def test_another_partners_case_is_found_by_no_filter(case: Case) -> None:
    page(case.created_by, case.get_absolute_url())
    stranger = make_user(partner=make_partner(), role=Supervisor.code)
    client = signed_in(stranger)
    for query in ({}, {"reference": case.reference}, {"person": case.created_by_id}):
        lines = client.get(LOG, query).context["lines"]
        assert {line.who.name for line in lines} <= {stranger.full_name}
        assert not [line.references for line in lines if line.references]


def test_of_a_list_over_several_partners_each_sees_its_own_references(case: Case) -> None:
    other = make_case(by=make_user(partner=make_partner()))
    officer = make_user(partner=make_partner(), role=Officer.code)
    access_log.listed(officer, [case, other], "inbox")
    text = page(colleague(case, DataProtectionOfficer.code))
    assert case.reference in text
    assert other.reference not in text
    theirs = page(make_user(partner=officer.partner, role=Supervisor.code))
    assert {case.reference in theirs, other.reference in theirs} == {True}


def test_of_an_inbox_each_partner_finds_its_own_case_and_learns_of_no_other(case: Case) -> None:
    """One entry of an officer lists cases of two partners, one of which has three in it."""
    others = [make_case(by=make_user(partner=make_partner()))]
    others += [make_case(by=others[0].created_by) for _ in range(2)]
    officer = make_user(partner=make_partner(), role=Officer.code)
    access_log.listed(officer, [case, *others], "inbox")
    for role in (Supervisor.code, DataProtectionOfficer.code):
        for mine, theirs in (([case], others), (others, [case])):
            watcher = signed_in(make_user(partner=mine[0].partner, role=role))
            for own in mine:
                answer = watcher.get(LOG, {"reference": own.reference, "verb": "listed"})
                [line] = answer.context["lines"]
                assert sorted(line.references) == sorted(one.reference for one in mine)
            for strange in theirs:
                answer = watcher.get(LOG, {"reference": strange.reference})
                assert not answer.context["lines"]
                nowhere = watcher.get(LOG, {"reference": "SP-2026-999999"})
                assert answer.context["days"] == nowhere.context["days"]
                file = watcher.get(reverse("cases:log_csv"), {"reference": strange.reference})
                assert len(file.text.splitlines()) == 1
            everything = watcher.get(LOG).text + watcher.get(reverse("cases:log_csv")).text
            assert not [one.reference for one in theirs if one.reference in everything]
            assert "and 1 more" not in everything


def test_whoever_did_the_reading_finds_it_by_every_case_that_was_read(case: Case) -> None:
    other = make_case(by=make_user(partner=make_partner()))
    officer = make_user(partner=make_partner(), role=Officer.code)
    access_log.listed(officer, [case, other], "inbox")
    for watcher in (
        make_user(partner=officer.partner, role=Supervisor.code),
        make_user(partner=None, role=DataProtectionOfficer.code),
    ):
        for one in (case, other):
            answer = signed_in(watcher).get(LOG, {"reference": one.reference, "verb": "listed"})
            [line] = answer.context["lines"]
            assert sorted(line.references) == sorted([case.reference, other.reference])


def test_a_person_is_chosen_by_number_from_those_in_the_readers_own_log(case: Case) -> None:
    stranger = make_case(by=make_user(partner=make_partner(), full_name="Orang Lain")).created_by
    page(case.created_by, case.get_absolute_url())
    watcher = colleague(case, Supervisor.code)
    text = page(watcher, person=stranger.pk)
    assert "Orang Lain" not in text
    assert f"#{stranger.pk}" in text
    assert f'<option value="{case.created_by_id}">{case.created_by.full_name}' in page(watcher)
    for typed in (case.created_by.email, case.created_by.email[:4], "1 OR 1=1", "-1"):
        assert "field-error" in page(watcher, person=typed)


def test_the_portals_officer_chooses_a_partner(case: Case) -> None:
    other = make_case(by=make_user(partner=make_partner(), full_name="Orang Lain"))
    for one in (case, other):
        access_log.read(one.created_by, one, "detail")
    officer = signed_in(make_user(partner=None, role=DataProtectionOfficer.code))
    lines = officer.get(LOG, {"whose": str(other.partner_id), "verb": "read"}).context["lines"]
    assert [line.who.name for line in lines] == ["Orang Lain"]
    assert "field-error" in officer.get(LOG, {"whose": "own"}).text


def test_the_portals_officer_sees_everything(case: Case) -> None:
    page(case.created_by, case.get_absolute_url())
    assert case.reference in page(make_user(partner=None, role=DataProtectionOfficer.code))


def test_filters_narrow_by_person_verb_case_and_whose_people(case: Case) -> None:
    officer = make_user(partner=make_partner(), role=Officer.code, full_name="Petugas Jauh")
    access_log.read(officer, case, "detail")
    access_log.downloaded(case.created_by, case, "document:1")
    watcher = colleague(case, Supervisor.code)
    only: dict[str, list[dict[str, Any]]] = {
        "Petugas Jauh": [{"person": officer.pk}, {"verb": "read"}, {"whose": "others"}],
        case.created_by.full_name: [{"verb": "downloaded"}, {"whose": "own", "reference": case.reference}],
    }
    for name, queries in only.items():
        [other] = only.keys() - {name}
        for query in queries:
            text = page(watcher, **query)
            assert name in text
            assert f"<span>{other}<" not in text


def test_nights_are_those_of_the_readers_time_zone(case: Case) -> None:
    watcher = colleague(case, Supervisor.code, time_zone="Asia/Jakarta")
    for number, hour in enumerate((1, 12, 23)):
        entry = LogEntry(verb=Verb.READ, actor_id=case.created_by_id, what="detail", owners=[case.partner_id])
        entry.at = timezone.now().replace(hour=(hour - 7) % 24, minute=number) - timedelta(days=2)
        entry.save()
    with timezone.override("Asia/Jakarta"):
        found = log_reads.at_night(log_reads.visible_to(watcher).filter(verb=Verb.READ))
        assert {timezone.localtime(entry.at).hour for entry in found} == {1, 23}


def test_days_that_make_no_sense_are_told_and_change_nothing(case: Case) -> None:
    watcher = colleague(case, Supervisor.code)
    page(case.created_by, case.get_absolute_url())
    for query in (
        {"since": "2026-13-45"},
        {"since": "2020-01-01"},
        {"since": "2026-02-02", "until": "2026-02-01"},
    ):
        text = page(watcher, **query)
        assert "field-error" in text
        assert case.reference in text


@pytest.mark.parametrize(("name", "letter"), [("reference", "x"), ("person", "x"), ("person", "1")])
def test_a_filter_of_a_million_letters_is_refused_at_its_field(case: Case, name: str, letter: str) -> None:
    answer = signed_in(colleague(case, Supervisor.code)).get(LOG, {name: letter * 1_000_000})
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [name]
    assert "field-error" in answer.text


def test_whoever_looks_at_the_log_or_takes_it_along_is_in_it(case: Case) -> None:
    watcher = colleague(case, DataProtectionOfficer.code)
    client = signed_in(watcher)
    client.get(LOG)
    client.get(reverse("cases:log_xlsx"))
    mine = LogEntry.objects.filter(actor_id=watcher.pk, what="log").order_by("pk")
    assert [entry.verb for entry in mine] == [Verb.READ, Verb.EXPORTED]


def test_the_file_says_what_the_page_says(case: Case) -> None:
    access_log.downloaded(case.created_by, case, "document:1")
    answer = signed_in(colleague(case, Supervisor.code)).get(reverse("cases:log_csv"), {"verb": "downloaded"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 2
    assert rows[1][1:3] == [case.created_by.full_name, case.partner.name]
    assert rows[1][-1] == case.reference


@pytest.mark.parametrize("route", ["cases:log_csv", "cases:log_xlsx"])
@pytest.mark.parametrize(
    "query",
    [{"verb": "nonsense"}, {"person": "nobody"}, {"since": "2026-13-45"}, {"whose": "1"}, {"hours": "x"}],
)
def test_a_filter_that_makes_no_sense_gives_no_file_but_says_so(
    case: Case, route: str, query: dict[str, str]
) -> None:
    watcher = colleague(case, Supervisor.code)
    answer = signed_in(watcher).get(reverse(route), query)
    assert answer.status_code == 400
    assert "Content-Disposition" not in answer.headers
    assert "field-error" in answer.text
    assert reverse(route) not in answer.text  # nor is such a file offered
    assert not LogEntry.objects.filter(actor_id=watcher.pk, verb=Verb.EXPORTED).exists()


def test_a_file_that_ends_early_says_so_and_so_does_the_page(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.views.log.MOST_EXPORTED", 2)
    watcher = colleague(case, Supervisor.code)
    for number in range(3):
        access_log.downloaded(case.created_by, case, f"document:{number}")
    said = "newest 2 of 3 entries"
    assert said in page(watcher, verb="downloaded")
    rows = list(csv.reader(io.StringIO(page(watcher, reverse("cases:log_csv"), verb="downloaded"))))
    assert len(rows) == 1 + 2 + 1
    assert rows[-1][0] == "Only the newest 2 entries are here. Choose fewer days for the rest."
    monkeypatch.setattr("cases.views.log.MOST_EXPORTED", 3)
    assert said not in page(watcher, verb="downloaded")
    assert "Only the newest" not in page(watcher, reverse("cases:log_csv"), verb="downloaded")


def test_the_page_says_in_which_zone_the_night_is(case: Case) -> None:
    text = page(colleague(case, Supervisor.code, time_zone="Asia/Jayapura"))
    assert "At night, 22 to 5 (Asia/Jayapura)" in text


def test_pages_of_the_log_follow_each_other_without_gap_or_repeat(case: Case) -> None:
    for number in range(120):
        log.add(
            Verb.READ,
            by=case.created_by,
            subjects=[f"case:{case.pk}"],
            owners=[case.partner_id],
            what=f"referral:{number}",
        )
    client, seen = signed_in(colleague(case, Supervisor.code)), []
    address: str = f"{LOG}?verb=read&person={case.created_by_id}"
    while address:
        answer = client.get(address)
        seen += [line.entry.pk for line in answer.context["lines"]]
        address = answer.context["page"].next_url
    assert len(seen) == len(set(seen)) == 120
    assert seen == sorted(seen, reverse=True)


def test_the_page_asks_a_fixed_number_of_questions(case: Case, django_assert_num_queries: Any) -> None:
    client = signed_in(colleague(case, Supervisor.code))
    for _round in range(2):
        with django_assert_num_queries(12):
            client.get(LOG)
        for number in range(20):
            access_log.read(colleague(case), make_case(by=case.created_by), f"referral:{number}")


def test_the_plot_has_a_bar_for_each_day_and_says_what_it_shows() -> None:
    days = [(date(2026, 11, day), count) for day, count in ((1, 0), (2, 1), (3, 600))]
    drawn = draw(days)
    assert [bar.height for bar in drawn.bars] == [0, 2, 60]
    assert [bar.x + bar.width <= drawn.width for bar in drawn.bars] == [True] * 3
    assert "601" in drawn.said
    assert [bar.height for bar in draw([(date(2026, 11, 1), 0)]).bars] == [0]
