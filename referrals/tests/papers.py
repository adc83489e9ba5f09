"""Papers for tests, and what they say to somebody who reads the file with another program."""

import io
from typing import Any

from pypdf import PdfReader

from agencies.choices import PartnerKind
from agencies.models import Partner
from agencies.tests.factories import make_partner
from referrals import actions
from referrals.choices import LetterKind
from referrals.letters import content, pdf
from referrals.models import Letter, Referral


def make_silent(**fields: Any) -> Partner:
    """A partner where nobody has an account."""
    return make_partner(**{"kind": PartnerKind.OTHER, "email": "kantor@example.org", **fields})


def issued(referral: Referral, kind: LetterKind = LetterKind.LETTER, **fields: Any) -> Letter:
    return actions.issue(by=fields.pop("by", referral.created_by), referral=referral, kind=kind, **fields)


def whole(letter: Letter) -> Letter:
    return Letter.objects.with_paper_data().get(pk=letter.pk)


def bytes_of(letter: Letter) -> bytes:
    return pdf.render(content.paper(whole(letter)))


def read(file: bytes) -> str:
    """All text of the pages and the metadata, with every run of white space as one space."""
    reader = PdfReader(io.BytesIO(file))
    pages = [page.extract_text() for page in reader.pages]
    metadata = [str(value) for value in (reader.metadata or {}).values()]
    return " ".join(" ".join(pages + metadata).split())


def pages_of(file: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(file)).pages]


def said(letter: Letter) -> str:
    return read(bytes_of(letter))
