"""Tasks that break, with personal data in their arguments and in what they say."""

from typing import Any

from celery import shared_task

from . import holding


@shared_task
def raises(name: str) -> None:
    secret = f"{name} dikurung"
    raise ValueError(secret)


@shared_task
def returns(name: str) -> str:
    print(f"printed: {name}@contoh.example")
    return name


@shared_task(bind=True, max_retries=1, default_retry_delay=0)
def retries(self: Any, name: str) -> None:
    try:
        raise KeyError(name)
    except KeyError as error:
        raise self.retry(exc=error) from error


@shared_task
def holds(seen: str) -> None:
    holding.write(seen)
