"""What a paper says, in Bahasa Indonesia whoever asks for it.

Of the worker it says what `disclosure` shows to the receiver at this moment, and nothing else; of the consent, the day
and the way. A receipt says who received what and when, and nothing of the case.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.models import Partner, name_on
from cases.choices import ConsentMethod

from .. import disclosure
from ..choices import LetterKind, Side, State
from ..disclosure import Row, Section
from ..models import Letter, Referral
from . import proof

LANGUAGE = "id"
HEAD_LENGTH = 500  # characters of a letterhead, as Partner.letterhead says
HEAD_LINES, HEAD_LINE = 6, 100
DAY = "j F Y"


@dataclass(frozen=True)
class Paper:
    """A paper in words, in the order of the page. `head` is the letterhead, `to` whom it is for, `address` what the QR
    holds; `page_words` has places for `page` and `pages`, `lacking_words` for the `sign` of a letter that no font has."""

    title: str
    reference: str
    issuer: str
    issued_at: datetime
    head: list[str]
    place_and_date: str
    facts: list[Row]
    opening: list[str]
    page_words: str
    lacking_words: str
    signed: list[str] = field(default_factory=list)
    proof: list[str] = field(default_factory=list)
    code: str = ""
    address: str = ""
    to: list[str] = field(default_factory=list)
    request_title: str = ""
    request: str = ""
    sections: list[Section] = field(default_factory=list)
    footing: list[str] = field(default_factory=list)
    greeting: str = ""


def paper(letter: Letter) -> Paper:
    """The words of this paper, from what the consent allows now. Needs `referral` with what its page needs."""
    with translation.override(LANGUAGE):
        return _receipt(letter) if letter.kind == LetterKind.RECEIPT else _letter(letter)


def _letter(letter: Letter) -> Paper:
    referral, sender = letter.referral, letter.referral.sender
    receiver = _receiver(referral)
    shown = disclosure.sections(referral)
    return _paper(
        letter,
        sender,
        facts=_rows(
            (pgettext("letter", "Number"), referral.reference),
            (pgettext("letter", "Subject"), _("Referral: %(services)s") % {"services": _services(referral)}),
            (pgettext("letter", "Urgency"), referral.get_urgency_display()),
            (_("Register number"), referral.register_number),
        ),
        to=[line for line in (_("To"), _called(receiver, letter), receiver.city) if line],
        opening=[line for line in (_opening(referral), _deadline(referral), _how_to_answer(sender)) if line],
        request_title=_("What is asked"),
        request=disclosure.request(referral),
        sections=[
            replace(section, title=str(section.title)) for section in shown if section.shared and section.rows
        ],
        footing=_footing(referral, shown),
        greeting=_("Yours faithfully,"),
    )


def _receipt(letter: Letter) -> Paper:
    referral = letter.referral
    receiver = _receiver(referral)
    return _paper(
        letter,
        _issuer(letter),
        facts=_rows(
            (pgettext("letter", "Number"), referral.reference),
            (_("Sent by"), _called(referral.sender, letter)),
            (_("Received by"), _called(receiver, letter)),
            (_("Received at"), moment(referral.received_at, receiver)),
            (_("Person"), _who_received(referral)),
            (_("Register number"), referral.register_number),
        ),
        opening=[
            _("The referral named above was received. This receipt says nothing about the case itself.")
        ],
    )


def _paper(letter: Letter, issuer: Partner, **words: Any) -> Paper:
    """What every paper has, and `words` of its own."""
    return Paper(
        title=str(LetterKind(letter.kind).label),
        reference=letter.referral.reference,
        issuer=_called(issuer, letter),
        issued_at=letter.issued_at,
        head=_head(issuer, letter),
        place_and_date=_place_and_date(letter, issuer),
        signed=[_called(issuer, letter), issuer.signatory or letter.issued_by.full_name],
        proof=[
            _("Check that this paper is genuine and still stands: scan the code, or type it at"),
            proof.typing_address(),
        ],
        code=proof.grouped(letter.code),
        address=proof.address(letter.code),
        page_words=_("page %(page)s of %(pages)s"),
        lacking_words=_(
            "The sign %(sign)s stands for a letter that cannot be printed here. Please ask us for it."
        ),
        **words,
    )


def moment(at: datetime | None, partner: Partner) -> str:
    """A moment in full, where this partner is: "Kamis, 26 November 2026, 16.00 WIB"."""
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(partner.time_zone))
    name = local.tzname() or ""
    zone = name if name.isalpha() else _("local time (UTC%(offset)s)") % {"offset": f"{local:%z}"[:3]}
    return f"{formats.date_format(local, 'l, j F Y, H.i')} {zone}"


def _rows(*pairs: tuple[str, str]) -> list[Row]:
    return [Row(str(label), str(value)) for label, value in pairs if value]


def _receiver(referral: Referral) -> Partner:
    assert referral.receiver is not None  # a paper is of a referral that was sent
    return referral.receiver


def _issuer(letter: Letter) -> Partner:
    """Whose paper a receipt is: the receiver's if one of its people issued it, else the sender's."""
    receiver = _receiver(letter.referral)
    return receiver if letter.issued_by.partner_id == receiver.pk else letter.referral.sender


def _called(partner: Partner, letter: Letter) -> str:
    """A partner's name on the day of the paper: a copy of it says what the paper said."""
    return name_on(partner, letter.issued_at.astimezone(ZoneInfo(partner.time_zone)).date())


