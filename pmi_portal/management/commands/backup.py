"""manage.py backup"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pmi_portal.backup import keys, making
from pmi_portal.backup.trouble import Trouble


class Command(BaseCommand):
    help = "Makes a backup of database and documents while the portal works; with --keys the portal's keys, sealed, apart from it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where the backup is put, as a folder of its own")
        parser.add_argument("--keys", type=Path, help="a new file for the keys, best on another disk")

    def handle(self, *args: Any, **options: Any) -> None:
        folder, file = options["folder"], options["keys"]
        try:
            passphrase = self._passphrase(folder, file) if file is not None else ""
            made = making.make(folder, self.stdout.write)
            if file is not None:
                self._write_keys(made, file, passphrase)
        except Trouble as trouble:
            raise CommandError(str(trouble)) from trouble
        self.stdout.write(f"The backup is whole: {made}")

    def _passphrase(self, folder: Path, file: Path) -> str:
        """Asked for before anything is made. Raises Trouble where the keys could not be written afterwards."""
        if file.resolve().is_relative_to(folder.resolve()):
            raise Trouble("The keys never lie beside the backup: name a file elsewhere.")
        passphrase = keys.passphrase("Passphrase for the keys: ")
        keys.refuse_unless_writable(file, passphrase)
        return passphrase

    def _write_keys(self, made: Path, file: Path, passphrase: str) -> None:
        """After the backup: one that breaks off leaves no file that stands in the way of the next try."""
        try:
            keys.write(file, passphrase)
        except Trouble as trouble:
            raise Trouble(f"The backup is whole: {made}. Its keys were not written: {trouble}") from trouble
        self.stdout.write(f"keys, sealed, in {file}")
