"""For whom the pages of this app read and write.

A data protection officer reads no case, so elsewhere, the access log aside, nobody's rows are open to them
(accounts.answering); what they decide on here are rows of their own partner, or the register of the whole portal (ADR 0014, 0019).
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.http import HttpResponseBase

from accounts.policy import SignedInRequest, View, acting_over
from accounts.roles import Right
from privacy import acting


def for_own_partner(view: View) -> View:
    """Decorate a page about requests, keeping and erasing: it may see the rows of the reader's own partner."""

    @wraps(view)
    def entered(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        partner = request.user.partner_id if request.user.handles_requests else None
        with acting.as_partner(partner):
            return view(request, *args, **kwargs)

    return entered


# Decorates a page of the breach register: at the portal it sees every row, at a partner those that concern it.
for_the_register = acting_over(Right.KEEP_BREACHES)
