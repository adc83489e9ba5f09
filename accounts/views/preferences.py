"""One's own preferences."""

from copy import copy

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from .. import actions, second_factor
from ..forms import PreferencesForm
from ..policy import SignedInRequest
from ..wording import emails_in_words


def preferences(request: SignedInRequest) -> HttpResponse:
    """Show and change name, language, time zone and when notices come by e-mail."""
    form = PreferencesForm(request.POST or None, instance=copy(request.user))  # the page greets who is saved
    if form.is_valid():
        actions.set_preferences(by=request.user, **form.cleaned_data)
        with override(request.user.language):
            messages.success(request, _("Your preferences are saved."))
        return redirect("accounts:preferences")
    status = 422 if form.is_bound else 200
    context = {
        "form": form,
        "emails_in_words": emails_in_words(request.user),
        "has_second_factor": second_factor.has_one(request.user),
    }
    return render(request, "accounts/preferences.html", context, status=status)


@require_POST
@login_not_required
def set_language(request: HttpRequest) -> HttpResponse:
    """Change the language of the pages at one click, for everybody; signed-in people keep it for their e-mails, too.

    Leads back to the page that the browser names, so that no page, an error's least of all, writes its own address.
    """
    language = request.POST.get("language", "")
    back = request.headers.get("Referer", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response: HttpResponse = HttpResponseRedirect(back)
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
        if request.user.is_authenticated:
            actions.set_language(by=request.user, language=language)
    return response
