"""manage.py migrate: Django's, which gives way to the people at work and tries again."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DatabaseError, connections
from django.db.migrations import Migration, RunPython

from pmi_portal.patience import Patience, had_no_lock, was_stopped

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds between two tries
SHOWN = 120  # characters of a statement

NO_LOCK = "{migration} did not get the lock it needs within {seconds:g} s, since others use the table ({statement})."
AGAIN = "Meanwhile they go on. Trying again in {pause:g} s ({number} of {tries})."
TRIED = "It was tried {tries} times."
WAIT = (
    "Run migrate again when fewer people are at work, or look in pg_stat_activity for a transaction that stays open "
    "(MIGRATION_LOCK_SECONDS, MIGRATION_TRIES)."
)
TOO_LONG = "{migration} was stopped: a statement may take {seconds:g} s ({statement})."
LONGER = "Do it in smaller steps, or give it longer (MIGRATION_STATEMENT_SECONDS)."
CANCELLED = "{migration} was cancelled by somebody ({statement})."
NOTHING = "Nothing of it is applied; what came before it is."
HALF = (
    "It is half done, since it has no transaction: what comes before that statement in it stays ({count} statement{s}, at last "
    "{last}). Undo that by hand and run migrate again, or do the rest by hand and run migrate {app} {name} --fake."
)
FILLED = "It has no transaction: the rows that it has done stay done, and it begins anew with all of them."
UNFINISHED = "An index was left unfinished and is in the way of the next try: DROP INDEX CONCURRENTLY {name};"


class Command(migrate.Command):
    help = f"{migrate.Command.help} Gives way to people at work: waits for a lock for seconds, a few times."
    at: Migration | None = None  # the one that is being applied

    def handle(self, *args: Any, **options: Any) -> None:
        self.patience = Patience(connections[options["database"]])
        tries, pause = max(settings.MIGRATION_TRIES, 1), FIRST_PAUSE
        for number in range(1, tries + 1):
            try:
                with self.patience.kept():
                    super().handle(*args, **options)
                return
            except DatabaseError as error:
                no_lock = self._without_lock(error, number, tries)
            again = AGAIN.format(pause=pause, number=number + 1, tries=tries)
            self.stderr.write(f"{no_lock} {again}")
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        if action in ("apply_start", "unapply_start"):
            self.at = migration
            self.patience.begin(whole=migration.atomic)
        elif action in ("apply_success", "unapply_success"):
            self.at = None
            self.patience.begin()
        super().migration_progress_callback(action, migration, fake)

    def _without_lock(self, error: DatabaseError, number: int, tries: int) -> str:
        """What to say before the next try; an error where there is none to be made."""
        left = self.patience.broken_off()
        if left:
            self.stderr.write(UNFINISHED.format(name=left))
        if was_stopped(error):
            if self.patience.took_too_long():
                said = self._said(TOO_LONG, settings.MIGRATION_STATEMENT_SECONDS)
                raise CommandError(f"{said} {self._applied()} {LONGER}") from error
            raise CommandError(f"{self._said(CANCELLED)} {self._applied()}") from error
        if not had_no_lock(error):
            raise error
        no_lock = self._said(NO_LOCK, settings.MIGRATION_LOCK_SECONDS)
        if left or not self._begins_anew():
            raise CommandError(f"{no_lock} {self._applied()}") from error
        if number == tries:
            raise CommandError(f"{no_lock} {TRIED.format(tries=tries)} {self._applied()} {WAIT}") from error
        return no_lock

    def _begins_anew(self) -> bool:
        return self.patience.stay == 0 or self._fills()

    def _fills(self) -> bool:
        """Whether it is nothing but Python over rows, which goes over them once more."""
        return self.at is not None and all(isinstance(each, RunPython) for each in self.at.operations)

    def _applied(self) -> str:
        """What of the migration is in the database."""
        if self.patience.stay == 0 or self.at is None:
            return NOTHING
        if self._fills():
            return FILLED
        count = self.patience.stay
        return HALF.format(
            count=count,
            s="" if count == 1 else "s",
            last=_short(self.patience.last),
            app=self.at.app_label,
            name=self.at.name,
        )

    def _said(self, sentence: str, seconds: float = 0) -> str:
        statement = _short(self.patience.statement)
        return sentence.format(migration=self.at or "migrate", seconds=seconds, statement=statement)


def _short(statement: str) -> str:
    return " ".join(statement.split())[:SHOWN]
