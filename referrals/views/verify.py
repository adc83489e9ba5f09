"""Pages for whoever holds a paper: is it genuine, does it still stand; and the letter itself for who has its link.

Open to strangers. They say nothing of the worker: the PDF does, and it opens with a button only, since programs that
check mail follow links.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from agencies.models.staff import hash_of
from privacy.acting import as_partner

from .. import actions
from ..forms import CodeForm
from ..letters import proof
from ..models import Letter
from .letters import download

SESSION_KEY = "letter"


@require_GET
@login_not_required
def verify_box(request: HttpRequest) -> HttpResponse:
    """Where the code of a paper can be typed."""
    if "code" not in request.GET:
        return render(request, "referrals/verify.html", {"form": CodeForm()})
    form = CodeForm(request.GET)
    code = proof.read(form.cleaned_data["code"]) if form.is_valid() else ""
    if code:
        return redirect("referrals:verify", code=code)
    if form.is_valid():
        form.add_error(
            "code", _("A code has 26 letters and digits. Please compare it with the paper, group by group.")
        )
    return render(request, "referrals/verify.html", {"form": form}, status=422)


@require_GET
@login_not_required
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """What the portal says of the paper with this code; 404 with a sentence when it issued none."""
    letter = proof.find(proof.read(code))
    if letter is None:
        return render(request, "referrals/verify.html", {"form": CodeForm(), "unknown": True}, status=404)
    with as_partner(letter.referral.receiver_id):
        standing = proof.standing(letter)
    context = {"letter": letter, "referral": letter.referral, "standing": standing}
    return render(request, "referrals/verified.html", context)


@require_safe
@never_cache
@login_not_required
def letter_link(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link of the e-mail leads: on to an address without the token, which no log or history then shows."""
    request.session[SESSION_KEY] = hash_of(token)
    return redirect("referrals:letter_page")


@require_http_methods(["GET", "POST"])
@never_cache
@login_not_required
def letter_page(request: HttpRequest) -> HttpResponse:
    """Whose letter it is, and a button that opens it. The first opening is the receipt that the sender sees."""
    link_hash = request.session.get(SESSION_KEY, "")
    if request.method == "POST":
        return _open(request, link_hash)
    letter = proof.by_link(link_hash)
    if letter is None:
        return _gone(request, unknown_link(), status=404)
    with as_partner(letter.referral.receiver_id):
        why = proof.why_link_closed(letter)
    if why:
        return _gone(request, why)
    return render(request, "referrals/letter_page.html", {"letter": letter, "referral": letter.referral})


def _open(request: HttpRequest, link_hash: str) -> HttpResponse:
    try:
        letter = actions.open_letter(link_hash=link_hash)
    except actions.LinkUnknown:
        return _gone(request, unknown_link(), status=404)
    except actions.ActRefused as refusal:
        return _gone(request, str(refusal))
    with as_partner(letter.referral.receiver_id):
        return download(None, Letter.objects.with_paper_data().get(pk=letter.pk))


def unknown_link() -> str:
    return _(
        "This link does not work. If you got several e-mails, use the newest one, whole and in this browser."
    )


def _gone(request: HttpRequest, why: str, *, status: int = 410) -> HttpResponse:
    return render(request, "referrals/letter_gone.html", {"why": why}, status=status)
