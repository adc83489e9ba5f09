"""Why a referral went where it went, or nowhere: sentences in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agencies import matching

SENTENCES: dict[str, Promise] = {
    "no_accounts": _(
        "%(partner)s is responsible, but nobody there reads the portal yet. Choose it all the same and tell it by"
        " phone or letter, or choose another agency."
    ),
    "twin": _(
        "%(partner)s is responsible and already has %(reference)s for the same service in hand. Choose another"
        " agency, or withdraw this referral."
    ),
    "consent_ended": _(
        "The worker's consent ended before an agency was found. Ask again and renew it, then choose the agency."
    ),
    "taken_back": _(
        "The worker has taken back or narrowed what %(partner)s may know. Please ask again and write it down first."
    ),
    "closed": _("%(partner)s has closed. Please choose another agency."),
    "failed": _("The portal could not find the agency by itself. Please choose it."),
}


def explain(code: str, params: Mapping[str, Any]) -> str:
    """One sentence; an empty text for a code that is no longer known."""
    sentence = SENTENCES.get(code)
    if sentence is None:
        return matching.explain({"code": code, "params": params})
    english = (get_language() or "").startswith("en")
    name = (english and params.get("partner_en")) or params.get("partner_id", "")
    return str(sentence) % {"partner": name, "reference": params.get("reference", "")}
