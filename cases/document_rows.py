"""Documents as a page lists them, with what this reader may do with each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from accounts.models import User

from . import rules
from .models import Document

Address = Callable[[str, Document], str]  # of "document", "document_remove" or "document_restore"


@dataclass(frozen=True)
class Row:
    """One document. An empty address: not for this reader."""

    document: Document
    url: str
    remove_url: str = ""
    restore_url: str = ""


def rows(user: User, documents: Iterable[Document], address: Address) -> list[Row]:
    return [_row(user, document, address) for document in documents]


def _row(user: User, document: Document, address: Address) -> Row:
    mine = rules.can_remove_document(user, document)
    if document.is_removed:
        back = mine and document.can_come_back
        return Row(document, "", restore_url=address("document_restore", document) if back else "")
    return Row(
        document,
        url=address("document", document),
        remove_url=address("document_remove", document) if mine else "",
    )
