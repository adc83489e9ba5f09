"""manage.py restore"""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pmi_portal.backup import keys, restoring
from pmi_portal.backup.trouble import Trouble


class Command(BaseCommand):
    help = "Restores a backup into an empty database and proves that everything came back; --show-keys opens a file of keys."
    requires_system_checks: list[str] = []  # there is no table yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, nargs="?", help="the backup")
        parser.add_argument(
            "--no-ledger",
            action="store_true",
            help="there is no erasure ledger, since nobody was ever erased",
        )
        parser.add_argument(
            "--show-keys", type=Path, help="print what a sealed file of keys holds, for the settings"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["show_keys"] is not None:
                self._show(options["show_keys"])
            elif options["folder"] is None:
                raise Trouble("Name the backup to restore: a folder that `manage.py backup` made.")
            else:
                self._restore(options["folder"], no_ledger=options["no_ledger"])
        except Trouble as trouble:
            raise CommandError(str(trouble)) from trouble

    def _restore(self, folder: Path, *, no_ledger: bool) -> None:
        began = time.monotonic()
        for name, act in restoring.steps(folder, no_ledger=no_ledger):
            started = time.monotonic()
            found = act()
            self.stdout.write(f"{time.monotonic() - started:6.1f} s  {name}: {found}")
        self.stdout.write(f"Restored and proved in {time.monotonic() - began:.1f} s. Start the portal.")

    def _show(self, file: Path) -> None:
        opened = keys.read(file, keys.passphrase("Passphrase of the keys: "))
        for name, value in opened.items():
            self.stdout.write(f"{name}={json.dumps(value)[1:-1]}")
