"""A form beside what somebody else meanwhile kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from accounts.comparing import Clash, spoken

from . import languages
from .actions import CONTACT, Day, differing, mark
from .choices import AddressReach, HoursKind
from .forms import WholeForm
from .models import Contact, Service
from .wording import clock

FROM_OPEN_TO_STRICT = list(AddressReach.values)


def clashes(form: WholeForm, kept: Service) -> list[Clash]:
    """What is kept now and what the form says, where they differ; what the world reads comes first."""
    names = sorted(differing(kept, form.content()), key=lambda name: name != "is_published")
    return [_clash(form, kept, name) for name in names]


def renew(form: WholeForm, kept: Service) -> None:
    """Let the form count when it is sent once more, but tell the world no more than either of the two did.

    One who sends it again without reading must not publish again what somebody withdrew. What changes is said.
    """
    data = cast(QueryDict, form.service.data).copy()
    data["seen"] = mark(kept)
    wanted = form.service.cleaned_data
    stricter = False
    if wanted["is_published"] and not kept.is_published:
        data.pop("is_published")
        stricter = True
    if FROM_OPEN_TO_STRICT.index(wanted["address_reach"]) < FROM_OPEN_TO_STRICT.index(kept.address_reach):
        data["address_reach"] = kept.address_reach
        stricter = True
    world_reads = {(row.phone, row.email) for row in kept.contacts.all() if row.is_public}
    for contact in form.contacts:
        values = contact.cleaned_data
        reach = (values["phone"], values["email"])
        if values["is_public"] and not contact.is_empty and reach not in world_reads:
            data.pop(contact.add_prefix("is_public"))
            stricter = True
    for part in form.parts:
        part.data = data
    if stricter:
        text = _(
            "Publication, public contacts and who may read the address now stand below as in the stricter of the two"
            " versions. Open them again only if that is right."
        )
        form.service.add_error(None, text)


def _clash(form: WholeForm, kept: Service, name: str) -> Clash:
    wanted = form.content()
    if name == "hours":
        typed = sorted(wanted.hours) if wanted.fields["hours_kind"] == HoursKind.OWN else []
        now = [(row.weekday, row.opens_at, row.closes_at) for row in kept.hours.all()]
        return Clash(_("Hours of its own"), _week(now), _week(typed))
    if name == "contacts":
        rows = [Contact(**{field: values[field] for field in CONTACT}) for values in wanted.contacts.values()]
        return Clash(_("Contacts"), _contacts(kept.contacts.all()), _contacts(rows))
    field = form.service.fields[name]
    now_and_typed = (_said(field, name, value) for value in (getattr(kept, name), wanted.fields[name]))
    return Clash(str(field.label), *now_and_typed)


def _week(rows: Iterable[Day]) -> str:
    return "\n".join(f"{WEEKDAYS[day]} {clock(opens)}–{clock(closes)}" for day, opens, closes in rows)


def _contacts(rows: Iterable[Contact]) -> str:
    return "\n".join(map(_contact, rows))


def _contact(row: Contact) -> str:
    reach = _("may be published") if row.is_public else _("stays in the portal")
    return f"{', '.join(filter(None, (row.name, row.phone, row.email)))} ({reach})"


def _said(field: forms.Field, name: str, value: Any) -> str:
    if name == "is_published":
        return _("Published to the world.") if value else _("For those who work in the portal only.")
    if name == "languages":
        return ", ".join(map(languages.name, value))
    return spoken(field, value)
