from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy import acting
from rights.ledger import LedgerDamaged, path
from rights.reapplying import reapply


class Command(BaseCommand):
    help = "Erases again whatever the erasure ledger names: run it after a backup was restored, before anybody signs in."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting.as_portal():
                count = reapply()
        except LedgerDamaged as damaged:
            raise CommandError(str(damaged)) from None
        self.stdout.write(
            f"{count.lines} erasures in the ledger: {count.erased} cases erased again, {count.keys} keys destroyed "
            f"again, {count.missing} cases are not in this database."
        )
        if count.unknown:
            raise CommandError(
                f"{count.unknown} erasures of this database are not in {path()}: is ERASURE_LEDGER the right file, and whole?"
            )
