import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from privacy import keyring, rotation
from privacy.acting import as_portal
from privacy.index_field import indexes
from privacy.sealing import SealBroken

WIDTH = 30  # characters of the progress bar


class Command(BaseCommand):
    help = (
        "Wraps all data keys with the first of PRIVACY_KEYS, while the portal is at work. It may be stopped at any time "
        "and run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--index",
            action="store_true",
            help="make the blind indexes anew with the first of PRIVACY_INDEX_KEYS",
        )
        what.add_argument(
            "--check", action="store_true", help="say which keys are in use, and fail when one is missing"
        )
        parser.add_argument("--batch", type=int, default=rotation.BATCH, help="rows at a time (%(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["batch"] < 1:
            raise CommandError("--batch is a number of rows: at least 1.")
        with as_portal():
            if options["check"]:
                self._check()
            elif options["index"]:
                self._index(options["batch"])
            else:
                self._rewrap(options["batch"])

    def _rewrap(self, batch: int) -> None:
        if missing := rotation.missing():
            raise CommandError("\n".join(missing))
        try:
            self._show(
                "data keys", rotation.run(rotation.rewrap, lambda: rotation.to_rewrap().count(), batch=batch)
            )
        except SealBroken as broken:
            raise CommandError(f"Stopped: {broken} Nothing of what was done before is lost.") from broken
        self.stdout.write(f"All data keys are wrapped by “{keyring.keys().active.name}”.")

    def _index(self, batch: int) -> None:
        for model, field in indexes():
            left = rotation.to_index(model, field).count
            step = partial(rotation.reindex, model, field)
            self._show(f"{model._meta.label}.{field.name}", rotation.run(step, left, batch=batch))
        self.stdout.write(f"All indexes are made with “{keyring.index_keys().active.name}”.")

    def _check(self) -> None:
        if wrong := rotation.missing() + rotation.unfindable():
            raise CommandError("\n".join(wrong))
        waiting = rotation.to_rewrap().count()
        if waiting:
            self.stdout.write(f"{waiting} data keys wait to be wrapped by “{keyring.keys().active.name}”.")
            for name in rotation.to_rewrap().values_list("wrapped_by", flat=True).distinct().order_by():
                self.stdout.write(
                    f"“{name}” is still needed: run `manage.py rotate_keys` before you take it away."
                )
        stale = sum(rotation.to_index(model, field).count() for model, field in indexes())
        if stale:
            self.stdout.write(
                f"{stale} rows wait for their index under “{keyring.index_keys().active.name}”: run "
                "`manage.py rotate_keys --index` before you take an older index key away."
            )
        if not waiting and not stale:
            self.stdout.write("Only the active keys are in use.")

    def _show(self, what: str, steps: Iterator[tuple[int, int]]) -> None:
        """A bar on a terminal, else a line for each batch."""
        on_terminal = sys.stdout.isatty() and self.stdout.isatty()
        for done, whole in steps:
            if on_terminal:
                filled = WIDTH * done // whole if whole else WIDTH
                bar = "#" * filled + "-" * (WIDTH - filled)
                self.stdout.write(f"\r{what} [{bar}] {done}/{whole}", ending="")
            else:
                self.stdout.write(f"{what}: {done} of {whole}")
            self.stdout.flush()
        if on_terminal:
            self.stdout.write("")
