"""Mandates in time: given, changed and ended from a day on; nothing is overwritten, nothing is said twice."""

from __future__ import annotations

import threading
import zoneinfo
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies import mandate_words, timeline
from agencies.actions import ActRefused, StaleData
from agencies.actions.mandates import (
    add_mandate,
    change_mandate,
    end_mandate,
    proposed,
    seen_mandate,
)
from agencies.loading import load_all
from agencies.matching import Question, ask
from agencies.models import District, Mandate, Partner, Province, Regency, StaffEvent, Topic
from agencies.today import today

from .factories import make_district, make_mandate, make_partner, make_province, make_regency, make_topic

A_DAY = timedelta(days=1)


@pytest.fixture
def boss(db: None) -> User:
    return make_portal_admin()


@pytest.fixture
def mission(db: None) -> Partner:
    return make_partner(code="KJRI_X", kind="mission", country="MY", city="X")


def says(**values: Any) -> dict[str, Any]:
    plain = dict.fromkeys(("topic", "district", "province", "regency", "valid_until"))
    texts = {"agency_code": "PERWAKILAN", "stage": "during", "country": "MY", "source": "Decree 1/2026"}
    return {**plain, **texts, "valid_from": today(), **values}


def sentences(caught: Any, field: str) -> str:
    return " ".join(caught.value.message_dict[field])


class TestDays:
    def test_a_mandate_counts_from_its_first_day_to_its_last(self, mission: Partner) -> None:
        begins, ends = today() + A_DAY, today() + 3 * A_DAY
        row = make_mandate(partner=mission, country="MY", valid_from=begins, valid_until=ends)
        held = [day for day in range(6) if Mandate.objects.in_force(today() + day * A_DAY).exists()]
        assert held == [1, 2, 3]
        assert row in Mandate.objects.current()

    def test_the_ranking_asks_by_the_day(self, mission: Partner) -> None:
        row = make_mandate(partner=mission, stage="during", country="MY", valid_from=today() + A_DAY)
        question = Question(stage="during", country="MY")
        assert ask(question).ranking == ()
        Mandate.objects.filter(pk=row.pk).update(valid_from=today())
        assert ask(question).clear
        Mandate.objects.filter(pk=row.pk).update(valid_from=None, valid_until=today() - A_DAY)
        assert ask(question).ranking == ()

    def test_the_day_is_the_portals_and_not_the_readers(self, settings: Any) -> None:
        now = timezone.now().astimezone(zoneinfo.ZoneInfo(settings.TIME_ZONE))
        for zone in (
            "Pacific/Pago_Pago",
            "Pacific/Kiritimati",
        ):  # 25 hours apart: one of them has another day
            with timezone.override(zone):
                assert today() == now.date()

    def test_the_same_may_be_said_again_once_it_is_over_but_never_twice_on_one_day(
        self, mission: Partner
    ) -> None:
        last = today()
        make_mandate(partner=mission, country="MY", valid_until=last)
        make_mandate(partner=mission, country="MY", valid_from=last + A_DAY)
        for begins, ends in ((None, None), (last, last), (last + A_DAY, None), (None, last + 9 * A_DAY)):
            with pytest.raises(IntegrityError, match="mandate_is_said_once"), transaction.atomic():
                make_mandate(partner=mission, country="MY", valid_from=begins, valid_until=ends)

    def test_it_does_not_end_before_it_begins(self, mission: Partner) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            make_mandate(partner=mission, valid_from=today(), valid_until=today() - A_DAY)

    def test_a_mandate_that_is_over_waits_for_no_confirmation(self, mission: Partner) -> None:
        row = make_mandate(partner=mission, source_status="U")
        assert row in Mandate.objects.current().unconfirmed()
        Mandate.objects.update(valid_until=today() - A_DAY)
        assert row not in Mandate.objects.current().unconfirmed()


