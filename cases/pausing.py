"""What is said where the worker asked that the data be used no further for now (UU 27/2022 art. 11, 41)."""

from django.utils.translation import gettext as _


def case_paused() -> str:
    return _(
        "The worker has asked that the data be used no further for now. The pause has to be lifted first."
    )
