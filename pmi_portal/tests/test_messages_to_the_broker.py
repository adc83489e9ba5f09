"""What stands in the broker: which task, the numbers of rows, the id of the request; nothing personal."""

import base64
import json
from collections.abc import Iterator
from inspect import signature
from typing import Any

import pytest
import redis
from django.conf import settings

from pmi_portal import schedule
from pmi_portal.celery import REQUEST_ID, app
from pmi_portal.tests.world import make_world
from privacy import tracing

app.loader.import_default_modules()
OURS = sorted(name for name in app.tasks if not name.startswith("celery.") and ".tests." not in name)


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3)
    client.delete(*schedule.queues())
    yield client
    client.delete(*schedule.queues())
    client.close()


def waiting(broker: redis.Redis) -> list[dict[str, Any]]:
    """The messages as they lie there, oldest first."""
    lying: list[Any] = [message for name in schedule.queues() for message in broker.lrange(name, 0, -1)]
    return [json.loads(message) for message in reversed(lying)]


@pytest.mark.parametrize("name", OURS)
def test_a_task_takes_ids_of_rows_and_nothing_else(name: str) -> None:
    parameters = signature(app.tasks[name].run).parameters
    assert [parameter for parameter in parameters if not parameter.endswith("_id")] == []


@pytest.mark.parametrize("name", OURS)
def test_a_message_holds_the_task_its_numbers_and_the_request(name: str, broker: redis.Redis) -> None:
    numbers = [7 for _parameter in signature(app.tasks[name].run).parameters]
    with tracing.trace("abc123"):
        app.tasks[name].delay(*numbers)
    [message] = waiting(broker)
    args, kwargs, embedded = json.loads(base64.b64decode(message["body"]))
    assert (args, kwargs) == (numbers, {})
    assert not any(embedded.values())
    headers = message["headers"]
    assert headers[REQUEST_ID] == "abc123"
    assert headers["task"] == name
    assert headers["argsrepr"] == ("(7,)" if numbers else "()")
    assert set(headers) - {"stamped_headers", "stamps"} == {
        *("lang", "task", "id", "root_id", "parent_id", "group", "group_index", "shadow", "eta", "expires"),
        *(
            "retries",
            "timelimit",
            "argsrepr",
            "kwargsrepr",
            "origin",
            "ignore_result",
            "replaced_task_nesting",
        ),
        REQUEST_ID,
    }


@pytest.mark.django_db
def test_a_whole_small_world_leaves_nothing_personal_in_the_broker(
    broker: redis.Redis, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        world = make_world()
    messages = waiting(broker)
    assert messages
    said = json.dumps([json.loads(base64.b64decode(message["body"])) for message in messages])
    said += json.dumps([message["headers"] for message in messages])
    worker = world.case.worker
    personal = [worker.name, world.case.reporter_name, world.case.chronology, world.case.reference]
    personal += [person.email for person in world.people.values()]
    assert [word for word in personal if word in said] == []
