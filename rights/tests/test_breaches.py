"""The breach register: who must be told by when, the letters, candidates from the access log, and who sees it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_portal_admin, make_user
from agencies.tests.factories import make_partner
from cases import access_log
from cases.models import Case
from cases.tests.factories import make_case
from notifications.choices import Kind
from notifications.models import Notification
from privacy import acting
from privacy.choices import Verb
from privacy.models import LogEntry
from rights import actions, breaches, reminders
from rights.actions import Refused, Stale
from rights.choices import Addressee
from rights.forms import CandidatesForm
from rights.models import Breach, BreachNotice

from .factories import breach_fields, make_breach, make_protection_officer, make_supervisor

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return make_portal_admin()


@pytest.fixture
def breach(admin: User) -> Breach:
    return make_breach(by=admin)


@pytest.fixture
def case() -> Case:
    return make_case(worker={"name": "Contoh Rahasia"}, chronology="Rahasia.")


@pytest.fixture
def browser(admin: User, client: Client) -> Client:
    client.force_login(admin)
    return client


def listed(breach: Breach) -> set[tuple[str, str]]:
    return set(breach.notices.values_list("addressee", "reference"))


def told(by: User, breach: Breach) -> None:
    for notice in breach.notices.filter(told_at=None):
        actions.told_breach(by=by, notice=notice, channel="letter")


class TestWhoMustBeTold:
    def test_within_72_hours_of_finding_it(self, breach: Breach) -> None:
        assert breach.due_at == breach.found_at + timedelta(hours=72)
        assert {notice.due_at for notice in breach.notices.all()} == {breach.due_at}

    def test_the_authority_always(self, breach: Breach) -> None:
        assert listed(breach) == {(Addressee.AUTHORITY, "")}

    def test_the_public_where_it_is_ticked_and_the_partner_where_it_happened(self, admin: User) -> None:
        breach = make_breach(by=admin, public=True, partner=make_partner())
        assert listed(breach) == {(Addressee.AUTHORITY, ""), (Addressee.PUBLIC, ""), (Addressee.PARTNER, "")}

    def test_each_worker_by_the_reference_of_the_case_and_nothing_else(
        self, admin: User, breach: Breach, case: Case
    ) -> None:
        assert actions.add_notices(by=admin, breach=breach, cases=[(case.reference, case.partner)]) == 1
        assert actions.add_notices(by=admin, breach=breach, cases=[(case.reference, case.partner)]) == 0
        assert listed(breach) == {
            (Addressee.AUTHORITY, ""),
            (Addressee.SUBJECT, case.reference),
            (Addressee.PARTNER, ""),
        }

    def test_found_earlier_than_thought_is_due_earlier(self, admin: User, breach: Breach) -> None:
        fields = breach_fields(found_at=breach.found_at - timedelta(hours=5))
        changed = actions.edit_breach(by=admin, breach=breach, version=1, key=uuid4(), **fields)
        assert changed.notices.get().due_at == breach.due_at - timedelta(hours=5)

    def test_public_no_more_is_taken_off_the_list_unless_they_were_told(self, admin: User) -> None:
        breach = make_breach(by=admin, public=True)
        actions.edit_breach(by=admin, breach=breach, version=1, key=uuid4(), **breach_fields())
        assert listed(breach) == {(Addressee.AUTHORITY, "")}

    def test_a_tick_stays_as_it_was_first_made(self, admin: User, breach: Breach) -> None:
        notice = breach.notices.get()
        first = actions.told_breach(by=admin, notice=notice, channel="letter")
        again = actions.told_breach(by=make_portal_admin(), notice=notice, channel="phone")
        assert (again.told_at, again.told_by, again.told_channel) == (first.told_at, admin, "letter")

    def test_it_is_closed_once_everybody_was_told(self, admin: User, breach: Breach) -> None:
        with pytest.raises(Refused, match="1 are missing"):
            actions.close_breach(by=admin, breach=breach, version=1, key=uuid4())
        told(admin, breach)
        closed = actions.close_breach(by=admin, breach=breach, version=1, key=uuid4())
        assert (closed.closed_by, closed.next_at) == (admin, None)
        with pytest.raises(PermissionDenied):
            actions.add_notices(by=admin, breach=breach, cases=[])


class TestAtOnce:
    def test_a_double_click_is_one_breach(self, admin: User) -> None:
        key = uuid4()
        assert make_breach(by=admin, key=key).pk == make_breach(by=admin, key=key).pk

    def test_a_key_of_somebody_elses_gives_nothing_away(self, breach: Breach) -> None:
        with pytest.raises(PermissionDenied):
            make_breach(by=make_portal_admin(), key=breach.pk)

    def test_the_second_of_two_is_told(self, admin: User, breach: Breach) -> None:
        actions.edit_breach(by=admin, breach=breach, version=1, key=uuid4(), **breach_fields(people=3))
        with pytest.raises(Stale):
            actions.edit_breach(by=admin, breach=breach, version=1, key=uuid4(), **breach_fields(people=4))

    @pytest.mark.parametrize("who", ["caseworker", "supervisor", "partner_admin", "officer"])
    def test_nobody_else_writes_one(self, who: str) -> None:
        with pytest.raises(PermissionDenied):
            make_breach(by=make_user(partner=make_partner(), role=who))


class TestReminders:
    def test_the_keepers_are_told_while_somebody_is_missing(self, admin: User, breach: Breach) -> None:
        reminders.remind(breach.found_at + timedelta(hours=48))
        reminders.remind(breach.due_at)
        kinds = Notification.objects.filter(recipient=admin).order_by("pk").values_list("kind", flat=True)
        assert list(kinds) == [Kind.BREACH_WARNING, Kind.BREACH_OVERDUE]

    def test_found_at_another_time_than_thought_they_are_told_by_the_new_clock(
        self, admin: User, breach: Breach
    ) -> None:
        reminders.remind(breach.due_at)
        later = breach_fields(found_at=breach.found_at + timedelta(minutes=90), happened_at=None)
        changed = actions.edit_breach(by=admin, breach=breach, version=1, key=uuid4(), **later)
        assert reminders.remind(breach.due_at) == 1  # two thirds of the new time
        assert reminders.remind(changed.due_at) == 1
        earlier = breach_fields(found_at=breach.found_at - timedelta(hours=40), happened_at=None)
        changed = actions.edit_breach(by=admin, breach=breach, version=2, key=uuid4(), **earlier)
        assert reminders.remind(changed.found_at + timedelta(hours=48)) == 1

    def test_whoever_is_listed_after_the_end_is_asked_about_once_more(
        self, admin: User, breach: Breach, case: Case
    ) -> None:
        told(admin, breach)
        assert reminders.remind(breach.due_at) == 0
        actions.add_notices(by=admin, breach=breach, cases=[(case.reference, case.partner)])
        assert reminders.remind(breach.due_at + timedelta(days=1)) == 1
        assert reminders.remind(breach.due_at + timedelta(days=2)) == 0

    def test_and_no_more_once_everybody_was_told(self, admin: User, breach: Breach) -> None:
        told(admin, breach)
        assert reminders.remind(breach.due_at) == 0


class TestLetters:
    """What UU 27/2022 art. 46(2) demands: which data, when and how, and what is done about it."""

    @pytest.mark.parametrize("addressee", Addressee)
    def test_every_letter_has_the_required_contents(
        self, admin: User, case: Case, addressee: Addressee
    ) -> None:
        breach = make_breach(by=admin, public=True)
        actions.add_notices(by=admin, breach=breach, cases=[(case.reference, case.partner)])
        text = "\n".join(breaches.letter(breach.notices.get(addressee=addressee)))
        for part in (
            "Identitas:",
            "Kontak:",
            "Upaya penanganan dan pemulihan:",
            "A letter went to a wrong address.",
            "The letter was fetched back.",
        ):
            assert part in text
        assert breach.reference in text
        assert "Rahasia" not in text

    def test_a_letter_about_lost_data_does_not_say_that_it_was_revealed(
        self, admin: User, case: Case
    ) -> None:
        breach = make_breach(by=admin, kind="lost")
        actions.add_notices(by=admin, breach=breach, cases=[(case.reference, case.partner)])
        for notice in breach.notices.all():
            assert "terungkap" not in "\n".join(breaches.letter(notice))

    def test_the_letter_to_a_partner_lists_its_own_cases_alone(
        self, admin: User, breach: Breach, case: Case
    ) -> None:
        other = make_case()
        cases = [(one.reference, one.partner) for one in (case, other)]
        actions.add_notices(by=admin, breach=breach, cases=cases)
        notice = breach.notices.get(addressee=Addressee.PARTNER, partner=case.partner)
        text = breaches.letter(notice)[-1]
        assert case.reference in text
        assert other.reference not in text


class TestTheLog:
    """Who keeps the register is in the access log with every change of it, under its number and no case's."""

    def test_every_change_is_in_it(self, admin: User, breach: Breach, case: Case) -> None:
        edited = actions.edit_breach(by=admin, breach=breach, version=1, key=uuid4(), **breach_fields())
        actions.add_notices(by=admin, breach=breach, cases=[(case.reference, case.partner)])
        told(admin, breach)
        actions.close_breach(by=admin, breach=breach, version=edited.version, key=uuid4())
        entries = LogEntry.objects.filter(actor_id=admin.pk, verb=Verb.WROTE, what=f"breach:{breach.pk}")
        assert not any(entry.subjects or entry.owners for entry in entries)
        assert (
            entries.count() == 1 + 1 + 1 + breach.notices.count() + 1
        )  # recorded, edited, listed, told, closed

    def test_so_is_looking_whose_data_was_read(self, admin: User, breach: Breach, browser: Client) -> None:
        hour = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
        browser.post(f"{breach.get_absolute_url()}candidates/", {"since": hour, "until": hour, "email": ""})
        assert LogEntry.objects.filter(actor_id=admin.pk, verb=Verb.FOUND, what="log").count() == 1


