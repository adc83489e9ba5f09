"""What differs from Django's own engine: the role, who is acting, and the owner's work."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from django.db.backends.postgresql.creation import DatabaseCreation as PostgresCreation
from django.db.backends.postgresql.operations import DatabaseOperations as PostgresOperations
from psycopg import Error, sql
from psycopg.pq import TransactionStatus

from .. import acting
from .owner import as_owner, at_work

NO_ROLE = (
    "The database role {role} cannot be taken on ({reason}). `manage.py migrate` makes it; a login that may not make "
    "roles needs the database's administrator to run: CREATE ROLE {role} NOLOGIN; GRANT {role} TO <the login>;"
)
OPEN = (TransactionStatus.IDLE, TransactionStatus.INTRANS)  # neither failed nor lost


class DatabaseOperations(PostgresOperations):
    def execute_sql_flush(self, sql_list: Any) -> None:
        """Empty tables, as tests with transactions of their own do between two."""
        with as_owner():
            super().execute_sql_flush(sql_list)


class DatabaseCreation(PostgresCreation):
    def create_test_db(self, *args: Any, **options: Any) -> str:
        with as_owner():
            return super().create_test_db(*args, **options)


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes the role on every connection, and says in every transaction for whom it is."""

    creation_class = DatabaseCreation
    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.execute_wrappers.append(self._in_a_transaction)

    @property
    def pool(self) -> Any:
        """None for the owner's work, whose connections must not come into other hands."""
        return None if at_work() else super().pool

    @property
    def _is_owners(self) -> bool:
        """Whether this connection makes databases or tables."""
        return at_work() or self.alias == NO_DB_ALIAS

    def connect(self) -> None:
        """Connect, or not at all: a connection that could not take the role would be the owner's."""
        try:
            super().connect()
        except BaseException:
            if self.connection is not None:
                self.connection.close()
                self.connection = None
            raise

    def _configure_role(self, connection: Any) -> bool:
        """Take the role. The pool calls this as well, in a thread of its own, where nobody does the owner's work."""
        if self._is_owners:
            return False
        role = settings.DATABASE_ROLE
        try:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        except Error as error:
            reason = str(error).splitlines()[0]
            raise OperationalError(NO_ROLE.format(role=role, reason=reason)) from error
        return True

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # the stubs do not know it
        if not autocommit and acting.current() != acting.NOBODY:  # a new transaction is nobody's
            self.tell_acting()

    def _in_a_transaction(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Give a statement that stands alone, as those of sweeps do, a transaction that says who is acting."""
        alone = self.get_autocommit() and not self.in_atomic_block
        if not alone or self._is_owners or acting.current() == acting.NOBODY:
            return execute(sql, params, many, context)
        with transaction.atomic(using=self.alias):
            return execute(sql, params, many, context)

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]  # the stubs do not know it
        self.tell_acting()  # it may have taken that back, too

    def tell_acting(self) -> None:
        """Say in the open transaction for whom it reads and writes; it ends with the transaction (SET LOCAL).

        Says nothing in one that has failed: it answers nothing any more, and rolling back restores what was said before.
        """
        connection = self.connection
        if connection is None or connection.info.transaction_status not in OPEN:
            return
        with self.wrap_database_errors:
            connection.execute("SELECT set_config('portal.acting', %s, true)", [acting.current().setting])
