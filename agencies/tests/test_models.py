from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone, translation

from agencies.choices import SourceStatus
from agencies.models import Mandate, Partner, Regency

from .factories import make_district, make_mandate, make_partner, make_province, make_regency, make_topic

pytestmark = pytest.mark.django_db


class TestPartner:
    def test_is_named_in_the_active_language(self) -> None:
        partner = make_partner(name_id="Kepolisian", name_en="National police")
        with translation.override("en"):
            assert str(partner) == "National police"
        with translation.override("id"):
            assert str(partner) == "Kepolisian"

    def test_without_an_english_name_keeps_the_indonesian_one(self) -> None:
        with translation.override("en"):
            assert make_partner(name_id="KBRI Doha").name == "KBRI Doha"

    @pytest.mark.parametrize(
        "search",
        ["doha", "KBRI_DO", "wakrah", "kbri  doha", "embassy", " ", "DOHA\x00", "doha" + " " * 10_000],
    )
    def test_is_found_by_name_code_and_city(self, search: str) -> None:
        partner = make_partner(code="KBRI_DOHA", name_id="KBRI Doha", name_en="Embassy", city="Al Wakrah")
        assert list(Partner.objects.search(search)) == [partner]

    @pytest.mark.parametrize("search", ["kairo", "doha kairo", "%", "🙂", "x" * 1_000_000])
    def test_is_not_found_by_anything_else(self, search: str) -> None:
        make_partner(code="KBRI_DOHA", name_id="KBRI Doha")
        assert not Partner.objects.search(search).exists()

    def test_is_active_until_suspended_or_retired(self) -> None:
        active = make_partner()
        make_partner(is_active=False)
        make_partner(retired_at=timezone.now())
        assert list(Partner.objects.active()) == [active]

    def test_has_accounts_when_an_active_person_works_cases_there(self, django_user_model: Any) -> None:
        worked, managed, left, _empty = (make_partner() for _ in range(4))
        for number, (partner, role, is_active) in enumerate(
            [(worked, "caseworker", True), (managed, "partner_admin", True), (left, "officer", False)]
        ):
            django_user_model.objects.create_user(
                email=f"{number}@example.org", full_name="A", role=role, partner=partner, is_active=is_active
            )
        having = [partner for partner in Partner.objects.with_accounts() if partner.has_accounts]
        assert having == [worked]
        worked.people.update(locked_at=timezone.now())  # long unused: nobody there can read a referral
        assert not any(partner.has_accounts for partner in Partner.objects.with_accounts())

    def test_refuses_a_time_zone_that_is_none(self) -> None:
        partner = make_partner()
        partner.time_zone = "Asia/Nowhere"
        with pytest.raises(ValidationError, match="time_zone"):
            partner.full_clean()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"kind": "church"},
            {"kind": "mission", "mission_type": ""},
            {"kind": "ngo", "mission_type": "KBRI"},
            {"reference_prefix": "sp"},
            {"reference_prefix": "-"},
            {"country": "Qatar"[:2]},
            {"source_status": "?"},
            {"confirmed_at": "2026-01-01T00:00Z"},
            {"confirmed_by": "a@example.org"},
        ],
        ids=str,
    )
    def test_is_never_kept_wrong(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(IntegrityError):
            make_partner(**wrong)

    def test_a_prefix_belongs_to_one_partner_and_many_may_have_none(self) -> None:
        make_partner(reference_prefix="")
        make_partner(reference_prefix="")
        make_partner(reference_prefix="SP")
        with pytest.raises(IntegrityError):
            make_partner(reference_prefix="SP")


class TestConfirmation:
    @pytest.mark.parametrize("status", ["U", "H", "P", "I"])
    def test_is_needed_where_no_source_says_it_fully(self, status: str) -> None:
        partner = make_partner(source_status=status)
        assert partner.needs_confirmation
        assert list(Partner.objects.unconfirmed()) == [partner]

    @pytest.mark.parametrize("status", ["V", "own"])
    def test_is_not_needed_otherwise(self, status: str) -> None:
        assert not make_partner(source_status=status).needs_confirmation
        assert not Partner.objects.unconfirmed().exists()

    def test_is_not_needed_twice(self) -> None:
        partner = make_partner(
            source_status=SourceStatus.UNCONFIRMED, confirmed_at=timezone.now(), confirmed_by="a@example.org"
        )
        assert not partner.needs_confirmation
        assert not Partner.objects.unconfirmed().exists()


class TestMandate:
    def test_is_said_once(self) -> None:
        partner = make_partner()
        make_mandate(partner=partner, country="MY")
        with pytest.raises(IntegrityError):
            make_mandate(partner=partner, country="MY")

    def test_may_be_said_again_after_it_was_retired(self) -> None:
        partner = make_partner()
        make_mandate(partner=partner, country="MY", retired_at=timezone.now())
        make_mandate(partner=partner, country="MY")

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda: {"district": make_district(code="MY-X")},
            lambda: {"district": make_district(code="MY-X"), "country": "SA"},
            lambda: {"regency": make_regency(code="3573")},
            lambda: {"regency": make_regency(code="3573"), "province": make_province(code="52")},
            lambda: {"country": "MY", "province": make_province()},
            lambda: {"country": "my"},
            lambda: {"stage": "later"},
        ],
        ids=[
            "district without country",
            "district of another country",
            "regency without province",
            "regency of another province",
            "abroad and at home",
            "country in small letters",
            "unknown stage",
        ],
    )
    def test_is_never_kept_wrong(self, wrong: Callable[[], dict[str, Any]]) -> None:
        with pytest.raises(IntegrityError):
            make_mandate(**wrong())

    def test_tells_a_form_what_is_missing(self) -> None:
        mandate = Mandate(partner=make_partner(), agency_code="BP3MI", regency=make_regency())
        with pytest.raises(ValidationError, match="province"):
            mandate.full_clean()

    def test_is_in_force_while_it_and_its_partner_are_current(self) -> None:
        valid = make_mandate(topic=make_topic())
        make_mandate(retired_at=timezone.now())
        make_mandate(partner=make_partner(is_active=False))
        make_mandate(partner=make_partner(retired_at=timezone.now()))
        assert list(Mandate.objects.in_force()) == [valid]


def test_a_regency_begins_with_its_province() -> None:
    with pytest.raises(IntegrityError):
        Regency.objects.create(code="3573", name="Kota Malang", province=make_province(code="52"))


def test_a_district_begins_with_its_country() -> None:
    with pytest.raises(IntegrityError):
        make_district(code="MY-X", country="SA")
