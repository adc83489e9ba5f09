"""`manage.py take_bounce < report`: mark the e-mail that a mail server reports as undeliverable (RFC 3464)."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from notifications import bounces


class Command(BaseCommand):
    """For the pipe of the mailbox that e-mails are sent from; it succeeds whatever arrives, else the report would bounce, too."""

    help = "Reads a delivery report (RFC 3464) from standard input and marks the e-mail it is about as come back."

    def handle(self, *args: Any, **options: Any) -> None:
        ours = bounces.take(sys.stdin.buffer.read(bounces.LONGEST))
        self.stdout.write("Marked." if ours else "Not about an e-mail of ours.")
