"""Giving a partner a mandate, changing and ending one: each after reading what it would have changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.comparing import Clash
from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from agencies import mandate_words as described
from agencies.actions import ActRefused, StaleData
from agencies.actions.mandates import seen_mandate
from agencies.models import Mandate, Partner
from agencies.models.staff import partners_managed_by
from agencies.reference_kinds import summary

from .. import mandate_words
from ..actions.mandates import PreviewOutdated, Proposal, preview, save
from ..forms.mandates import EndForm, MandateForm, Shown

PAGE = "administration/mandate.html"


@dataclass(frozen=True)
class Act:
    """One of the three: what its page is called, what it says when done, and what its form proposes."""

    title: str
    done: str
    partner: Partner
    form: Shown
    propose: Callable[[], Proposal]
    mandate: Mandate | None = None


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def add(request: SignedInRequest, code: str) -> HttpResponse:
    """Make a partner responsible for something more."""
    partner = get_object_or_404(partners_managed_by(request.user), code=code)
    form = MandateForm(_posted(request), partner=partner)
    act = Act(
        title=_("A new mandate"),
        done=_("The mandate is set."),
        partner=partner,
        form=form,
        propose=lambda: Proposal(partner, form.cleaned_data["valid_from"], form.values),
    )
    return _two_steps(request, act)


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let a mandate say something else from a day on."""
    row = _mandate(request, pk)
    form = MandateForm(_posted(request), partner=row.partner, mandate=row)
    act = Act(
        title=_("Change a mandate"),
        done=_("The change is set."),
        partner=row.partner,
        form=form,
        mandate=row,
        propose=lambda: Proposal(
            row.partner, form.cleaned_data["valid_from"], form.values, row, form.cleaned_data["seen"]
        ),
    )
    return _two_steps(request, act)


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let a mandate hold no more from a day on."""
    row = _mandate(request, pk)
    form = EndForm(_posted(request), mandate=row)
    act = Act(
        title=_("End a mandate"),
        done=_("The end is set."),
        partner=row.partner,
        form=form,
        mandate=row,
        propose=lambda: Proposal(
            row.partner, form.cleaned_data["valid_from"], None, row, form.cleaned_data["seen"]
        ),
    )
    return _two_steps(request, act)


def _posted(request: SignedInRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _mandate(request: SignedInRequest, pk: int) -> Mandate:
    rows = Mandate.objects.filter(partner__in=partners_managed_by(request.user))
    return get_object_or_404(rows.select_related(*described.RELATED, "replaces"), pk=pk)


def _two_steps(request: SignedInRequest, act: Act) -> HttpResponse:
    """The form, then what it would have changed, then the change: exactly what was shown, or it is shown again."""
    if request.method != "POST" or "again" in request.POST:
        return _page(request, act)
    if not act.form.is_valid():
        return _page(request, act, status=422)
    proposal = act.propose()
    try:
        if "confirmed" not in request.POST:
            proposal.check()
            return _preview(request, act, proposal)
        save(by=request.user, proposal=proposal, shown=act.form.cleaned_data["shown"])
    except PreviewOutdated as error:
        return _preview(request, act, proposal, outdated=str(error), status=409)
    except StaleData as error:
        assert act.mandate is not None
        act.form.add_error(None, str(error))
        act.mandate.refresh_from_db()
        act.form.say(seen=seen_mandate(act.mandate))
        return _page(request, act, status=409, now=_facts(act.mandate), clashes=_clashes(act, proposal))
    except ActRefused as error:
        act.form.add_error(None, str(error))
        return _page(request, act, status=409)
    except ValidationError as error:
        _blame(act.form, error)
        return _page(request, act, status=422)
    messages.success(request, act.done)
    return redirect("agencies:partner_mandates", code=act.partner.code)


def _page(request: SignedInRequest, act: Act, *, status: int = 200, **more: Any) -> HttpResponse:
    kept = _facts(act.mandate) if act.mandate else []
    context = {
        **_around(act),
        "form": act.form,
        "kept": kept,
        "now": [],
        "clashes": [],
        "preview": None,
        **more,
    }
    return render(request, PAGE, context, status=status)


def _preview(
    request: SignedInRequest, act: Act, proposal: Proposal, *, outdated: str = "", status: int = 200
) -> HttpResponse:
    found = preview(proposal)
    act.form.say(shown=found.mark)
    new = proposal.new
    context = {
        **_around(act),
        "form": act.form,
        "preview": mandate_words.told(found, proposal),
        "outdated": outdated,
        "changes": _changes(act, proposal),
        "warnings": described.warnings(new, but=act.mandate) if new else [],
    }
    return render(request, PAGE, context, status=status)


def _around(act: Act) -> dict[str, Any]:
    return {
        "title": act.title,
        "partner": act.partner,
        "back_url": reverse("agencies:partner_mandates", args=[act.partner.code]),
    }


def _facts(row: Mandate) -> list[dict[str, Any]]:
    """What is kept of a mandate now."""
    return [
        {"label": _("Mandate"), "value": summary(row)},
        {"label": _("Holds"), "value": described.period(row)},
        {"label": _("Source"), "value": row.confirmed_source or row.source},
    ]


def _clashes(act: Act, proposal: Proposal) -> list[Clash]:
    """What is kept now beside what this person typed; nothing when they only end it."""
    if act.mandate is None or proposal.new is None:
        return []
    both = zip(_facts(act.mandate), _facts(proposal.new), strict=True)
    return [Clash(now["label"], now["value"], typed["value"]) for now, typed in both if now != typed]


def _changes(act: Act, proposal: Proposal) -> list[dict[str, Any]]:
    """What holds so far, and what would from the day on."""
    so_far = summary(act.mandate) if act.mandate else ""
    new = proposal.new
    return [
        {"label": _("So far"), "value": so_far},
        {
            "label": _("From %(day)s on") % {"day": date_format(proposal.on)},
            "value": summary(new) if new else _("no more"),
            "note": described.period(new) if new and new.valid_until else "",
        },
        {"label": _("Source"), "value": new.source if new else ""},
    ]


def _blame(form: Shown, error: ValidationError) -> None:
    """Put each sentence of the domain beside its field; what has none here, above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error.messages)
        return
    for name, sentences in error.message_dict.items():
        known = name != NON_FIELD_ERRORS and name in form.fields
        form.add_error(name if known else None, sentences)
