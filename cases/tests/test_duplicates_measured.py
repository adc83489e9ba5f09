"""How well the hints at intake find who is there already, measured on made-up pairs with names the rule was not set on."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_user
from agencies.models import Partner, Province, Regency
from agencies.tests.factories import make_partner
from cases import duplicates
from cases.likeness import Facts
from cases.models import Case, Worker
from privacy import keys
from privacy.fields import take_numbers
from privacy.models import DataKey

from .factories import case_fields
from .made_up_names import REGIONS
from .made_up_pairs import Pair, pairs

pytestmark = pytest.mark.django_db
COUNT = 2000


@pytest.fixture
def caseworker() -> User:
    return make_user(partner=make_partner())


def store(people: list[Facts], by: User) -> list[int]:
    """A case of each of these people; the numbers of the workers."""
    assert by.partner
    codes = {code for region in REGIONS for code in region.regencies}
    Province.objects.bulk_create([Province(pk=code, name=code) for code in {code[:2] for code in codes}])
    Regency.objects.bulk_create([Regency(pk=code, province_id=code[:2], name=code) for code in codes])
    data_keys = [keys.unsaved() for _ in range(2 * len(people))]
    DataKey.objects.bulk_create(data_keys)
    numbers = take_numbers(Worker, len(people))
    workers = [
        _worker(number, facts, by.partner, key)
        for number, facts, key in zip(numbers, people, data_keys[::2], strict=True)
    ]
    Worker.objects.bulk_create(workers)
    now = timezone.now()
    Case.objects.bulk_create(
        Case(
            pk=number,
            data_key=key,
            partner=by.partner,
            worker=worker,
            reference=f"PAIR-2026-{place:06d}",
            created_by=by,
            assigned_to=by,
            created_at=now,
            changed_at=now,
            **case_fields(),
        )
        for place, (number, worker, key) in enumerate(
            zip(take_numbers(Case, len(people)), workers, data_keys[1::2], strict=True)
        )
    )
    return [worker.pk for worker in workers]


def _worker(number: int, facts: Facts, partner: Partner, key: DataKey) -> Worker:
    return Worker(
        pk=number,
        data_key=key,
        partner=partner,
        name=facts.name,
        sex=facts.sex,
        nik=facts.nik,
        passport_number=facts.passport,
        contact=facts.phones,
        birth_date=facts.birth_date,
        home_province_id=facts.province,
        home_regency_id=facts.regency or None,
    )


def likely(by: User, typed: Facts) -> set[int]:
    """The workers that hints would show first, as likely ones."""
    assert by.partner_id
    found = sorted(
        duplicates.alike(by.partner_id, typed).items(), key=lambda item: item[1].rank, reverse=True
    )
    return {number for number, likeness in found[: duplicates.MOST] if likeness.is_likely}


def test_hints_find_nine_of_ten_and_are_right_nine_times_of_ten(
    caseworker: User, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole chain: tokens, index, opening, comparing, showing five. All 2,000 stored people are in one partner's portal."""
    made = pairs(COUNT, half=1)
    stored = store([pair.stored for pair in made], caseworker)
    right, missed, wrong, others = 0, Counter[str](), Counter[str](), 0
    for pair, worker in zip(made, stored, strict=True):
        hinted = likely(caseworker, pair.typed)
        others += len(hinted - {worker})
        if pair.are_one:
            right += worker in hinted
            missed[_why(pair)] += worker not in hinted
        else:
            wrong[pair.kind] += worker in hinted
    recall, precision = right / sum(pair.are_one for pair in made), right / (right + wrong.total())
    with capsys.disabled():
        print(f"\n{COUNT} pairs: precision {precision:.3f}, recall {recall:.3f}")
        print(f"wrong: {dict(+wrong)}; missed: {dict(+missed)}; hints of people of other pairs: {others}")
    assert precision >= 0.9
    assert recall >= 0.9


def _why(pair: Pair) -> str:
    """Whether a rule that asks for a birth year or a home regency beside the name could have found it at all."""
    comparable = (pair.stored.born and pair.typed.born) or (pair.stored.home and pair.typed.home)
    return "compared" if comparable else "neither birth nor home on both sides"
