"""What the rows of a table would become, and what is wrong with them; a piece at a time, in a fixed number of statements."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.tables import folded
from cases.choices import ProceduralStatus, Relation, ReporterType
from cases.forms.complaint import SELF_REPORTERS, suggested_urgency
from cases.models.case import TEXT_MAX
from privacy import keys

from . import cells, comparing, dates, endings, homes, places, staff, words
from .columns import NAMES
from .drafts import Draft
from .models import CaseImport, ImportMemory
from .reading import BOUNDS
from .targets import NOTE
from .trouble import Wrong

CODED = (
    "sex",
    "stage",
    "procedural_status",
    "reporter_type",
    "reporter_relation",
    "channel",
    "sector",
    "urgency",
)
DATES = ("logged_on", "closed_on", "birth_date", "incident_date", "departure_date")


class Judge:
    """Judges the rows of one table. Reference data and staff are read once."""

    def __init__(self, table: CaseImport, memory: ImportMemory) -> None:
        self.table, self.header = table, list(table.head["header"])
        self.orders: Sequence[str] = table.head["orders"]
        self.choices: Mapping[str, Any] = table.choices
        self.places: dict[str, int] = {code: place for code, place in table.mapping.items() if code != NOTE}
        self.notes: Sequence[int] = table.mapping.get(NOTE, [])
        self.key = keys.open_(memory.data_key_id)
        self.texts, self.homes = cells.Texts(), places.Homes()
        self.topics, self.outcomes = words.topics(), words.outcomes()
        self.today = timezone.localdate()
        self.staff = _staff(table)
        self.seen: dict[UUID, tuple[int, UUID]] = {}

    # One row --------------------------------------------------------------------------------------

    def read(self, row: Mapping[str, Any]) -> Draft:
        """One row by itself, compared with nothing."""
        draft = Draft(row["n"], cells=self._cells(row))
        for place, (code, where) in row["p"].items():
            self._tell_of_cell(draft, int(place), code, where)
        self._texts(draft)
        self._numbers(draft)
        self._dates(draft)
        self._coded(draft)
        homes.fill(draft, self.homes, self.choices)
        self._country(draft)
        self._topics(draft)
        self._caseworker(draft)
        self._reporter(draft)
        endings.fill(draft, self.outcomes, self.choices)
        self._required(draft)
        self._story(draft, row)
        self._recognise(draft)
        return draft

    def _cells(self, row: Mapping[str, Any]) -> dict[str, str]:
        texts: Sequence[str] = row["c"]
        found = {code: texts[place] if place < len(texts) else "" for code, place in self.places.items()}
        return {code: "" if words.is_nothing(text) else text for code, text in found.items()}

    def _tell_of_cell(self, draft: Draft, place: int, code: str, where: str) -> None:
        """What the spreadsheet itself has spoiled, where anybody asks for that column."""
        for column, there in self.places.items():
            if there == place:
                draft.tell(code, column=column, value=where or draft.cells.get(column, ""), most=BOUNDS.cell)
        if place < 0:
            draft.tell(code)

    def _try(self, draft: Draft, column: str, read: Callable[[str], Any]) -> Any:
        """The value of a cell; None where it is empty or wrong, which is told."""
        text = draft.cells.get(column, "")
        if not text or any(one["values"].get("column") == column for one in draft.found):
            return None
        try:
            return read(text)
        except Wrong as problem:
            draft.wrong(column, problem)
            return None

    def _texts(self, draft: Draft) -> None:
        for column in self.texts.fields:
            value = self._try(draft, column, partial(self.texts.clean, column)) or ""
            if column == "old_number":
                draft.old_number = value
            elif column in cells.WORKER_TEXTS:
                draft.worker[column] = value
            else:
                draft.case[column] = value

    def _numbers(self, draft: Draft) -> None:
        draft.worker["nik"] = self._try(draft, "nik", cells.nik_of) or ""
        draft.worker["passport_number"] = self._try(draft, "passport_number", cells.passport_of) or ""

    def _dates(self, draft: Draft) -> None:
        found = {column: self._try(draft, column, self._day(column)) for column in DATES}
        draft.logged_on, draft.closed_on = found["logged_on"], found["closed_on"]
        draft.worker["birth_date"] = found["birth_date"]
        draft.case["incident_date"], draft.case["departure_date"] = (
            found["incident_date"],
            found["departure_date"],
        )
        born = found["birth_date"]
        for column in ("incident_date", "departure_date", "logged_on"):
            if born and found[column] and found[column] < born:
                draft.tell("before_birth", column=column)

    def _day(self, column: str) -> Callable[[str], date]:
        place = self.places.get(column, -1)
        orders = self.orders[place] if 0 <= place < len(self.orders) else ""
        birth = column == "birth_date"

        def read(text: str) -> date:
            bare = text.rpartition(",")[2] if birth and "," in text else text  # "Indramayu, 31-12-1990"
            return dates.day_of(bare, orders=orders, today=self.today, birth=birth)

        return read

    def _coded(self, draft: Draft) -> None:
        for column in CODED:
            text = draft.cells.get(column, "")
            if (
                column == "reporter_type"
                and words.code_of("reporter_relation", text)
                and not words.code_of(column, text)
            ):
                continue  # "Kakak" says both
            value = self._try(draft, column, partial(cells.coded, column))
            if column == "sex":
                draft.worker[column] = value or ""
            else:
                draft.case[column] = value or ""
        draft.case["stage"] = draft.case["stage"] or self.choices.get("stage", "")
        draft.case["procedural_status"] = draft.case["procedural_status"] or ProceduralStatus.UNKNOWN.value

    def _country(self, draft: Draft) -> None:
        def read(text: str) -> str:
            code = places.country_of(text)
            if not code:
                raise Wrong("unknown_country", value=text)
            return code

        draft.case["country"] = self._try(draft, "country", read) or self.choices.get("country", "")

    def _topics(self, draft: Draft) -> None:
        text = draft.cells.get("topics", "")
        codes, by_words = self.topics.all_in(text) if text else ([], False)
        if not codes and self.choices.get("topic") in self.topics.rows:
            codes = [self.choices["topic"]]
        if text and not codes:
            draft.tell("unknown_topic", column="topics", value=text)
        if text and (by_words or not self.topics.all_in(text)[0]):
            self._note(draft, "topics", text)
        draft.topics = codes
        suggested = suggested_urgency(self.topics.rows[code] for code in codes)  # type: ignore[misc]  # of topics
        draft.case["urgency_suggested"] = suggested
        draft.case["urgency"] = draft.case["urgency"] or suggested
        if draft.case["urgency"] != suggested:
            draft.case["urgency_reason"] = _("As in the imported table.")

    def _caseworker(self, draft: Draft) -> None:
        text = draft.cells.get("caseworker", "")
        chosen = self.staff.get(folded(text)) if text else None
        if text and chosen is None:
            draft.tell("unknown_person", column="caseworker", value=text)
            self._note(draft, "caseworker", text)
        default = self.choices.get("caseworker")
        draft.caseworker = chosen or (default if default in self.staff.values() else None) or self.table.by_id

    def _reporter(self, draft: Draft) -> None:
        """As the form does: who reports follows from what is said of the reporter (cases.forms.complaint)."""
        case, worker = draft.case, draft.worker
        case.setdefault("reporter_type", "")
        if relation := words.code_of("reporter_relation", draft.cells.get("reporter_type", "")):
            case["reporter_relation"] = case["reporter_relation"] or relation
        named = case["reporter_name"] and folded(case["reporter_name"]) != folded(worker["name"])
        if not case["reporter_type"]:
            family = named and case["reporter_relation"] not in (Relation.SELF, Relation.ATTORNEY)
            other = ReporterType.FAMILY if family else ReporterType.ORGANISATION
            case["reporter_type"] = other.value if named else ReporterType.WORKER.value
        if case["reporter_type"] in SELF_REPORTERS:
            case["reporter_relation"] = Relation.SELF.value
            case["reporter_name"] = case["reporter_name"] or worker["name"]
            case["reporter_contact"] = case["reporter_contact"] or worker["contact"]
        elif case["reporter_type"] == ReporterType.FAMILY:
            given = case["reporter_relation"]
            case["reporter_relation"] = (
                given if given not in ("", Relation.SELF) else Relation.OTHER_FAMILY.value
            )
        else:
            case["reporter_relation"] = case["reporter_relation"] or Relation.ATTORNEY.value

    def _required(self, draft: Draft) -> None:
        told = {one["values"].get("column") for one in draft.found if draft.is_wrong}
        needed = {
            "name": draft.worker["name"],
            "sex": draft.worker["sex"],
            "home_province": draft.worker["home_province"],
            "country": draft.case["country"],
            "stage": draft.case["stage"],
            "topics": draft.topics,
        }
        for column, value in needed.items():
            if not value and column not in told:
                draft.tell("missing", column=column)

    def _story(self, draft: Draft, row: Mapping[str, Any]) -> None:
        texts: Sequence[str] = row["c"]
        for place in self.notes:
            if place < len(texts) and not words.is_nothing(texts[place]):
                draft.notes.append(f"{self.header[place][:NAMES]}: {texts[place]}"[:TEXT_MAX])
        case = draft.case
        case["chronology"] = case["chronology"] or draft.cells.get("topics", "") or draft.note
        if not case["chronology"]:
            draft.tell("no_story")
        case["demands"] = case["demands"] or _("Not written down in the imported table.")

    def _note(self, draft: Draft, column: str, text: str) -> None:
        """Keep what was written in a column that could not be taken over as it is."""
        draft.notes.append(f"{self.header[self.places[column]][:NAMES]}: {text}")

    def _recognise(self, draft: Draft) -> None:
        said = {code: " ".join(text.split()).casefold() for code, text in draft.cells.items() if text}
        said |= {f"{NOTE}{number}": note for number, note in enumerate(draft.notes)}
        draft.content = self._hash("row", json.dumps(said, sort_keys=True))
        number = folded(draft.old_number)
        draft.token = self._hash("number", number) if number else draft.content

    def _hash(self, kind: str, text: str) -> UUID:
        digest = hmac.digest(self.key, f"imported {kind} {text}".encode("utf-8", "surrogatepass"), "sha256")
        return UUID(bytes=digest[:16])

    def remember(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Rows that were judged in an earlier turn, so that later ones are compared with them."""
        for row in rows:
            token, content = row["t"]
            self.seen.setdefault(UUID(token), (row["n"], UUID(content)))

    # Many rows ------------------------------------------------------------------------------------

    def judged(self, rows: Iterable[Mapping[str, Any]], *, first: bool = True) -> list[Draft]:
        """A piece of rows, compared with what the portal has; `first`, in their order, with the rows before them as well."""
        drafts = [self.read(row) for row in rows]
        if first:
            for draft in drafts:
                self._compare_with_rows(draft)
            comparing.with_workers(drafts)
        comparing.with_imported(drafts, self.table.partner_id)
        return drafts

    def _compare_with_rows(self, draft: Draft) -> None:
        assert draft.token is not None
        assert draft.content is not None
        row, content = self.seen.setdefault(draft.token, (draft.number, draft.content))
        if row != draft.number:
            draft.tell("twice" if content == draft.content else "number_twice", row=row)


def _staff(table: CaseImport) -> dict[str, int]:
    """The people who may have cases, by name and by address; a name that two of them bear names nobody."""
    people = staff.of_partner(table.partner_id)
    names = [folded(person.full_name) for person in people]
    by_name = {name: person.pk for name, person in zip(names, people, strict=True) if names.count(name) == 1}
    return by_name | {folded(person.email): person.pk for person in people}
