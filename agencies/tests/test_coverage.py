"""Gaps and overlaps: every province x topic x stage and every country x topic, on the reference data as it is loaded."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_portal_admin
from agencies import countries, gaps
from agencies.choices import Stage
from agencies.loading import load_all
from agencies.matching import Facts, Question, ask
from agencies.matching.coverage import Cell, Held, parts_of
from agencies.models import Mandate, Partner, Province, Topic

from .factories import make_mandate

FRAUD, EAST_KALIMANTAN, EAST_JAVA = "PENIPUAN_PELUANG_KERJA", "64", "35"
ADDRESS = "/partners/mandates/"
QUERIES = 15  # of the page, signing in and row-level security included


@pytest.fixture(scope="module")
def boss(django_db_setup: None, django_db_blocker: Any) -> Iterator[User]:
    """A portal admin, on the reference data loaded once and taken back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_all()
        yield make_portal_admin()
        transaction.set_rollback(True)


@pytest.fixture
def loaded(boss: User, db: None) -> None:
    pass


@pytest.fixture
def page(boss: User, client: Client, db: None) -> Client:
    client.force_login(boss)
    return client


def cell(**wanted: str) -> Cell:
    found = [one for one in gaps.cells() if all(getattr(one, k) == v for k, v in wanted.items())]
    assert len(found) == 1, found
    return found[0]


def sentences_of(page: Client, **asked: str) -> set[str]:
    """Every sentence of the list, page after page."""
    said: set[str] = set()
    for number in range(1, 1000):
        context = page.get(ADDRESS, asked | {"page": str(number)}).context
        said |= {line["sentence"] for group in context["groups"] for line in group["lines"]}
        if not context["page"].next_url:
            break
    return said


@pytest.mark.usefixtures("loaded")
class TestEveryCombination:
    def test_none_is_left_out(self) -> None:
        at_home = {(one.topic, one.stage, one.province) for one in gaps.cells() if one.province}
        topics, provinces = Topic.objects.all(), Province.objects.all()
        assert at_home == {(t.code, s, p.code) for t in topics for s in Stage.values for p in provinces}
        assert len(at_home) == 33 * 3 * 38
        facts = Facts.read()
        abroad = {(one.topic, one.country, one.district) for one in gaps.cells() if one.country}
        every = {(t.code, c, d) for t in topics for c, _n in countries.choices() for d in parts_of(facts, c)}
        assert abroad == every
        assert len({(topic, country) for topic, country, _part in abroad}) == 33 * len(countries.choices())

    def test_each_has_somebody_responsible_or_is_a_gap_that_the_page_shows(self, page: Client) -> None:
        words, shown = gaps.Words(), sentences_of(page, show="gap")
        for one in gaps.cells():
            if one.held is Held.GAP:
                assert words.sentence(one) in shown
            else:
                assert one.partners or one.held is Held.DEPENDS
        assert len(shown) == gaps.count() > 0

    def test_what_depends_on_the_country_is_told_for_each_country(self) -> None:
        """So that no combination is silently empty by pointing to another that points back."""
        depends = {one.topic for one in gaps.cells() if one.held is Held.DEPENDS}
        abroad = [one for one in gaps.cells() if one.country and one.topic in depends]
        assert depends
        assert all(one.held in (Held.GAP, Held.CLEAR, Held.SEVERAL, Held.CENTRE) for one in abroad)
        assert all(one.partners for one in abroad if one.held is not Held.GAP)

    def test_each_says_what_a_caseworker_would_be_told(self) -> None:
        cells = gaps.cells()
        certainly = [one for one in cells if one.province in (EAST_JAVA, EAST_KALIMANTAN)][:99]
        chance = random.Random(5).sample(cells, 300)
        for one in [*certainly, *chance]:
            answer = ask(one.question)
            best = tuple(candidate.partner_id for candidate in answer.ranking if candidate.tier == 1)
            assert best == one.partners
            assert (answer.reasons[0] if answer.reasons else None) == one.reason
            clear = one.held in (Held.CLEAR, Held.CENTRE)
            assert (answer.clear is not None) == clear, one

    def test_a_divided_country_is_no_overlap_but_one_cell_for_each_part(self) -> None:
        malaysia = [one for one in gaps.cells() if one.country == "MY" and one.topic == "GAJI_TIDAK_DIBAYAR"]
        assert len(malaysia) > 10
        assert {one.held for one in malaysia} == {Held.CLEAR}

    def test_two_missions_in_an_undivided_country_are_an_overlap(self) -> None:
        japan = cell(topic="GAJI_TIDAK_DIBAYAR", country="JP")
        assert japan.held is Held.SEVERAL
        assert "KBRI Tokyo" in gaps.Words().sentence(japan)