class TestAdding:
    def test_a_new_mandate_begins_on_its_day_with_its_source(self, boss: User, mission: Partner) -> None:
        row = add_mandate(by=boss, partner=mission, values=says(valid_from=today() + A_DAY))
        assert (row.valid_from, row.source, row.needs_confirmation) == (
            today() + A_DAY,
            "Decree 1/2026",
            False,
        )
        [event] = timeline.tell(StaffEvent.objects.with_names())
        assert event.title.startswith("Mandate added: PERWAKILAN:*:during:MY, from ")

    def test_a_double_click_is_one_mandate(self, boss: User, mission: Partner) -> None:
        first = add_mandate(by=boss, partner=mission, values=says())
        assert add_mandate(by=boss, partner=mission, values=says()) == first
        assert Mandate.objects.count() == StaffEvent.objects.count() == 1

    def test_the_same_in_another_time_that_touches_is_refused(self, boss: User, mission: Partner) -> None:
        add_mandate(by=boss, partner=mission, values=says())
        with pytest.raises(ValidationError, match="already has this mandate"):
            add_mandate(by=boss, partner=mission, values=says(valid_from=today() + A_DAY))

    @pytest.mark.parametrize(
        ("wrong", "field", "sentence"),
        [
            ({"valid_from": today() - A_DAY}, "valid_from", "This day has passed."),
            ({"valid_from": date(2999, 1, 1)}, "valid_from", "within the next three years"),
            ({"valid_until": today() - A_DAY}, "valid_until", "ends on the day it begins, or later"),
            ({"agency_code": "NOBODY"}, "agency_code", "not a valid choice"),
            ({"country": "malaysia"}, "country", "two capital letters"),
            ({"country": ""}, "country", "Name the country of the consular district."),
        ],
    )
    def test_what_cannot_hold_is_refused_by_field(
        self, boss: User, mission: Partner, wrong: dict[str, Any], field: str, sentence: str
    ) -> None:
        wrong = {"district": make_district(), **wrong}
        with pytest.raises(ValidationError) as caught:
            add_mandate(by=boss, partner=mission, values=says(**wrong))
        assert sentence in sentences(caught, field)
        assert not Mandate.objects.exists()

    def test_what_covers_nothing_is_refused_by_field(self, boss: User, mission: Partner) -> None:
        gone = {"retired_at": timezone.now()}
        home = {"stage": "after", "country": "", "agency_code": "BP3MI"}
        other_province = {**home, "province": make_province(code="33"), "regency": make_regency(code="3573")}
        retired_district = make_district()
        District.objects.update(**gone)
        retired_district.refresh_from_db()
        cases: list[tuple[dict[str, Any], str, str]] = [
            ({"topic": make_topic(**gone)}, "topic", "is out of use: a mandate for it covers nothing"),
            ({"district": retired_district}, "district", "is out of use"),
            ({"district": make_district(code="SA-PART")}, "district", "lies in Saudi Arabia"),
            (other_province, "regency", "does not lie in Provinsi 33"),
            ({**home, "regency": make_regency(code="3573")}, "province", "Name the province of the regency."),
            ({"province": make_province(code="35")}, "province", "not for both"),
        ]
        for wrong, field, sentence in cases:
            with pytest.raises(ValidationError) as caught:
                add_mandate(by=boss, partner=mission, values=says(**wrong))
            assert sentence in sentences(caught, field), wrong
        Province.objects.filter(code="35").update(**gone)
        Regency.objects.filter(code="3573").update(**gone)
        regency = Regency.objects.select_related("province").get(code="3573")
        values = says(**home, province=regency.province, regency=regency)
        with pytest.raises(ValidationError) as caught:
            add_mandate(by=boss, partner=mission, values=values)
        assert {"province", "regency"} <= set(caught.value.message_dict)

    def test_a_partner_out_of_use_gets_none(self, boss: User, mission: Partner) -> None:
        Partner.objects.update(retired_at=timezone.now())
        with pytest.raises(ActRefused, match="out of use"):
            add_mandate(by=boss, partner=mission, values=says())

    @pytest.mark.parametrize("who", ["partner admin", "suspended portal admin"])
    def test_nobody_else_may(self, who: str, boss: User, mission: Partner) -> None:
        admin = make_user(partner=mission, role=PartnerAdmin.code) if who == "partner admin" else boss
        User.objects.filter(pk=boss.pk).update(is_active=False)
        with pytest.raises(PermissionDenied):
            add_mandate(by=admin, partner=mission, values=says())


