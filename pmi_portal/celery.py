"""The Celery app. Messages are hints; rows in PostgreSQL are the truth (DESIGN, the way of a referral)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pmi_portal.settings")

app = Celery("pmi_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
