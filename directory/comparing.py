"""A form beside what somebody else meanwhile kept."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from . import languages, wording
from .actions import differing, mark
from .choices import AddressReach
from .forms import WholeForm
from .models import Contact, Service

FROM_OPEN_TO_STRICT = list(AddressReach.values)


def kept_now(form: WholeForm, kept: Service) -> list[dict[str, Any]]:
    """What is kept where the form says something else, as rows of a definition list; what the world reads comes first."""
    names = sorted(differing(kept, form.content()), key=lambda name: name != "is_published")
    return [_row(form, kept, name) for name in names]


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


def _row(form: WholeForm, kept: Service, name: str) -> dict[str, Any]:
    if name == "hours":
        return {"label": _("Hours of its own"), "value": wording.hours(kept)}
    if name == "contacts":
        return {"label": _("Contacts"), "value": "\n".join(map(_contact, kept.contacts.all()))}
    field = form.service.fields[name]
    return {"label": field.label, "value": _value(kept, name, field)}


def _contact(row: Contact) -> str:
    reach = _("may be published") if row.is_public else _("stays in the portal")
    return f"{', '.join(filter(None, (row.name, row.phone, row.email)))} ({reach})"


def _value(kept: Service, name: str, field: forms.Field) -> str:
    value = getattr(kept, name)
    if name == "is_published":
        return _("Published to the world.") if value else _("For those who work in the portal only.")
    if name == "languages":
        return ", ".join(map(languages.name, value))
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return date_format(value)
    if isinstance(field, forms.ChoiceField) and name != "province":
        labels = dict(cast(Any, field).choices)  # none of them is in groups
        return ", ".join(
            str(labels.get(code, code)) for code in (value if isinstance(value, list) else [value])
        )
    return str(value)