def _head(partner: Partner, letter: Letter) -> list[str]:
    own = [" ".join(line.split())[:HEAD_LINE] for line in partner.letterhead[:HEAD_LENGTH].splitlines()]
    if lines := [line for line in own if line][:HEAD_LINES]:
        return lines
    contact = " · ".join(part for part in (partner.phone, partner.email) if part)
    return [line for line in (_called(partner, letter), partner.city, contact) if line]


def _place_and_date(letter: Letter, issuer: Partner) -> str:
    day = formats.date_format(letter.issued_at.astimezone(ZoneInfo(issuer.time_zone)), DAY)
    return f"{issuer.city}, {day}" if issuer.city else day


def _services(referral: Referral) -> str:
    return ", ".join(referral.services_display)


def _opening(referral: Referral) -> str:
    return _("We put before you the case of an Indonesian migrant worker, and ask for: %(services)s.") % {
        "services": _services(referral)
    }


def _deadline(referral: Referral) -> str:
    """Until when the receiver's move must come, in words; nothing while it is not the receiver's."""
    if referral.due_at is None or referral.move is not Side.RECEIVER:
        return ""
    when = moment(referral.due_at, _receiver(referral))
    if referral.state == State.ACCEPTED:
        return _("Please tell us how it goes by %(when)s.") % {"when": when}
    return _("Please accept it, decline it or ask your questions by %(when)s.") % {"when": when}


def _how_to_answer(sender: Partner) -> str:
    contact = ", ".join(part for part in (sender.phone, sender.email) if part)
    return _("Please answer by letter, or to: %(contact)s.") % {"contact": contact} if contact else ""


def _footing(referral: Referral, shown: list[Section]) -> list[str]:
    """On what ground the data is shared, what is left out, and what the reader must do with it."""
    lines = [_ground(referral)]
    if missing := [str(section.title) for section in shown if not section.shared]:
        lines.append(
            _("Not included, because the worker did not agree to it: %(groups)s.")
            % {"groups": ", ".join(missing)}
        )
    lines.append(
        _(
            "This letter holds personal data. Use it for this referral only and keep it safe. If the worker withdraws the"
            " consent, we tell you, and you stop using it."
        )
    )
    return lines


def _ground(referral: Referral) -> str:
    """The legal footing: the worker's consent, or a life in danger (UU 27/2022 art. 20)."""
    consent = referral.consent
    day = formats.date_format(consent.given_on, DAY)
    if consent.method == ConsentMethod.OVERRIDE:
        return _(
            "Legal footing: Law 18/2017 on the protection of migrant workers; Law 27/2022 on personal data, article 20"
            " paragraph (2) d: a life is in danger (decision of %(day)s, without the worker's consent)."
        ) % {"day": day}
    ground = _(
        "Legal footing: Law 18/2017 on the protection of migrant workers; Law 27/2022 on personal data, article 20: the"
        " worker's consent of %(day)s."
    ) % {"day": day}
    if consent.until is None:
        return ground
    until = _("It ends on %(day)s.") % {"day": formats.date_format(consent.until, DAY)}
    return f"{ground} {until}"


def _who_received(referral: Referral) -> str:
    if referral.received_by is None:
        return _("opened through the link in our e-mail")
    if referral.received_by.partner_id == referral.sender_id:
        return _("written down by %(partner)s") % {"partner": referral.sender.name}
    return referral.received_by.full_name
