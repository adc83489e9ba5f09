"""The portal's project: settings, site map, Celery app, components, local supervisor."""

from .celery import app as celery_app

__all__ = ["celery_app"]
