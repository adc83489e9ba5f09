"""Finding a service: typed in one box, or field by field."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.policy import SignedInRequest
from agencies.choices import ServiceKind

from .. import languages, wording
from ..choices import Audience, When
from ..places import Atlas
from ..search import Found, Search, find, matching
from ..search_forms import SearchForm, TypedForm
from ..understanding import Understood, understand

FIELDS = ("kind", "place", "when", "day", "hour", "audience", "language", "words")
WIDER = {  # how a filter is called where it could be dropped
    "words": gettext_lazy("without these words"),
    "language": gettext_lazy("in any language"),
    "audience": gettext_lazy("for anybody"),
    "when": gettext_lazy("at any time"),
    "place": gettext_lazy("in every place"),
    "kind": gettext_lazy("of every kind"),
}


@require_GET
def search(request: SignedInRequest) -> HttpResponse:
    """Services that fit what is typed or chosen. What was typed is shown as it was understood, in fields to correct."""
    typed = TypedForm(request.GET)
    text = typed.chosen.get("q", "")
    atlas = Atlas()
    data: Any = request.GET
    if text:
        data = _as_fields(understand(text, today=timezone.localdate(), atlas=atlas), request.GET)
    form = SearchForm(data, atlas=atlas)
    asked = _asked(form)
    found, more = find(asked, request.user)
    names = wording.Names()
    context = {
        "typed": typed,
        "form": form,
        "filters": len(form.chosen),
        "understood": _understood(form) if text else [],
        "hint": form.hint(),
        "places": atlas.suggestions(),
        "rows": [_row(one, asked, names) for one in found],
        "more": more,
        "none_open": _none_open(asked, found),
        "wider": [] if found else _wider(request, asked, form),
    }
    return render(request, "directory/search.html", context)


def _as_fields(understood: Understood, typed: QueryDict) -> dict[str, Any]:
    """What was understood as the fields of the form; a field that is given in the address itself goes before it."""
    hour = f"{understood.hour:%H:%M}" if understood.hour else ""
    day = understood.day.isoformat() if understood.day else ""
    values = {name: getattr(understood, name) for name in FIELDS} | {"day": day, "hour": hour}
    return {name: typed.get(name) or value for name, value in values.items()}


def _asked(form: SearchForm) -> Search:
    chosen = form.chosen
    place, city = form.where
    plain = ("kind", "when", "day", "hour", "audience", "language", "words")
    return Search(place=place, city=city, **{name: chosen[name] for name in plain if name in chosen})


def _understood(form: SearchForm) -> list[str]:
    """What was understood, in words."""
    chosen = form.chosen
    place, city = form.where
    said: list[str] = []
    if kind := chosen.get("kind"):
        said.append(str(ServiceKind(kind).label))
    if place or city:
        said.append(place.name if place else city)
    if when := chosen.get("when"):
        said.append(_when(when, chosen))
    if audience := chosen.get("audience"):
        said.append(str(Audience(audience).label))
    if language := chosen.get("language"):
        said.append(languages.name(language))
    if words := chosen.get("words"):
        said.append(f"“{words}”")
    return said


def _when(when: str, chosen: dict[str, Any]) -> str:
    if when != When.AT:
        return str(When(when).label)
    day = date_format(chosen["day"], "l, j F") if "day" in chosen else _("today")
    return f"{day} {wording.clock(chosen['hour'])}" if "hour" in chosen else day


def _row(one: Found, asked: Search, names: wording.Names) -> dict[str, Any]:
    service = one.service
    phones = [contact for contact in service.contacts.all() if contact.phone]
    return {
        "service": service,
        "area": wording.area(service, names),
        "for_whom": wording.for_whom(service),
        "languages": ", ".join(map(languages.name, service.languages)),
        "open": wording.opens(one.opening, one.moment),
        "places": wording.places(service),
        "call": phones[0] if phones else None,
    }


def _none_open(asked: Search, found: list[Found]) -> bool:
    """Whether a time was asked about at which none of those found is open."""
    return bool(found) and asked.when in (When.NOW, When.TONIGHT, When.AT) and not found[0].is_open


def _wider(request: SignedInRequest, asked: Search, form: SearchForm) -> list[dict[str, Any]]:
    """What would be found without one of the filters, so that nobody has to guess which one to drop."""
    offers = []
    for name, wider in asked.narrowings():
        if count := matching(wider, request.user).count():
            kept = QueryDict(mutable=True)
            dropped = {name, "day", "hour"} if name == "when" else {name}
            kept.update({key: _said(value) for key, value in form.chosen.items() if key not in dropped})
            offers.append(
                {
                    "label": WIDER[name],
                    "count": count,
                    "url": f"{reverse('directory:search')}?{kept.urlencode()}",
                }
            )
    return offers


def _said(value: Any) -> str:
    return f"{value:%H:%M}" if hasattr(value, "hour") else str(value)
