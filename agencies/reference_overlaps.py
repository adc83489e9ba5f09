"""Names by which more than one consular district of a country is recognised.

A place called so leaves all of them possible (Sabah is shared by two missions), which is allowed; an admin is told all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext as _

from .matching import normalise
from .models import District


def shared_names(districts: Iterable[District]) -> dict[str, list[str]]:
    """A sentence, by the district's code, for each name that it shares with another one of its country."""
    by_name: dict[tuple[str, str], dict[str, District]] = defaultdict(dict)
    for district in districts:
        for name in (district.name_id, district.name_en, *district.aliases):
            if plain := normalise(name):
                by_name[district.country, plain][district.code] = district
    found: dict[str, list[str]] = defaultdict(list)
    for (_country, name), sharing in by_name.items():
        for code in sharing if len(sharing) > 1 else ():
            others = ", ".join(str(other) for other in sharing.values() if other.code != code)
            text = _("“%(name)s” also leads to %(others)s: a place called so leaves both possible.")
            found[code].append(text % {"name": name, "others": others})
    return found
