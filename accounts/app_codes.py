"""Codes of authenticator apps: each counts within its own 30 seconds, and once (RFC 6238; OWASP ASVS 5.0.0, 6.5.1 and 6.5.5).

A phone whose clock is wrong shows the code of the step before or after. How many steps it is off is learnt from two codes in
a row that are off alike (RFC 6238, 6) and kept with the secret: from then on its codes count within their own 30
seconds again. The number of the last step that was used is kept as well, so that no code serves twice, whatever the
cache forgets.
"""

from __future__ import annotations

import time
from enum import Enum, auto

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp

LAST_STEP, OFF, HEARD = "last_step", "steps_off", "heard"  # in an authenticator's data
IN_A_ROW = 4  # steps (two minutes) within which the second code has to follow the first


class Answer(Enum):
    RIGHT = auto()
    LATE = auto()  # it was right half a minute ago, or will be: the next one may be taken
    WRONG = auto()


def step_of(secret: str, code: str, *, after: int = -1) -> tuple[int, int] | None:
    """The number of the step that a code belongs to, if it is later than `after`, and how many steps from now that is."""
    now = int(time.time()) // app_settings.TOTP_PERIOD
    most = app_settings.TOTP_TOLERANCE
    for off in range(-most, most + 1):
        right = totp.format_hotp_value(totp.hotp_value(secret, now + off))
        if compare_user_code(actual=code, expected=right) and now + off > after:
            return now + off, off
    return None


def take(row: Authenticator, secret: str, code: str) -> Answer:
    """Use a code up when it counts now. The caller has locked the row, and opened its secret."""
    found = step_of(secret, code, after=row.data.get(LAST_STEP, -1))
    if found is None:
        return Answer.WRONG
    step, off = found
    heard = row.data.pop(HEARD, None)
    counts = off == row.data.get(OFF, 0) or (heard is not None and _in_a_row(heard, step, off))
    row.data |= {LAST_STEP: step, OFF: off} if counts else {HEARD: [step, off]}
    row.save(update_fields=["data"])
    return Answer.RIGHT if counts else Answer.LATE


def _in_a_row(heard: list[int], step: int, off: int) -> bool:
    step_before, off_before = heard
    return off == off_before and step_before < step <= step_before + IN_A_ROW