class TestChanging:
    @pytest.fixture
    def row(self, mission: Partner) -> Mandate:
        return make_mandate(partner=mission, stage="during", country="MY")

    def test_a_change_is_a_new_row_and_an_end_to_the_old_one(self, boss: User, row: Mandate) -> None:
        day = today() + 5 * A_DAY
        new = change_mandate(
            by=boss, mandate=row, values=says(country="BN", valid_from=day), seen=seen_mandate(row)
        )
        row.refresh_from_db()
        assert (row.country, row.valid_until) == ("MY", day - A_DAY)
        assert (new.country, new.valid_from, new.replaces) == ("BN", day, row)
        assert [m.country for m in Mandate.objects.in_force()] == ["MY"]
        assert [m.country for m in Mandate.objects.in_force(day)] == ["BN"]

    def test_a_change_today_holds_today(self, boss: User, row: Mandate) -> None:
        change_mandate(by=boss, mandate=row, values=says(country="BN"), seen=seen_mandate(row))
        assert [m.country for m in Mandate.objects.in_force()] == ["BN"]

    def test_what_began_today_and_is_changed_today_never_held(self, boss: User, mission: Partner) -> None:
        row = add_mandate(by=boss, partner=mission, values=says())
        change_mandate(by=boss, mandate=row, values=says(country="BN"), seen=seen_mandate(row))
        row.refresh_from_db()
        assert row.retired_at
        assert [m.country for m in Mandate.objects.in_force()] == ["BN"]

    def test_the_second_of_two_admins_is_told(self, boss: User, row: Mandate) -> None:
        seen = seen_mandate(row)
        change_mandate(by=boss, mandate=row, values=says(country="BN"), seen=seen)
        with pytest.raises(StaleData, match="Somebody else changed this meanwhile"):
            change_mandate(by=make_portal_admin(), mandate=row, values=says(country="SG"), seen=seen)
        with pytest.raises(StaleData):
            end_mandate(by=make_portal_admin(), mandate=row, on=today() + A_DAY, seen=seen)
        assert Mandate.objects.count() == 2

    def test_a_double_click_is_one_change(self, boss: User, row: Mandate) -> None:
        seen = seen_mandate(row)
        first = change_mandate(by=boss, mandate=row, values=says(country="BN"), seen=seen)
        assert change_mandate(by=boss, mandate=row, values=says(country="BN"), seen=seen) == first
        assert StaffEvent.objects.count() == 1

    def test_nothing_different_is_said_so(self, boss: User, row: Mandate) -> None:
        with pytest.raises(ValidationError, match="Nothing is different"):
            change_mandate(by=boss, mandate=row, values=says(), seen=seen_mandate(row))

    def test_what_has_a_change_set_already_is_changed_there(self, boss: User, row: Mandate) -> None:
        later = says(country="BN", valid_from=today() + 5 * A_DAY)
        change_mandate(by=boss, mandate=row, values=later, seen=seen_mandate(row))
        row.refresh_from_db()
        with pytest.raises(ActRefused, match="A change of this mandate is set already"):
            change_mandate(by=boss, mandate=row, values=says(country="SG"), seen=seen_mandate(row))

    def test_what_fails_leaves_everything_as_it_was(self, boss: User, row: Mandate) -> None:
        twin = add_mandate(by=boss, partner=row.partner, values=says(country="BN"))
        with pytest.raises(ValidationError, match="already has this mandate"):
            change_mandate(
                by=boss, mandate=row, values=says(country="BN", source="x"), seen=seen_mandate(row)
            )
        row.refresh_from_db()
        assert row.valid_until is None
        assert list(Mandate.objects.in_force().order_by("pk")) == [row, twin]


