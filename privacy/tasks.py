"""Celery leaves of privacy."""

from celery import shared_task

from .acting import as_portal
from .log import checkpoints, sequencer


@shared_task
@as_portal()
def sequence_log() -> int:
    """Take new entries of the access log into its tree."""
    return sequencer.append_new()


@shared_task
@as_portal()
def checkpoint_log() -> int:
    """Sign what the log is now, and send what is signed off the machine."""
    checkpoints.make()
    checkpoints.mail_again_if_silent()
    return checkpoints.send_off()
