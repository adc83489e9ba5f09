"""What is wrong with the rows of a table of people, as codes that are told in the reader's language.

Rows come in pieces, and what the database knows of a piece is asked in a fixed number of statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.characters import validate_plain_email, validate_plain_name
from accounts.forms import PersonNameField
from accounts.models import User
from accounts.roles import AT_PARTNER, ROLES

from . import rules, tables
from .import_columns import language_of, role_words
from .models import Invitation, Partner
from .tables import Problem, folded

NAME_LENGTH, EMAIL_LENGTH = 150, 254

SENTENCES = {
    **tables.SENTENCES,
    "no_name": _("The name is missing."),
    "long_name": _("The name is longer than %(most)s characters."),
    "odd_name": _(
        "The name has an invisible sign, or letters of several alphabets in one word. Type it anew."
    ),
    "no_email": _("The e-mail address is missing."),
    "bad_email": _("“%(email)s” is no e-mail address."),
    "no_role": _("The role is missing."),
    "unknown_role": _("There is no role “%(role)s”. Possible are: %(possible)s."),
    "unknown_language": _("There is no language “%(language)s”. Write id or en, or leave the cell empty."),
    "no_partner": _("The partner's code is missing."),
    "unknown_partner": _("There is no partner with the code “%(partner)s”."),
    "foreign_partner": _("This table invites people of one partner only; “%(partner)s” is another one."),
    "resting_partner": _("This partner is suspended and takes on nobody."),
    "twice": _("Row %(row)s has the same address already."),
    "has_account": _("This person already has an account here."),
    "has_account_elsewhere": _(
        "This address already has an account with another organisation. Ask for another address."
    ),
    "invited": _("This address already has an open invitation. Send it again, or withdraw it first."),
    "invited_elsewhere": _(
        "This address has an open invitation from another organisation. Ask for another address."
    ),
    "tried_often": _(
        "This could not be done, although it was tried several times. Please upload the table again."
    ),
    "not_yours": _("You may not invite people any more, or not to this partner."),
}


@dataclass
class Person:
    """One row as it is judged: what it will become, and what stands against it."""

    number: int
    full_name: str = ""
    email: str = ""
    role: str = ""
    language: str = ""
    partner: Partner | None = None
    partner_typed: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def cells(self) -> dict[str, str]:
        """What is kept of it. An unknown role, language or partner stays as it was typed."""
        return {
            "full_name": self.full_name,
            "email": self.email,
            "role": self.role,
            "language": self.language,
            "partner": self.partner_typed,
        }

    def refuse(self, code: str, **values: Any) -> None:
        self.problems.append(Problem(code, values))


class Judge:
    """Judges the rows of one table, piece by piece. `goes_to` is where everybody goes, if the table is of one partner."""

    def __init__(self, by: User, goes_to: Partner | None) -> None:
        self.by, self.goes_to = by, goes_to
        partners = [goes_to] if goes_to is not None else Partner.objects.order_by("pk")
        self.partners = {folded(partner.code): partner for partner in partners}
        self.seen: dict[int, int] = {}  # rows by a number made of their address: smaller than the address

    def judged(self, rows: Iterable[tables.Row]) -> list[Person]:
        people = [self._read(row.number, row.cells, row.problems) for row in rows]
        self._compare(people)
        return people

    def judged_again(self, rows: Iterable[tuple[int, Mapping[str, str]]]) -> list[Person]:
        """The same for rows that were kept, from the beginning or in a later transaction."""
        people = [self._read(number, cells, ()) for number, cells in rows]
        self._compare(people)
        return people

    def _read(self, number: int, cells: Mapping[str, str], problems: Sequence[Problem]) -> Person:
        person = Person(number, problems=list(problems))
        self._read_name(person, cells["full_name"])
        self._read_email(person, cells["email"])
        self._read_partner(person, cells.get("partner", ""))
        self._read_role(person, cells["role"])
        typed = cells.get("language", "")
        person.language = language_of(typed) or typed
        if not language_of(typed):
            person.refuse("unknown_language", language=typed[:40])
        return person

    @staticmethod
    def _read_name(person: Person, typed: str) -> None:
        person.full_name = PersonNameField(required=False).to_python(typed)
        if not person.full_name:
            person.refuse("no_name")
        elif len(person.full_name) > NAME_LENGTH:
            person.refuse("long_name", most=NAME_LENGTH)
        elif not _passes(validate_plain_name, person.full_name):
            person.refuse("odd_name")

    @staticmethod
    def _read_email(person: Person, typed: str) -> None:
        person.email = User.objects.normalize_email(typed)
        plain = len(person.email) <= EMAIL_LENGTH and _passes(validate_plain_email, person.email)
        if not person.email:
            person.refuse("no_email")
        elif not plain or not _passes(validate_email, person.email):
            person.refuse("bad_email", email=person.email[:80])

    def _read_partner(self, person: Person, typed: str) -> None:
        person.partner_typed = typed
        person.partner = self.partners.get(folded(typed)) if typed else self.goes_to
        if person.partner is None and not typed:
            person.refuse("no_partner")
        elif person.partner is None:
            code = "foreign_partner" if self.goes_to is not None else "unknown_partner"
            person.refuse(code, partner=typed[:40])
        elif not rules.can_manage_people_of(self.by, person.partner.pk):
            person.refuse("not_yours")
        elif not rules.takes_people(person.partner):
            person.refuse("resting_partner")

    @staticmethod
    def _read_role(person: Person, typed: str) -> None:
        role = role_words().get(folded(typed), "")
        person.role = role or typed
        possible = list(rules.roles_at(person.partner)) if person.partner is not None else AT_PARTNER
        if not typed:
            person.refuse("no_role")
        elif role not in possible:
            person.refuse("unknown_role", role=typed[:40], possible=possible)

    def _compare(self, people: list[Person]) -> None:
        """Against the rows before, and against everybody who has an account or an invitation."""
        emails = {person.email for person in people if person.email}
        accounts = dict(User.objects.filter(email__in=emails).values_list("email", "partner_id"))
        standing = Invitation.objects.open().filter(email__in=emails, expires_at__gt=timezone.now())
        invited = dict(standing.values_list("email", "partner_id"))
        for person in people:
            if not person.email:
                continue
            before = self.seen.setdefault(hash(person.email), person.number)
            if before != person.number:
                person.refuse("twice", row=before)
            self._compare_with("has_account", accounts, person)
            if person.email not in accounts:
                self._compare_with("invited", invited, person)

    @staticmethod
    def _compare_with(code: str, taken: Mapping[str, int | None], person: Person) -> None:
        """Of other organisations no more is said than that the address is taken."""
        if person.email in taken:
            here = person.partner is not None and taken[person.email] == person.partner.pk
            person.refuse(code if here else f"{code}_elsewhere")


def _passes(validate: Callable[[str], None], value: str) -> bool:
    try:
        validate(value)
    except ValidationError:
        return False
    return True


def sentence(problem: Mapping[str, Any]) -> str:
    """A kept problem in the reader's language."""
    values = dict(problem["values"])
    if "possible" in values:
        values["possible"] = ", ".join(str(ROLES[code].name) for code in values["possible"])
    return tables.sentence(Problem(problem["code"], values), SENTENCES)
