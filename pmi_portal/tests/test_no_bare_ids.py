"""No page looks an object of somebody up by its bare id: views and forms go through what is visible to the reader.

Reads the sources as Python does, so that it finds a look-up wherever it hides. What is allowed all the same stands in
ALLOWED with its reason; a line there that allows nothing any more fails, too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPS = (
    "privacy",
    "accounts",
    "agencies",
    "directory",
    "cases",
    "imports",
    "bulk",
    "notifications",
    "referrals",
    "rights",
    "search",
    "administration",
    "insights",
    "api",
)
ROOMS = ("views", "forms", "admin")

# Whose rows belong to somebody: a worker's data, a partner's work, a person's account.
OWNED = frozenset(
    {
        "Breach",
        "BreachNotice",
        "BulkAct",
        "BulkPart",
        "BulkPiece",
        "Case",
        "CaseAccess",
        "CaseEvent",
        "CaseImport",
        "Clock",
        "ConductAcceptance",
        "Consent",
        "DataExport",
        "DataRequest",
        "Document",
        "Email",
        "Erasure",
        "ImportMemory",
        "ImportPiece",
        "ImportRow",
        "ImportedCase",
        "IntakeDraft",
        "KeptForm",
        "FactorReset",
        "Invitation",
        "LegalHold",
        "Letter",
        "LogEntry",
        "Notification",
        "PeopleImport",
        "PlanStep",
        "Referral",
        "Service",
        "ReviewAnswer",
        "StaffEvent",
        "User",
        "UserSession",
        "Worker",
    }
)
# What narrows a set down to the reader.
NARROWING = frozenset(
    {
        *("visible_to", "known_to", "closed_to", "of_partner_of", "erased_of_partner_of", "decided_by"),
        *("received_by", "sent_by", "none", "managed_by"),
        "published",  # of services: what everybody may read
    }
)
# Place ("app/file.py:function") and why its rows need no further narrowing.
ALLOWED = {
    "accounts/views/sessions.py:sign_out_session": "of the reader: `user` is part of the look-up",
    "agencies/forms.py:InviteForm.clean_email": "asks for no row: how an address is written",
    "agencies/forms.py:LogFilter.__init__": "partners of which the log tells, for those who read all of it",
    "agencies/views/welcome.py:invitation": "by the hash of a secret that only the invited person got",
    "agencies/views/welcome.py:welcome": "by the hash of a secret that only the invited person got",
    "cases/forms/access.py:NameForm.__init__": "colleagues of the partner of a case that the view has found",
    "cases/forms/acts.py:colleagues": "of the partner of a case that the view has found, or of the reader",
    "cases/views/access.py:page": "of a case that the view has found",
    "cases/views/documents.py:_page": "of a case that the view has found",
    "cases/views/documents.py:_of": "of the cases that are visible to the reader",
    "cases/views/door.py:case_or_404": "the door itself: narrowed in the next line",
    "cases/views/detail.py:_events": "of a case that the view has found",
    "cases/views/detail.py:_whole": "narrowed by cases.views.door",
    "cases/views/documents.py:_newest": "of a case that the view has found",
    "cases/views/door.py:with_keys": "narrowed by cases.views.door",
    "cases/views/listing.py:Listing.__init__": "asks for no row: how a place in the order is written",
    "cases/views/listing.py:Listing.cases": "found before among those known to the reader",
    "cases/views/listing.py:Listing.referrals": "of the cases of the page",
    "cases/views/listing.py:_whole": "of rows that are narrowed before",
    "referrals/views/detail.py:_named": "of a referral that the view has found",
    "referrals/views/lists.py:_listing": "asks for no row: how a place in the order is written",
    "cases/views/drafts.py:writer": "whoever a signed ticket of the form names, to keep what they typed",
    "referrals/views/next_agencies.py:hand_over_candidates": "of a referral that the view has found",
    "referrals/views/detail.py:_events": "of a referral that the view has found",
    "referrals/views/documents.py:_own": "what the reader's own people added to a referral that the view has found",
    "referrals/views/documents.py:readable": "of a referral that the view has found",
    "referrals/views/overdue.py:overdue": "references and partners alone, for those who manage the portal",
    "referrals/views/plan.py:_perform": "a step of a team that the view has found for its reader",
    "rights/forms/breaches.py:CandidatesForm.clean_email": "the number of an account, to look for in what the reader sees",
    "rights/views/requests.py:_edited": "of the cases of a request that the view has found",
    "referrals/views/verify.py:_open": "the letter that the action has just opened by that secret",
}


def sources() -> Iterator[Path]:
    for app in APPS:
        for room in ROOMS:
            yield from (ROOT / app).glob(f"{room}.py")
            yield from (ROOT / app / room).rglob("*.py")


class Lookups(ast.NodeVisitor):
    """Collects the places where a model's rows are reached without being narrowed down to the reader."""

    def __init__(self, where: str) -> None:
        self.where, self.names, self.found = where, list[str](), list[tuple[str, int]]()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._inside(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._inside(node)

    def _inside(self, node: ast.ClassDef | ast.FunctionDef) -> None:
        self.names.append(node.name)
        self.generic_visit(node)
        self.names.pop()

    def visit_Call(self, node: ast.Call) -> None:
        if _name(node.func) in ("get_object_or_404", "get_list_or_404") and node.args:
            self._judge_bare_model(node.args[0])
        self._judge_chain(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._judge_chain(node)

    def _judge_chain(self, node: ast.expr) -> None:
        """The whole of `Model.objects.a().b()` is judged once, at its outermost link."""
        if not self._judge(node):
            self.generic_visit(node)
            return
        for part in ast.walk(node):  # what stands in the brackets of the links is judged for itself
            if isinstance(part, ast.Call):
                for argument in [*part.args, *(keyword.value for keyword in part.keywords)]:
                    self.visit(argument)

    def _judge(self, chain: ast.expr) -> bool:
        model, links = _unroll(chain)
        reaches = model in OWNED and bool({"objects", "_default_manager"} & set(links))
        if reaches and not NARROWING & set(links):
            self._note(chain)
        return reaches

    def _judge_bare_model(self, looked_up: ast.expr) -> None:
        if isinstance(looked_up, ast.Name) and looked_up.id in OWNED:
            self._note(looked_up)

    def _note(self, node: ast.expr) -> None:
        self.found.append((f"{self.where}:{'.'.join(self.names)}", node.lineno))


def _name(node: ast.expr) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))


