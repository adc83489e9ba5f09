"""Where the log goes: the same for the web, the worker and the beat."""

from typing import Any


def configuration(*, json: bool, level: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`, of Django, Celery and gunicorn alike: everything goes to one handler."""
    through: dict[str, Any] = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": f"privacy.logs.{'Json' if json else 'Readable'}"}},
        "handlers": {"console": {"class": "privacy.logs.Handler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": through
            | {"level": "INFO"},  # without Django's e-mails to admins, which hold whole requests
            "django.server": through | {"level": "INFO"},
            "django.db.backends": {"level": "INFO"},  # below, it writes statements with their values
            "gunicorn.error": through | {"level": "INFO"},
            "gunicorn.access": through
            | {"level": "ERROR"},  # "access" is the portal's own, without addresses typed
        },
    }
