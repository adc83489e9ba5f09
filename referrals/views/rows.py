"""A referral as a line of a list, told to the side that reads it."""

from dataclasses import dataclass

from accounts.models import User
from agencies import countries

from .. import disclosure, rules, wording
from ..choices import State
from ..models import Referral


@dataclass(frozen=True)
class ListRow:
    """What a line shows; `partner_name` is the other side. Nothing in it goes beyond what the reader may know."""

    referral: Referral
    url: str
    worker_name: str
    country: str
    topics: str
    partner_name: str
    unread: bool
    restricted: bool
    move: wording.Move | None


def row(user: User, referral: Referral) -> ListRow:
    """Needs `with_list_data`."""
    if rules.is_sender(user, referral):
        return _for_sender(user, referral)
    return ListRow(
        referral=referral,
        url=referral.get_absolute_url(),
        worker_name=disclosure.worker_name(referral),
        country=disclosure.country(referral),
        topics=", ".join(topic.name for topic in disclosure.topics(referral)),
        partner_name=referral.sender.name,
        unread=referral.state == State.SENT,
        restricted=referral.case.is_restricted and disclosure.is_open(referral),
        move=wording.move(user, referral),
    )


def _for_sender(user: User, referral: Referral) -> ListRow:
    case = referral.case
    return ListRow(
        referral=referral,
        url=referral.get_absolute_url(),
        worker_name=case.worker.name,
        country=countries.name(case.country),
        topics=", ".join(topic.name for topic in case.topics.all()),
        partner_name=referral.receiver.name if referral.receiver else "",
        unread=False,
        restricted=case.is_restricted,
        move=wording.move(user, referral),
    )
