"""Says a reason in one sentence of the active language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .. import countries
from ..choices import AgencyCode, Stage

SENTENCES: dict[str, Promise] = {
    # where
    "district": _("Responsible for workers in %(district)s (consular district of %(partner)s)."),
    "district_unknown": _(
        "One of several missions in %(country)s; the place given does not show whose consular district it is in."
    ),
    "seat": _("Has its office in %(city)s, where the worker is."),
    "country": _("Responsible for workers in %(country)s."),
    "regency": _("%(agency)s for home regency %(regency)s."),
    "province": _("%(agency)s for home province %(province)s."),
    "national": _("%(agency)s, responsible for the whole country."),
    "anywhere": _("%(agency)s, responsible for workers in every country."),
    # why in this place of the ranking
    "topic": _("Usually responsible for “%(topic)s”."),
    "stage": _("Answers for workers at this stage: %(stage)s."),
    "fallback": _(
        "No mission that can be asked is responsible for %(country)s, so the ministry answers itself."
    ),
    "unconfirmed": _("No source confirms this responsibility fully yet."),
    # why there is no clear answer
    "none": _("No partner is responsible for this combination of topic, stage and place."),
    "several": _("%(count)s partners are equally responsible; please choose."),
    "gap": _(
        "%(agency)s would come first, but no office is known for home province %(province)s; please choose."
    ),
    "gap_elsewhere": _("%(agency)s would come first, but none is responsible here; please choose."),
    "home_unknown": _(
        "%(agency)s would come first, but the home province is not known; please add it or choose."
    ),
    "country_unknown": _("The country where the worker is is not known; please add it or choose."),
    "excluded": _("The partner that comes first is your own or was asked before; please choose."),
}


def explain(reason: Mapping[str, Any]) -> str:
    """One sentence in the active language; an empty text for a reason of a kind no longer known."""
    sentence = SENTENCES.get(str(reason.get("code")))
    if sentence is None:
        return ""
    return str(sentence) % defaultdict(lambda: "…", _spoken(reason.get("params") or {}))


def _spoken(params: Mapping[str, str]) -> dict[str, str]:
    """The parameters as they are said: names in the active language, codes by their labels."""
    english = (get_language() or "").startswith("en")
    spoken = dict(params)
    for key in [key.removesuffix("_id") for key in params if key.endswith("_id")]:
        spoken[key] = (english and params.get(f"{key}_en")) or params[f"{key}_id"]
    if "country" in params:
        spoken["country"] = countries.name(params["country"])
    if params.get("agency") in AgencyCode.values:
        spoken["agency"] = str(AgencyCode(params["agency"]).label)
    if params.get("stage") in Stage.values:
        spoken["stage"] = str(Stage(params["stage"]).label)
    return spoken
