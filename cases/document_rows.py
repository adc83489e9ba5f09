"""Documents as a page lists them, with what this reader may do with each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from accounts.models import User

from . import rules
from .choices import ScanState
from .models import Document

Address = Callable[[str, Document], str]  # of "document", "document_remove" or "document_restore"


@dataclass(frozen=True)
class Row:
    """One document. An empty address: not for this reader."""

    document: Document
    url: str
    remove_url: str = ""
    restore_url: str = ""
    notice: str = ""  # why it cannot be downloaded


def rows(user: User, documents: Iterable[Document], address: Address) -> list[Row]:
    return [_row(user, document, address) for document in documents]


def _row(user: User, document: Document, address: Address) -> Row:
    mine = rules.can_remove_document(user, document)
    if document.is_removed:
        back = mine and document.can_come_back
        notice = "" if document.can_come_back or not mine else _deleted(document)
        return Row(
            document, "", restore_url=address("document_restore", document) if back else "", notice=notice
        )
    notice = blocked(document)
    return Row(
        document,
        url="" if notice else address("document", document),
        remove_url=address("document_remove", document) if mine else "",
        notice=notice,
    )


def shown(document: Document, address: Address) -> Row:
    """One document to download and nothing else."""
    notice = blocked(document)
    return Row(document, "" if notice else address("document", document), notice=notice)


def blocked(document: Document) -> str:
    """Why its bytes are not handed out; empty when they are."""
    if rules.can_fetch_document(document):
        return ""
    if document.scan == ScanState.INFECTED:
        return gettext("The virus scanner found a virus in this file. It cannot be downloaded.")
    return gettext(
        "Not yet checked for viruses. It can be downloaded as soon as it is; usually within minutes."
    )


def _deleted(document: Document) -> str:
    if document.gone_at is None:
        return gettext("The time to put it back is over; its file is about to be deleted for good.")
    day = date_format(timezone.localtime(document.gone_at), "DATE_FORMAT")
    return gettext("Its file was deleted for good on %(day)s.") % {"day": day}
