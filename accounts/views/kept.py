"""A form that came after its session had ended: look at it, send it where it was meant to go, or throw it away."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from .. import kept as keeping
from ..models import KeptForm
from ..policy import SignedInRequest


@require_safe
def kept(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Show what was kept. Its button sends all of it, with today's token and the key it had: so it is one act."""
    row = get_object_or_404(KeptForm.objects.visible_to(request.user), pk=pk)
    sent = dict(keeping.fields_of(row))
    key, fields = sent.pop("key", [""])[-1], list(sent.items())
    written = keeping.written(fields)
    context = {"row": row, "key": key, "fields": fields, "written": written, "kept_as": keeping.KEPT_AS}
    return render(request, "accounts/kept.html", context)


@require_POST
def discard_kept(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Throw a kept form away."""
    rows = KeptForm.objects.visible_to(request.user).filter(pk=pk)
    get_object_or_404(rows)
    keeping.forget(rows)
    messages.success(request, _("What was kept is thrown away."))
    return redirect("home")
