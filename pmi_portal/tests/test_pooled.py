"""A worker's connections outlive its tasks, unless they broke; within a request none is touched."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from celery.fixups.django import DjangoWorkerFixup  # type: ignore[attr-defined]  # the stubs do not know it
from django.db import connection, transaction

from pmi_portal import pooled
from pmi_portal.celery import app

TASK = SimpleNamespace(request=SimpleNamespace(is_eager=False))


@pytest.mark.django_db
def test_celery_closes_none_by_itself() -> None:
    fixup = DjangoWorkerFixup(app)
    session = connection.connection
    for _task in range(3):
        fixup.on_task_prerun(sender=TASK)
        fixup.on_task_postrun(sender=TASK)
    assert connection.connection is session
    assert session is not None


@pytest.mark.django_db(transaction=True)
def test_each_is_given_back_behind_a_task_and_left_alone_within_a_transaction() -> None:
    with transaction.atomic():
        pooled.give_back()
        assert connection.connection is not None
    pooled.give_back()
    assert connection.connection is None