class TestCorrectingWhatHasNotBegun:
    """A is followed by B in ten days; B is corrected before that."""

    DAY = 10 * A_DAY

    @pytest.fixture
    def first(self, mission: Partner) -> Mandate:
        return make_mandate(partner=mission, stage="during", country="MY")

    @pytest.fixture
    def second(self, boss: User, first: Mandate) -> Mandate:
        return self.change(boss, first, country="BN", valid_from=today() + self.DAY)

    @staticmethod
    def change(boss: User, row: Mandate, **values: Any) -> Mandate:
        return change_mandate(by=boss, mandate=row, values=says(**values), seen=seen_mandate(row))

    @staticmethod
    def held(*days: int) -> list[list[str]]:
        return [[row.country for row in Mandate.objects.in_force(today() + day * A_DAY)] for day in days]

    def test_taking_the_correction_back_lets_the_first_go_on(
        self, boss: User, first: Mandate, second: Mandate
    ) -> None:
        day = today() + self.DAY
        third = self.change(boss, second, country="SG", valid_from=day)
        assert third.replaces == first
        assert self.held(9, 10) == [["MY"], ["SG"]]
        end_mandate(by=boss, mandate=third, on=day, seen=seen_mandate(third))
        assert self.held(9, 10, 999) == [["MY"]] * 3

    @pytest.mark.parametrize("country", ["SG", "BN", "MY"])
    def test_moved_earlier_it_cuts_the_first_short(self, boss: User, second: Mandate, country: str) -> None:
        seen, day = seen_mandate(second), today() + 5 * A_DAY
        values = says(country=country, valid_from=day)
        third = change_mandate(by=boss, mandate=second, values=values, seen=seen)
        assert self.held(4, 5, 10) == [["MY"], [country], [country]]
        assert change_mandate(by=boss, mandate=second, values=values, seen=seen) == third
        assert not mandate_words.warnings(third)

    def test_moved_before_several_it_stands_in_the_place_of_all(self, boss: User, second: Mandate) -> None:
        third = self.change(boss, second, country="SG", valid_from=today() + 2 * self.DAY)
        assert self.held(9, 10, 20) == [["MY"], ["BN"], ["SG"]]
        fourth = self.change(boss, third, country="TH", valid_from=today() + A_DAY)
        assert self.held(0, 1, 10, 20) == [["MY"], ["TH"], ["TH"], ["TH"]]
        end_mandate(by=boss, mandate=fourth, on=today(), seen=seen_mandate(fourth))
        assert self.held(0, 1, 10, 20) == [["MY"]] * 4

    def test_the_same_again_is_said_to_be_no_change(self, boss: User, second: Mandate) -> None:
        with pytest.raises(ValidationError, match="Nothing is different"):
            self.change(boss, second, country="BN", valid_from=second.valid_from)


class TestEnding:
    @pytest.fixture
    def row(self, mission: Partner) -> Mandate:
        return make_mandate(partner=mission, stage="during", country="MY")

    def test_it_holds_until_the_day_before(self, boss: User, row: Mandate) -> None:
        day = today() + 2 * A_DAY
        end_mandate(by=boss, mandate=row, on=day, seen=seen_mandate(row))
        assert Mandate.objects.in_force(day - A_DAY).exists()
        assert not Mandate.objects.in_force(day).exists()
        end_mandate(by=boss, mandate=row, on=day, seen="whatever")  # the second click
        [event] = timeline.tell(StaffEvent.objects.with_names())
        assert event.title.startswith("Mandate ended: PERWAKILAN:*:during:MY, from ")

    def test_not_in_the_past_and_not_after_its_own_end(self, boss: User, row: Mandate) -> None:
        with pytest.raises(ValidationError, match="This day has passed"):
            end_mandate(by=boss, mandate=row, on=today() - A_DAY, seen=seen_mandate(row))
        end_mandate(by=boss, mandate=row, on=today() + A_DAY, seen=seen_mandate(row))
        row.refresh_from_db()
        with pytest.raises(ValidationError, match="over by then"):
            end_mandate(by=boss, mandate=row, on=today() + 9 * A_DAY, seen=seen_mandate(row))

    def test_a_change_that_has_not_begun_is_taken_back_and_what_held_goes_on(
        self, boss: User, row: Mandate
    ) -> None:
        day = today() + 5 * A_DAY
        new = change_mandate(
            by=boss, mandate=row, values=says(country="BN", valid_from=day), seen=seen_mandate(row)
        )
        end_mandate(by=boss, mandate=new, on=day, seen=seen_mandate(new))
        assert [m.country for m in Mandate.objects.in_force(day)] == ["MY"]
        row.refresh_from_db()
        assert row.valid_until is None
        again = change_mandate(by=boss, mandate=row, values=says(country="SG"), seen=seen_mandate(row))
        assert list(Mandate.objects.in_force()) == [again]

    @pytest.mark.parametrize("country", ["BN", "MY"])
    def test_a_change_that_ends_after_it_has_begun_brings_nothing_back(
        self, boss: User, row: Mandate, country: str
    ) -> None:
        begins, ends = today() + 5 * A_DAY, today() + 9 * A_DAY
        values = says(country=country, valid_from=begins, valid_until=today() + 90 * A_DAY)
        new = change_mandate(by=boss, mandate=row, values=values, seen=seen_mandate(row))
        end_mandate(by=boss, mandate=new, on=ends, seen=seen_mandate(new))
        held = [list(Mandate.objects.in_force(day)) for day in (begins - A_DAY, begins, ends)]
        assert held == [[row], [new], []]

    def test_what_is_over_is_not_touched_any_more(self, boss: User, row: Mandate) -> None:
        Mandate.objects.update(valid_until=today() - 5 * A_DAY)
        row.refresh_from_db()
        with pytest.raises(ActRefused, match="This mandate is over"):
            change_mandate(by=boss, mandate=row, values=says(country="SG"), seen=seen_mandate(row))