class TestTwoPartnersInOneBreach:
    """The register of the portal names cases of several partners; each one's officer reads what concerns their own."""

    @pytest.fixture
    def cases(self, admin: User, breach: Breach) -> list[Case]:
        cases = [make_case(), make_case()]
        concerned = [(one.reference, one.partner) for one in cases]
        actions.add_notices(by=admin, breach=breach, cases=concerned)
        return cases

    def test_the_page_names_ones_own_case_alone(
        self, breach: Breach, cases: list[Case], client: Client
    ) -> None:
        client.force_login(make_protection_officer(cases[0]))
        page = client.get(breach.get_absolute_url()).text
        assert cases[0].reference in page
        assert cases[1].reference not in page
        assert str(cases[1].partner) not in page

    def test_the_letter_to_another_partner_is_not_there(
        self, breach: Breach, cases: list[Case], client: Client
    ) -> None:
        client.force_login(make_protection_officer(cases[0]))
        answers = {
            notice.partner: client.get(
                reverse("rights:breach_letter", args=[breach.pk, notice.pk])
            ).status_code
            for notice in breach.notices.exclude(partner=None)
        }
        assert answers == {cases[0].partner: 200, cases[1].partner: 404}

    def test_the_second_wall_says_the_same(self, breach: Breach, cases: list[Case]) -> None:
        with acting.as_partner(cases[0].partner_id):
            assert Breach.objects.get() == breach
            assert {notice.partner for notice in BreachNotice.objects.all()} == {cases[0].partner}
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                Breach.objects.update(people=0)
        with acting.as_partner(make_partner().pk):
            assert not Breach.objects.exists()
            assert not BreachNotice.objects.exists()

    def test_a_number_is_taken_by_all_partners_together(self, breach: Breach, cases: list[Case]) -> None:
        officer = make_protection_officer(cases[0])
        with acting.as_partner(officer.partner_id):
            mine = make_breach(by=officer)
        assert (mine.year, mine.number) == (breach.year, breach.number + 1)


