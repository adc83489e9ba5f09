"""Writing many messages and their e-mails in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from privacy.postgres import many

from .models import Email, Notification

EMAIL = ("to", "subject", "body", "secret", "message_id", "state", "rank", "error", "trace_id")
NOTICE = ("recipient_id", "kind", "reference", "path", "email_at")


def write(notices: Sequence[Notification], emails: Sequence[Email], *, at: datetime) -> None:
    """Write them all, each notice with the e-mail that tells of it. None of them has its number afterwards."""
    if not (notices or emails):
        return
    columns = ", ".join(map(connection.ops.quote_name, EMAIL))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH written AS (INSERT INTO notifications_email ({columns}, created_at) SELECT {columns}, %s "
            f"FROM {many.recordset(Email, EMAIL, 'new')} RETURNING id, message_id) "
            f"INSERT INTO notifications_notification ({', '.join(NOTICE)}, created_at, email_id) "
            f"SELECT {', '.join(NOTICE)}, %s, written.id "
            f"FROM {many.recordset(Notification, NOTICE, 'notice', told_by='varchar')} "
            "LEFT JOIN written ON written.message_id = notice.told_by",
            [at, many.as_json(_values(emails, EMAIL)), at, many.as_json([*map(_with_email, notices)])],
        )


def _values(rows: Iterable[Any], names: Sequence[str]) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in names} for row in rows]


def _with_email(notice: Notification) -> dict[str, Any]:
    told_by = notice.email.message_id if notice.email else None
    return {name: getattr(notice, name) for name in NOTICE} | {"told_by": told_by}
