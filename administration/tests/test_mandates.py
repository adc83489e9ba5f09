"""Mandates on the pages of admins: what a change would have changed is read before it is saved, and is what is saved."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_portal_admin, make_user
from administration import impact
from administration.actions.mandates import PreviewOutdated, Proposal, preview, save
from agencies import matching
from agencies.actions.mandates import seen_mandate
from agencies.matching import Facts
from agencies.models import Mandate, Partner
from agencies.tests.factories import make_district, make_mandate, make_partner, make_province, make_topic
from agencies.today import today
from cases.models import Case
from cases.tests.factories import make_case
from privacy import acting, keys
from referrals import routing
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral, make_referral_in

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)
SECRET = "Zqmark"


@pytest.fixture
def boss(db: None) -> User:
    return make_portal_admin()


@pytest.fixture
def page(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


@pytest.fixture
def kl(db: None) -> Partner:
    """KBRI Kuala Lumpur, responsible for all of Malaysia."""
    partner = make_partner(
        code="KBRI_KL", name_id="KBRI Kuala Lumpur", kind="mission", country="MY", city="KL"
    )
    make_mandate(partner=partner, stage="during", country="MY")
    return partner


@pytest.fixture
def johor(db: None) -> Partner:
    return make_partner(code="KJRI_JB", name_id="KJRI Johor Bahru", kind="mission", country="MY", city="JB")


def make_referrals(count: int = 1, **fields: Any) -> list[Referral]:
    topic = make_topic(typical_agencies=["PERWAKILAN"])
    by = make_user(partner=make_partner())
    return [
        make_referral(by=by, case=make_case(by=by, topics=[topic], place=place, **fields))
        for place in ["Johor Bahru"] * count
    ]


def form(**values: str) -> dict[str, str]:
    plain = {"agency_code": "PERWAKILAN", "stage": "during", "country": "MY", "source": "Decree 1/2026"}
    return {**plain, "valid_from": today().isoformat(), **values}


def hidden(text: str) -> dict[str, str]:
    """What the preview would send when it is confirmed."""
    fields = re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', text)
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


def confirm(page: Client, address: str, values: dict[str, str], **more: str) -> Any:
    shown = page.post(address, values)
    assert shown.status_code == 200, shown.context["form"].errors
    return page.post(address, {**hidden(shown.text), "confirmed": "1", **more}, follow=True)


class TestWhatWouldHaveGoneElsewhere:
    def test_it_tells_how_many_from_whom_to_whom_and_why(
        self, page: Client, kl: Partner, johor: Partner
    ) -> None:
        make_referrals(3)
        make_referrals(1, country="BN", stage="during")
        district = make_district(aliases=["johor bahru"])
        answer = page.post("/mandates/KJRI_JB/add/", form(district=district.code))
        assert "3 of 4 would have gone to KJRI Johor Bahru instead of KBRI Kuala Lumpur." in answer.text
        assert "By the mandate as it would be." in answer.text
        assert not Mandate.objects.filter(partner=johor).exists()

    def test_it_tells_who_would_have_had_nobody_and_which_gaps_are_left(
        self, page: Client, kl: Partner
    ) -> None:
        make_referrals(2)
        row = Mandate.objects.get()
        answer = page.post(f"/mandates/{row.pk}/end/", {**_seen(row), "valid_from": today()})
        assert "2 of 2 would have had nobody; as it is: KBRI Kuala Lumpur." in answer.text
        assert "It leaves 1 gap" in answer.text
        assert "in Malaysia (abroad)." in answer.text

    def test_none_is_said_to_be_none(self, page: Client, kl: Partner) -> None:
        make_referrals(1)
        answer = page.post("/mandates/KBRI_KL/add/", form(country="SG"))
        assert "None of them would have gone elsewhere." in answer.text
        assert "It closes 1 gap" in answer.text

    def test_each_answer_is_the_one_that_the_portal_gives(self, kl: Partner, johor: Partner) -> None:
        """Two ways of asking, one answer: the worker's own, and the one that is counted."""
        make_mandate(
            partner=johor, stage="during", country="MY", district=make_district(aliases=["johor bahru"])
        )
        for referral in make_referrals(2):
            real = matching.ask(routing.question(referral))
            assert real.clear
            assert real.clear.partner_id == johor.pk
        before = Facts.read()
        after = before.but(without=Mandate.objects.filter(partner=johor).values_list("pk", flat=True))
        [moved] = impact.of(before, after, until=timezone.now()).moved
        assert (moved.count, moved.instead_of.partner, moved.to.partner) == (2, johor.pk, kl.pk)
        Mandate.objects.filter(partner=johor).update(retired_at=timezone.now())
        answers = [matching.ask(routing.question(referral)).clear for referral in Referral.objects.all()]
        assert [clear.partner_id for clear in answers if clear] == [kl.pk, kl.pk]

    def test_who_declined_before_is_not_counted_as_asked_again(self, kl: Partner, johor: Partner) -> None:
        topic = make_topic(typical_agencies=["PERWAKILAN"])
        by = make_user(partner=make_partner())
        case = make_case(by=by, topics=[topic])
        make_referral_in("declined", officer=make_officer(kl), by=by, case=case)
        make_referral(by=by, case=case)
        before = Facts.read()
        [row] = Mandate.objects.all()
        result = impact.of(before, before.but(without=[row.pk]), until=timezone.now())
        goals = {(one.instead_of.partner, one.instead_of.why_not): one.count for one in result.moved}
        assert goals == {(kl.pk, ""): 1, (0, "excluded"): 1}

    def test_paused_and_erased_cases_are_left_alone(self, kl: Partner) -> None:
        first, second, _third = make_referrals(3)
        Case.objects.filter(pk=first.case_id).update(paused_at=timezone.now())
        Case.objects.filter(pk=second.case_id).update(erased_at=timezone.now())
        facts = Facts.read()
        assert impact.of(facts, facts, until=timezone.now()).total == 1

    def test_a_place_is_opened_only_where_it_decides(
        self, kl: Partner, johor: Partner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_referrals(1)
        opened: list[str] = []
        field: Any = Case._meta.get_field("place")
        real = field.open_

        def open_(value: Any, row: Any) -> Any:
            opened.append("place")
            return real(value, row)

        monkeypatch.setattr(field, "open_", open_)
        facts = Facts.read()
        impact.of(facts, facts.but(without=facts.mandates), until=timezone.now())
        assert opened == []
        make_mandate(partner=johor, stage="during", country="MY", district=make_district(aliases=["johor"]))
        facts = Facts.read()
        impact.of(facts, facts, until=timezone.now())
        assert opened == ["place"]

    def test_an_admin_reads_no_row_by_it_and_sees_nothing_of_a_worker(
        self, page: Client, kl: Partner, johor: Partner
    ) -> None:
        topic = make_topic(typical_agencies=["PERWAKILAN"], name_id="Rahasia", name_en="Rahasia")
        by = make_user(partner=make_partner())
        province = make_province(code="33", name="Jawa Tengah")
        case = make_case(
            by=by, topics=[topic], worker={"name": SECRET, "home_province": province, "home_regency": None}
        )
        make_referral(by=by, case=case, request=SECRET)
        row = Mandate.objects.get()
        for address, values in (
            (f"/mandates/{row.pk}/end/", {**_seen(row), "valid_from": today().isoformat()}),
            ("/mandates/KJRI_JB/add/", form()),
        ):
            text = page.post(address, values).text.split("<main", 1)[1]
            assert "of 1 would" in text
            for word in (SECRET, case.reference, "Johor Bahru District", "Jawa Tengah", str(by.partner)):
                assert word not in text
        with acting.as_partner(None):
            facts = Facts.read()
            assert impact.of(facts, facts, until=timezone.now()).total == 1
            assert not Referral.objects.exists()

    def test_five_hundred_take_as_many_queries_as_one(
        self, kl: Partner, johor: Partner, django_assert_num_queries: Callable[..., Any]
    ) -> None:
        make_mandate(partner=johor, stage="during", country="MY")
        facts = Facts.read()
        make_referrals(1)
        for count in (1, 8):
            with keys.scope(), django_assert_num_queries(4):  # referrals, topics, what was declined, keys
                assert impact.of(facts, facts, until=timezone.now()).total == count
            make_referrals(7)

    def test_only_the_last_ones_count(self, kl: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
        make_referrals(3)
        monkeypatch.setattr(impact, "LAST", 2)
        facts = Facts.read()
        assert impact.of(facts, facts, until=timezone.now()).total == 2
        assert impact.of(facts, facts, until=timezone.now() - A_DAY).total == 0


class TestSavingWhatWasShown:
    def test_add_change_and_end_by_the_pages(self, page: Client, kl: Partner, johor: Partner) -> None:
        add = "/mandates/KJRI_JB/add/"
        answer = confirm(page, add, form())
        assert answer.redirect_chain[-1][0] == "/partners/KJRI_JB/mandates/"
        assert "The mandate is set." in answer.text
        row = Mandate.objects.get(partner=johor)
        later = (today() + 3 * A_DAY).isoformat()
        change = f"/mandates/{row.pk}/change/"
        confirm(page, change, {**form(country="SG", valid_from=later), **_seen(row)})
        new = Mandate.objects.get(replaces=row)
        assert (new.country, new.valid_from) == ("SG", today() + 3 * A_DAY)
        end = f"/mandates/{new.pk}/end/"
        confirm(page, end, {"valid_from": later, **_seen(new)})
        row.refresh_from_db()
        assert row.valid_until is None

    def test_the_form_of_a_change_begins_with_what_holds(self, page: Client, kl: Partner) -> None:
        row = Mandate.objects.get()
        shown = page.get(f"/mandates/{row.pk}/change/").context["form"]
        assert {name: shown[name].value() for name in ("country", "stage", "agency_code")} == {
            "country": "MY",
            "stage": "during",
            "agency_code": "PERWAKILAN",
        }
        assert shown["seen"].value() == seen_mandate(row)

    def test_nothing_is_saved_that_was_not_shown(self, page: Client, kl: Partner, johor: Partner) -> None:
        address = "/mandates/KJRI_JB/add/"
        for shown in ("", "x", "0" * 16 + "." + "0" * 64, "9" * 16 + "." + "0" * 64):
            answer = page.post(address, {**form(), "confirmed": "1", "shown": shown})
            assert answer.status_code == 409
            assert "not what you were shown any more" in answer.text
        mark = hidden(page.post(address, form()).text)
        tampered = page.post(address, {**mark, "country": "SG", "confirmed": "1"})
        assert tampered.status_code == 409
        assert not Mandate.objects.filter(partner=johor).exists()

    def test_what_changed_since_is_shown_again_and_saved_then(
        self, page: Client, kl: Partner, johor: Partner
    ) -> None:
        make_referrals(2)
        address = "/mandates/KJRI_JB/add/"
        first = page.post(address, form())
        assert "2 of 2 would have been left to the caseworker" in first.text
        Mandate.objects.filter(partner=kl).update(valid_until=today() - A_DAY)  # by another admin
        second = page.post(address, {**hidden(first.text), "confirmed": "1"})
        assert second.status_code == 409
        assert "2 of 2 would have gone to KJRI Johor Bahru; as it is: nobody is responsible." in second.text
        third = page.post(address, {**hidden(second.text), "confirmed": "1"})
        assert third.status_code == 302
        assert Mandate.objects.filter(partner=johor).count() == 1

    def test_a_referral_that_came_in_between_changes_nothing_of_what_was_shown(
        self, page: Client, kl: Partner, johor: Partner
    ) -> None:
        make_referrals(2)
        address = "/mandates/KJRI_JB/add/"
        first = page.post(address, form())
        make_referrals(1)
        assert page.post(address, {**hidden(first.text), "confirmed": "1"}).status_code == 302

    def test_a_double_click_is_one_mandate(self, page: Client, kl: Partner, johor: Partner) -> None:
        address = "/mandates/KJRI_JB/add/"
        sent = {**hidden(page.post(address, form()).text), "confirmed": "1"}
        assert [page.post(address, sent).status_code for _click in range(2)] == [302, 302]
        assert Mandate.objects.filter(partner=johor).count() == 1

    def test_the_second_of_two_admins_sees_both_and_loses_nothing_typed(
        self, page: Client, kl: Partner, johor: Partner
    ) -> None:
        row = Mandate.objects.get()
        change = f"/mandates/{row.pk}/change/"
        mine = hidden(page.post(change, {**form(country="SG"), **_seen(row)}).text)
        Mandate.objects.filter(pk=row.pk).update(country="BN")
        answer = page.post(change, {**mine, "confirmed": "1"})
        assert answer.status_code == 409
        assert "Somebody else changed this meanwhile" in answer.text
        clash = answer.context["clashes"][0]
        assert "Brunei" in clash.now
        assert "Singapore" in clash.typed
        assert answer.context["form"]["country"].value() == "SG"
        again = {name: answer.context["form"][name].value() or "" for name in answer.context["form"].fields}
        assert page.post(change, again).status_code == 200

    def test_change_it_once_more_keeps_what_was_typed(self, page: Client, kl: Partner) -> None:
        address = "/mandates/KBRI_KL/add/"
        sent = hidden(page.post(address, form(country="SG")).text)
        again = page.post(address, {**sent, "again": "1"})
        assert again.context["form"]["country"].value() == "SG"
        assert again.context["preview"] is None

    @pytest.mark.parametrize(
        ("wrong", "field", "sentence"),
        [
            ({"valid_from": "2020-01-01"}, "valid_from", "This day has passed."),
            ({"valid_from": "soon"}, "valid_from", "Enter a valid date."),
            ({"valid_from": ""}, "valid_from", "This field is required."),
            ({"valid_until": "2020-01-01"}, "valid_until", "ends on the day it begins, or later"),
            ({"source": ""}, "source", "This field is required."),
            ({"source": "x" * 1001}, "source", "at most 1000 characters"),
            ({"source": "a\x00b"}, "source", "Null characters are not allowed."),
            ({"agency_code": "X"}, "agency_code", "Select a valid choice."),
            ({"topic": "\x00"}, "topic", "Null characters are not allowed."),
            ({"district": "SA-NOWHERE"}, "district", "Select a valid choice."),
            ({"country": "ZZ"}, "country", "There is no such country."),
            ({"province": "35"}, "province", "not for both"),
        ],
    )
    def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_saved(
        self, page: Client, kl: Partner, wrong: dict[str, str], field: str, sentence: str
    ) -> None:
        make_province(code="35")
        answer = page.post("/mandates/KBRI_KL/add/", {**form(country="SG"), **wrong})
        assert answer.status_code == 422
        assert sentence in str(answer.context["form"].errors[field])
        assert Mandate.objects.count() == 1

    def test_the_same_again_is_said_above_the_form(self, page: Client, kl: Partner) -> None:
        answer = page.post("/mandates/KBRI_KL/add/", form())
        assert answer.status_code == 422
        assert "The partner already has this mandate." in answer.text

    def test_a_warning_with_names_stands_in_the_preview(
        self, page: Client, kl: Partner, johor: Partner
    ) -> None:
        answer = page.post("/mandates/KJRI_JB/add/", form())
        assert "KBRI Kuala Lumpur is responsible for the same" in answer.text

    @pytest.mark.parametrize("role", ["caseworker", "supervisor", "partner_admin", "protection_officer"])
    def test_nobody_but_a_portal_admin(self, role: str, client: Client, kl: Partner) -> None:
        client.force_login(make_user(partner=kl, role=role))
        row = Mandate.objects.get()
        for address in (f"{row.pk}/change/", f"{row.pk}/end/", "KBRI_KL/add/"):
            assert client.get(f"/mandates/{address}").status_code == 403
            assert client.post(f"/mandates/{address}", form()).status_code == 403

    def test_what_is_not_there_is_not_found(self, page: Client) -> None:
        for address in ("0/change/", "999999999/end/", "NOBODY/add/"):
            assert page.get(f"/mandates/{address}").status_code == 404

    def test_the_preview_of_a_mandate_moved_earlier_is_without_what_it_cuts_short(
        self, boss: User, kl: Partner
    ) -> None:
        make_topic(typical_agencies=["PERWAKILAN"])
        [row] = Mandate.objects.all()
        begins = today() + 9 * A_DAY
        later = Proposal(kl, begins, _values(country="BN", valid_from=begins), row, seen_mandate(row))
        save(by=boss, proposal=later, shown=preview(later).mark)
        new = Mandate.objects.get(replaces=row)
        day = today() + 5 * A_DAY
        earlier = Proposal(kl, day, _values(country="SG", valid_from=day), new, seen_mandate(new))
        _before, after = earlier.facts()
        assert [one.country for one in after.mandates.values()] == ["SG"]
        assert preview(earlier).opened
        for _click in range(2):
            save(by=boss, proposal=earlier, shown=preview(earlier).mark)
        assert [one.country for one in Facts.read(day).mandates.values()] == ["SG"]

    @pytest.mark.parametrize(("days", "held"), [(0, ["MY"]), (9, ["MY"]), (12, [])])
    def test_the_preview_of_an_end_tells_what_goes_on_only_where_it_does(
        self, boss: User, kl: Partner, days: int, held: list[str]
    ) -> None:
        [row] = Mandate.objects.all()
        begins = today() + 9 * A_DAY
        later = Proposal(kl, begins, _values(country="BN", valid_from=begins), row, seen_mandate(row))
        save(by=boss, proposal=later, shown=preview(later).mark)
        new = Mandate.objects.get(replaces=row)
        end = Proposal(kl, today() + days * A_DAY, None, new, seen_mandate(new))
        _before, after = end.facts()
        assert [one.country for one in after.mandates.values()] == held

    def test_an_admin_who_was_suspended_meanwhile_changes_nothing(self, boss: User, johor: Partner) -> None:
        values = _values()
        proposal = Proposal(johor, today(), values)
        mark = preview(proposal).mark
        User.objects.filter(pk=boss.pk).update(is_active=False)
        with pytest.raises(PermissionDenied):
            save(by=boss, proposal=proposal, shown=mark)
        User.objects.filter(pk=boss.pk).update(is_active=True)
        with pytest.raises(PreviewOutdated):
            save(by=boss, proposal=proposal, shown=mark[:-1] + ("0" if mark[-1] != "0" else "1"))
        save(by=boss, proposal=proposal, shown=mark)
        assert Mandate.objects.count() == 1


def _seen(row: Mandate) -> dict[str, str]:
    return {"seen": seen_mandate(row)}


def _values(**values: Any) -> dict[str, Any]:
    plain = dict.fromkeys(("topic", "district", "province", "regency", "valid_until"))
    texts = {"agency_code": "PERWAKILAN", "stage": "during", "country": "MY", "source": "Decree 1/2026"}
    return {**plain, **texts, "valid_from": today(), **values}
