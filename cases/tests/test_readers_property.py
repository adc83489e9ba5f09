"""Who may read a case, after whatever happened: the portal against a picture of it in plain Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.roles import PartnerAdmin, Supervisor
from accounts.tests.factories import make_user
from agencies.models import Topic
from agencies.tests.factories import make_partner, make_topic
from cases import access, actions, restriction, rules
from cases.access import AccessRefused
from cases.models import Case, CaseAccess, Document
from cases.restriction import RestrictionRefused
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral

from .factories import make_case
from .restricted import GLASS, browser, violence

pytestmark = pytest.mark.django_db

BEGAN = timezone.now().replace(microsecond=0)
DAY = timedelta(hours=24)


@dataclass
class Picture:
    """What a person would say of one case: who has it, until when others may read it, and what was objected to."""

    caseworker: str
    restricted: bool
    named: dict[str, datetime] = field(default_factory=dict)
    glass: dict[str, datetime] = field(default_factory=dict)
    objected: set[str] = field(default_factory=set)

    def reads(self, who: str, at: datetime) -> bool:
        if not self.restricted or who == self.caseworker:
            return True
        return any(at < opened.get(who, at) for opened in (self.named, self.glass))


TEAM = ("ani", "budi", "citra", "dewi")  # Dewi supervises
OUTSIDE = ("stranger", "admin")
ACTS = ("name", "name_for_a_day", "end", "glass", "object", "confirm", "assign", "restrict", "lift", "topic")


def acts(hours: int) -> st.SearchStrategy[tuple[str, str, str, int]]:
    """What is done, by whom, to whom, and how many hours pass before."""
    who = st.sampled_from((*TEAM, *OUTSIDE))
    return st.tuples(st.sampled_from(ACTS), who, st.sampled_from(TEAM), st.integers(0, hours))


class Play:
    """The acts of people, done in the portal and in the picture; they may differ in nothing that anybody can see."""

    def __init__(self) -> None:
        partner = make_partner()
        self.people = {name: make_user(partner=partner) for name in TEAM[:-1]}
        self.people["dewi"] = make_user(partner=partner, role=Supervisor.code)
        self.people["admin"] = make_user(partner=partner, role=PartnerAdmin.code)
        self.people["stranger"] = make_user(partner=make_partner(), role=Supervisor.code)
        self.ordinary, self.violence = make_topic(), violence()
        self.case = make_case(by=self.people["ani"], topics=[self.ordinary])
        self.officer = make_officer()
        self.referral = make_referral(case=self.case, to=self.officer.partner)
        self.document = Document.objects.create(
            case=self.case,
            kind="contract",
            file_name="contract.pdf",
            content_type="application/pdf",
            size=1,
            stored_as=f"stored-{self.case.pk}",
            added_by=self.people["ani"],
            partner=partner,
            added_at=BEGAN,
        )
        self.picture, self.now = Picture("ani", restricted=False), BEGAN
        self.newest: dict[str, int] = {}  # each person's last opening in an emergency
        self.lifted = False

    def current(self) -> Case:
        return Case.objects.get(pk=self.case.pk)

    def step(self, act: str, who: str, to: str, hours: int) -> None:
        self.now += timedelta(hours=hours)
        with patch("django.utils.timezone.now", return_value=self.now):
            allowed = getattr(self, f"may_{act}")(who, to)
            try:
                getattr(self, f"do_{act}")(self.people[who], self.people[to], to)
                happened = True
            except (PermissionDenied, AccessRefused, RestrictionRefused):
                happened = False
            assert happened is allowed, (act, who, to, self.picture)
            if allowed:
                getattr(self, f"drawn_{act}")(who, to)

    # Naming -----------------------------------------------------------------------------------

    def may_name(self, who: str, to: str) -> bool:
        names = who in (self.picture.caseworker, "dewi")
        return self.picture.restricted and names and to != self.picture.caseworker

    def do_name(self, by: User, to: User, _name: str) -> None:
        access.grant(by=by, case=self.case, to=to)

    def drawn_name(self, _who: str, to: str) -> None:
        if self.picture.named.get(to, self.now) <= self.now:  # an access that is there stays as it is
            self.picture.named[to] = self.now + timedelta(days=10_000)

    may_name_for_a_day = may_name

    def do_name_for_a_day(self, by: User, to: User, _name: str) -> None:
        access.grant(by=by, case=self.case, to=to, until=self.now + DAY)

    def drawn_name_for_a_day(self, _who: str, to: str) -> None:
        if self.picture.named.get(to, self.now) <= self.now:
            self.picture.named[to] = self.now + DAY

    def may_end(self, who: str, to: str) -> bool:
        """Ends every access of `to`, if there is one that whoever does it may end."""
        if who not in (self.picture.caseworker, "dewi", to):
            return False
        return any(self.now < opened.get(to, self.now) for opened in (self.picture.named, self.picture.glass))

    def do_end(self, by: User, to: User, _name: str) -> None:
        rows = list(CaseAccess.objects.open().filter(case=self.case, person=to).select_related("case"))
        if not rows:
            raise PermissionDenied
        for row in rows:
            access.revoke(by=by, access=row)

    def drawn_end(self, _who: str, to: str) -> None:
        self.picture.named.pop(to, None)
        self.picture.glass.pop(to, None)

    # Emergencies ------------------------------------------------------------------------------

    def may_glass(self, who: str, _to: str) -> bool:
        if who not in TEAM:
            return False
        return self.picture.reads(who, self.now) or who not in self.picture.objected

    def do_glass(self, by: User, _to: User, _name: str) -> None:
        access.break_glass(by=by, case=self.case, **GLASS)

    def drawn_glass(self, who: str, _to: str) -> None:
        if not self.picture.reads(who, self.now):
            self.picture.glass[who] = self.now + DAY
            opened = CaseAccess.objects.glass().filter(case=self.case, person=self.people[who])
            self.newest[who] = opened.order_by("-pk").values_list("pk", flat=True)[0]

    def _to_review(self, person: str) -> CaseAccess | None:
        rows = CaseAccess.objects.to_review().filter(case=self.case, person=self.people[person])
        return rows.select_related("case").order_by("-granted_at", "-pk").first()

    def may_object(self, who: str, to: str) -> bool:
        return who != to and who in (self.picture.caseworker, "dewi") and self._to_review(to) is not None

    may_confirm = may_object

    def do_object(self, by: User, _to: User, name: str) -> None:
        self._review(by, name, "objected")

    def do_confirm(self, by: User, _to: User, name: str) -> None:
        self._review(by, name, "confirmed")

    def _review(self, by: User, name: str, verdict: str) -> None:
        row = self._to_review(name)
        if row is None:
            raise PermissionDenied
        self.judged = row
        access.review(by=by, access=row, verdict=verdict)

    def drawn_object(self, _who: str, to: str) -> None:
        self.picture.objected.add(to)
        if self.newest.get(to) == self.judged.pk:  # an older one that is judged late ends nothing
            self.picture.glass.pop(to, None)

    def drawn_confirm(self, _who: str, to: str) -> None:
        pass

    # The case ---------------------------------------------------------------------------------

    def may_assign(self, who: str, _to: str) -> bool:
        return who == "dewi"

    def do_assign(self, by: User, to: User, _name: str) -> None:
        actions.assign(by=by, case=self.case, to=to)

    def drawn_assign(self, _who: str, to: str) -> None:
        self.picture.caseworker = to

    def may_restrict(self, who: str, _to: str) -> bool:
        return who in TEAM and self.picture.reads(who, self.now)

    def do_restrict(self, by: User, _to: User, _name: str) -> None:
        restriction.restrict(by=by, case=self.case)

    def drawn_restrict(self, _who: str, _to: str) -> None:
        self.picture.restricted = True

    def may_lift(self, who: str, _to: str) -> bool:
        return who == "dewi" and self.picture.restricted and self.picture.reads(who, self.now)

    def do_lift(self, by: User, _to: User, _name: str) -> None:
        restriction.lift(by=by, case=self.case, text="A mistake.")

    def drawn_lift(self, _who: str, _to: str) -> None:
        self.picture.restricted = False
        self.picture.named.clear()
        self.picture.glass.clear()
        self.lifted = self.violence in self.case.topics.all()

    may_topic = may_restrict

    def do_topic(self, by: User, _to: User, _name: str) -> None:
        topics: list[Topic] = [self.ordinary, self.violence]
        actions.edit(by=by, case=self.case, version=self.current().version, topics=topics)

    def drawn_topic(self, _who: str, _to: str) -> None:
        if not self.lifted:
            self.picture.restricted = True

    # What anybody can see ---------------------------------------------------------------------

    def compare(self) -> None:
        with patch("django.utils.timezone.now", return_value=self.now):
            for name, person in self.people.items():
                reads = name in TEAM and self.picture.reads(name, self.now)
                assert self.answers(person) == dict.fromkeys(self.answers(person), reads), (
                    name,
                    self.picture,
                )
            knows = Case.objects.known_to(self.people["dewi"]).filter(pk=self.case.pk).exists()
            assert knows, "a supervisor never loses sight of a case"
            assert Referral.objects.visible_to(self.officer).filter(pk=self.referral.pk).exists()

    def answers(self, person: User) -> dict[str, bool]:
        """Every way to the case that asks the database."""
        cases = Case.objects.visible_to(person)
        return {
            "list": cases.filter(pk=self.case.pk).exists(),
            "search": cases.search("Melati").filter(pk=self.case.pk).exists(),
            "rule": rules.can_read(person, self.current()),
            "document": Document.objects.filter(case__in=cases, pk=self.document.pk).exists(),
            "referral": Referral.objects.visible_to(person).filter(pk=self.referral.pk).exists(),
            "sent": Referral.objects.sent_by(person).filter(pk=self.referral.pk).exists(),
        }

    def compare_pages(self) -> None:
        """The same over the pages themselves; they know no time but the present one."""
        for name, person in self.people.items():
            client = browser(person)
            pages: dict[str, Any] = {
                "case": client.get(self.case.get_absolute_url()),
                "documents": client.get(f"{self.case.get_absolute_url()}documents/"),
                "consents": client.get(f"{self.case.get_absolute_url()}consents/"),
                "referral": client.get(self.referral.get_absolute_url()),
            }
            statuses = {page: response.status_code for page, response in pages.items()}
            shown = {page: "Contoh Melati" in response.text for page, response in pages.items()}
            want = name in TEAM and self.picture.reads(name, self.now)
            refused = {"stranger": 404, "admin": 403}.get(name, 403)
            assert statuses == dict.fromkeys(pages, 200 if want else refused), (name, self.picture)
            assert any(shown.values()) is want, (name, shown, self.picture)
            listed = client.get("/cases/?tab=team&state=all")
            if listed.status_code == 200:
                assert ("Contoh Melati" in listed.text) is want, (name, self.picture)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    print_blob=True,
)
@given(st.lists(acts(hours=30), min_size=1, max_size=14))
def test_whatever_happened_everybody_reads_what_the_picture_says(
    db: None, played: list[tuple[str, str, str, int]]
) -> None:
    play = Play()
    for act in played:
        play.step(*act)
        play.compare()


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    print_blob=True,
)
@given(st.lists(acts(hours=0), min_size=3, max_size=10))
def test_the_pages_agree_with_the_picture(db: None, played: list[tuple[str, str, str, int]]) -> None:
    play = Play()
    play.step("topic", "ani", "ani", 0)
    for act in played:
        play.step(*act)
    play.compare_pages()


def test_an_older_opening_that_is_judged_late_ends_no_newer_one(db: None) -> None:
    play = Play()
    for act in ("topic", "glass", "end", "glass", "confirm", "object"):
        by = {"topic": "ani", "glass": "budi", "end": "ani"}.get(act, "dewi")
        play.step(act, by, "budi", 0)
        play.compare()