class TestWarnings:
    def test_one_inside_another_of_the_same_partner_is_named(self, mission: Partner) -> None:
        make_mandate(partner=mission, stage="during", country="MY")
        inner = proposed(mission, says(district=make_district(name_id="Johor")))
        [warning] = mandate_words.warnings(inner)
        assert warning.startswith("It lies within what the partner is responsible for already: ")
        assert "Malaysia" in warning
        make_mandate(partner=mission, stage="during", country="SA", topic=make_topic(name_id="Gaji"))
        [warning] = mandate_words.warnings(proposed(mission, says(country="SA")))
        assert warning.startswith("It takes in what the partner is responsible for already: ")
        assert "Gaji" in warning

    def test_districts_that_overlap_with_another_partners_are_named(self, mission: Partner) -> None:
        johor = make_district(name_id="Johor")
        other = make_partner(name_id="KJRI Penang", kind="mission")
        theirs = make_mandate(partner=other, stage="during", country="MY", district=johor)
        [warning] = mandate_words.warnings(proposed(mission, says(district=johor)))
        assert warning.startswith("KJRI Penang is responsible for the same: ")
        assert "Johor" in warning
        Mandate.objects.filter(pk=theirs.pk).update(valid_until=today())
        assert (
            mandate_words.warnings(proposed(mission, says(district=johor, valid_from=today() + A_DAY))) == []
        )

    def test_different_stages_and_topics_do_not_overlap(self, mission: Partner) -> None:
        make_mandate(stage="before", country="MY")
        make_mandate(stage="during", country="MY", topic=make_topic())
        assert mandate_words.warnings(proposed(mission, says(topic=make_topic()))) == []

    def test_a_suspended_partner_is_said_to_be_so(self, mission: Partner) -> None:
        mission.is_active = False
        [warning] = mandate_words.warnings(proposed(mission, says()))
        assert "The partner is suspended" in warning


