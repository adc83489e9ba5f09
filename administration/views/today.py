"""The first page of an admin, and the e-mails that did not arrive."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from notifications import actions

from .. import undelivered as mail
from ..concerns import concerns_of

FEW = 5  # rows of a concern that stand on the page before "all of them"


@require_GET
@allow(Right.MANAGE_STAFF)
def today(request: SignedInRequest) -> HttpResponse:
    """What needs this admin, worst first; `?all=` names the concern whose rows are all listed."""
    concerns = concerns_of(request.user)
    context = {"concerns": concerns, "few": FEW, "all": request.GET.get("all", "")}
    return render(request, "administration/today.html", context)


@require_GET
@allow(Right.MANAGE_STAFF)
def undelivered(request: SignedInRequest) -> HttpResponse:
    """E-mails that nobody got, by address."""
    context = {"addresses": mail.addresses(request.user)}
    return render(request, "administration/undelivered.html", context)


@require_POST
@allow(Right.MANAGE_STAFF)
def send_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Try an undelivered e-mail again."""
    email = get_object_or_404(mail.visible_to(request.user), pk=pk)
    if actions.send_again(email):
        messages.success(request, _("The e-mail to %(address)s is tried again.") % {"address": email.to})
    else:
        text = _("The text of this e-mail held a link and is erased. Send the invitation again instead.")
        messages.error(request, text)
    return redirect("administration:undelivered")
