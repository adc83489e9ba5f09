"""manage.py migrate: Django's, which gives way to the people at work and tries again."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DatabaseError, connections

from pmi_portal.patience import Patience, had_no_lock, took_too_long

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds between two tries
SHOWN = 120  # characters of a statement

NO_LOCK = "{migration} did not get the lock it needs within {seconds:g} s, since others use the table ({statement})."
AGAIN = "Meanwhile they go on. Trying again in {pause:g} s ({number} of {tries})."
GIVEN_UP = (
    "It was tried {tries} times. Nothing of it is applied; what came before it is. Run migrate again when fewer people are at "
    "work, or look in pg_stat_activity for a transaction that stays open (MIGRATION_LOCK_SECONDS, MIGRATION_TRIES)."
)
TOO_LONG = (
    "{migration} was stopped: a statement may take {seconds:g} s ({statement}). Nothing of it is applied; what came before it "
    "is. Do it in smaller steps, or give it longer (MIGRATION_STATEMENT_SECONDS)."
)
UNFINISHED = "An index was left unfinished and is in the way of the next try: DROP INDEX CONCURRENTLY {name};"


class Command(migrate.Command):
    help = f"{migrate.Command.help} Gives way to people at work: waits for a lock for seconds, a few times."
    at = "migrate"  # the migration that is being applied

    def handle(self, *args: Any, **options: Any) -> None:
        patience = Patience(connections[options["database"]])
        tries, pause = max(settings.MIGRATION_TRIES, 1), FIRST_PAUSE
        for number in range(1, tries + 1):
            try:
                with patience.kept():
                    super().handle(*args, **options)
                return
            except DatabaseError as error:
                self._tell_unfinished(patience)
                if took_too_long(error):
                    seconds = settings.MIGRATION_STATEMENT_SECONDS
                    raise CommandError(self._said(TOO_LONG, patience, seconds)) from error
                if not had_no_lock(error):
                    raise
                no_lock = self._said(NO_LOCK, patience, settings.MIGRATION_LOCK_SECONDS)
                if number == tries:
                    raise CommandError(f"{no_lock} {GIVEN_UP.format(tries=tries)}") from error
            again = AGAIN.format(pause=pause, number=number + 1, tries=tries)
            self.stderr.write(f"{no_lock} {again}")
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        if migration is not None:
            self.at = str(migration)
        super().migration_progress_callback(action, migration, fake)

    def _said(self, sentence: str, patience: Patience, seconds: float) -> str:
        statement = " ".join(patience.statement.split())[:SHOWN]
        return sentence.format(migration=self.at, seconds=seconds, statement=statement)

    def _tell_unfinished(self, patience: Patience) -> None:
        for name in patience.unfinished():
            self.stderr.write(UNFINISHED.format(name=name))