def _unroll(node: ast.expr) -> tuple[str, list[str]]:
    """The name at the bottom of `Model.objects.a().b()`, and its links."""
    links: list[str] = []
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Attribute):
            links.append(node.attr)
            node = node.value
        else:
            return (node.id if isinstance(node, ast.Name) else ""), links


def lookups(text: str, where: str = "somewhere.py") -> list[tuple[str, int]]:
    found = Lookups(where)
    found.visit(ast.parse(text))
    return found.found


def test_every_lookup_of_views_and_forms_is_narrowed_to_the_reader_or_has_a_reason() -> None:
    found = [place for path in sources() for place in lookups(path.read_text(), str(path.relative_to(ROOT)))]
    bare = [f"{place} (line {line})" for place, line in found if place not in ALLOWED]
    assert bare == [], "look it up through visible_to(user), or say in ALLOWED why not"
    assert set(ALLOWED) <= {place for place, _line in found}, "allowed, but not there any more"


@pytest.mark.parametrize(
    "line",
    [
        "Case.objects.get(pk=pk)",
        "case = Case.objects.filter(reference=reference).first()",
        "get_object_or_404(Case, reference=reference)",
        "get_object_or_404(Referral.objects.select_related('case'), pk=pk)",
        "shown = list(Document.objects.all()[:5])",
        "Case._default_manager.get(pk=1)",
        "field.queryset = User.objects.filter(is_active=True)",
        "Letter.objects.filter(referral__in=Referral.objects.visible_to(user)).count()",
        "render(request, 'x.html', {'case': Case.objects.get(pk=pk)})",
        "Case.objects.filter(pk__in=Case.objects.visible_to(user))",
    ],
)
def test_a_bare_lookup_is_found(line: str) -> None:
    assert [place for place, _line in lookups(f"def view(request, pk):\n    {line}\n")] == [
        "somewhere.py:view"
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Case.objects.visible_to(request.user).get(pk=pk)",
        "get_object_or_404(Case.objects.visible_to(user).select_related('worker'), pk=pk)",
        "Referral.objects.sent_by(user).filter(case=case)",
        "User.objects.none()",
        "Partner.objects.get(pk=pk)",
        "case.events.all()",
    ],
)
def test_a_narrowed_lookup_is_not(line: str) -> None:
    assert lookups(f"def view(request, pk):\n    {line}\n") == []
