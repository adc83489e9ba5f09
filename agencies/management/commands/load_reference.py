from typing import Any

from django.core.management.base import BaseCommand

from agencies.loading import load_all


class Command(BaseCommand):
    help = "Loads provinces, partners, mandates, topics and the other reference data; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        for tally in load_all():
            self.stdout.write(
                f"{tally.kind}: {tally.added} added, {tally.changed} changed, {tally.retired} retired, "
                f"{tally.left_alone} left alone, {tally.unchanged} unchanged"
            )
