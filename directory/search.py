"""Finding services: by kind, place and time, for whom, in which language, and by words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.contrib.postgres.search import SearchQuery
from django.db.models import Case, IntegerField, Q
from django.db.models import When as If
from django.utils import timezone

from accounts.models import User
from agencies.models import Partner

from .choices import When
from .models import Service, ServiceQuerySet
from .models.services import WORDS
from .opening import EVENING, Opening, openings
from .places import Place

LOOKED_AT = 300  # services whose hours are looked at
SHOWN = 50
NOON = time(12)
SMALL_HOURS = time(5)  # until then, "tonight" is still the night that began yesterday


@dataclass(frozen=True)
class Search:
    """What is looked for. What is empty narrows nothing."""

    kind: str = ""
    place: Place | None = None
    city: str = ""  # a place that nobody knows, looked for in the cities
    when: str = ""
    day: date | None = None
    hour: time | None = None
    audience: str = ""
    language: str = ""
    words: str = ""

    def moment(self, zone: str) -> datetime:
        """The moment that is asked about, where the clock is that of `zone`."""
        now = timezone.now()
        local = now.astimezone(ZoneInfo(zone))
        if self.when == When.TONIGHT and SMALL_HOURS <= local.time() < EVENING:
            return datetime.combine(local.date(), EVENING, tzinfo=ZoneInfo(zone))
        if self.when == When.AT:
            day, hour = self.day or local.date(), self.hour or NOON
            return datetime.combine(day, hour, tzinfo=ZoneInfo(zone))
        return now

    def narrowings(self) -> Iterator[tuple[str, Search]]:
        """Each filter in use, and the search without it."""
        blanks: dict[str, dict[str, object]] = {
            "words": {"words": ""},
            "language": {"language": ""},
            "audience": {"audience": ""},
            "when": {"when": "", "day": None, "hour": None},
            "place": {"place": None, "city": ""},
            "kind": {"kind": ""},
        }
        for name, blank in blanks.items():
            wider = replace(self, **blank)  # type: ignore[arg-type]  # fields of its own
            if wider != self:
                yield name, wider


@dataclass(frozen=True)
class Found:
    """A service that was found, its hours, and the moment that was asked about at its place."""

    opening: Opening
    moment: datetime

    @property
    def service(self) -> Service:
        return self.opening.service

    @property
    def is_open(self) -> bool:
        return self.opening.is_open(self.moment)


def matching(search: Search, user: User) -> ServiceQuerySet:
    """The services in use that fit, whenever they are open; those nearest to the place first."""
    found = Service.objects.visible_to(user).in_use()
    if search.kind:
        found = found.filter(kind=search.kind)
    if search.audience:
        found = found.filter(Q(audiences=[]) | Q(audiences__contains=[search.audience]))
    if search.language:
        found = found.filter(languages__contains=[search.language])
    if search.when == When.ALWAYS:
        found = found.filter(hours_kind="always")
    if search.words:
        found = with_words(found, search.words)
    return _at(found, search)


def find(search: Search, user: User) -> tuple[list[Found], bool]:
    """The best of what fits, and whether there is more. Asked about a time, those that are open then come first."""
    rows = list(matching(search, user).whole()[: LOOKED_AT + 1])
    found = [Found(one, search.moment(one.service.time_zone)) for one in openings(rows[:LOOKED_AT])]
    if search.when in (When.NOW, When.TONIGHT, When.AT):
        found.sort(key=lambda one: (not one.is_open, _is_full(one.service)))
    return found[:SHOWN], len(rows) > SHOWN


def _is_full(service: Service) -> bool:
    return service.places_free == 0 and not service.places_are_old


def with_words(found: ServiceQuerySet, words: str) -> ServiceQuerySet:
    """Those in which every word occurs, in either language or as it stands; or whose partner is called so."""
    called_so = Q()
    for word in words.split():
        called_so &= Q(name_id__icontains=word) | Q(name_en__icontains=word)
    # Read first: an index serves an OR only where both sides are columns of one table.
    partners = list(Partner.objects.filter(called_so).values_list("pk", flat=True)) if called_so else []
    return found.annotate(its_words=WORDS).filter(Q(its_words=_query(words)) | Q(partner__in=partners))


def saying(found: ServiceQuerySet, words: str) -> ServiceQuerySet:
    """Those in whose own texts every word occurs, in either language or as it stands."""
    return found.annotate(its_words=WORDS).filter(its_words=_query(words))


def _query(words: str) -> SearchQuery:
    query = SearchQuery(words, config="indonesian") | SearchQuery(words, config="english")
    return query | SearchQuery(words, config="simple")


def _at(found: ServiceQuerySet, search: Search) -> ServiceQuerySet:
    """Those that serve the place: that very place first, then its whole country, then those that serve everywhere."""
    place = search.place
    if place is None:
        if search.city:
            found = found.filter(Q(city__icontains=search.city) | Q(partner__city__icontains=search.city))
        return found.order_by("name_id", "pk")
    near = Q(districts__overlap=list(place.districts)) | Q(provinces__overlap=place.provinces)
    if place.has_home:
        near |= ~Q(provinces=[])
    whole = Q(countries__overlap=place.countries)
    found = found.annotate(
        nearness=Case(If(near, then=0), If(whole, then=1), default=2, output_field=IntegerField())
    )
    return found.filter(near | whole | Q(serves_everywhere=True)).order_by("nearness", "name_id", "pk")
