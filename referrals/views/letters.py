"""A paper of a referral as PDF, for those who work on it."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from cases import access_log

from ..choices import LetterKind
from ..letters import content, pdf, proof
from ..models import Letter
from .detail import load, page


@require_GET
@allow(Right.WORK_CASES)
def letter(request: SignedInRequest, pk: uuid.UUID, letter: uuid.UUID) -> HttpResponse:
    """The paper as PDF, from what the consent allows now; 410 with the reason when it cannot be opened any more."""
    papers = Letter.objects.visible_to(request.user).filter(referral_id=pk).with_paper_data()
    found = get_object_or_404(papers, pk=letter)
    if why := proof.why_closed(found):
        messages.error(request, why)
        return page(request, load(request.user, pk), status=410)
    return download(request.user, found)


def download(by: User | None, letter: Letter) -> HttpResponse:
    """The paper as a file that is named after the referral, to somebody who works on it or, with no `by`, to whoever has
    the letter's link. It is written down. Needs `with_paper_data`."""
    part = f"letter:{letter.referral.number}" if by else f"letter_link:{letter.referral.number}"
    access_log.downloaded(by, letter.referral.case, part)
    response = HttpResponse(pdf.render(content.paper(letter)), content_type="application/pdf")
    name = letter.referral.reference.replace("/", "-")
    if letter.kind == LetterKind.RECEIPT:
        name += "-tanda-terima"
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
