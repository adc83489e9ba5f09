"""Words for the codes of the access log: which part of a case it was, and why."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from .choices import EventKind, GlassReason

# By the first part of the code; a second one is the number of a referral, or what happened.
PARTS: dict[str, Promise] = {
    "detail": gettext_lazy("Page of the case"),
    "edit": gettext_lazy("Form to edit"),
    "close": gettext_lazy("Form to close"),
    "reopen": gettext_lazy("Form to reopen"),
    "settlement": gettext_lazy("Settlement"),
    "police_report": gettext_lazy("Decision about the police"),
    "documents": gettext_lazy("List of documents"),
    "document": gettext_lazy("Document"),
    "consents": gettext_lazy("Consent"),
    "refer": gettext_lazy("Form to refer"),
    "referral": gettext_lazy("Referral"),
    "agree": gettext_lazy("Form to agree to handing over"),
    "plan": gettext_lazy("Shared plan"),
    "letter": gettext_lazy("Letter"),
    "letter_link": gettext_lazy("Letter, by its link"),
    "cases": gettext_lazy("List of cases"),
    "alike": gettext_lazy("Hint at intake: perhaps the same person"),
    "inbox": pgettext_lazy("log", "Inbox"),
    "sent": gettext_lazy("Sent referrals"),
    "draft": gettext_lazy("Draft"),
    "import": gettext_lazy("Import of old cases"),
    "export": gettext_lazy("Export of many cases"),
    "access": gettext_lazy("Who reads it"),
    "log": gettext_lazy("Access log"),
    "data_rights": gettext_lazy("Data rights of the worker"),
    "requests": gettext_lazy("List of requests about data"),
    "request": gettext_lazy("Request about data"),
    "copy": gettext_lazy("Copy of the data"),
    "retention": gettext_lazy("Keeping and erasing"),
    "hold": gettext_lazy("Legal hold"),
    "erasure": gettext_lazy("Erasure"),
    "breach": gettext_lazy("Breach register"),
}


def part(code: str) -> str:
    """What was read or written, in words; a code that nobody knows any more says itself."""
    first, _colon, rest = code.partition(":")
    if first == "event":
        kind, _colon, number = rest.partition(":")
        return _numbered(str(EventKind(kind).label), number) if kind in EventKind else code
    if first not in PARTS:
        return code
    return _numbered(str(PARTS[first]), rest)


def _numbered(words: str, number: str) -> str:
    return f"{words} R{number}" if number.isdecimal() and len(number) < 4 else words


def reason(code: str) -> str:
    """Why somebody said they had to; nothing where nobody was asked."""
    return str(GlassReason(code).label) if code in GlassReason else ""


def nobody(what: str) -> str:
    """Who it was where it was no account."""
    return _("Whoever held the letter's link") if what.startswith("letter_link") else _("The portal")
