"""/metrics for Prometheus: what waits and since when, e-mails, sweeps, the broker's lists, answers and tasks.

Answers only to whoever sends METRICS_TOKEN (`Authorization: Bearer …`); everybody else gets the 404 of an address that is none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.db.models import Count, DurationField, F, Max, Q
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from errands.queue import QUEUES
from notifications.choices import EmailState
from notifications.models import Email
from privacy.acting import as_portal

from . import schedule, sweeps
from .broker import impatient

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # of the environment: prometheus_client reads it when it is imported


@transaction.non_atomic_requests
@login_not_required
@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format. Http404 without the token, or while there is none."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not constant_time_compare(given, settings.METRICS_TOKEN):
        raise Http404
    registry = CollectorRegistry()
    registry.register(State())
    counted = generate_latest(_counts())
    return HttpResponse(generate_latest(registry) + counted, content_type=CONTENT_TYPE_LATEST)


def _counts() -> CollectorRegistry:
    """What all processes of this machine have counted; without a folder, this one."""
    if not os.environ.get(FOLDER):
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


class State(Collector):
    """What is asked of the database and the broker at each scrape."""

    def collect(self) -> Iterator[Metric]:
        with as_portal(), transaction.atomic():  # of every partner's; only counted
            yield from _queues()
            yield _emails()
        try:
            found = [*_sweeps(), _lists(), *_tasks()]
        except redis.RedisError:
            found = []
        yield GaugeMetricFamily("portal_broker_up", "Whether the broker answers.", value=bool(found))
        yield from found


def _queues() -> Iterator[Metric]:
    due = GaugeMetricFamily("portal_queue_due", "Rows whose time has come.", labels=["queue"])
    oldest = GaugeMetricFamily(
        "portal_queue_oldest_due_seconds", "How long the first of them is due.", labels=["queue"]
    )
    lost = GaugeMetricFamily("portal_queue_given_up", "Rows that were tried too often.", labels=["queue"])
    for name, queue in QUEUES.items():
        age = Max(Now() - F(queue.at), output_field=DurationField())
        seen = queue.due().aggregate(count=Count("pk"), age=age)
        due.add_metric([name], seen["count"])
        oldest.add_metric([name], max((seen["age"] or timedelta()).total_seconds(), 0))
        lost.add_metric([name], queue.given_up().count())
    yield from (due, oldest, lost)


def _emails() -> Metric:
    by_state = GaugeMetricFamily("portal_emails", "E-mails by state.", labels=["state"])
    counts = {state: Count("pk", filter=Q(state=state)) for state in EmailState.values}
    for state, count in Email.objects.aggregate(**counts).items():
        by_state.add_metric([state], count)
    return by_state


def _sweeps() -> Iterator[Metric]:
    age = GaugeMetricFamily("portal_sweep_age_seconds", "Since the sweep last ended.", labels=["sweep"])
    well = GaugeMetricFamily("portal_sweep_went_well", "Whether it did.", labels=["sweep"])
    now = timezone.now()
    for sweep in sweeps.all_sweeps():
        if sweep.at is not None:
            age.add_metric([sweep.code], (now - sweep.at).total_seconds())
            well.add_metric([sweep.code], sweep.went_well)
    yield from (age, well)


def _lists() -> Metric:
    lists = GaugeMetricFamily("portal_broker_messages", "Messages that wait in a list.", labels=["list"])
    with impatient() as broker:
        for name in schedule.queues():
            lists.add_metric([name], int(broker.llen(name)))
    return lists


def _tasks() -> Iterator[Metric]:
    tasks = CounterMetricFamily(
        "portal_tasks", "Tasks that ended, on all machines.", labels=["task", "outcome"]
    )
    for (task, outcome), count in sweeps.ended_tasks().items():
        tasks.add_metric([task, outcome], count)
    seconds = CounterMetricFamily("portal_task_seconds", "How long they took together.", labels=["task"])
    for task, took in sweeps.task_seconds().items():
        seconds.add_metric([task], took)
    yield from (tasks, seconds)
