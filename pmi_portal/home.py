"""The first page of each role."""

from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.policy import SignedInRequest
from accounts.roles import Officer


def home(request: SignedInRequest) -> HttpResponse:
    """Officers begin at what waits for them, other case workers at their cases, admins at what needs them.

    The data protection officer begins at what has happened.
    """
    user = request.user
    if user.role == Officer.code:
        return redirect("referrals:inbox")
    if user.works_cases:
        return redirect("cases:list")
    return redirect("administration:today" if user.manages_staff else "cases:log")
