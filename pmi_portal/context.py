"""What every page may use. Nothing here asks the database unless the page uses it."""

from collections.abc import Callable
from typing import Any

from django.conf import settings

from accounts import kept, sessions
from accounts.policy import SignedInRequest
from notifications import unread

from .demo.people import ACCOUNTS, Account


def portal(request: SignedInRequest) -> dict[str, Any]:
    """Give templates the site's name, the name of the CSRF cookie, whether this is the demo, its accounts, and the reader's count of unread notices."""
    return {
        "site_name": settings.SITE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "demo": settings.DEMO,
        "demo_accounts": _demo_accounts(request),
        "unread_count": _unread_count(request),
        "page_of": _page_of(request),
        "idle_seconds": settings.SESSION_IDLE_MINUTES * 60,
        "session_ends_at": _session_ends_at(request),
    }


def _demo_accounts(request: SignedInRequest) -> Callable[[], list[Account]]:
    """The accounts that everybody may use in the demo, for those who have not signed in."""
    return lambda: ACCOUNTS if settings.DEMO and not request.user.is_authenticated else []


def _unread_count(request: SignedInRequest) -> Callable[[], int]:
    """Put off the question: templates call it where they print it, so that a page without the bell asks nothing."""
    return lambda: unread.count(request) if request.user.is_authenticated else 0


def _page_of(request: SignedInRequest) -> Callable[[], str]:
    """To whom the page is shown, for forms that arrive when somebody else is signed in, or nobody."""
    return lambda: kept.page_of(request.user) if request.user.is_authenticated else ""


def _session_ends_at(request: SignedInRequest) -> Callable[[], int]:
    """When this session ends whatever one does, in seconds since the epoch."""
    return lambda: sessions.ends_at(request.session)
