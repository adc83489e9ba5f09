"""Forms that come after their session has ended: kept for the person whose session it was, and sent with one click.

Whose it was is said by the page itself (field `page_of`, which static/js/once.js adds) or, without JavaScript, by the
browser's cookie of who signed in there last. That is safe: signing in changes the CSRF token, so a form of somebody who
was signed in there before does not get as far as this.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from privacy.sealing import Place

from . import devices, sealed, security
from .models import KeptForm, User

LASTS = timedelta(days=1)
MOST = 20  # of one person: a stolen cookie fills no disk
MOST_BYTES = 1_000_000
PAGE_OF, KEPT_AS = "page_of", "kept_form"  # fields that belong to the form's way here, not to the form
OURS = {"csrfmiddlewaretoken", PAGE_OF, KEPT_AS}
SALT = "accounts.page"
NEVER = ("account_", "mfa_", "accounts:", "admin:")  # routes: forms with passwords, codes, or nothing to lose
CODE = re.compile(r"[A-Za-z0-9_:.@+-]*")  # a choice, a key or a number rather than something written

Fields = list[tuple[str, list[str]]]


class NotKept(Exception):
    """The form cannot be kept; the text says why, in the reader's language."""


def page_of(person: User) -> str:
    """What a page carries to say whose it is: the person, their partner and their generation of sessions.

    It opens nothing: a form that names it is kept for that person alone, and only as long as they are the same.
    """
    return signing.Signer(salt=SALT).sign(f"{person.pk} {person.partner_id or 0} {person.session_generation}")


def said_owner(request: HttpRequest) -> tuple[int, int, int] | None:
    """Person, partner (0: none) and generation to whom the page with this form was shown, if the form says so.

    One that names the person alone, from before partners were named, belongs to a partner and generation that nobody has.
    """
    try:
        said = [int(part) for part in signing.Signer(salt=SALT).unsign(request.POST.get(PAGE_OF, "")).split()]
    except (signing.BadSignature, ValueError):
        return None
    pk, partner, generation = said if len(said) == 3 else (said[0], -1, -1)
    return pk, partner, generation


def is_shown_to_another(request: HttpRequest, person: User) -> bool:
    """Whether the form says that its page was shown to somebody else, or to this person at another partner."""
    said = said_owner(request)
    return said is not None and said[:2] != (person.pk, person.partner_id or 0)


def owner(request: HttpRequest) -> User | None:
    """The person whose form this is; nobody when that is not known, they are shut out, or were moved since."""
    said = said_owner(request)
    pk = said[0] if said else devices.of(request).last_person
    person = User.objects.let_in().select_related("partner").filter(pk=pk).first() if pk else None
    if person is None or said is None or said[1:] == (person.partner_id or 0, person.session_generation):
        return person
    return None


def is_keepable(request: HttpRequest) -> bool:
    """Whether this is a form that a person sent from a page of ours, and not one with a password or a code."""
    match = request.resolver_match
    return (
        request.method == "POST"
        and match is not None
        and not match.view_name.startswith(NEVER)
        and request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data")
        and "HX-Request" not in request.headers
        and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    )


def keep(request: HttpRequest, person: User) -> KeptForm:
    """Keep the form of this request for this person. One that is kept already stays. Raises NotKept."""
    earlier = named(request, person)
    if earlier is not None:
        return earlier
    fields: Fields = [(name, request.POST.getlist(name)) for name in request.POST if name not in OURS]
    content = json.dumps(fields, ensure_ascii=False).encode(errors="replace")
    path = request.get_full_path()
    if len(content) > MOST_BYTES or len(path) > 500:
        raise NotKept(_("This form is too large to be kept here."))
    if KeptForm.objects.filter(person=person).count() >= MOST:
        raise NotKept(_("There are too many forms kept here for you already."))
    row = KeptForm(person=person, path=path, had_file=bool(request.FILES))
    with transaction.atomic():
        row.sealed = sealed.seal(content, place=_place(row))
        row.save()
    security.tell("form_kept", person=person)
    return row


def way_back(request: HttpRequest) -> str:
    """Where to go on once somebody has done what was asked of them first: to what they asked for, or to what they sent."""
    if request.method == "GET":
        return request.get_full_path()
    if isinstance(request.user, User) and is_keepable(request):
        with suppress(NotKept):
            return reverse("accounts:kept", args=[keep(request, request.user).pk])
    return reverse("home")


def named(request: HttpRequest, person: User) -> KeptForm | None:
    """The kept form that this request sends again, if it is one of this person's."""
    try:
        pk = UUID(request.POST.get(KEPT_AS, ""))
    except ValueError:
        return None
    return KeptForm.objects.visible_to(person).filter(pk=pk).first()


def fields_of(row: KeptForm) -> Fields:
    """What was kept. Raises SealBroken when it was altered or its key is gone."""
    fields: Fields = json.loads(sealed.open_(row.sealed, place=_place(row)))
    return fields


def written(fields: Fields) -> list[str]:
    """What a person recognises their form by: the texts in it, the longest first; no choices and keys."""
    texts = {
        value.strip() for _name, values in fields for value in values if not CODE.fullmatch(value.strip())
    }
    return sorted(texts, key=lambda text: (-len(text), text))


def sweep() -> int:
    """Forget what nobody came back for within a day; how many forms."""
    return forget(KeptForm.objects.filter(kept_at__lt=timezone.now() - LASTS))


@transaction.atomic
def forget(rows: QuerySet[KeptForm]) -> int:
    """Remove kept forms together with their keys; how many."""
    sealed.forget(rows.values_list("sealed", flat=True))
    count, _by_model = rows.delete()
    return count


def _place(row: KeptForm) -> Place:
    return Place("accounts_keptform", "sealed", f"{row.pk} of {row.person_id}")
