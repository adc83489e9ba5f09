"""People who wait for an admin: for a second pair of eyes, for a lock to be opened, for the review of accounts."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from agencies import reviewing
from agencies.models import FactorReset, Invitation, Partner
from agencies.models.staff import people_managed_by

from .shapes import BAD, MOST, NEUTRAL, WARN, Concern, Row, page_of


def second_pair(user: User) -> Concern | None:
    """What a colleague asked for and another admin has to confirm."""
    resets = FactorReset.objects.visible_to(user).waiting().exclude(asked_by=user).exclude(person=user)
    rows = [
        Row(reset.person.full_name, _page_of(reset.person), _("second factor to be reset"), reset.asked_at)
        for reset in resets.select_related("person").order_by("asked_at")[:MOST]
    ]
    if user.manages_partners:
        waiting = Invitation.objects.open().filter(waits_for_second=True).exclude(invited_by=user)
        rows += [
            Row(
                invitation.full_name,
                reverse("agencies:portal_people"),
                _("to become a portal admin"),
                invitation.created_at,
            )
            for invitation in waiting.order_by("created_at")[:MOST]
        ]
    if not rows:
        return None
    return Concern(
        "second_pair",
        ngettext("%(n)d act waits for a second admin", "%(n)d acts wait for a second admin", len(rows))
        % {"n": len(rows)},
        _("A colleague asked for it. Make sure that it is right, then confirm or refuse."),
        "eye",
        BAD,
        rows=tuple(rows),
    )


def locked(user: User) -> Concern | None:
    """People whose account is locked because it was long unused, and who ask to come in again."""
    asking = people_managed_by(user).filter(is_active=True, locked_at__isnull=False)
    found = list(asking.filter(unlock_asked_at__isnull=False).order_by("unlock_asked_at")[:MOST])
    if not found:
        return None
    return Concern(
        "locked",
        ngettext("%(n)d person asks to be let in again", "%(n)d people ask to be let in again", len(found))
        % {"n": len(found)},
        _("Their account was long unused. Ask whether they still work there, then unlock or suspend it."),
        "lock",
        WARN,
        rows=tuple(
            Row(person.full_name, _page_of(person), person.email, person.unlock_asked_at) for person in found
        ),
    )


def reviews(user: User) -> Concern | None:
    """Partners whose people are not all confirmed in this quarter."""
    quarter = reviewing.current()
    partners = reviewing.unanswered(quarter)
    if not user.manages_partners:
        partners = partners.filter(people=user)
    found = list(partners[:MOST])
    if not found:
        return None
    ends_soon = timezone.now() >= quarter.ends - reviewing.ENDS_SOON
    if user.manages_partners:
        text = ngettext(
            "%(n)d partner has not confirmed its people for %(quarter)s",
            "%(n)d partners have not confirmed their people for %(quarter)s",
            len(found),
        )
        url, action = reverse("agencies:reviews"), _("See which")
    else:
        text = _("Please confirm your people for %(quarter)s")
        url, action = reverse("agencies:review", args=[found[0].code]), _("Confirm them")
    return Concern(
        "reviews",
        text % {"n": len(found), "quarter": quarter.name},
        _(
            "Whoever left is suspended, everybody else confirmed: so that no account is left that nobody knows."
        ),
        "people",
        WARN if ends_soon else NEUTRAL,
        rows=tuple(Row(partner.name, page_of(partner), _how_many(partner)) for partner in found)
        if user.manages_partners
        else (),
        url=url,
        action=action,
    )


def _how_many(partner: Partner) -> str:
    waiting: int = partner.waiting  # type: ignore[attr-defined]  # `reviewing.unanswered` annotates it
    return ngettext("%(n)d person", "%(n)d people", waiting) % {"n": waiting}


def _page_of(person: User) -> str:
    return reverse("agencies:person", args=[person.pk])