@pytest.mark.usefixtures("loaded")
class TestFactsReadOnce:
    """`Facts.ask` against `ask`, which reads what each question needs."""

    def test_the_answer_is_the_same_to_the_letter(self, page: Client) -> None:
        rng, facts = random.Random(7), Facts.read()
        topics = list(Topic.objects.values_list("code", flat=True))
        places = ["", "Johor Bahru", "Sabah", "Jeddah", "Osaka", "nowhere"]
        for _number in range(150):
            question = Question(
                topics=tuple(rng.sample(topics, rng.randint(0, 3))),
                stage=rng.choice(Stage.values),
                country=rng.choice(["", "MY", "SA", "JP", "QA", "AF", "GL"]),
                place=rng.choice(places),
                home_province=rng.choice(["", "35", "64"]),
                exclude=frozenset(rng.sample(range(300), 5)),
            )
            assert facts.ask(question) == ask(question), question

    def test_takes_four_queries(self, django_assert_num_queries: Callable[..., Any]) -> None:
        with django_assert_num_queries(4):
            Facts.read()

    def test_a_mandate_less_and_one_more_is_what_would_be(self) -> None:
        facts = Facts.read()
        bp3mi = Mandate.objects.get(province=EAST_JAVA, agency_code="BP3MI")
        question = Question(stage="after", home_province=EAST_JAVA)
        assert facts.ask(question).clear
        would = facts.but(without=[bp3mi.pk])
        assert would.ask(question).why_not == "gap"
        assert would.but(added=[facts.mandates[bp3mi.pk]]).ask(question) == facts.ask(question)
        Mandate.objects.filter(pk=bp3mi.pk).update(retired_at=timezone.now())
        assert ask(question) == would.ask(question)


@pytest.mark.usefixtures("loaded")
class TestWhenMandatesChange:
    def test_a_retired_mandate_leaves_gaps(self) -> None:
        before = gaps.count()
        assert cell(topic=FRAUD, stage="before", province=EAST_JAVA).held is Held.CLEAR
        Mandate.objects.filter(province=EAST_JAVA, agency_code="BP3MI").update(retired_at=timezone.now())
        gone = cell(topic=FRAUD, stage="before", province=EAST_JAVA)
        assert gone.held is Held.GAP
        assert gaps.Words().sentence(gone) == (
            "No one is responsible yet for “Job offer fraud” in Jawa Timur (before departure)."
        )
        assert gaps.count() > before

    def test_a_suspended_partner_leaves_them_too(self) -> None:
        Partner.objects.filter(code="BP3MI_JATIM").update(is_active=False)
        assert cell(topic=FRAUD, stage="before", province=EAST_JAVA).held is Held.GAP

    def test_a_new_mandate_fills_them(self) -> None:
        assert cell(topic=FRAUD, stage="before", province=EAST_KALIMANTAN).held is Held.GAP
        south = Partner.objects.get(code="BP3MI_KALSEL")
        make_mandate(partner=south, agency_code="BP3MI", province_id=EAST_KALIMANTAN)
        assert cell(topic=FRAUD, stage="before", province=EAST_KALIMANTAN).held is Held.CLEAR
        assert gaps.count() == 0

    def test_two_partners_for_the_same_are_an_overlap(self) -> None:
        make_mandate(
            partner=Partner.objects.get(code="BP3MI_NTB"), agency_code="BP3MI", province_id=EAST_JAVA
        )
        doubled = cell(topic=FRAUD, stage="before", province=EAST_JAVA)
        assert doubled.held is Held.SEVERAL
        assert len(doubled.partners) == 2

    def test_what_is_left_to_the_ministry_alone_is_shown_as_such(self, page: Client) -> None:
        Mandate.objects.exclude(agency_code="KP2MI").update(retired_at=timezone.now())
        left = cell(topic=FRAUD, stage="before", province=EAST_JAVA)
        assert left.held is Held.CENTRE
        shown = sentences_of(page, show="centre", topic=FRAUD)
        assert gaps.Words().sentence(left) in shown
        assert "Only the ministry answers" in gaps.Words().sentence(left)

    def test_when_even_the_ministry_is_gone_all_of_it_is_a_gap(self) -> None:
        Mandate.objects.update(retired_at=timezone.now())
        assert all(one.held is Held.GAP for one in gaps.cells() if one.country or one.stage != "during")
        assert not any(one.partners for one in gaps.cells())

    def test_a_retired_topic_and_province_are_asked_for_no_more(self) -> None:
        Topic.objects.filter(code=FRAUD).update(retired_at=timezone.now())
        Province.objects.filter(code=EAST_KALIMANTAN).update(retired_at=timezone.now())
        assert FRAUD not in {one.topic for one in gaps.cells()}
        assert gaps.count() == 0


