"""The code on a paper: how it is made, typed and read, and what the portal says of the paper that bears it."""

import base64
import secrets

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Consent
from notifications.actions import link_to
from privacy.acting import as_portal

from .. import disclosure
from ..choices import ENDED, LetterKind, State
from ..models import Letter, Referral

BITS = 128
LENGTH = 26  # base32 characters that 128 bits take
ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
MISREAD = str.maketrans({"0": "O", "1": "I", "8": "B"})  # base32 has none of these digits
GROUP = 4
TYPED_LENGTH = 200  # characters of what was typed that are looked at


class Standing(models.TextChoices):
    """What a paper is worth today; told to whoever holds it."""

    VALID = "valid", _("Genuine and valid")
    ENDED = "ended", _("Genuine; the referral has ended")
    SUPERSEDED = "superseded", _("Replaced by a newer paper")
    NARROWED = "narrowed", _("Genuine; the worker shares less now")
    WITHDRAWN = "withdrawn", _("No longer valid")
    ERASED = "erased", _("Erased")


def new_code() -> str:
    """128 random bits, so that nobody finds a paper by trying."""
    return base64.b32encode(secrets.token_bytes(BITS // 8)).decode().rstrip("=")


def grouped(code: str) -> str:
    """The code as it is printed, in groups that an eye can follow."""
    return " ".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read(typed: str) -> str:
    """The code that somebody typed or scanned, with or without spaces; empty when it cannot be one."""
    code = "".join(typed[:TYPED_LENGTH].split()).replace("-", "").upper().translate(MISREAD)
    return code if len(code) == LENGTH and ALPHABET.issuperset(code) else ""


def address(code: str) -> str:
    """Where the QR leads."""
    return link_to(reverse("referrals:verify", args=[code]))


def typing_address() -> str:
    """Where the code can be typed."""
    return link_to(reverse("referrals:verify_box"))


@as_portal()
def find(code: str) -> Letter | None:
    """The paper that bears this code, with what its proof says, for whoever holds it."""
    papers = Letter.objects.select_related("referral__case", "referral__consent")
    return papers.select_related("referral__sender", "referral__receiver").filter(code=code).first()


@as_portal()
def by_link(link_hash: str) -> Letter | None:
    """The paper to which the link of an e-mail leads, for whoever has the link."""
    papers = Letter.objects.select_related("referral__case", "referral__sender", "referral__consent")
    return papers.filter(link_hash=link_hash).first() if link_hash else None


def newest(referral: Referral, kind: str) -> Letter | None:
    """The paper of this kind that counts: the one that was issued last."""
    return referral.letters.filter(kind=kind).order_by("-issued_at", "pk").first()


def standing(letter: Letter, *, is_newest: bool | None = None) -> Standing:
    """What the paper is worth now. A receipt tells of the past: it stays valid when the referral ends.

    `is_newest` is whether it is the last of its kind, where the caller knows.
    """
    referral = letter.referral
    if referral.case.is_erased:
        return Standing.ERASED
    if referral.state == State.WITHDRAWN or not referral.consent.stands:
        return Standing.WITHDRAWN
    if is_newest is None:
        is_newest = newest(referral, letter.kind) == letter
    if not is_newest:
        return Standing.SUPERSEDED
    if letter.kind == LetterKind.LETTER and says_too_much(letter):
        return Standing.NARROWED
    if letter.kind == LetterKind.LETTER and referral.state in ENDED:
        return Standing.ENDED
    return Standing.VALID


def says_too_much(letter: Letter) -> bool:
    """Whether the worker agrees to less now than when the letter was issued: a print of that day may say more."""
    now = before = letter.referral.consent
    while before.recorded_at > letter.issued_at:
        earlier = Consent.objects.filter(replaced_by=before).first()
        if earlier is None:
            return False
        before = earlier
    return not set(before.groups) <= set(now.groups)


def why_closed(letter: Letter, *, is_newest: bool | None = None) -> str:
    """Why the paper itself cannot be opened any more, or an empty text."""
    stands = standing(letter, is_newest=is_newest)
    if stands is Standing.ERASED:
        return gettext("The case was erased. Please destroy copies of this paper.")
    if stands is Standing.WITHDRAWN:
        return gettext(
            "This paper is no longer valid: the referral or the worker's consent was taken back or is over."
        )
    if stands is Standing.SUPERSEDED:
        return gettext("A newer paper has taken the place of this one.")
    if stands is Standing.NARROWED:
        return gettext("The worker shares less since this letter was issued. A new one has to be issued.")
    if letter.kind == LetterKind.LETTER and not disclosure.is_open(letter.referral):
        return gettext("The referral has ended; its letter cannot be opened any more.")
    return ""


def why_link_closed(letter: Letter) -> str:
    """Why the link that was e-mailed does not open the paper any more, or an empty text."""
    if letter.link_until is None or letter.link_until <= timezone.now():
        return gettext("This link was valid for 14 days and is over. Please ask the sender for a new one.")
    return why_closed(letter)
