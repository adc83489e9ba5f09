"""The first page of each role."""

from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.policy import SignedInRequest
from accounts.roles import Officer


def home(request: SignedInRequest) -> HttpResponse:
    """Officers begin at what waits for them, other case workers at their cases, admins at their people.

    The data protection officer begins at what has happened.
    """
    user = request.user
    if user.role == Officer.code:
        return redirect("referrals:inbox")
    if user.works_cases:
        return redirect("cases:list")
    if user.manages_partners:
        return redirect("agencies:partners")
    if not user.manages_staff:
        return redirect("cases:log")
    return redirect("agencies:partner", code=user.partner.code if user.partner else "")
