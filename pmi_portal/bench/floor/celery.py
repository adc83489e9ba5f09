"""The floor's worker: one message, one row; or many rows by one statement."""

import os

from celery import Celery

os.environ["DJANGO_SETTINGS_MODULE"] = "pmi_portal.bench.floor.settings"

BATCH = 100

app = Celery("floor")
app.config_from_object("django.conf:settings", namespace="CELERY")


@app.task
def move(errand: int) -> None:
    """What waits becomes an event of its case."""
    from django.db import transaction
    from django.utils import timezone

    from .models import Errand, Event

    with transaction.atomic():
        waiting = Errand.objects.select_for_update().select_related("case").get(pk=errand)
        case = waiting.case
        Event.objects.create(case=case, actor_id=case.owner_id, kind="sent", at=timezone.now())
        waiting.delete()


@app.task
def move_all() -> None:
    """The same for all that wait, so many in a transaction."""
    from django.db import connection

    with connection.cursor() as cursor:
        moved = 1
        while moved:
            cursor.execute(
                "WITH taken AS (DELETE FROM floor_errand WHERE id IN ("
                "SELECT id FROM floor_errand ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING case_id) "
                "INSERT INTO floor_event (case_id, actor_id, kind, at) "
                "SELECT case_id, owner_id, 'sent', now() FROM taken JOIN floor_case ON floor_case.id = case_id",
                [BATCH],
            )
            moved = cursor.rowcount