class TestCandidates:
    @pytest.fixture
    def entries(self, case: Case) -> list[Case]:
        other = make_case()
        for subject, times in ((case, 3), (other, 1)):
            for _time in range(times):
                access_log.read(subject.created_by, subject, "detail")
        return [case, other]

    def found(self, user: User, **fields: Any) -> list[tuple[str, int]]:
        now = timezone.now()
        hours = {"since": now - timedelta(hours=1), "until": now + timedelta(hours=1), "person": None}
        return [(one.reference, one.times) for one in breaches.candidates(user=user, **hours | fields)]

    def test_most_read_first_with_how_often(self, admin: User, entries: list[Case]) -> None:
        found = self.found(admin)
        assert [reference for reference, _times in found] == [case.reference for case in entries]
        assert found[0][1] >= 3

    def test_by_one_person_alone(self, admin: User, entries: list[Case]) -> None:
        assert [name for name, _n in self.found(admin, person=entries[1].created_by_id)] == [
            entries[1].reference
        ]

    def test_a_partners_officer_finds_their_own_cases_alone_also_where_a_list_showed_others(
        self, entries: list[Case]
    ) -> None:
        ours, theirs = entries
        access_log.listed(theirs.created_by, entries, "inbox")
        officer = make_protection_officer(theirs)
        assert self.found(officer) == [(theirs.reference, 3)]  # logged, read, listed
        assert self.found(officer, person=ours.created_by_id) == []

    def test_whether_somebody_has_an_account_is_told_at_the_portal_alone(
        self, admin: User, entries: list[Case]
    ) -> None:
        officer, address = make_protection_officer(entries[0]), "nobody@example.org"
        hours = {"since": "2026-01-01T00:00", "until": "2026-01-02T00:00"}
        said = {}
        for email in (address, entries[1].created_by.email):
            form = CandidatesForm({"email": email, **hours}, user=officer)
            assert form.is_valid()
            said[email] = form.cleaned_data["email"]
        assert said[address] == 0
        form = CandidatesForm({"email": address, **hours}, user=admin)
        assert form.errors["email"] == ["No account has this address."]

    def test_in_that_time_alone(self, admin: User, entries: list[Case]) -> None:
        long_ago = timezone.now() - timedelta(days=2)
        assert self.found(admin, until=long_ago, since=long_ago - timedelta(days=1)) == []


