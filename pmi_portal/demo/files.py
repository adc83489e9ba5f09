"""The few documents of the demo: a conversation as plain text and two papers of one page, made while seeding.

Their bytes are kept where all documents are (cases.storage); when the demo cannot be written after all, they go again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from accounts.models import User
from cases import storage
from cases.choices import DocumentKind, EventKind
from cases.models import Document
from notifications.choices import Kind
from referrals.models import Referral

if TYPE_CHECKING:
    from .cases import Filed
    from .lives import Life
    from .world import World

PDF, TEXT = "application/pdf", "text/plain; charset=utf-8"
FORCE = timedelta(days=365)  # how long the power of attorney is in force
NEXT = timedelta(minutes=9)  # between two documents


@dataclass
class Files:
    """What was put on the disk for this demo."""

    kept: list[storage.Stored] = field(default_factory=list)

    def keep(self, content: bytes, *, document_id: UUID, key_id: UUID) -> storage.Stored:
        """Raises OSError when the disk does not take it."""
        stored = storage.keep(Bytes(content), document_id=document_id, key_id=key_id)
        self.kept.append(stored)
        return stored

    def drop(self) -> None:
        for stored in self.kept:
            storage.drop(stored)
        self.kept.clear()


@dataclass(frozen=True)
class Bytes:
    content: bytes

    def chunks(self) -> Iterable[bytes]:
        return [self.content]


def attach(world: "World", life: "Life") -> None:
    """The documents of one case: two of its own partner, and a letter of the agency that was asked."""
    filed, referral, texts = life.filed, life.referral, world.texts.together["documents"]
    assert referral.sent_at is not None
    assert referral.accepted_at is not None
    slots = {
        **filed.slots,
        "nama": filed.worker.name,
        "pelapor": filed.case.reporter_name,
        "mitra": filed.partner.name_id,
        "instansi": referral.receiver.name_id if referral.receiver else "",
        "kasus": filed.case.reference,
    }
    at = filed.case.created_at + NEXT
    words = {name: text.format_map(slots) for name, text in texts.items()}
    _add(
        world,
        filed,
        DocumentKind.CHAT,
        ("percakapan.txt", TEXT, words["chat"].encode()),
        at=at,
        by=filed.case.created_by,
        note=words["chat_note"],
    )
    _add(
        world,
        filed,
        DocumentKind.POWER_OF_ATTORNEY,
        ("surat-kuasa.pdf", PDF, page(words["power_title"], words["power"], at)),
        at=at + NEXT,
        by=filed.case.created_by,
        scope=words["power_scope"],
        valid_until=timezone.localdate(at) + FORCE,
    )
    summoned = referral.accepted_at + NEXT
    _add(
        world,
        filed,
        DocumentKind.LETTER,
        ("surat-panggilan.pdf", PDF, page(words["letter_title"], words["letter"], summoned)),
        at=summoned,
        by=life.receiver,
        referral=referral,
        note=words["letter_note"],
    )
    world.tell([life.sender], Kind.REFERRAL_DOCUMENT, referral, summoned)


def _add(
    world: "World",
    filed: "Filed",
    kind: DocumentKind,
    file: tuple[str, str, bytes],
    *,
    at: datetime,
    by: User,
    referral: Referral | None = None,
    scope: str = "",
    valid_until: date | None = None,
    note: str = "",
) -> None:
    name, content_type, content = file
    document_id = UUID(int=world.rng.getrandbits(128), version=4)
    stored = world.files.keep(content, document_id=document_id, key_id=filed.case.data_key_id)
    world.documents.append(
        Document(
            id=document_id,
            case=filed.case,
            referral=referral,
            kind=kind,
            file_name=name,
            content_type=content_type,
            size=stored.size,
            fingerprint=stored.fingerprint,
            stored_as=stored.name,
            note=note,
            scope=scope,
            valid_until=valid_until,
            added_by=by,
            partner=by.partner,
            added_at=at,
        )
    )
    world.log(filed.case, EventKind.DOCUMENT_ADDED, at, by, referral=referral, document=kind.value)


def page(title: str, text: str, made: datetime) -> bytes:
    """A PDF of one page in letters that every reader of PDFs has."""
    sheet = FPDF(format="A4")
    sheet.set_creation_date(made)
    sheet.set_title(title)
    sheet.set_margins(25, 25, 25)
    sheet.add_page()
    lines: dict[str, Any] = {"new_x": XPos.LMARGIN, "new_y": YPos.NEXT}
    sheet.set_font("Helvetica", "B", 14)
    sheet.multi_cell(0, 8, title, align="C", **lines)
    sheet.ln(6)
    sheet.set_font("Helvetica", "", 11)
    sheet.multi_cell(0, 6, text, **lines)
    return bytes(sheet.output())
