"""The Celery app. Messages are hints; rows in PostgreSQL are the truth (DESIGN, the way of a referral)."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging

from privacy import key_store, tracing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pmi_portal.settings")

REQUEST_ID = "request_id"  # header of a message: which request it comes from


class TracedTask(Task):
    """A task whose lines in the log carry the id of the request that it works for; the beat's tasks have their own.

    The data keys that it opens are forgotten when it ends.
    """

    abstract = True

    def apply_async(self, *args: Any, headers: dict[str, Any] | None = None, **options: Any) -> Any:
        headers = {REQUEST_ID: tracing.current().request_id or tracing.new_id()} | (headers or {})
        return super().apply_async(*args, headers=headers, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        known = (self.request.headers or {}).get(REQUEST_ID) or self.request.get(REQUEST_ID)
        with tracing.trace(known or tracing.new_id()), key_store.scope():
            return self.run(*args, **kwargs)


@setup_logging.connect
def _keep_our_log(**_options: Any) -> None:
    """Leave the log as settings.LOGGING has set it up; else Celery puts its own beside it, which nobody scrubs.

    What a task prints goes into that log.
    """
    app.log.redirect_stdouts()


app = Celery("pmi_portal", task_cls=TracedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

from . import pooled, starting, stopping, sweeps, warming  # noqa: E402, F401  # signals: connections kept, a start that is refused, a stop in time; every sweep that ends; what is loaded first (needs the settings of the app)
