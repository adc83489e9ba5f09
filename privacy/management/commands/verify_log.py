"""manage.py verify_log"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from privacy import acting
from privacy.log import notes, sequencer
from privacy.log.evidence import Database, Evidence, EvidenceRefused, Files
from privacy.log.verify import verify

EVERY = 100_000  # entries between two lines of progress


class Command(BaseCommand):
    help = (
        "Proves that no entry of the access log was altered, removed, moved or put in later, and names the first that "
        "was. With --checkpoints the files kept elsewhere are the proof, else what the database itself has."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--checkpoints", type=Path, help="the folder with the checkpoint files")
        parser.add_argument(
            "--public-key", help="of the portal's signing key, as --show-public-key printed it"
        )
        parser.add_argument("--show-public-key", action="store_true", help="print it, to be kept elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["show_public_key"]:
            self.stdout.write(notes.public_key())
            return
        with acting.as_portal():
            sequencer.append_new()
            self._verify(options["checkpoints"], options["public_key"] or notes.public_key())

    def _verify(self, folder: Path | None, public_key: str) -> None:
        try:
            evidence = self._evidence(folder, public_key)
            result = verify(evidence, progress=lambda done: self._progress(done, evidence.size))
        except (EvidenceRefused, notes.NoteRefused) as refusal:
            raise CommandError(str(refusal)) from refusal
        if result.finding:
            raise CommandError(f"{result.finding.sentence} The {result.proved} before it are as they were.")
        self.stdout.write(
            f"All {result.proved} entries are what was written; {result.waiting} are too new to be proved."
        )

    def _evidence(self, folder: Path | None, public_key: str) -> Evidence:
        if folder is not None:
            return Files(folder, public_key=public_key)
        return Database(public_key=public_key)

    def _progress(self, done: int, size: int) -> None:
        if done % EVERY == 0:
            self.stdout.write(f"{done} of {size}")
