"""What every form carries: one token for all forms of an answer, a key for each."""

import re

from django.middleware.csrf import _does_token_match, get_token, rotate_token  # type: ignore[attr-defined]  # private, and not in the stubs
from django.test import RequestFactory

from accounts.templatetags.once import csrf_token


def carried(request: object) -> tuple[str, str]:
    token, key = re.findall(r'value="([^"]+)"', csrf_token({"request": request}))  # type: ignore[arg-type]  # a mapping does
    return token, key


def test_forms_of_one_answer_share_the_token_and_not_the_key() -> None:
    request = RequestFactory().get("/")
    (token, key), (again, other) = carried(request), carried(request)
    assert token == again
    assert key != other


def test_each_answer_has_a_mask_of_its_own() -> None:
    first, second = RequestFactory().get("/"), RequestFactory().get("/")
    get_token(first)
    second.META["CSRF_COOKIE"] = first.META["CSRF_COOKIE"]
    assert carried(first)[0] != carried(second)[0]


def test_a_token_that_was_renewed_meanwhile_is_carried_anew() -> None:
    request = RequestFactory().get("/")
    carried(request)
    rotate_token(request)
    assert _does_token_match(carried(request)[0], request.META["CSRF_COOKIE"])