class TestThePage:
    def test_it_begins_with_the_gaps_and_leads_to_the_simulator(self, page: Client) -> None:
        text = page.get(ADDRESS).text
        assert "No one is responsible yet for 32 topics in Kalimantan Timur (before departure)." in text
        where = f"/where/?topics={FRAUD}&amp;stage=before&amp;home_province={EAST_KALIMANTAN}"
        assert where in text
        answer = page.get(unescape(where))
        assert "no office is known for home province Kalimantan Timur" in answer.context["would"]

    def test_one_topic_shows_who_is_responsible_in_each_province(self, page: Client) -> None:
        grid = page.get(ADDRESS, {"topic": FRAUD}).context["grid"]
        java = next(row for row in grid if row["name"] == "Jawa Timur")
        assert [square.text for square in java["squares"]] == [
            "BP3MI Jawa Timur",
            "by country",
            "BP3MI Jawa Timur",
        ]
        east = next(row for row in grid if row["name"] == "Kalimantan Timur")
        assert [square.held for square in east["squares"]] == ["gap", "depends", "gap"]

    def test_one_province_shows_every_topic(self, page: Client) -> None:
        grid = page.get(ADDRESS, {"place": EAST_KALIMANTAN}).context["grid"]
        assert len(grid) == 33
        assert {row["squares"][0].held for row in grid} == {"gap", "clear"}

    def test_overlaps_are_filtered_by_country(self, page: Client) -> None:
        said = sentences_of(page, show="several", place="JP")
        assert len(said) == 30
        assert all("KBRI Tokyo" in sentence and "KJRI Osaka" in sentence for sentence in said)

    @pytest.mark.parametrize("odd", ["", "99", "\x00", "x" * 100_000, "'; --", "gap\n"])
    def test_odd_filters_filter_nothing(self, page: Client, odd: str) -> None:
        answer = page.get(ADDRESS, {"topic": odd, "place": odd, "show": odd})
        assert answer.status_code == 200
        assert len(answer.context["groups"]) == 2
        assert page.get(ADDRESS, {"page": odd}).status_code == 200

    def test_it_asks_the_database_the_same_however_much_there_is(
        self, page: Client, django_assert_num_queries: Callable[..., Any]
    ) -> None:
        page.get(ADDRESS)
        with django_assert_num_queries(QUERIES):
            page.get(ADDRESS)
        with django_assert_num_queries(QUERIES):
            page.get(ADDRESS, {"show": "clear"})

    def test_the_first_page_of_admins_can_name_a_few(self, boss: User) -> None:
        assert gaps.count() == 64
        assert gaps.first(1) == [
            "No one is responsible yet for 32 topics in Kalimantan Timur (before departure)."
        ]