class TestLoadingAgain:
    """What an admin ended or changed is not brought back by `load_reference`."""

    def test_an_ended_line_stays_ended_and_a_changed_one_changed(self, boss: User) -> None:
        load_all()
        ended = Mandate.objects.get(district="SA-NAJRAN")
        changed = Mandate.objects.get(district="SA-TABUK")
        end_mandate(by=boss, mandate=ended, on=today(), seen=seen_mandate(ended))
        values = says(country="SA", district=changed.district, topic=Topic.objects.first())
        new = change_mandate(by=boss, mandate=changed, values=values, seen=seen_mandate(changed))
        before = list(Mandate.objects.order_by("pk").values())
        load_all()
        assert list(Mandate.objects.order_by("pk").values()) == before
        assert list(Mandate.objects.in_force().filter(district="SA-TABUK")) == [new]
        assert not Mandate.objects.in_force().filter(district="SA-NAJRAN").exists()

    def test_a_line_whose_file_changed_after_an_admin_ended_it_is_left_alone(
        self, boss: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from agencies.loading import csvfiles, mandates

        load_all()
        doha = Mandate.objects.get(partner__code="KBRI_DOHA")
        end_mandate(by=boss, mandate=doha, on=today(), seen=seen_mandate(doha))

        def read(name: str) -> list[dict[str, str]]:
            rows = csvfiles.read(name)
            if name != "missions.csv":
                return rows
            return [{**row, "source": "V: another"} if row["code"] == "KBRI_DOHA" else row for row in rows]

        monkeypatch.setattr(mandates, "read", read)
        tally = next(tally for tally in load_all() if tally.kind == "mandates")
        assert (tally.left_alone, tally.changed) == (1, 0)
        doha.refresh_from_db()
        assert doha.source != "another"
        assert doha.valid_until == today() - A_DAY

    def test_an_ended_line_that_left_the_files_stays_in_the_history(
        self, boss: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from agencies.loading import csvfiles, mandates

        load_all()
        doha = Mandate.objects.get(partner__code="KBRI_DOHA")
        end_mandate(by=boss, mandate=doha, on=today() + A_DAY, seen=seen_mandate(doha))

        def read(name: str) -> list[dict[str, str]]:
            rows = csvfiles.read(name)
            return [row for row in rows if name != "missions.csv" or row["code"] != "KBRI_DOHA"]

        monkeypatch.setattr(mandates, "read", read)
        load_all()
        doha.refresh_from_db()
        assert doha.retired_at is None
        assert Mandate.objects.in_force().filter(pk=doha.pk).exists()


class TestThePartnersPage:
    def test_it_tells_what_holds_what_comes_and_what_was(
        self, boss: User, mission: Partner, client: Client
    ) -> None:
        make_mandate(partner=mission, country="MY", source="Decree 1", source_status="I")
        make_mandate(partner=mission, country="BN", valid_from=today() + A_DAY)
        make_mandate(partner=mission, country="SG", valid_until=today() - A_DAY)
        client.force_login(boss)
        answer = client.get("/partners/KJRI_X/mandates/")
        told = {
            part: [line["row"].country for line in answer.context[part]]
            for part in ("now", "planned", "past")
        }
        assert told == {"now": ["MY"], "planned": ["BN"], "past": ["SG"]}
        assert "Malaysia" in answer.text
        assert "Decree 1" in answer.text
        assert "Inferred from other rows" in answer.text

    def test_a_partner_admin_reads_their_own_and_no_other(self, mission: Partner, client: Client) -> None:
        row = make_mandate(partner=mission, country="MY")
        other = make_partner()
        client.force_login(make_user(partner=mission, role=PartnerAdmin.code))
        answer = client.get("/partners/KJRI_X/mandates/")
        assert answer.status_code == 200
        assert f"/mandates/{row.pk}/" not in answer.text
        assert client.get(f"/partners/{other.code}/mandates/").status_code == 404


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_changes_at_once_are_one_change_and_one_word_to_the_other(self) -> None:
        boss, mission = make_portal_admin(), make_partner(kind="mission")
        row = make_mandate(partner=mission, stage="during", country="MY")
        seen = seen_mandate(row)
        results = at_once(
            *(
                lambda country=country: change_mandate(
                    by=boss, mandate=row, values=says(country=country), seen=seen
                )
                for country in ("BN", "SG")
            )
        )
        assert sorted(type(result) is Mandate for result in results) == [False, True], results
        assert any(isinstance(result, StaleData) for result in results)
        assert Mandate.objects.in_force().count() == 1

    def test_the_same_added_twice_at_once_is_one(self) -> None:
        boss, mission = make_portal_admin(), make_partner(kind="mission")
        values = says()
        results = at_once(*[lambda: add_mandate(by=boss, partner=mission, values=values)] * 2)
        assert len({getattr(result, "pk", result) for result in results}) == 1
        assert Mandate.objects.count() == 1


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    results: list[Any] = []
    ready = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> None:
        close_old_connections()
        try:
            ready.wait(timeout=10)
            results.append(act())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results
