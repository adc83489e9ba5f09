"""Security events for whoever watches over the portal: a short name and its fields, on the logger "security".

The line of the log adds which request it was and from which address (privacy/logs.py).
"""

import logging
from typing import Any

from django.utils.crypto import salted_hmac

from .models import User

logger = logging.getLogger("security")


def tell(event: str, *, person: User | None = None, bad: bool = False, **fields: Any) -> None:
    """Write one event. A person is a number, never a name or an e-mail address; `bad` makes it a warning."""
    if person is not None:
        fields |= {"user": person.pk, "role": person.role}
    logger.log(logging.WARNING if bad else logging.INFO, event, extra=fields)


def mark(email: str) -> str:
    """Tell one account from another without naming it: the same mark for the same e-mail address."""
    return salted_hmac("accounts.mark", email.strip().lower(), algorithm="sha256").hexdigest()[:16]
