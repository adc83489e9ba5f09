"""Celery leaves of those who run the portal."""

from celery import shared_task

from privacy.acting import as_portal

from . import agreement_warnings


@shared_task
@as_portal()
def warn_of_agreements() -> int:
    """Tell the portal's admins of data-sharing agreements that end."""
    return agreement_warnings.warn()