class TestPages:
    def test_from_writing_down_to_closing(self, browser: Client, case: Case) -> None:
        assert "No breach is written down" in browser.get(reverse("rights:breaches")).text
        hour = timezone.localtime() - timedelta(hours=1)
        data = breach_fields(partner="", happened_at="", found_at=hour.strftime("%Y-%m-%dT%H:%M"))
        data = {name: value for name, value in data.items() if value is not False}
        assert browser.get(reverse("rights:breach_record")).status_code == 200
        assert browser.post(reverse("rights:breach_record"), data).status_code == 302
        breach = Breach.objects.get()
        url = breach.get_absolute_url()
        typed = {"typed": f"{case.reference.lower()}\n"}
        assert browser.post(f"{url}notices/", typed).status_code == 302
        page = browser.get(url).text
        assert case.reference in page
        assert "Contoh Rahasia" not in page
        notice = breach.notices.get(addressee=Addressee.SUBJECT)
        assert "A letter went to a wrong address." in browser.get(f"{url}letters/{notice.pk}/").text
        for row in breach.notices.all():
            assert browser.post(f"{url}letters/{row.pk}/told/", {"channel": "letter"}).status_code == 302
        assert browser.post(f"{url}close/", {"version": 1}).status_code == 302
        assert "Closed" in browser.get(url).text

    def test_the_log_proposes_and_a_tick_puts_on_the_list(
        self, browser: Client, breach: Breach, case: Case
    ) -> None:
        url, now = breach.get_absolute_url(), timezone.localtime()
        LogEntry.objects.create(
            at=now - timedelta(hours=1),
            verb=Verb.READ,
            actor_id=case.created_by_id,
            subjects=[f"case:{case.pk}"],
        )
        hours = {
            "since": (now - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
            "until": now.strftime("%Y-%m-%dT%H:%M"),
            "email": case.created_by.email,
        }
        assert case.reference not in browser.get(url).text
        early = hours | {"until": hours["since"]}  # the hour in which it was read is not in it
        assert "has nothing of that time" in browser.post(f"{url}candidates/", early).text
        assert case.reference in browser.post(f"{url}candidates/", hours).text
        assert browser.post(f"{url}notices/", {"case": [case.reference]}).status_code == 302
        assert (Addressee.SUBJECT, case.reference) in listed(breach)

    @pytest.mark.parametrize(
        ("name", "data", "sentence"),
        [
            ("notices", {"typed": "XX-2026-000001"}, "No such case: XX-2026-000001."),
            ("candidates", {"since": "", "until": ""}, "This field is required."),
            ("candidates", {"since": "2090-01-01T00:00", "until": "2020-01-01T00:00"}, "still to come"),
            (
                "candidates",
                {"since": "2020-01-02T00:00", "until": "2020-01-01T00:00"},
                "before the beginning",
            ),
            (
                "candidates",
                {"since": "2020-01-01T00:00", "until": "2020-01-02T00:00", "email": "no@example.org"},
                "No account has this address.",
            ),
            ("edit", {"groups": ["nonsense"]}, "Select a valid choice"),
        ],
    )
    def test_bad_input_gets_a_sentence(
        self, browser: Client, breach: Breach, name: str, data: dict[str, str], sentence: str
    ) -> None:
        answer = browser.post(f"{breach.get_absolute_url()}{name}/", data)
        assert answer.status_code == 422
        assert sentence in answer.text

    def test_an_untold_breach_is_not_closed_and_says_why(self, browser: Client, breach: Breach) -> None:
        answer = browser.post(f"{breach.get_absolute_url()}close/", {"version": 1})
        assert answer.status_code == 409
        assert "Not everybody was told yet" in answer.text

    def test_a_notice_under_another_breachs_address_is_not_there(
        self, browser: Client, breach: Breach
    ) -> None:
        other = make_breach()
        notice = BreachNotice.objects.get(breach=other)
        assert browser.get(f"{breach.get_absolute_url()}letters/{notice.pk}/").status_code == 404
        answer = browser.post(f"{breach.get_absolute_url()}letters/{notice.pk}/told/", {"channel": "letter"})
        assert answer.status_code == 404

    def test_nobody_who_works_on_cases_sees_the_register(
        self, breach: Breach, case: Case, client: Client
    ) -> None:
        for person in (case.created_by, make_supervisor(case)):
            client.force_login(person)
            assert client.get(breach.get_absolute_url()).status_code == 403
            assert client.get(reverse("rights:breaches")).status_code == 403
