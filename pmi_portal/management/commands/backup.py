"""manage.py backup"""

import os
from argparse import ArgumentParser
from getpass import getpass
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
            if file is not None:
                if file.resolve().is_relative_to(folder.resolve()):
                    raise Trouble("The keys never lie beside the backup: name a file elsewhere.")
                keys.write(file, os.environ.get("BACKUP_PASSPHRASE") or getpass("Passphrase for the keys: "))
                self.stdout.write(f"keys, sealed, in {file}")
            made = making.make(folder, self.stdout.write)
        except Trouble as trouble:
            raise CommandError(str(trouble)) from trouble
        self.stdout.write(f"The backup is whole: {made}")
