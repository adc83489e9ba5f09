"""E-mails that nobody got, by address: whose it is, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import User
from agencies.models import Invitation
from agencies.models.staff import people_managed_by
from notifications.models import Email

MOST = 500  # e-mails that are looked at, the newest


@dataclass(frozen=True)
class Address:
    """One address that nothing reaches, and the e-mails it did not get, newest first."""

    address: str
    who: str
    url: str
    emails: tuple[Email, ...]

    @property
    def since(self) -> datetime:
        return self.emails[-1].created_at


def visible_to(user: User) -> QuerySet[Email]:
    """Undelivered e-mails to those whose accounts and invitations this admin manages."""
    rows = Email.objects.undelivered()
    people = people_managed_by(user).filter(is_active=True).values("email")
    invited = Invitation.objects.visible_to(user).open().values("email")
    return rows.filter(to__in=people.union(invited))


def addresses(user: User) -> list[Address]:
    """The addresses behind them, the one with the newest e-mail first; three statements."""
    by_address: dict[str, list[Email]] = {}
    for email in visible_to(user).order_by("-created_at", "-pk")[:MOST]:
        by_address.setdefault(email.to, []).append(email)
    owners = _owners(user, by_address)
    return [Address(to, *owners[to], tuple(rows)) for to, rows in by_address.items() if to in owners]


def _owners(user: User, wanted: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Whose each address is, and the page about them."""
    found = {}
    invitations = (
        Invitation.objects.visible_to(user).open().filter(email__in=wanted).select_related("partner")
    )
    for invitation in invitations:
        page = (
            reverse("agencies:partner", args=[invitation.partner.code])
            if invitation.partner
            else reverse("agencies:portal_people")
        )
        found[invitation.email] = invitation.full_name, page
    for person in people_managed_by(user).filter(email__in=wanted):
        found[person.email] = person.full_name, reverse("agencies:person", args=[person.pk])
    return found
