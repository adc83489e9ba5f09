"""The bell and the inbox behind it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_GET, require_POST

from accounts.policy import SignedInRequest
from accounts.wording import emails_in_words

from . import actions, unread
from .models import Notification

PAGE = 50


def bell_etag(request: SignedInRequest) -> str:
    return f'"bell-{request.user.pk}-{unread.count(request)}-{request.user.language}"'


@require_GET
@condition(etag_func=bell_etag)
def bell(request: SignedInRequest) -> HttpResponse:
    """The bell alone, for quiet refreshes; 304 when the count is the same."""
    return render(request, "notifications/_bell.html", {"unread_count": unread.count(request)})


@require_GET
def list_(request: SignedInRequest) -> HttpResponse:
    """The newest messages, unread ones marked."""
    rows = Notification.objects.visible_to(request.user)[:PAGE]
    context = {"rows": rows, "emails_in_words": emails_in_words(request.user)}
    return render(request, "notifications/list.html", context)


@require_POST
def read(request: SignedInRequest) -> HttpResponse:
    """Mark all messages read."""
    actions.mark_read(by=request.user)
    messages.success(request, _("All messages are marked as read."))
    return redirect("notifications:list")


@require_GET
def open_(request: SignedInRequest, pk: int) -> HttpResponse:
    """Go to the page a message leads to; that page marks it read."""
    row = get_object_or_404(Notification.objects.visible_to(request.user), pk=pk)
    actions.mark_read(by=request.user, path=row.path)
    return redirect(row.path)
