"""What a step of a partner's life will do, said before it is taken: to people, sessions, invitations and referrals."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies import gaps
from agencies.choices import Step
from agencies.matching import Facts
from agencies.models import Mandate, Partner

from . import live
from .live import Live


def of(step: Step, partner: Partner) -> list[str]:
    """One sentence for each thing that is touched, and for what stays as it is."""
    now = live.at(partner)
    match step:
        case Step.SUSPENDED:
            return [*_suspending(now), *_mandates_rest(partner, now), _stays()]
        case Step.REACTIVATED:
            return _reactivating(now)
        case Step.ACTIVATED:
            return _activating(now)
    return []


def _suspending(now: Live) -> list[str]:
    said = [_("Nothing more is referred to the partner, and nobody is invited there.")]
    said.append(
        ngettext(
            "%(n)d person is signed out at once and cannot sign in.",
            "%(n)d people are signed out at once and cannot sign in.",
            now.people,
        )
        % {"n": now.people}
    )
    if now.sessions:
        said.append(
            ngettext(
                "%(n)d session ends, also in the middle of what is being done in it; what was not finished is not kept.",
                "%(n)d sessions end, also in the middle of what is being done in them; what was not finished is not kept.",
                now.sessions,
            )
            % {"n": now.sessions}
        )
    said += [*_in_hand(now), *_own(now)]
    if now.invitations:
        said.append(
            ngettext(
                "%(n)d open invitation rests: its link works again if the partner is reactivated in time.",
                "%(n)d open invitations rest: their links work again if the partner is reactivated in time.",
                now.invitations,
            )
            % {"n": now.invitations}
        )
    return said


def _mandates_rest(partner: Partner, now: Live) -> list[str]:
    """That nothing is decided by its mandates, and how many gaps that opens today."""
    if not now.mandates:
        return []
    said = [_("Its mandates do not hold while it is suspended.")]
    facts = Facts.read()
    own = Mandate.objects.in_force().filter(partner=partner).values_list("pk", flat=True)
    opened = len(gaps.holes(facts.but(without=own)).keys() - gaps.holes(facts).keys())
    if opened:
        text = ngettext(
            "That leaves %(n)d gap: a combination of topic, stage and place for which nobody is responsible.",
            "That leaves %(n)d gaps: combinations of topic, stage and place for which nobody is responsible.",
            opened,
        )
        said.append(text % {"n": opened})
    return said


def _stays() -> str:
    return _("Its own data and cases stay as they are. You can reactivate it at any time.")


def _in_hand(now: Live) -> list[str]:
    if not now.received:
        return [_("It has no referral in hand.")]
    text = ngettext(
        "%(n)d referral that it has in hand stays there. Its sender is told, and may write down an answer given by "
        "telephone or letter, or take it back and ask another agency.",
        "%(n)d referrals that it has in hand stay there. Their senders are told, and may write down an answer given by "
        "telephone or letter, or take them back and ask another agency.",
        now.received,
    )
    said = [text % {"n": now.received}]
    if now.emergencies:
        urgent = ngettext(
            "%(n)d of them is an emergency: telephone before you suspend.",
            "%(n)d of them are emergencies: telephone before you suspend.",
            now.emergencies,
        )
        said.append(urgent % {"n": now.emergencies})
    return said


def _own(now: Live) -> list[str]:
    if not now.sent:
        return []
    text = ngettext(
        "%(n)d live referral of its own cases waits for it, with nobody there to answer questions.",
        "%(n)d live referrals of its own cases wait for it, with nobody there to answer questions.",
        now.sent,
    )
    return [text % {"n": now.sent}]


def _reactivating(now: Live) -> list[str]:
    people = ngettext(
        "%(n)d person may sign in again, with the password as before; sessions that ended stay ended.",
        "%(n)d people may sign in again, with the passwords as before; sessions that ended stay ended.",
        now.people,
    )
    said = [_("The partner may be referred to again, and people may be invited."), people % {"n": now.people}]
    if now.received:
        text = ngettext(
            "%(n)d referral that it had in hand goes on there, with its deadline as it is.",
            "%(n)d referrals that it had in hand go on there, with their deadlines as they are.",
            now.received,
        )
        said.append(text % {"n": now.received})
    return said


def _activating(now: Live) -> list[str]:
    mandates = ngettext(
        "It is responsible by %(n)d mandate, and is suggested for what that covers.",
        "It is responsible by %(n)d mandates, and is suggested for what they cover.",
        now.mandates,
    )
    return [
        _("The partner may be referred to: by letter until somebody there has an account."),
        _("People may be invited there."),
        mandates % {"n": now.mandates}
        if now.mandates
        else _("It has no mandate yet: it is found by name, and suggested for nothing until it has one."),
    ]
