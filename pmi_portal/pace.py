"""How much one person asks for in a while: more than anybody at work does, and less than a script that copies everything.

Whoever took over an account, or wants to leave with all cases, is slowed down, seen in the security log and told to come back
later (OWASP ASVS 5.0.0, 2.4.1). Counted in Redis, or in each process by itself while it is away (accounts/counting.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts import security
from accounts.models import User
from privacy.middleware import address_of

from .limits import turned_away

ALWAYS = ("account_logout",)  # the way out is never closed


class Limit(NamedTuple):
    most: int
    seconds: int


# A page that is open asks twice a minute for each of its regions, so ten of them make some 300 pages in five minutes.
PAGES = Limit(900, 300)
FORMS = Limit(150, 300)
SEARCHES = Limit(300, 300)  # of a box that asks while somebody types (`paced_as`)
RECORDS = Limit(
    600, 3600
)  # different addresses that name a case, a file, a page of a list: the same one again counts once


# Of one address, on pages for machines (`paced_by_address`), whoever asks; and streams of everything, which are long.
WORLD = Limit(600, 300)
STREAMS = Limit(12, 300)


class PaceMiddleware:
    """Answers 429 with a sentence once there was too much of one kind; nothing is read or done then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if not settings.PACE_LIMITED or match is None:
            return None
        if getattr(view, "paced_by_address", False):
            return self._of_the_world(request)
        if not isinstance(request.user, User):
            return None
        if match.view_name in ALWAYS:
            return None
        if getattr(view, "paced_as", "") == "searches":
            kind = "searches" if _count("searches", request.user, SEARCHES) > SEARCHES.most else ""
        else:
            kind = _too_much(request, request.user, names_something=bool(args or kwargs or request.GET))
        if not kind:
            return None
        security.tell("throttled", person=request.user, bad=True, action=kind)
        return turned_away(
            request,
            429,
            _(
                "You have opened or sent far more within a short time than the portal expects of one person. Nothing was"
                " changed. Wait a while, then go on; if this hinders your work, tell whoever runs the portal."
            ),
        )

    @staticmethod
    def _of_the_world(request: HttpRequest) -> HttpResponse | None:
        """Whoever reads what is published may read all of it, yet not leave no room for those who work here."""
        caller = _caller(address_of(request))
        who = salted_hmac("pmi_portal.pace", caller, algorithm="sha256").hexdigest()[:24]
        kind, limit = ("streams", STREAMS) if request.GET.get("format") == "ndjson" else ("world", WORLD)
        if _count(kind, who, limit) <= limit.most:
            return None
        security.tell("throttled", bad=True, action=kind)
        answer = JsonResponse(
            {"error": "Too many requests from your address. Please wait a while."}, status=429
        )
        answer.headers["Retry-After"] = str(limit.seconds)
        return answer


def _caller(address: str) -> str:
    """Whose address it is: of IPv6 the first half, for whoever has that has all 2**64 of the second (RFC 6177)."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or ip_network((ip, 64), strict=False))
    return address


def _too_much(request: HttpRequest, person: User, *, names_something: bool) -> str:
    """What there was too much of, this request included; nothing when all is well."""
    if request.method == "POST":
        if _count("forms", person, FORMS) > FORMS.most:
            return "forms"
    elif _count("pages", person, PAGES) > PAGES.most:
        return "pages"
    if (
        names_something
        and _is_new(request.get_full_path(), person)
        and _count("records", person, RECORDS) > RECORDS.most
    ):
        return "records"
    return ""


def _count(kind: str, by: User | str, limit: Limit) -> int:
    """How many there are of this kind in the span of time that it is now, with this one."""
    who = by.pk if isinstance(by, User) else by
    key = f"pace:{kind}:{who}:{int(time.time()) // limit.seconds}"
    cache.add(key, 0, timeout=limit.seconds)
    try:
        return cache.incr(key)
    except ValueError:  # the span ended, or Redis went away, between the two
        return 1


def _is_new(address: str, person: User) -> bool:
    """Whether this person asks for this address for the first time within the hour. Redis learns no address."""
    mark = salted_hmac("pmi_portal.pace", f"{person.pk} {address}", algorithm="sha256").hexdigest()[:24]
    return cache.add(f"pace:seen:{mark}:{int(time.time()) // RECORDS.seconds}", 1, timeout=RECORDS.seconds)
